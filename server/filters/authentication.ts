import { userAnonymous, type AuthenticationResult, type Authenticator } from '../authn/contract.ts'
import { unauthorized } from '../machinery/status.ts'
import type { Filter, RequestContext, Handler } from '../request/context.ts'
import type { AccessMetrics } from './access-metrics.ts'

/** Such a header is none (apiserver `request/bearertoken`). */
const EXTRA_SPACE = /^\s*bearer {2}/i
const IGNORED = 'the provided Authorization header contains extra space before the bearer token, and is ignored'

/** Finds out who asks; 401 when credentials are wrong, or absent and anonymous requests are not allowed. */
export function withAuthentication(authenticator: Authenticator, metrics?: AccessMetrics, refused?: (why: string) => void): Filter {
  const answered = (
    ctx: RequestContext,
    result: AuthenticationResult | undefined,
    started: number,
    next: Handler,
  ): void | Promise<void> => {
    metrics?.authenticated(result, started)
    if (result !== undefined && 'invalid' in result) refused?.(result.invalid)
    return proceed(ctx, result, next)
  }
  return (next) => (ctx) => {
    if (EXTRA_SPACE.test(ctx.exchange.headers['authorization'] ?? '')) ctx.warnings.push(IGNORED)
    const started = performance.now()
    const result = authenticator.authenticate(ctx.exchange)
    return result instanceof Promise ? result.then((r) => answered(ctx, r, started, next)) : answered(ctx, result, started, next)
  }
}

function proceed(ctx: RequestContext, result: AuthenticationResult | undefined, next: Handler): void | Promise<void> {
  const known = result !== undefined && 'user' in result
  const somebody = known && result.user.name !== userAnonymous
  const { exchange } = ctx
  // HTTP/2 costs a server more than it costs an attacker: who has not logged in gets one request a connection (CVE-2023-44487).
  if (somebody) exchange.connection.authenticated = true
  else if (exchange.protocol === 'h2') exchange.setHeader('connection', 'close')
  if (!known) throw unauthorized()
  ctx.user = result.user
  if (result.warnings !== undefined) ctx.warnings.push(...result.warnings)
  return next(ctx)
}

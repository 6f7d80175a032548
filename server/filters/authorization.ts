import type { Attributes, Authorizer, Decision } from '../authz/contract.ts'
import { forbiddenError } from '../authz/forbidden.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { escapeMarkup } from '../machinery/html.ts'
import { forbidden } from '../machinery/status.ts'
import type { Filter, Handler, RequestContext } from '../request/context.ts'
import type { AccessMetrics } from './access-metrics.ts'
import { writeText, type StatusWriter } from './errors.ts'

/** Lets through what the authorizer allows; everything else gets the reference's 403. */
export function withAuthorization(authorizer: Authorizer, write: StatusWriter, metrics?: AccessMetrics): Filter {
  const proceed = (ctx: RequestContext, decision: Decision, started: number, next: Handler): void | Promise<void> => {
    metrics?.authorized(decision, started)
    if (decision.decision === 'allow') return next(ctx)
    if (decision.error !== undefined) return failed(ctx, decision.error)
    const { status } = forbiddenError(ctx.user, ctx.requestInfo, decision.reason)
    write(ctx.exchange, status, { 'x-content-type-options': 'nosniff' })
  }
  /** Who may get a stream must also be allowed to create one. Upstream words that refusal in another place, without who and what. */
  const opening = async (ctx: RequestContext, next: Handler): Promise<void> => {
    const { requestInfo: info } = ctx
    const { decision, reason, error } = await authorizer.authorize(ctx.user, { ...info, verb: 'create' })
    if (decision === 'allow') return next(ctx)
    if (error !== undefined) return failed(ctx, error)
    write(ctx.exchange, forbidden({ group: info.apiGroup, resource: info.resource }, info.name, reason).status, {})
  }
  return (next) => {
    const allowed: Handler = (ctx) => (opensStream(ctx.requestInfo) ? opening(ctx, next) : next(ctx))
    return (ctx) => {
      const started = performance.now()
      const decision = authorizer.authorize(ctx.user, ctx.requestInfo)
      return decision instanceof Promise
        ? decision.then((d) => proceed(ctx, d, started, allowed))
        : proceed(ctx, decision, started, allowed)
    }
  }
}

const STREAMS: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward'])

/** A stream into a pod that is opened by GET, as WebSocket has it (`pod/rest/authorize.go`). */
const opensStream = ({ verb, apiGroup, resource, subresource }: Attributes): boolean =>
  verb === 'get' && STREAMS.has(subresource) && resource === 'pods' && apiGroup === ''

/** Nobody could say whether it is allowed (apiserver `responsewriters.InternalError`). */
function failed({ exchange }: RequestContext, error: string): void {
  const uri = exchange.search === '' ? exchange.path : `${exchange.path}?${exchange.search}`
  // A browser may show what the client sent.
  writeText(exchange, 500, escapeMarkup(`Internal Server Error: ${goQuote(uri)}: ${error}`))
}

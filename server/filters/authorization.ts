import type { Authorizer, Decision } from '../authz/contract.ts'
import { forbiddenError } from '../authz/forbidden.ts'
import type { Filter, Handler, RequestContext } from '../request/context.ts'
import type { StatusWriter } from './errors.ts'

/** Lets through what the authorizer allows; everything else gets the reference's 403. */
export function withAuthorization(authorizer: Authorizer, write: StatusWriter): Filter {
  const proceed = (ctx: RequestContext, decision: Decision, next: Handler): void | Promise<void> => {
    if (decision.decision === 'allow') return next(ctx)
    const { status } = forbiddenError(ctx.user, ctx.requestInfo, decision.reason)
    write(ctx.exchange, status, { 'x-content-type-options': 'nosniff' })
  }
  return (next) => (ctx) => {
    const decision = authorizer.authorize(ctx.user, ctx.requestInfo)
    return decision instanceof Promise ? decision.then((d) => proceed(ctx, d, next)) : proceed(ctx, decision, next)
  }
}

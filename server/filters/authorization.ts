import type { Authorizer, Decision } from '../authz/contract.ts'
import { escapeHtml, forbiddenError } from '../authz/forbidden.ts'
import { goQuote } from '../machinery/go-quote.ts'
import type { Filter, Handler, RequestContext } from '../request/context.ts'
import { writeText, type StatusWriter } from './errors.ts'

/** Lets through what the authorizer allows; everything else gets the reference's 403. */
export function withAuthorization(authorizer: Authorizer, write: StatusWriter): Filter {
  const proceed = (ctx: RequestContext, decision: Decision, next: Handler): void | Promise<void> => {
    if (decision.decision === 'allow') return next(ctx)
    if (decision.error !== undefined) return failed(ctx, decision.error)
    const { status } = forbiddenError(ctx.user, ctx.requestInfo, decision.reason)
    write(ctx.exchange, status, { 'x-content-type-options': 'nosniff' })
  }
  return (next) => (ctx) => {
    const decision = authorizer.authorize(ctx.user, ctx.requestInfo)
    return decision instanceof Promise ? decision.then((d) => proceed(ctx, d, next)) : proceed(ctx, decision, next)
  }
}

/** Nobody could say whether it is allowed (apiserver `responsewriters.InternalError`). */
function failed({ exchange }: RequestContext, error: string): void {
  const uri = exchange.search === '' ? exchange.path : `${exchange.path}?${exchange.search}`
  // A browser may show what the client sent.
  writeText(exchange, 500, escapeHtml(`Internal Server Error: ${goQuote(uri)}: ${error}`))
}

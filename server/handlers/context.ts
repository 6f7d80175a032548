import type { RequestContext } from '../filters/context.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'

/** What strategies and admission see of a request. */
export function strategyContext(ctx: RequestContext, dryRun: boolean): StrategyContext {
  return { user: ctx.user, clock: ctx.clock, dryRun, requestGroup: ctx.requestInfo.apiGroup, warn: (text) => ctx.warnings.push(text) }
}

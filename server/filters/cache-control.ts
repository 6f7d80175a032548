import type { Filter } from '../request/context.ts'

/** Nothing that depends on who asks may be kept by a shared cache; handlers of public documents say otherwise themselves. */
export const withCacheControl: Filter = (next) => (ctx) => {
  ctx.exchange.setHeader('cache-control', 'no-cache, private')
  return next(ctx)
}

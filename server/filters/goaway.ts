import type { Filter } from '../request/context.ts'

/**
 * `--goaway-chance`: now and then a request is the last one that its HTTP/2 connection takes, so that its client connects anew and many
 * servers behind a load balancer get their share (apiserver `server/filters/goaway.go`).
 * @param random from 0 up to 1
 */
export const withGoaway =
  (chance: number, random: () => number = Math.random): Filter =>
  (next) =>
  (ctx) => {
    if (ctx.exchange.protocol === 'h2' && random() < chance) ctx.exchange.setHeader('connection', 'close')
    return next(ctx)
  }

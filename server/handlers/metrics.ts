import type { Registry as PromRegistry } from 'prom-client'
import type { RequestContext } from '../request/context.ts'

/** Serves `/metrics` in Prometheus' text format. */
export function metrics(registry: () => Promise<PromRegistry>): (ctx: RequestContext) => Promise<boolean> {
  return async (ctx) => {
    if (ctx.requestInfo.path !== '/metrics') return false
    const r = await registry()
    ctx.exchange.respond(200, { 'content-type': r.contentType }, Buffer.from(await r.metrics()))
    return true
  }
}

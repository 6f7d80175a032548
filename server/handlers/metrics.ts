import type { RequestContext } from '../request/context.ts'

/** Serves `/metrics` in Prometheus' text format. */
export function metrics(scrape: () => Promise<{ contentType: string; text: string }>): (ctx: RequestContext) => Promise<boolean> {
  return async (ctx) => {
    if (ctx.requestInfo.path !== '/metrics') return false
    const { contentType, text } = await scrape()
    ctx.exchange.respond(200, { 'content-type': contentType }, Buffer.from(text))
    return true
  }
}

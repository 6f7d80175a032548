import type { RequestContext } from '../request/context.ts'

/** Serves a path, such as `/metrics`, in Prometheus' text format. */
export function metrics(
  path: string,
  scrape: () => Promise<{ contentType: string; text: string }>,
): (ctx: RequestContext) => Promise<boolean> {
  return async (ctx) => {
    if (ctx.requestInfo.path !== path) return false
    const { contentType, text } = await scrape()
    ctx.exchange.respond(200, { 'content-type': contentType }, Buffer.from(text))
    return true
  }
}

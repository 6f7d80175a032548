import type { RequestContext } from '../request/context.ts'

/** Largest request body (apiserver `MaxRequestBodyBytes`). */
const MAX_BODY = 3 * 1024 * 1024

/** The whole body of a request for a resource, whose size is counted (kube-apiserver's request_body_size_bytes). 413 when it is too large. */
export async function readBody(ctx: RequestContext): Promise<Buffer> {
  const bytes = await ctx.exchange.readBody(MAX_BODY)
  ctx.bodyRead = bytes.length
  return bytes
}

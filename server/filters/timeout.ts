import { badRequest } from '../machinery/status.ts'
import { ServedRequest, type Filter, type RequestContext } from '../request/context.ts'
import { DurationError, parseDuration } from './duration.ts'

/** Not in the encoding that the client asked for, and its type is what Go's server makes of the first bytes (apiserver `server/filters/timeout.go`). */
const TIMED_OUT = Buffer.from(
  '{"metadata":{},"status":"Failure","message":"Timeout: request did not complete within the allotted timeout","reason":"Timeout","details":{},"code":504}\n',
)
const TEXT = { 'content-type': 'text/plain; charset=utf-8' }

/**
 * A deadline for every request that is not long-running: `timeoutMs`, or less if the query's `timeout` says so. When it passes
 * the client gets 504 and the handler's signal is aborted; what the handler answers later is dropped. An answer that is on its way
 * by then is its handler's to cut short.
 */
export function withTimeout(
  timeoutMs: number,
  refused: (ctx: RequestContext, code: number) => void = () => undefined,
  aborted: (ctx: RequestContext) => void = () => undefined,
): Filter {
  return (next) => (ctx) => {
    if (ctx.longRunning) return next(ctx)
    const { exchange } = ctx
    const deadline = ctx.receivedAt + requested(ctx.requestInfo.query.get('timeout') ?? '', timeoutMs)
    ctx.deadline = deadline
    const result = next(ctx)
    if (result === undefined) return result
    let timedOut = false
    const timer = ctx.clock.setTimeout(() => {
      timedOut = !exchange.responded
      if (timedOut) {
        refused(ctx, 504)
        exchange.respond(504, TEXT, TIMED_OUT)
      } else aborted(ctx)
      if (ctx instanceof ServedRequest) ctx.abort(new Error('the request timed out'))
    }, deadline - ctx.clock.now())
    return result.then(
      () => timer.cancel(),
      (e: unknown) => {
        timer.cancel()
        // Among others the attempt to answer a second time.
        if (!timedOut) throw e
      },
    )
  }
}

function requested(text: string, timeoutMs: number): number {
  if (text === '') return timeoutMs
  let ms: number
  try {
    ms = parseDuration(text)
  } catch (e) {
    if (e instanceof DurationError) throw badRequest(`invalid timeout specified in the request URL - ${e.message}`)
    throw e
  }
  return ms > 0 && ms < timeoutMs ? ms : timeoutMs
}

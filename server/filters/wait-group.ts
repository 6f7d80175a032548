import { StatusError } from '../machinery/status.ts'
import type { Filter, RequestContext } from '../request/context.ts'
import { ServedRequest } from '../request/context.ts'
import type { StatusWriter } from './errors.ts'
import { probePaths } from './probe-paths.ts'

/** Knows what is running, so that a shutdown can wait for it. */
export class RequestWaitGroup {
  #running = 0
  readonly #longRunning = new Set<ServedRequest>()
  #closing = false
  #idle: (() => void)[] = []

  get closing(): boolean {
    return this.#closing
  }

  /** Requests that a shutdown waits for. */
  get running(): number {
    return this.#running
  }

  add(): void {
    this.#running++
  }

  done(): void {
    this.#running--
    if (this.#running > 0) return
    const idle = this.#idle
    this.#idle = []
    for (const resolve of idle) resolve()
  }

  track(ctx: ServedRequest): void {
    this.#longRunning.add(ctx)
    ctx.exchange.onClose(() => this.#longRunning.delete(ctx))
    if (this.#closing) ctx.abort(new Error('the server is shutting down'))
  }

  /** From now on new requests are refused; long-running ones are aborted; resolves when the others have finished. */
  close(): Promise<void> {
    this.#closing = true
    for (const ctx of this.#longRunning) ctx.abort(new Error('the server is shutting down'))
    return this.#running === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve))
  }
}

/** During a shutdown everything but health checks gets 503 with Retry-After, as the reference answers. */
export function withWaitGroup(group: RequestWaitGroup, write: StatusWriter): Filter {
  return (next) => (ctx) => {
    if (ctx.longRunning) {
      if (ctx instanceof ServedRequest) group.track(ctx)
      return next(ctx)
    }
    if (group.closing && !probePaths.has(ctx.requestInfo.path)) return refuse(ctx, write)
    group.add()
    let result: void | Promise<void>
    try {
      result = next(ctx)
    } catch (e) {
      group.done()
      throw e
    }
    if (result === undefined) group.done()
    else return result.finally(() => group.done())
  }
}

function refuse(ctx: RequestContext, write: StatusWriter): void {
  const { status } = new StatusError(503, 'ServiceUnavailable', 'apiserver is shutting down')
  write(ctx.exchange, status, { 'retry-after': '1', 'x-content-type-options': 'nosniff' })
}

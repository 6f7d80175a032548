import { isStatusError, toStatus, type Status } from '../machinery/status.ts'
import type { Exchange, ResponseHeaders } from '../serving/exchange.ts'
import type { Filter } from '../request/context.ts'
import { escapedJson } from '../machinery/json-escape.ts'

/** Writes a Status in the encoding the client asked for. */
export type StatusWriter = (exchange: Exchange, status: Status, headers: ResponseHeaders) => void

/** JSON for everyone: for the tests of filters, and for places that know no other encoding. */
export const writeJsonStatus: StatusWriter = (exchange, status, headers) => {
  exchange.respond(status.code, { ...headers, 'content-type': 'application/json' }, Buffer.from(`${escapedJson(status)}\n`))
}

/** Go's http.Error: what the reference's outer filters answer with. */
export function writeText(exchange: Exchange, code: number, text: string, headers: ResponseHeaders = {}): void {
  exchange.respond(
    code,
    { ...headers, 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    Buffer.from(`${text}\n`),
  )
}

export interface ErrorLog {
  /** An error that is a bug or a broken part, with the request it befell. */
  error(e: unknown, request: { method: string; uri: string; auditId: string }): void
}

/**
 * Turns what a handler throws into the answer. Anything but a StatusError is logged and becomes a 500; when the answer had begun
 * already, the error goes on to the transport, which breaks the stream off.
 */
export function withErrors(write: StatusWriter, log: ErrorLog): Filter {
  return (next) => (ctx) => {
    const failed = (e: unknown): void => {
      const { exchange } = ctx
      if (!isStatusError(e)) {
        const uri = exchange.search === '' ? exchange.path : `${exchange.path}?${exchange.search}`
        log.error(e, { method: exchange.method, uri, auditId: ctx.auditId })
      }
      if (!exchange.responded) write(exchange, toStatus(e), {})
      else if (!ctx.signal.aborted) throw e
    }
    try {
      const result = next(ctx)
      return result === undefined ? undefined : result.catch(failed)
    } catch (e) {
      failed(e)
    }
  }
}

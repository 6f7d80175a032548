import type { ClientRequest } from 'node:http'

/** Requests of which a server may be asked twice (RFC 9110 §9.2.1, Go's `http.Request.isReplayable`). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Whether the connection of a request that has failed had been idle and its other side had closed it: such a request is made again on another
 * connection when it may be (Go's `http.Transport.shouldRetryRequest`).
 */
export const wasStale = (req: ClientRequest, e: NodeJS.ErrnoException): boolean =>
  req.reusedSocket && (e.code === 'ECONNRESET' || e.code === 'EPIPE')

/** @param hasBody whether it has one, which has been sent and is not there any more */
export const mayRepeat = (method: string, hasBody: boolean): boolean => !hasBody && SAFE.has(method)

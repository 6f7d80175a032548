import type { UserInfo } from '../authn/contract.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Exchange } from '../serving/exchange.ts'
import type { RequestInfo } from './request-info.ts'

/** What the filters found out about one request, handed from each to the next and at last to the handler. */
export interface RequestContext {
  readonly exchange: Exchange
  readonly requestInfo: RequestInfo
  /** Set by the authentication filter; every later filter and the handler may rely on it. */
  user: UserInfo
  readonly auditId: string
  /** Texts for the client; push before the response is sent. The filter makes `Warning: 299` headers of them. */
  readonly warnings: string[]
  readonly clock: Clock
  /** When the request arrived, in the clock's milliseconds. */
  readonly receivedAt: number
  /** Watches, proxied streams, logs with follow: no deadline, and not counted as in flight. */
  readonly longRunning: boolean
  /** Aborted when the client has gone or the deadline passed. Made on first use. */
  readonly signal: AbortSignal
}

/** Answers through `ctx.exchange`. A thrown error becomes the Status that the client sees. */
export type Handler = (ctx: RequestContext) => void | Promise<void>

/** A filter takes what comes after it and gives back the whole. */
export type Filter = (next: Handler) => Handler

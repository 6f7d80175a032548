import type { Admission } from '../admission/contract.ts'
import type { UserInfo } from '../authn/contract.ts'
import type { Authorizer } from '../authz/contract.ts'
import type { Clock } from '../machinery/clock.ts'
import type { KindTypes } from '../scheme/contract.ts'
import type { Exchange } from '../serving/exchange.ts'
import { Annotations } from './annotations.ts'
import { isLongRunning, type RequestInfo } from './request-info.ts'
import { WarningRecorder, type Warnings } from './warnings.ts'

/** What the filters found out about one request, handed from each to the next and at last to the handler. */
export interface RequestContext {
  readonly exchange: Exchange
  readonly requestInfo: RequestInfo
  /** Set by the authentication filter; every later filter and the handler may rely on it. */
  user: UserInfo
  /** Who has sent the request, when it is answered as somebody else. */
  impersonatedBy?: UserInfo
  readonly auditId: string
  /** What the server has decided about the request and why. */
  readonly annotations: Annotations
  /** Texts for the client; push before the response is sent. They become `Warning: 299` headers. */
  readonly warnings: Warnings
  readonly clock: Clock
  /** Who may change or refuse what the request writes. */
  readonly admission: Admission
  /** Asked about what a request turns out to do beside what its method says. */
  readonly authorizer: Authorizer
  /** Whether CBOR is spoken: the gate CBORServingAndStorage is open. */
  readonly cbor?: boolean
  /** Answers are not compressed: the gate APIResponseCompression is closed. */
  readonly uncompressed?: boolean
  /** Watches that begin with a list are not compressed: the gate WatchListCompression is closed. */
  readonly uncompressedWatches?: boolean
  /** A watch may not ask for a list before: the gate WatchList is closed. */
  readonly withoutWatchLists?: boolean
  /** The built-in kinds, whatever resource the request is about: options, a Status, what is asked of a subresource. */
  readonly types: KindTypes
  /** When the request arrived, in the clock's milliseconds. */
  readonly receivedAt: number
  /** Watches, proxied streams, logs with follow: no deadline, and not counted as in flight. */
  readonly longRunning: boolean
  /** When its answer must be there, in the clock's milliseconds; undefined where nothing but the client ends it. */
  deadline?: number
  /** How long webhooks were waited for. */
  webhookMs: number
  /** Bytes of the body that was read; undefined where none was. */
  bodyRead?: number
  /** Aborted when the client has gone, the deadline passed, or (long-running requests) the server shuts down. Made on first use. */
  readonly signal: AbortSignal
}

/** Answers through `ctx.exchange`. A thrown error becomes the Status that the client sees. */
export type Handler = (ctx: RequestContext) => void | Promise<void>

/** A filter takes what comes after it and gives back the whole. */
export type Filter = (next: Handler) => Handler

const nobody: UserInfo = { name: '', groups: [] }

/** What the server has for every request. */
export type RequestDependencies = Pick<
  RequestContext,
  'clock' | 'admission' | 'authorizer' | 'types' | 'cbor' | 'uncompressed' | 'uncompressedWatches' | 'withoutWatchLists'
>

/** The context of a request from outside; what few requests need is made when they ask for it. */
export class ServedRequest implements RequestContext {
  readonly exchange: Exchange
  readonly requestInfo: RequestInfo
  user: UserInfo = nobody
  readonly auditId: string
  readonly clock: Clock
  readonly admission: Admission
  readonly authorizer: Authorizer
  readonly cbor: boolean
  readonly uncompressed: boolean
  readonly uncompressedWatches: boolean
  readonly withoutWatchLists: boolean
  readonly types: KindTypes
  readonly receivedAt: number
  readonly longRunning: boolean
  deadline?: number
  webhookMs = 0
  bodyRead?: number
  #annotations: Annotations | undefined
  #warnings: WarningRecorder | undefined
  #abort: AbortController | undefined
  #aborted: Error | undefined

  constructor(exchange: Exchange, requestInfo: RequestInfo, auditId: string, by: RequestDependencies) {
    this.exchange = exchange
    this.requestInfo = requestInfo
    this.auditId = auditId
    this.clock = by.clock
    this.admission = by.admission
    this.authorizer = by.authorizer
    this.cbor = by.cbor === true
    this.uncompressed = by.uncompressed === true
    this.uncompressedWatches = by.uncompressedWatches === true
    this.withoutWatchLists = by.withoutWatchLists === true
    this.types = by.types
    this.receivedAt = by.clock.now()
    this.longRunning = isLongRunning(requestInfo)
  }

  get annotations(): Annotations {
    return (this.#annotations ??= new Annotations())
  }

  get warnings(): Warnings {
    if (this.#warnings === undefined) {
      this.#warnings = new WarningRecorder()
      this.exchange.setHeader('warning', this.#warnings.headers)
    }
    return this.#warnings
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#aborted !== undefined) this.#abort.abort(this.#aborted)
      else this.exchange.onClose(() => this.#abort?.abort(new Error('the client has gone')))
    }
    return this.#abort.signal
  }

  abort(reason: Error): void {
    this.#aborted ??= reason
    this.#abort?.abort(reason)
  }
}

import type { Readable } from 'node:stream'

/**
 * One request and its response, whatever carries it: HTTP/2, HTTP/1.1, or a call inside the process.
 * Filters and handlers know only this. Header names are lower case.
 */
export interface Exchange {
  readonly method: string
  /** Path as sent (percent-encoded), without the query. */
  readonly path: string
  /** Query as sent, without `?`; empty when there is none. */
  readonly search: string
  readonly headers: RequestHeaders
  readonly protocol: 'h2' | 'http/1.1' | 'local'
  readonly remoteAddress: string
  /** Facts about the connection; filters may remember what they derived from it (one login for many requests). */
  readonly connection: ConnectionState
  /** The whole body; rejects with 413 Status when it is longer than `limit` bytes. May be called once. */
  readBody(limit: number): Promise<Buffer>
  /**
   * The body as it comes, instead of `readBody` and once; undefined when there is none. What nobody takes from the stream the client
   * does not get to send. It fails when the client goes away.
   */
  bodyStream(): BodyStream | undefined
  /** Sends status (a 1xx becomes 502), headers and the whole body. content-length is added here. Chunks are not copied: do not change them afterwards. */
  respond(status: number, headers: ResponseHeaders, body?: Buffer | readonly Buffer[]): void
  /** Sends status and headers now, the body as it comes. */
  stream(status: number, headers: ResponseHeaders): ResponseStream
  /** True once `respond` or `stream` was called. */
  readonly responded: boolean
  /** The status that was sent; 0 before. */
  readonly status: number
  /** Bytes of the response's body that were accepted so far. */
  readonly bodyBytes: number
  /** Adds a header to whatever response is sent later; the response's own header of that name wins. An empty array sends nothing. */
  setHeader(name: string, value: string | readonly string[]): void
  /** Calls back once when the client has gone or the response is complete; at once if that has happened. */
  onClose(callback: () => void): void
  /** True when the client is in this process and takes watch events as objects (machinery/object-frame). */
  readonly objects?: boolean
  /**
   * HTTP/1.1 only: takes the socket over for an upgraded protocol (SPDY/3.1, WebSocket); undefined elsewhere.
   * `head` is what arrived after the request's headers.
   */
  upgrade?(): { socket: import('node:stream').Duplex; head: Buffer }
}

export interface BodyStream {
  readonly stream: Readable
  /** In bytes, where it is known beforehand. */
  readonly length: number | undefined
}

/** Bytes of a value as Latin-1. Those of a repeated header are joined by `, `, but of one that says who somebody is (machinery/identity-headers.ts). */
export type RequestHeaders = Readonly<Record<string, string | undefined>>
/** Values of a repeated header (Warning) as an array. */
export type ResponseHeaders = Record<string, string | readonly string[]>

export interface ConnectionState {
  /** DER of the client's certificate if it sent one that chains to the client CA. */
  readonly peerCertificate: Buffer | undefined
  /** Why a certificate that was sent does not count. */
  readonly peerCertificateError?: string
  /** SHA-256 of the DER of the certificate and of those above it that have signed the one below, in base64. */
  readonly peerIssuers?: () => ReadonlySet<string>
  /** Set by the authentication filter once a request here was somebody's: such a connection may send more, and gives way later. */
  authenticated?: boolean
  /** Scratch for filters, by symbol. */
  readonly memo: Map<symbol, unknown>
}

export interface ResponseStream {
  /** False when the client is slow: stop until `onDrain`. The buffer is not copied and may be shared by many streams. */
  write(chunk: Buffer): boolean
  onDrain(callback: () => void): void
  /** Bytes accepted by `write` and not yet handed to the socket. */
  readonly pendingBytes: number
  end(): void
  /** Ends abnormally: the client sees a broken stream, not a clean end. */
  destroy(): void
}

/** A status that may end an exchange. A backend's 1xx may not: HTTP/2 knows no 101 at all (RFC 9113 §8.6). */
export const finalStatus = (status: number): number => (status < 200 ? 502 : status)

export type ExchangeHandler = (exchange: Exchange) => void | Promise<void>

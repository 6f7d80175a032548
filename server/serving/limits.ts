/**
 * How long each phase of a connection may take, in milliseconds. They are looked at once a second, so each may last a second longer.
 * Unless said otherwise the values are kube-apiserver's: its http.Server's or those of Go's HTTP/2 server.
 */
export interface PhaseLimits {
  /** From the accepted TCP connection to the end of the TLS handshake. */
  readonly handshake: number
  /** HTTP/2: the client's preface and its first SETTINGS. */
  readonly preface: number
  /** HTTP/2: HEADERS until END_HEADERS, and any frame other than DATA that has begun. */
  readonly headerBlock: number
  /** HTTP/1.1: a request's head, the silence before the first one included. */
  readonly head: number
  /** A request's body. The reference knows no limit besides the request's deadline, which long-running requests do not have. */
  readonly body: number
  /** A complete answer of which the client takes nothing; the reference's request deadline. */
  readonly stall: number
  /** No request. */
  readonly idle: number
  /** HTTP/2: the answer to the PING that goes with a GOAWAY; afterwards the streams seen so far are the last. */
  readonly ping: number
  /** From our end of a connection to the peer's. Cut later, the peer has read our last words; cut at once, they might be lost. */
  readonly linger: number
}

export const phaseLimits: PhaseLimits = {
  handshake: 32_000,
  preface: 10_000,
  headerBlock: 10_000,
  head: 32_000,
  body: 300_000,
  stall: 60_000,
  idle: 90_000,
  ping: 1000,
  linger: 1000,
}

/** Bounds of what one request may make us hold before it is looked at, in bytes. */
export const requestLimits = {
  /** The request target; longer ones get 414. */
  target: 65_536,
  /** Header names and values of a connection on which nobody has logged in; more get 431. */
  anonymousHeaders: 65_536,
  /** The same once somebody has: http.DefaultMaxHeaderBytes. */
  headers: 1_048_576,
  /** HTTP/1.1: what is read of an upload that nobody wants before the connection is closed. */
  unreadBody: 262_144,
} as const

/** How many connections a port holds. */
export interface ConnectionBounds {
  /** In all. */
  readonly total: number
  /** Those that nobody has logged in on. */
  readonly anonymous: number
  /** The same of one remote address. */
  readonly anonymousPerAddress: number
}

/** `share` of the file descriptors that this process may open, up to `most` connections. */
export function connectionBounds(descriptors: number, share: number, most: number): ConnectionBounds {
  const total = Math.max(16, Math.min(most, Math.floor(descriptors * share)))
  const anonymous = Math.min(4096, Math.ceil(total / 2))
  return { total, anonymous, anonymousPerAddress: Math.ceil(anonymous / 2) }
}

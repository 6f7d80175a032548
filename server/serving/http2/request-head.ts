import { isStandardIdentity, joinedIdentity, type IsIdentityHeader } from '../../machinery/identity-headers.ts'
import type { HeaderSink } from './hpack-decoder.ts'

// No inherited names, and V8 still shares hidden classes between requests with the same headers.
const Headers = function () {} as unknown as new () => Record<string, string | undefined>
Headers.prototype = Object.create(null) as object

// RFC 9113 §8.2.2: these belong to HTTP/1.1 connections.
const connectionSpecific = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** Of these the first one counts, as for Node and for Go. */
const SINGLE = new Set([
  'authorization',
  'content-type',
  'from',
  'if-modified-since',
  'if-unmodified-since',
  'max-forwards',
  'referer',
  'user-agent',
])

/** One request's head as its header block is decoded (RFC 9113 §8.3); it only judges, the connection acts. */
export class RequestHead implements HeaderSink {
  method = ''
  target = ''
  scheme = ''
  readonly headers: Record<string, string | undefined> = new Headers()
  /** Why the request is malformed; empty when it is not. */
  malformed = ''
  tooLarge = false
  targetTooLong = false
  #room: number
  readonly #maxTarget: number
  readonly #isIdentity: IsIdentityHeader
  #regularSeen = false

  constructor(maxHeaderListSize: number, maxTarget: number, isIdentity: IsIdentityHeader = isStandardIdentity) {
    this.#room = maxHeaderListSize
    this.#maxTarget = maxTarget
    this.#isIdentity = isIdentity
  }

  onHeader(name: string, value: string): void {
    // The target has a limit of its own, and an answer of its own when it is above it.
    if (name === ':path') this.targetTooLong ||= value.length > this.#maxTarget
    else {
      this.#room -= name.length + value.length + 32
      if (this.#room < 0) {
        this.tooLarge = true
        return
      }
    }
    const first = name.charCodeAt(0)
    if (first === 58) this.#pseudo(name, value)
    else if (first === 0 || name === '') this.malformed = 'invalid header field'
    else {
      this.#regularSeen = true
      if (connectionSpecific.has(name) || (name === 'te' && value !== 'trailers')) this.malformed = `${name} header`
      const before = this.headers[name]
      if (before === undefined) this.headers[name] = value
      else if (name === 'host' || name === 'content-length') {
        if (before !== value) this.malformed = `two values of ${name}`
      } else if (this.#isIdentity(name)) this.headers[name] = joinedIdentity([before, value])
      else if (!SINGLE.has(name)) this.headers[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`
    }
  }

  /** To be called when the block is complete. */
  finish(): void {
    if (this.malformed !== '' || this.tooLarge) return
    if (this.method === '' || this.scheme === '' || this.target === '') this.malformed = 'a pseudo-header is missing'
    else if (this.target.charCodeAt(0) !== 47 && !(this.target === '*' && this.method === 'OPTIONS')) this.malformed = 'invalid :path'
  }

  #pseudo(name: string, value: string): void {
    if (this.#regularSeen) this.malformed = 'a pseudo-header after a header'
    else if (name === ':method' && this.method === '') this.method = value
    else if (name === ':path' && this.target === '') this.target = value
    else if (name === ':scheme' && this.scheme === '') this.scheme = value
    else if (name === ':authority' && this.headers['host'] === undefined) this.headers['host'] = value
    else this.malformed = `unexpected ${name}`
  }
}

/** Trailers and refused requests are decoded for the table's sake and dropped. */
export const ignoredHeaders: HeaderSink = { onHeader() {} }

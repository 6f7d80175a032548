import type { Readable } from 'node:stream'
import type { Clock, Timer } from '../machinery/clock.ts'
import { type Status, StatusError, toStatus } from '../machinery/status.ts'
import type { WatchSigns } from './contract.ts'
import type { Contexts } from './contexts.ts'
import { discard } from './discard.ts'
import { GatewayError } from './errors.ts'
import { dataFrame, frame } from './frames.ts'
import { isFields } from './kubeconfig.ts'
import { LineSplitter } from './lines.ts'
import { checkedPath, mayProxy } from './route.ts'

/** A batch with this many bytes is sent at once. */
const BATCH_BYTES = 64 * 1024
/**
 * The first event after a pause is sent at the end of the tick; more of them are gathered this long. The window draws a frame each
 * 16 ms at most, and a message for every single event costs both ends more than the event does.
 */
const BATCH_MS = 8
/** An event holds one object (1.5 MB in etcd, some more as JSON). */
const MAX_LINE = 32 * 1024 * 1024
/** A line of a log is not read at once beyond this; the window offers the whole log as a file. */
const MAX_TEXT = 1024 * 1024
/** A log may stand for hours in a line without an end (a prompt, progress by `\r`): it is sent as it is so far when nothing came for this long. */
const OPEN_LINE_MS = 200
/** Each time anew, and therefore no more of it than this. */
const MAX_OPEN_TEXT = 64 * 1024
const MAX_ERROR_BODY = 64 * 1024

/** The socket as a feed sees it. `send` returns false when the window is slow; `resume` is called on every feed once it has caught up. */
export interface FeedSink {
  send(frame: Buffer): boolean
  ended(id: number): void
}

/** One upstream watch (or log stream) of one window. Ends exactly once: by `end`, by `error`, or by `close` from the window. */
export class WatchFeed {
  readonly #id: number
  readonly #sink: FeedSink
  readonly #clock: Clock
  readonly #abort = new AbortController()
  #splitter = new LineSplitter(MAX_LINE)
  #body: Readable | undefined
  #json = true
  #foreign = true
  #batch: Buffer[] = []
  #batchBytes = 0
  #flush: Timer | undefined
  #sentAt = -BATCH_MS
  #done = false
  #signs: WatchSigns | undefined
  #silence: Timer | undefined
  #heardAt = 0
  #openLine: Timer | undefined

  constructor(id: number, sink: FeedSink, clock: Clock) {
    this.#id = id
    this.#sink = sink
    this.#clock = clock
  }

  async open(contexts: Contexts, context: string, path: string, accept = 'application/json'): Promise<void> {
    try {
      const upstream = await contexts.upstream(context)
      if (this.#done) return
      this.#signs = upstream.connection?.watch()
      this.#foreign = upstream.server !== undefined || mayProxy(path)
      const signal = this.#abort.signal
      const headers = { accept, 'accept-encoding': 'identity', 'user-agent': 'binnacle-inspector' }
      const limit = hasBookmarks(path) ? { limitMs: contexts.times.watchSilence } : {}
      const answer = await upstream.send({ method: 'GET', path: checkedPath(path), headers, signal, ...limit })
      // While the answer was on its way the window may have closed the feed; the abort has ended the request.
      if (this.#done) return discard(answer.body)
      if (answer.status >= 300 && answer.status < 400) {
        discard(answer.body)
        throw new GatewayError('NotKubernetes', `a watch was sent on to ${String(answer.headers.location)}`)
      }
      if (answer.status !== 200) return this.#fail(answer.status, await errorBody(answer.status, answer.body))
      this.#json = /^application\/json\b/.test(String(answer.headers['content-type'] ?? (isLog(path) ? 'text/plain' : 'application/json')))
      if (!this.#json && hasBookmarks(path)) {
        discard(answer.body)
        const type = String(answer.headers['content-type'])
        throw new GatewayError('NotKubernetes', `a watch was answered with ${type} instead of JSON`)
      }
      if (!this.#json) this.#splitter = new LineSplitter(MAX_TEXT, 'cut')
      this.#body = answer.body
      this.#signs?.opened()
      this.#sink.send(frame({ id: this.#id, t: 'open', status: answer.status }))
      this.#read(answer.body)
      if (this.#signs !== undefined && this.#json && hasBookmarks(path)) this.#guard(contexts.times.watchSilence)
    } catch (e) {
      const status = toStatus(e instanceof StatusError ? e : new GatewayError('Connect', e instanceof Error ? e.message : String(e)))
      this.#fail(status.code, status)
    }
  }

  /** From the window: nothing more is sent. */
  close(): void {
    if (!this.#finish()) return
    this.#abort.abort()
    if (this.#body !== undefined) discard(this.#body)
  }

  resume(): void {
    this.#body?.resume()
  }

  #read(body: Readable): void {
    body.on('data', (chunk: Buffer) => this.#take(chunk))
    body.once('error', (e) => this.#broken(e))
    body.once('end', () => {
      this.#add([this.#splitter.rest()].filter((l) => l.length > 0))
      if (this.#done) return
      this.#send()
      this.#finish()
      this.#sink.send(frame({ id: this.#id, t: 'end' }))
    })
    // A stream that is destroyed without an error is broken, too.
    body.once('close', () => this.#broken(new Error('the stream ended early')))
  }

  /**
   * A line can be cut without either end being told (NAT, VPN, sleep) while others to the same cluster work. A watch that is silent
   * for longer than its bookmarks are apart ends here, and the window resumes from the last version it has seen.
   */
  #guard(limitMs: number): void {
    this.#heardAt = this.#clock.now()
    const look = (): void => {
      const left = this.#heardAt + limitMs - this.#clock.now()
      // Whoever does not read hears nothing.
      if (left > 0 || this.#body?.isPaused()) this.#silence = this.#clock.setTimeout(look, Math.max(left, limitMs / 4))
      else this.#endSilent()
    }
    this.#silence = this.#clock.setTimeout(look, limitMs)
  }

  #endSilent(): void {
    this.#send()
    if (!this.#finish()) return
    this.#sink.send(frame({ id: this.#id, t: 'end', silent: true }))
    this.#abort.abort()
    if (this.#body !== undefined) discard(this.#body)
  }

  #take(chunk: Buffer): void {
    if (this.#done) return
    this.#signs?.heard()
    this.#heardAt = this.#clock.now()
    try {
      this.#add(this.#splitter.push(chunk))
    } catch (e) {
      return this.#broken(e instanceof Error ? e : new Error(String(e)))
    }
    if (this.#done) return
    if (!this.#json) this.#awaitOpenLine()
    if (this.#batch.length === 0) return
    if (this.#batchBytes >= BATCH_BYTES) this.#send()
    else this.#flush ??= this.#later()
  }

  #awaitOpenLine(): void {
    this.#openLine?.cancel()
    const isOpen = this.#splitter.openBytes > 0
    this.#openLine = isOpen ? this.#clock.setTimeout(() => this.#sendOpenLine(), OPEN_LINE_MS) : undefined
  }

  #sendOpenLine(): void {
    const line = this.#splitter.open()
    this.#batch.push(openPiece(line, this.#splitter.openBytes))
    this.#send()
  }

  #later(): Timer {
    const wait = this.#sentAt + BATCH_MS - this.#clock.now()
    // The clock of the machine may have been set back.
    if (wait > 0 && wait <= BATCH_MS) return this.#clock.setTimeout(() => this.#send(), wait)
    const soon = setImmediate(() => this.#send())
    return { cancel: () => clearImmediate(soon) }
  }

  #add(lines: Buffer[]): void {
    for (const line of lines) {
      if (this.#done) return
      if (this.#json && !(this.#foreign ? isObject(line) : looksLikeObject(line)))
        return this.#broken(new GatewayError('NotKubernetes', 'the stream broke off: it has a line that is not a JSON object'))
      const piece = this.#json ? line : textPiece(line, this.#splitter.lengthOfCut(line))
      this.#batch.push(piece)
      this.#batchBytes += piece.length
    }
  }

  #send(): void {
    this.#flush?.cancel()
    this.#flush = undefined
    if (this.#batch.length === 0 || this.#done) return
    this.#sentAt = this.#clock.now()
    const lines = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    if (!this.#sink.send(dataFrame(this.#id, lines))) this.#body?.pause()
  }

  #broken(e: Error): void {
    if (this.#done) return
    const status = (e instanceof GatewayError ? e : new GatewayError('Connect', `the stream broke off: ${e.message}`)).status
    this.#send()
    this.#fail(status.code, status)
    this.#abort.abort()
    if (this.#body !== undefined) discard(this.#body)
  }

  #fail(code: number, body: Status): void {
    if (this.#finish()) this.#sink.send(frame({ id: this.#id, t: 'error', status: code, body }))
  }

  #finish(): boolean {
    if (this.#done) return false
    this.#done = true
    this.#flush?.cancel()
    this.#silence?.cancel()
    this.#openLine?.cancel()
    this.#signs?.ended()
    this.#sink.ended(this.#id)
    return true
  }
}

/** A line of text as JSON; of one that was cut, its beginning and how many bytes all of it had. */
function textPiece(line: Buffer, bytes: number | undefined): Buffer {
  const text = line.toString('utf8')
  return Buffer.from(JSON.stringify(bytes === undefined ? text : { text: text.replace(/\ufffd$/, ''), bytes }))
}

/**
 * What there is of a line that has not ended: its last character may be a part of one. Of a long one its beginning, or its time and what
 * stands on it now where it is written over and over.
 */
function openPiece(line: Buffer, bytes: number): Buffer {
  const again = line.length > MAX_OPEN_TEXT ? line.indexOf(RETURN, line.length - MAX_OPEN_TEXT) : -1
  const shown =
    again < 0 ? line.subarray(0, MAX_OPEN_TEXT) : Buffer.concat([line.subarray(0, line.indexOf(SPACE) + 1), line.subarray(again + 1)])
  const text = shown.toString('utf8').replace(/\ufffd$/, '')
  return Buffer.from(JSON.stringify({ text, open: true, ...(bytes > shown.length ? { bytes } : {}) }))
}
const RETURN = 13
const SPACE = 32

/** A kubelet does not always say what a log is made of. */
const isLog = (path: string): boolean => /\/log$/.test(path.split('?', 1)[0] ?? '')

const hasBookmarks = (path: string): boolean => /[?&]watch=(1|true)\b/.test(path) && /[?&]allowWatchBookmarks=(1|true)\b/.test(path)

// A line goes into a frame as it is: one that closes more than it opens would speak for the frame.
function isObject(line: Buffer): boolean {
  if (!looksLikeObject(line)) return false
  try {
    return isFields(JSON.parse(line.toString('utf8')))
  } catch {
    return false
  }
}

// Our own API server's lines are objects, and a broken stream shows at the ends.
function looksLikeObject(line: Buffer): boolean {
  let end = line.length - 1
  while (end > 0 && (line[end] === 0x20 || line[end] === 0x0d)) end--
  return line[0] === 0x7b && line[end] === 0x7d
}

async function errorBody(code: number, body: Readable): Promise<Status> {
  const chunks: Buffer[] = []
  let length = 0
  // Stopping early destroys the body, which undici reports as an error.
  body.on('error', () => undefined)
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length
    chunks.push(chunk)
    if (length > MAX_ERROR_BODY) break
  }
  const said = Buffer.concat(chunks).toString('utf8')
  try {
    const parsed = JSON.parse(said) as Status
    if (parsed?.kind === 'Status') return parsed
  } catch {
    // Not every error on the way is written by an API server.
  }
  const message = said.trim().slice(0, 1000)
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: message === '' ? `HTTP ${code}` : message, code }
}

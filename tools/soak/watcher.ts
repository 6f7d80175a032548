import type { ClientHttp2Stream } from 'node:http2'
import { type Connection, eachLine } from './http.ts'
import { listed, NAMESPACE } from './writer.ts'

interface Event {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: { metadata: { name: string; resourceVersion: string }; data?: { seq: string }; code?: number; message?: string }
}

const AGAIN_MS = 200

/**
 * Lists, watches, and holds every event against what it knows: each object's seq must grow by one, and versions must grow.
 * It resumes a broken stream where it ended, and lists again when the server says that is too long ago.
 */
export class Watcher {
  readonly #client: Connection
  readonly #slow: boolean
  readonly #random: () => number
  #state: Map<string, number> | undefined
  #version = ''
  #stream: ClientHttp2Stream | undefined
  #over = false
  events = 0
  resumed = 0
  relisted = 0
  readonly faults: string[] = []

  constructor(client: Connection, slow: boolean, random: () => number) {
    this.#client = client
    this.#slow = slow
    this.#random = random
  }

  start(): void {
    void this.#run()
  }

  /** Goes away without a word, as clients do. */
  leave(): void {
    this.#over = true
    this.#stream?.destroy()
  }

  /** What it believes is there; undefined before its first list. */
  get state(): ReadonlyMap<string, number> | undefined {
    return this.#state
  }

  get version(): number {
    return Number(this.#version)
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      try {
        if (this.#state === undefined) {
          const { resourceVersion, seqs } = await listed(this.#client)
          this.#state = seqs
          this.#version = resourceVersion
          this.relisted++
        }
        await this.#watch()
        this.resumed++
      } catch {
        // The server is away.
      }
      await new Promise((r) => setTimeout(r, AGAIN_MS))
    }
  }

  #watch(): Promise<void> {
    return new Promise((resolve) => {
      const path = `/api/v1/namespaces/${NAMESPACE}/configmaps?watch=1&allowWatchBookmarks=true&resourceVersion=${this.#version}&labelSelector=writer`
      const stream = this.#client.stream('GET', path)
      this.#stream = stream
      stream.on('error', () => undefined)
      stream.on('close', () => resolve())
      eachLine(stream, (line) => this.#line(line))
      if (this.#slow) this.#dawdle(stream)
    })
  }

  /** Stops reading for some seconds, again and again: longer than the server may keep events for it. */
  #dawdle(stream: ClientHttp2Stream): void {
    if (stream.closed || this.#over) return
    stream.pause()
    setTimeout(
      () => {
        stream.resume()
        setTimeout(() => this.#dawdle(stream), 500)
      },
      2000 + this.#random() * 10_000,
    )
  }

  #line(line: Buffer): void {
    if (this.#over) return
    const { type, object } = JSON.parse(line.toString()) as Event
    if (type === 'ERROR') {
      if (object.code === 410) this.#state = undefined
      else this.faults.push(`an ERROR event: ${object.code} ${object.message}`)
      return
    }
    const { name, resourceVersion } = object.metadata
    const [was, now] = [Number(this.#version), Number(resourceVersion)]
    if (type === 'BOOKMARK' ? now < was : now <= was) this.faults.push(`${type} ${name}: version ${now} after ${was}`)
    this.#version = resourceVersion
    if (type === 'BOOKMARK') return
    this.events++
    const state = this.#state!
    const seq = Number(object.data?.seq)
    const known = state.get(name)
    const expected = type === 'ADDED' ? undefined : type === 'MODIFIED' ? seq - 1 : seq
    if (known !== expected || (type === 'ADDED' && seq !== 1)) this.faults.push(`${type} ${name} seq ${seq} at ${now}, known was ${known}`)
    if (type === 'DELETED') state.delete(name)
    else state.set(name, seq)
  }
}

import { Backoff, type Clock } from './clock.ts'
import { parseJson } from './json.ts'
import type { ClusterState } from './cluster-state.ts'

export interface WatchHandlers {
  open(): void
  /** Raw watch events, in order. */
  data(events: unknown[]): void
  /** `silent`: it brought nothing for so long that it was given up. */
  end(silent?: boolean): void
  /** The upstream's answer was not 200, or it could not be reached (502 and up). */
  error(status: number, body: unknown): void
  /** The socket itself is gone. A new `watch` may be asked for at once: it is sent when the socket is back. */
  lost(): void
}

/** The little of WebSocket that is used here. */
export interface SocketLike {
  send(text: string): void
  close(): void
  onopen: ((event: Event) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onmessage: ((message: MessageEvent) => void) | null
}

export interface SocketState {
  phase: 'idle' | 'connecting' | 'open' | 'lost'
  /** When the next try is made, for `lost`. */
  retryAt?: number
}

type Frame =
  | { id: number; t: 'open'; status: number }
  | { id: number; t: 'data'; lines: unknown[] }
  | { id: number; t: 'end'; silent?: boolean }
  | { id: number; t: 'error'; status: number; body: unknown }

/** What the gateway tells without being asked: how a cluster is, and that the list of contexts is another one now. */
export type Notice = { t: 'cluster'; state: ClusterState } | { t: 'contexts' }

/** One WebSocket for all watch feeds of the window. It connects with the first watch, or before, and comes back by itself. */
export class WatchSocket {
  readonly #connect: () => SocketLike
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #changed: (state: SocketState) => void
  readonly #notice: (notice: Notice) => void
  readonly #feeds = new Map<number, { open: string; handlers: WatchHandlers }>()
  #socket: SocketLike | undefined
  #ready = false
  #nextId = 1
  #cancelRetry: (() => void) | undefined
  state: SocketState = { phase: 'idle' }

  constructor(init: {
    connect: () => SocketLike
    clock: Clock
    random?: () => number
    changed?: (state: SocketState) => void
    notice?: (notice: Notice) => void
  }) {
    this.#connect = init.connect
    this.#clock = init.clock
    this.#backoff = new Backoff(250, 10_000, init.random ?? Math.random)
    this.#changed = init.changed ?? (() => {})
    this.#notice = init.notice ?? (() => {})
  }

  get watches(): number {
    return this.#feeds.size
  }

  watch(context: string, path: string, accept: string, handlers: WatchHandlers): { close(): void } {
    const id = this.#nextId++
    const open = JSON.stringify({ op: 'open', id, context, path, accept })
    this.#feeds.set(id, { open, handlers })
    if (this.#ready) this.#socket?.send(open)
    else this.connect()
    return {
      close: () => {
        if (this.#feeds.delete(id) && this.#ready) this.#socket?.send(JSON.stringify({ op: 'close', id }))
      },
    }
  }

  /** Connects when it neither is connected nor waits for its next try: what is watched later need not wait for it. */
  connect(): void {
    if (!this.#socket && !this.#cancelRetry) this.#dial()
  }

  /** Tries again now instead of at `retryAt`: the machine woke up or the network is back. */
  kick(): void {
    if (!this.#cancelRetry) return
    this.#cancelRetry()
    this.#cancelRetry = undefined
    this.#dial()
  }

  #dial(): void {
    this.#become({ phase: 'connecting' })
    const socket = this.#connect()
    this.#socket = socket
    socket.onopen = () => {
      this.#ready = true
      this.#backoff.reset()
      this.#become({ phase: 'open' })
      for (const feed of this.#feeds.values()) socket.send(feed.open)
    }
    socket.onmessage = (message) => this.#receive(message.data)
    socket.onclose = () => this.#closed()
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') return
    const frame = parseJson(data) as Frame | Notice
    if (frame.t === 'cluster' || frame.t === 'contexts') return this.#notice(frame)
    const handlers = this.#feeds.get(frame.id)?.handlers
    if (!handlers) return
    if (frame.t === 'data') return handlers.data(frame.lines)
    if (frame.t === 'open') return handlers.open()
    this.#feeds.delete(frame.id)
    if (frame.t === 'end') handlers.end(frame.silent === true)
    else handlers.error(frame.status, frame.body)
  }

  #closed(): void {
    const wait = this.#backoff.next()
    this.#socket = undefined
    this.#ready = false
    this.#become({ phase: 'lost', retryAt: this.#clock.now() + wait })
    this.#cancelRetry = this.#clock.after(wait, () => {
      this.#cancelRetry = undefined
      this.#dial()
    })
    const lost = [...this.#feeds.values()]
    this.#feeds.clear()
    for (const feed of lost) feed.handlers.lost()
  }

  #become(state: SocketState): void {
    this.state = state
    this.#changed(state)
  }
}

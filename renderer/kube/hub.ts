import type { Cell } from './columns.ts'
import type { FeedSource, FromWorker, NetState, ObjectData, RowRef, SummaryData, ToWorker, ViewData, ViewRequest } from './protocol.ts'

/** The little of Worker that is used here. */
export interface PortLike {
  postMessage(message: ToWorker): void
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null
}

type Answer = Extract<FromWorker, { id: number }>

/** The interface's end of the feed worker: subscriptions in, answers out. */
export class FeedHub {
  readonly #port: PortLike
  readonly #answers = new Map<number, (message: Answer) => void>()
  readonly #netListeners = new Set<() => void>()
  readonly #contextListeners = new Set<() => void>()
  readonly #answered = Promise.withResolvers<void>()
  #nextId = 1
  /** Resolves with the first answer that a cluster gave: what it has, or why that cannot be had. */
  readonly answered = this.#answered.promise
  net: NetState = { socket: { phase: 'idle' }, watches: 0, lastChange: 0, troubled: {}, clusters: {}, revisions: {} }

  constructor(port: PortLike) {
    this.#port = port
    port.onmessage = (event) => this.#receive(event.data)
  }

  /** Opens a view; `update` changes what it shows, `close` ends it. */
  view(request: ViewRequest, onData: (data: ViewData) => void): ViewHandle {
    const id = this.#expect((message) => message.op === 'view' && onData(message.data))
    this.#port.postMessage({ op: 'view', id, request })
    return {
      update: (next) => this.#port.postMessage({ op: 'view', id, request: next }),
      pick: (from, to) => this.#pick((pick) => ({ op: 'pick', id: pick, view: id, from, to })),
      select: (keys) => this.#port.postMessage({ op: 'select', view: id, keys: [...keys] }),
      pickSelected: () => this.#pick((pick) => ({ op: 'pick-selected', id: pick, view: id })),
      read: (columns) => this.#read(id, columns),
      close: () => this.#close(id),
    }
  }

  /** One whole object, live. The source must select it by name. */
  object(source: FeedSource, onData: (data: ObjectData) => void): () => void {
    const id = this.#expect((message) => message.op === 'object' && onData(message.data))
    this.#port.postMessage({ op: 'object', id, source })
    return () => this.#close(id)
  }

  summary(source: FeedSource, name: string, onData: (data: SummaryData) => void, of?: unknown): () => void {
    const id = this.#expect((message) => message.op === 'summary' && onData(message.data))
    this.#port.postMessage({ op: 'summary', id, source, name, of })
    return () => this.#close(id)
  }

  /** Ends every wait for a retry: the network or the machine is back. */
  kick(): void {
    this.#port.postMessage({ op: 'kick' })
  }

  listenNet(listener: () => void): () => void {
    this.#netListeners.add(listener)
    return () => this.#netListeners.delete(listener)
  }

  /** Told whenever the kubeconfigs have changed, or may have. */
  listenContexts(listener: () => void): () => void {
    this.#contextListeners.add(listener)
    return () => this.#contextListeners.delete(listener)
  }

  #pick(ask: (id: number) => ToWorker): Promise<RowRef[]> {
    const { promise, resolve } = Promise.withResolvers<RowRef[]>()
    const id = this.#expect((message) => {
      this.#answers.delete(id)
      if (message.op === 'pick') resolve(message.rows)
    })
    this.#port.postMessage(ask(id))
    return promise
  }

  #read(view: number, columns: readonly string[]): Promise<Cell[][]> {
    const { promise, resolve } = Promise.withResolvers<Cell[][]>()
    const id = this.#expect((message) => {
      this.#answers.delete(id)
      if (message.op === 'read') resolve(message.rows)
    })
    this.#port.postMessage({ op: 'read', id, view, columns: [...columns] })
    return promise
  }

  #expect(answer: (message: Answer) => void): number {
    const id = this.#nextId++
    this.#answers.set(id, answer)
    return id
  }

  #close(id: number): void {
    if (this.#answers.delete(id)) this.#port.postMessage({ op: 'close', id })
  }

  #receive(message: FromWorker): void {
    if (message.op === 'contexts') {
      for (const listener of this.#contextListeners) listener()
      return
    }
    if (message.op !== 'net') {
      if (message.op !== 'pick' && message.op !== 'read' && (message.data.state.synced || message.data.state.error))
        this.#answered.resolve()
      return this.#answers.get(message.id)?.(message)
    }
    this.net = message.data
    for (const listener of this.#netListeners) listener()
  }
}

export interface ViewHandle {
  update(request: ViewRequest): void
  pick(from: number, to: number): Promise<RowRef[]>
  /** Says which rows are selected, by their keys. */
  select(keys: Iterable<string>): void
  /** The selected rows that are shown: what the filter hides is not among them. */
  pickSelected(): Promise<RowRef[]>
  /** The cells of these columns in the order shown: of the selected rows that are shown, where there are some, else of all that are. */
  read(columns: readonly string[]): Promise<Cell[][]>
  close(): void
}

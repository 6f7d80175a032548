import type { Clock } from './clock.ts'
import { type Cell, type Column, columnById, type ColumnInfo, type KindView, type Sort } from './columns.ts'
import { type Feed, sourceKey } from './feed.ts'
import { clusterColumn, JoinedRows, joinedState, JoinedState } from './joined.ts'
import type { ClusterPart, FromWorker, RowData, RowRef, ViewData, ViewRequest } from './protocol.ts'
import type { FeedState } from './reflector.ts'
import type { Row, RowSource } from './store.ts'
import { ListView, type ViewParams } from './view.ts'

type Payload<Op extends FromWorker['op']> = Omit<Extract<FromWorker, { op: Op }>, 'id'>

/** One request of the interface that is answered again whenever its answer changes. */
export interface Subscription {
  readonly feeds: readonly Feed[]
  flush(): void
  /** The kind's columns are others now. */
  reset(): void
  close(): void
}

/** What a view is of: of something else it is another one. */
export const viewKey = ({ source, beside = [] }: ViewRequest): string => [source, ...beside].map((each) => sourceKey(each)).join('\n')

/** A feed's own store where there is one, else all of them as one. */
function rowsOf(feeds: readonly Feed[]): RowSource {
  const [first] = feeds
  return feeds.length === 1 && first ? first.store : new JoinedRows(feeds.map(({ store }) => store))
}

const versionOf = (feeds: readonly Feed[]): number => feeds.reduce((sum, { store }) => sum + store.version, 0)

function* everyRow(feeds: readonly Feed[]): Iterable<Row> {
  for (const { store } of feeds) yield* store.rows.values()
}

const byName: Sort = { column: 'name', descending: false }

export class ViewSubscription implements Subscription {
  readonly feeds: readonly Feed[]
  readonly key: string
  readonly #rows: RowSource
  readonly #state: JoinedState
  readonly #contexts: readonly string[]
  readonly #list: ListView
  readonly #post: (message: Payload<'view'>) => void
  #request: ViewRequest
  #sent = ''
  #columnsSent: ColumnInfo[] = []
  #statesSent: readonly FeedState[] = []
  #loaded: boolean
  /** To be selected once the rows are there. */
  #wanted: readonly string[]

  constructor(feeds: readonly Feed[], request: ViewRequest, post: (message: Payload<'view'>) => void, selected: readonly string[] = []) {
    this.#wanted = selected
    this.feeds = feeds
    this.#request = request
    this.key = viewKey(request)
    this.#post = post
    this.#rows = rowsOf(feeds)
    this.#state = new JoinedState(feeds)
    this.#contexts = [...new Set(feeds.map(({ context }) => context))]
    this.#list = new ListView(this.#rows, this.#params())
    this.#loaded = this.#state.get().synced
    this.#columns()
  }

  update(request: ViewRequest): void {
    this.#request = request
    this.#list.update(this.#params())
  }

  flush(): void {
    // While the list loads for the first time there is no order yet that could be kept: the last rows of the load still come.
    this.#list.hold(this.#request.hold && this.#loaded)
    this.#list.flush()
    this.#loaded ||= this.#state.get().synced
    if (this.#loaded && this.#wanted.length > 0) {
      this.#list.select(this.#wanted)
      this.#wanted = []
    }
    const { start, end, anchor } = this.#request
    const rows = this.#list.shown.slice(start, end)
    const anchorAt = anchor === undefined ? -1 : this.#find(anchor)
    // What the answer depends on, in short: the same again is not sent.
    let mark = `${start}:${this.#list.shown.length}/${this.#list.total}+${this.#list.waiting}@${anchorAt}`
    const { selected } = this.#list
    mark += `${selected.shown}-${selected.hidden}`
    // Versions are counted by each store for itself.
    const { stores } = this.#rows
    const several = stores.length > 1
    for (const row of rows) mark += ` ${several ? `${stores.indexOf(row.store)}:` : ''}${row.version}.${row.measured}${row.gone ? '-' : ''}`
    const states = this.feeds.map(({ state }) => state)
    const sameStates = states.every((state, at) => state === this.#statesSent[at])
    if (mark === this.#sent && sameStates && this.#columnsSent === this.#columnsSeen) return
    this.#sent = mark
    this.#statesSent = states
    this.#columnsSeen = this.#columnsSent
    const data: ViewData = {
      state: this.#state.get(),
      total: this.#list.total,
      shown: this.#list.shown.length,
      waiting: this.#list.waiting,
      selected,
      start,
      rows: rows.map((row) => this.#rowData(row)),
      columns: this.#columnsSent,
      sort: this.#sort(),
      clusters: this.#contexts.length < 2 ? undefined : this.#contexts.map((context) => this.#part(context)),
      anchor: anchor !== undefined && anchorAt >= 0 ? { key: anchor, index: anchorAt } : undefined,
    }
    this.#post({ op: 'view', data })
  }

  #columnsSeen: ColumnInfo[] | undefined

  pick(from: number, to: number): RowRef[] {
    return this.#list.shown.slice(from, to).map((row) => this.#ref(row))
  }

  get selectedKeys(): readonly string[] {
    return this.#wanted.length > 0 ? this.#wanted : this.#list.selectedKeys
  }

  select(keys: readonly string[]): void {
    this.#wanted = []
    this.#list.select(keys)
  }

  pickSelected(): RowRef[] {
    // What has come meanwhile counts, though no frame has shown it: a row that is gone must not be acted on.
    this.#list.flush()
    return this.#list.pickSelected().map((row) => this.#ref(row))
  }

  read(ids: readonly string[]): Cell[][] {
    this.#list.flush()
    const columns = ids.flatMap((id) => columnById(this.#rows.kind, id) ?? [])
    const chosen = this.#list.pickSelected()
    const rows = chosen.length > 0 ? chosen : this.#list.shown.filter(({ gone }) => !gone)
    return rows.map((row) => columns.map((column) => this.#cell(row, column)))
  }

  reset(): void {
    this.#columns()
    this.#list.update(this.#params())
    this.#list.reset()
  }

  close(): void {
    this.#list.close()
  }

  #part(context: string): ClusterPart {
    const feeds = this.feeds.filter((feed) => feed.context === context)
    const total = feeds.reduce((sum, { store }) => sum + store.rows.size, 0)
    return { context, state: joinedState(feeds.map(({ state }) => state)), total, selected: this.#list.selectedOf.get(context) ?? 0 }
  }

  #columns(): void {
    this.#columnsSent = this.#rows.kind.columns.map(({ id, label, literal, type, width, grow, hidden, link, used }) => ({
      id,
      label,
      literal,
      type,
      width,
      grow,
      hidden,
      link,
      used,
    }))
  }

  #sort(): Sort {
    return this.#request.sort ?? this.#rows.kind.sort ?? byName
  }

  #params(): ViewParams {
    return { sort: this.#sort(), filter: this.#request.filter }
  }

  #find(key: string): number {
    const near = this.#request.start
    const first = this.#list.shown[near]
    if (first && this.#rows.keyOf(first) === key) return near
    return this.#list.shown.findIndex((row) => this.#rows.keyOf(row) === key)
  }

  #ref(row: Row): RowRef {
    const { name, namespace, store } = row
    return { key: this.#rows.keyOf(row), name, namespace, ...(this.#contexts.length < 2 ? {} : { context: store.context }) }
  }

  #rowData(row: Row): RowData {
    const { kind } = row.store
    return {
      ...this.#ref(row),
      version: row.version,
      measured: row.measured,
      tone: kind.status(row.object)?.tone ?? null,
      gone: row.gone,
      cells: this.#rows.kind.columns.map((column) => this.#cell(row, column)),
    }
  }

  #cell(row: Row, column: Column): Cell {
    if (column === clusterColumn) return this.#rows.clusterOf(row)
    return this.#rows.columnFor(row, column)?.cell(row.object, row.usage, row.history) ?? null
  }
}

/** The whole objects of a small feed: mostly the one that is selected by name. */
export class ObjectSubscription implements Subscription {
  readonly feeds: readonly Feed[]
  readonly #state: JoinedState
  readonly #post: (message: Payload<'object'>) => void
  #last: Row | undefined
  #sent = ''
  #stateSent: FeedState | undefined

  constructor(feeds: readonly Feed[], post: (message: Payload<'object'>) => void) {
    this.feeds = feeds
    this.#state = new JoinedState(feeds)
    this.#post = post
  }

  flush(): void {
    const rows = this.feeds.flatMap(({ store }) => [...store.rows.values()])
    const state = this.#state.get()
    const row = rows[0]
    if (row) this.#last = row
    const shown = row ?? this.#last
    const mark = shown ? `${rows.length} ${shown.key} ${shown.version} ${versionOf(this.feeds)}` : ''
    if (mark === this.#sent && state === this.#stateSent) return
    this.#sent = mark
    this.#stateSent = state
    const deleted = row === undefined && this.#last !== undefined
    this.#post({
      op: 'object',
      data: { state, object: shown?.object ?? null, all: rows.map((each) => each.object), deleted },
    })
  }

  reset(): void {}
  close(): void {}
}

/** Summaries read every row, so they are made anew at most this often. */
const summaryEvery = 250

export class SummarySubscription implements Subscription {
  readonly feeds: readonly Feed[]
  readonly #state: JoinedState
  readonly #summary: (rows: Iterable<Row>, view: KindView) => unknown
  readonly #clock: Clock
  readonly #post: (message: Payload<'summary'>) => void
  #version = -1
  #stateSent: FeedState | undefined
  #cancel: (() => void) | undefined
  #due = 0

  constructor(
    feeds: readonly Feed[],
    summary: (rows: Iterable<Row>, view: KindView) => unknown,
    clock: Clock,
    post: (message: Payload<'summary'>) => void,
  ) {
    this.feeds = feeds
    this.#state = new JoinedState(feeds)
    this.#summary = summary
    this.#clock = clock
    this.#post = post
  }

  flush(): void {
    const state = this.#state.get()
    const version = versionOf(this.feeds)
    if (this.#version === version && this.#stateSent === state) return
    if (this.#cancel) return
    const wait = this.#due - this.#clock.now()
    if (wait > 0) {
      this.#cancel = this.#clock.after(wait, () => {
        this.#cancel = undefined
        this.flush()
      })
      return
    }
    this.#due = this.#clock.now() + summaryEvery
    this.#version = version
    this.#stateSent = state
    this.#post({
      op: 'summary',
      data: { state, value: this.#summary(everyRow(this.feeds), rowsOf(this.feeds).kind) },
    })
  }

  reset(): void {}

  close(): void {
    this.#cancel?.()
  }
}

import type { Clock } from './clock.ts'
import type { ColumnInfo, KindView, Sort } from './columns.ts'
import { type Feed, sourceKey } from './feed.ts'
import type { FromWorker, RowData, RowRef, ViewData, ViewRequest } from './protocol.ts'
import type { FeedState } from './reflector.ts'
import type { Row } from './store.ts'
import { ListView, type ViewParams } from './view.ts'

type Payload<Op extends FromWorker['op']> = Omit<Extract<FromWorker, { op: Op }>, 'id'>

/** One request of the interface that is answered again whenever its answer changes. */
export interface Subscription {
  readonly feed: Feed
  flush(): void
  /** The kind's columns are others now. */
  reset(): void
  close(): void
}

const byName: Sort = { column: 'name', descending: false }

export class ViewSubscription implements Subscription {
  readonly feed: Feed
  readonly key: string
  readonly #list: ListView
  readonly #post: (message: Payload<'view'>) => void
  #request: ViewRequest
  #sent = ''
  #columnsSent: ColumnInfo[] = []
  #loaded: boolean

  constructor(feed: Feed, request: ViewRequest, post: (message: Payload<'view'>) => void) {
    this.feed = feed
    this.#request = request
    this.key = sourceKey(request.source, false)
    this.#post = post
    this.#list = new ListView(feed.store, this.#params())
    this.#loaded = feed.state.synced
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
    this.#loaded ||= this.feed.state.synced
    const { start, end, anchor } = this.#request
    const rows = this.#list.shown.slice(start, end)
    const anchorAt = anchor === undefined ? -1 : this.#find(anchor)
    // What the answer depends on, in short: the same again is not sent.
    let mark = `${start}:${this.#list.shown.length}/${this.#list.total}+${this.#list.waiting}@${anchorAt}`
    const { selected } = this.#list
    mark += `${selected.shown}-${selected.hidden}`
    for (const row of rows) mark += ` ${row.version}.${row.measured}${row.gone ? '-' : ''}`
    const stateKey = this.feed.state
    if (mark === this.#sent && stateKey === this.#stateSent && this.#columnsSent === this.#columnsSeen) return
    this.#sent = mark
    this.#stateSent = stateKey
    this.#columnsSeen = this.#columnsSent
    const data: ViewData = {
      state: stateKey,
      total: this.#list.total,
      shown: this.#list.shown.length,
      waiting: this.#list.waiting,
      selected,
      start,
      rows: rows.map((row) => this.#rowData(row)),
      columns: this.#columnsSent,
      sort: this.#sort(),
      anchor: anchor !== undefined && anchorAt >= 0 ? { key: anchor, index: anchorAt } : undefined,
    }
    this.#post({ op: 'view', data })
  }

  #stateSent: FeedState | undefined
  #columnsSeen: ColumnInfo[] | undefined

  pick(from: number, to: number): RowRef[] {
    return this.#list.shown.slice(from, to).map(({ key, name, namespace }) => ({ key, name, namespace }))
  }

  select(keys: readonly string[]): void {
    this.#list.select(keys)
  }

  pickSelected(): RowRef[] {
    // What has come meanwhile counts, though no frame has shown it: a row that is gone must not be acted on.
    this.#list.flush()
    return this.#list.pickSelected().map(({ key, name, namespace }) => ({ key, name, namespace }))
  }

  reset(): void {
    this.#columns()
    this.#list.update(this.#params())
    this.#list.reset()
  }

  close(): void {
    this.#list.close()
  }

  #columns(): void {
    this.#columnsSent = this.feed.store.kind.columns.map(({ id, label, literal, type, width, grow, hidden, link, used }) => ({
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
    return this.#request.sort ?? this.feed.store.kind.sort ?? byName
  }

  #params(): ViewParams {
    return { sort: this.#sort(), filter: this.#request.filter, namespace: this.#request.source.namespace ?? '' }
  }

  #find(key: string): number {
    const near = this.#request.start
    if (this.#list.shown[near]?.key === key) return near
    return this.#list.shown.findIndex((row) => row.key === key)
  }

  #rowData(row: Row): RowData {
    const { kind } = this.feed.store
    return {
      key: row.key,
      name: row.name,
      namespace: row.namespace,
      version: row.version,
      measured: row.measured,
      tone: kind.status(row.object)?.tone ?? null,
      gone: row.gone,
      cells: kind.columns.map((column) => column.cell(row.object, row.usage)),
    }
  }
}

/** The whole objects of a small feed: mostly the one that is selected by name. */
export class ObjectSubscription implements Subscription {
  readonly feed: Feed
  readonly #post: (message: Payload<'object'>) => void
  #last: Row | undefined
  #sent = ''
  #stateSent: FeedState | undefined

  constructor(feed: Feed, post: (message: Payload<'object'>) => void) {
    this.feed = feed
    this.#post = post
  }

  flush(): void {
    const rows = [...this.feed.store.rows.values()]
    const row = rows[0]
    if (row) this.#last = row
    const shown = row ?? this.#last
    const mark = shown ? `${rows.length} ${shown.key} ${shown.version} ${this.feed.store.version}` : ''
    if (mark === this.#sent && this.feed.state === this.#stateSent) return
    this.#sent = mark
    this.#stateSent = this.feed.state
    const deleted = row === undefined && this.#last !== undefined
    this.#post({
      op: 'object',
      data: { state: this.feed.state, object: shown?.object ?? null, all: rows.map((each) => each.object), deleted },
    })
  }

  reset(): void {}
  close(): void {}
}

/** Summaries read every row, so they are made anew at most this often. */
const summaryEvery = 250

export class SummarySubscription implements Subscription {
  readonly feed: Feed
  readonly #summary: (rows: Iterable<Row>, view: KindView) => unknown
  readonly #clock: Clock
  readonly #post: (message: Payload<'summary'>) => void
  #version = -1
  #stateSent: FeedState | undefined
  #cancel: (() => void) | undefined
  #due = 0

  constructor(
    feed: Feed,
    summary: (rows: Iterable<Row>, view: KindView) => unknown,
    clock: Clock,
    post: (message: Payload<'summary'>) => void,
  ) {
    this.feed = feed
    this.#summary = summary
    this.#clock = clock
    this.#post = post
  }

  flush(): void {
    if (this.#version === this.feed.store.version && this.#stateSent === this.feed.state) return
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
    this.#version = this.feed.store.version
    this.#stateSent = this.feed.state
    this.#post({
      op: 'summary',
      data: { state: this.feed.state, value: this.#summary(this.feed.store.rows.values(), this.feed.store.kind) },
    })
  }

  reset(): void {}

  close(): void {
    this.#cancel?.()
  }
}

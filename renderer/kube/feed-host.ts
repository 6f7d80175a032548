import { baseContext } from './acting.ts'
import { askedFields } from './asked-fields.ts'
import type { Clock } from './clock.ts'
import type { Beside, KindView } from './columns.ts'
import type { ClusterState } from './cluster-state.ts'
import { Companion } from './companion.ts'
import { Feed, sourceKey, wholeObjects } from './feed.ts'
import type { FeedSource, FromWorker, NetState, RowRef, ToWorker, ViewRequest } from './protocol.ts'
import { isTroubled, type ServerTraits } from './reflector.ts'
import { resourceKey } from './resource.ts'
import { namespacesOf } from './scope.ts'
import type { Row } from './store.ts'
import { type Subscription, ObjectSubscription, SummarySubscription, viewKey, ViewSubscription } from './subscriptions.ts'
import { readUsage, type UsageSource } from './usage-source.ts'
import { UsagePolls } from './usage-poll.ts'
import { type Notice, type SocketLike, WatchSocket } from './watch-socket.ts'

/** `of` is what it was asked about, where it is about something. */
export type Summary = (rows: Iterable<Row>, view: KindView, of?: unknown) => unknown

export interface FeedHostInit {
  post(message: FromWorker): void
  connect(): SocketLike
  /** Lists: rejects with ApiError. */
  list(context: string, path: string, accept: string, signal: AbortSignal): Promise<unknown>
  /** The kubelets of this context may be asked what pods use. */
  kubelets?(context: string): boolean
  clock: Clock
  /** Declared kinds, by resource key; every other kind comes as the server's Table. */
  kinds: Record<string, KindView>
  summaries: Record<string, Summary>
}

/** One frame at 60 Hz: changes are gathered for this long. */
const frame = 16
/** The revision and the time of the last change are told at most this often, ms. */
const figuresEvery = 1_000
/** A feed nobody looks at stays this long, so that going back is instant. */
const linger = 20_000

/** Holds every feed of the window and answers the interface's requests; runs in a worker, but needs none. */
export class FeedHost {
  readonly #init: FeedHostInit
  readonly #socket: WatchSocket
  readonly #feeds = new Map<string, Feed>()
  readonly #subscriptions = new Map<number, Subscription>()
  readonly #companions = new Map<Feed, Companion>()
  readonly #clusters = new Map<string, ClusterState>()
  readonly #traits = new Map<string, ServerTraits>()
  readonly #usage: UsagePolls
  #scheduled = false
  #lastChange = 0
  #netSent = ''
  #figuresSent = ''
  #figuresDue = 0
  #figuresWait = false

  constructor(init: FeedHostInit) {
    this.#init = init
    const usage: UsageSource = {
      get: (context, path, signal) => init.list(context, path, 'application/json', signal),
      kubelets: init.kubelets ?? (() => false),
    }
    this.#usage = new UsagePolls(
      async ({ context, source, store: { kind } }, signal) => kind.usage && readUsage(usage, context, kind.usage, source.namespace, signal),
      init.clock,
    )
    this.#socket = new WatchSocket({
      connect: init.connect,
      clock: init.clock,
      changed: ({ phase }) => {
        if (phase === 'lost') this.#clusters.clear()
        this.#schedule()
      },
      notice: (notice) => this.#notice(notice),
    })
  }

  /** Connects before anything is asked for. */
  connect(): void {
    this.#socket.connect()
  }

  receive(message: ToWorker): void {
    switch (message.op) {
      case 'view':
        return this.#view(message)
      case 'object':
        return this.#add(message.id, new ObjectSubscription(this.#use(message.source, wholeObjects), this.#post(message.id)))
      case 'summary': {
        const summary = this.#init.summaries[message.name]
        if (!summary) throw new Error(`no summary is called ${message.name}`)
        const about = (rows: Iterable<Row>, view: KindView): unknown => summary(rows, view, message.of)
        return this.#add(message.id, new SummarySubscription(this.#use(message.source), about, this.#init.clock, this.#post(message.id)))
      }
      case 'pick':
        return this.#answerPick(message, (view) => view.pick(message.from, message.to))
      case 'pick-selected':
        return this.#answerPick(message, (view) => view.pickSelected())
      case 'read': {
        const view = this.#subscriptions.get(message.view)
        const rows = view instanceof ViewSubscription ? view.read(message.columns) : []
        return this.#init.post({ op: 'read', id: message.id, rows })
      }
      case 'select':
        return this.#select(message.view, message.keys)
      case 'close':
        return this.#close(message.id)
      case 'kick':
        this.#socket.kick()
        for (const feed of this.#feeds.values()) feed.kick()
    }
  }

  #notice(notice: Notice): void {
    if (notice.t === 'contexts') return this.#init.post({ op: 'contexts' })
    const { context, phase } = notice.state
    const before = this.#clusters.get(context)?.phase
    this.#clusters.set(context, notice.state)
    // It is back: nobody should sit out a wait that was for a cluster that is away.
    if (before === 'unreachable' && phase !== 'idle')
      for (const feed of this.#feeds.values()) if (baseContext(feed.context) === context) feed.kick()
    this.#schedule()
  }

  #view(message: Extract<ToWorker, { op: 'view' }>): void {
    const { id } = message
    const request = this.#asking(message.request)
    const known = this.#subscriptions.get(id)
    if (known instanceof ViewSubscription && known.key === viewKey(request)) {
      known.update(request)
      this.#measure(id, known.feeds, request.usage === true)
      return known.flush()
    }
    // Another filter may need other feeds; what is selected is selected there too.
    const selected = known instanceof ViewSubscription ? known.selectedKeys : []
    const feeds = [request.source, ...(request.beside ?? [])].flatMap((source) => this.#use(source))
    if (known) this.#close(id)
    this.#add(id, new ViewSubscription(feeds, request, this.#post(id), selected))
    this.#measure(id, feeds, request.usage === true)
  }

  /** A field that the list does not keep is asked for with the objects: read of what is kept it would be there for none. */
  #asking(request: ViewRequest): ViewRequest {
    const asked = askedFields(request.filter, this.#init.kinds[resourceKey(request.source.resource)])
    if (asked.length === 0) return request
    return { ...request, source: { ...request.source, asked }, beside: request.beside?.map((source) => ({ ...source, asked })) }
  }

  #measure(id: number, feeds: readonly Feed[], wanted: boolean): void {
    for (const feed of feeds) this.#usage.want(id, feed, wanted)
  }

  #answerPick({ id, view }: { id: number; view: number }, pick: (view: ViewSubscription) => RowRef[]): void {
    const found = this.#subscriptions.get(view)
    this.#init.post({ op: 'pick', id, rows: found instanceof ViewSubscription ? pick(found) : [] })
  }

  #select(id: number, keys: readonly string[]): void {
    const view = this.#subscriptions.get(id)
    if (!(view instanceof ViewSubscription)) return
    view.select(keys)
    view.flush()
  }

  #post(id: number): (message: PayloadWithoutId) => void {
    return (message) => this.#init.post({ ...message, id } as FromWorker)
  }

  #add(id: number, subscription: Subscription): void {
    this.#subscriptions.set(id, subscription)
    subscription.flush()
  }

  /** The feeds of a source: of each namespace that it names one. */
  #use(source: FeedSource, whole?: KindView): Feed[] {
    const namespaces = namespacesOf(source.namespace ?? '')
    if (namespaces.length < 2) return [this.#useOne(source, whole)]
    return namespaces.map((namespace) => this.#useOne({ ...source, namespace }, whole))
  }

  #useOne(source: FeedSource, kept?: KindView, as = kept && 'whole'): Feed {
    const key = sourceKey(source, as)
    let feed = this.#feeds.get(key)
    if (!feed) {
      const kind = kept ?? this.#init.kinds[resourceKey(source.resource)]
      feed = this.#start(source, kind)
      this.#feeds.set(key, feed)
      if (kind?.beside) this.#accompany(feed, kind.beside)
    }
    feed.cancelClose?.()
    feed.cancelClose = undefined
    feed.users++
    return feed
  }

  #accompany(feed: Feed, beside: Beside): void {
    const { context, namespace } = feed.source
    const { resource, fieldSelector, metadataOnly } = beside
    const source = { context, resource, namespace: resource.namespaced ? namespace : undefined, fieldSelector, metadataOnly }
    const kept: KindView = { trim: beside.trim, columns: [], status: () => undefined }
    const other = this.#useOne(source, kept, `beside ${resourceKey(feed.source.resource)}`)
    this.#companions.set(feed, new Companion(feed, other, beside, this.#init.clock))
  }

  #start(source: FeedSource, kind: KindView | undefined): Feed {
    const traits = this.#traits.get(source.context) ?? { watchList: 'unknown' as const }
    this.#traits.set(source.context, traits)
    const feed: Feed = new Feed({
      source,
      kind,
      traits,
      clock: this.#init.clock,
      transport: {
        list: (path, accept, signal) => this.#init.list(source.context, path, accept, signal),
        watch: (path, accept, handlers) => this.#socket.watch(source.context, path, accept, handlers),
      },
      changed: () => {
        this.#lastChange = this.#init.clock.now()
        this.#schedule()
      },
      stateChanged: () => this.#schedule(),
      columnsChanged: () => {
        for (const subscription of this.#subscriptions.values()) if (subscription.feeds.includes(feed)) subscription.reset()
      },
    })
    return feed
  }

  #close(id: number): void {
    const subscription = this.#subscriptions.get(id)
    if (!subscription) return
    this.#subscriptions.delete(id)
    subscription.close()
    this.#measure(id, subscription.feeds, false)
    for (const feed of subscription.feeds) this.#leave(feed)
  }

  #leave(feed: Feed): void {
    if (--feed.users > 0) return
    feed.cancelClose = this.#init.clock.after(linger, () => {
      for (const [key, candidate] of this.#feeds) if (candidate === feed) this.#feeds.delete(key)
      feed.close()
      const companion = this.#companions.get(feed)
      if (!companion) return
      this.#companions.delete(feed)
      companion.close()
      this.#leave(companion.other)
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#init.clock.after(frame, () => {
      this.#scheduled = false
      for (const companion of this.#companions.values()) companion.refresh()
      for (const subscription of this.#subscriptions.values()) subscription.flush()
      this.#sendNet()
    })
  }

  #sendNet(): void {
    const feeds = [...this.#feeds.values()]
    const data: NetState = {
      socket: this.#socket.state,
      watches: this.#socket.watches,
      lastChange: this.#lastChange,
      troubled: troubledFeeds(feeds),
      clusters: Object.fromEntries(this.#clusters),
      revisions: newestVersions(feeds),
    }
    const key = JSON.stringify({ ...data, revisions: null, lastChange: null })
    const figures = JSON.stringify([data.revisions, data.lastChange])
    if (key === this.#netSent) {
      if (figures === this.#figuresSent) return
      // Once a second is enough for the figures of the last change; the last of them is told for sure.
      const wait = this.#figuresDue - this.#init.clock.now()
      if (wait > 0) {
        if (this.#figuresWait) return
        this.#figuresWait = true
        this.#init.clock.after(wait, () => {
          this.#figuresWait = false
          this.#sendNet()
        })
        return
      }
    }
    this.#netSent = key
    this.#figuresSent = figures
    this.#figuresDue = this.#init.clock.now() + figuresEvery
    this.#init.post({ op: 'net', data })
  }
}

type PayloadWithoutId = FromWorker extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never

function troubledFeeds(feeds: readonly Feed[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { context, users, state } of feeds) {
    if (users > 0 && isTroubled(state) && state.error?.code !== 403) counts[context] = (counts[context] ?? 0) + 1
  }
  return counts
}

/** resourceVersions are compared by length first: they are decimal numbers where they can be compared at all (KEP-5504). */
function newestVersions(feeds: readonly Feed[]): Record<string, string> {
  const newest: Record<string, string> = {}
  for (const { context, version } of feeds) {
    const known = newest[context] ?? ''
    if (version.length > known.length || (version.length === known.length && version > known)) newest[context] = version
  }
  return newest
}

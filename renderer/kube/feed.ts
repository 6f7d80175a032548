import { withFields } from './asked-fields.ts'
import { type FeedCodec, metadataCodec, objectCodec, tableCodec, tableKind, wholeTableCodec } from './codec.ts'
import type { Clock } from './clock.ts'
import type { KindView } from './columns.ts'
import type { FeedSource } from './protocol.ts'
import { type FeedState, type FeedTransport, Reflector, type ServerTraits } from './reflector.ts'
import { resourcePath } from './resource.ts'
import { ObjectStore } from './store.ts'
import { tableWords } from './table-words.ts'

/** A kind view that keeps whole objects: for details. */
export const wholeObjects: KindView = { trim: (object) => object, columns: [], status: () => undefined }

/** A timer takes 24 days at most, and a Lease may be for 68 years. */
const longestWait = 3_600_000

const undeclared: KindView = tableKind([], false) as unknown as KindView

/** `as`: what is kept of its objects; `rows` is what the kind's own list keeps. */
export const sourceKey = (source: FeedSource, as = 'rows'): string =>
  [
    as,
    source.context,
    resourcePath(source.resource, source.namespace),
    source.fieldSelector ?? '',
    source.labelSelector ?? '',
    source.metadataOnly ? 'metadata' : '',
    ...(source.asked ?? []),
  ].join('|')

/** One collection kept live: reflector and store, with what is told when either moves. */
export class Feed {
  readonly store: ObjectStore
  readonly context: string
  readonly source: FeedSource
  readonly #reflector: Reflector
  #cancelLapse: (() => void) | undefined
  state: FeedState = { phase: 'connecting', synced: false }
  users = 0
  cancelClose: (() => void) | undefined

  constructor(init: {
    source: FeedSource
    /** The declared view; undefined for the server's Table. */
    kind: KindView | undefined
    transport: FeedTransport
    clock: Clock
    traits: ServerTraits
    /** Rows have changed. */
    changed: () => void
    /** The state is another one. */
    stateChanged: () => void
    /** The columns have become known or others. */
    columnsChanged: () => void
  }) {
    const { source } = init
    this.context = source.context
    this.source = source
    const asTable = !init.kind || init.kind.table === true
    const asking = (kind: KindView): KindView => (source.asked ? withFields(kind, source.asked, asTable) : kind)
    this.store = new ObjectStore(asking(init.kind ?? undeclared), source.context, (at) => {
      this.#cancelLapse?.()
      const wait = Math.min(longestWait, Math.max(0, at - init.clock.now()))
      this.#cancelLapse = init.clock.after(wait, () => this.store.lapse(init.clock.now()))
    })
    this.store.listen(init.changed)
    const rows = source.asked ? wholeTableCodec : tableCodec
    const codec: FeedCodec = asTable ? rows : source.metadataOnly ? metadataCodec : objectCodec
    let known = ''
    this.#reflector = new Reflector({
      path: resourcePath(source.resource, source.namespace),
      query: queryOf(source, asTable),
      codec,
      transport: init.transport,
      clock: init.clock,
      traits: init.traits,
      sink: {
        columns: (definitions) => {
          if (init.kind) return
          const names = definitions.map((d) => d.name).join('|')
          if (names === known) return
          known = names
          const kind = tableKind(definitions, source.resource.namespaced, tableWords(source.resource.group))
          this.store.kind = asking(kind as unknown as KindView)
          init.columnsChanged()
        },
        upsert: (object) => this.store.upsert(object),
        remove: (object) => this.store.remove(object),
        beginReplace: () => this.store.beginReplace(),
        endReplace: () => this.store.endReplace(),
        state: (state) => {
          this.state = state
          init.stateChanged()
        },
      },
    })
    this.#reflector.start()
  }

  get version(): string {
    return this.#reflector.version
  }

  kick(): void {
    this.#reflector.kick()
  }

  close(): void {
    this.#reflector.stop()
    this.#cancelLapse?.()
  }
}

function queryOf(source: FeedSource, asTable: boolean): string {
  const parts: string[] = []
  if (source.fieldSelector) parts.push(`fieldSelector=${encodeURIComponent(source.fieldSelector)}`)
  if (source.labelSelector) parts.push(`labelSelector=${encodeURIComponent(source.labelSelector)}`)
  if (source.asked && asTable) parts.push('includeObject=Object')
  return parts.join('&')
}

import type { Entry } from '../../cache/entry.ts'
import type { ItemForm } from '../../cache/item-form.ts'
import type { FrameEncoder } from '../../cache/watchers.ts'
import type { Representation } from '../../codec/negotiation.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { KubeObject, ListMeta } from '../../machinery/types.ts'
import type { KindTypes } from '../../scheme/contract.ts'
import type { IncludeObject } from '../table.ts'

/**
 * One way to show a resource's objects: a version, a media type and a transform. Everything an answer needs as bytes comes
 * from here, made once per entry where it can be.
 */
export interface ResourceEncoder {
  readonly contentType: string
  readonly watchContentType: string
  /**
   * How neighbours stand in a list as one run of bytes, which the cache then keeps with them, compressed as well; absent: items are made for
   * each list. `size` is that of all such runs, and `count` says how many items are in them.
   */
  readonly joined?: { readonly form: ItemForm; ends(this: void, meta: ListMeta, size: number, count: number): ListEnds }
  object(entry: Entry): Buffer
  /** The same where it takes long for a large entry, which is then made elsewhere. */
  objectInTurn?(entry: Entry): Buffer | Promise<Buffer>
  /** An entry as a part of a list. What takes long is done here, so that a large list can be made bit by bit. */
  item(entry: Entry): Buffer
  /** The same where it takes long for a large entry, which is then made elsewhere. */
  itemInTurn?(entry: Entry): Buffer | Promise<Buffer>
  /** A list of more items is sent as it is made; absent: STREAM_ABOVE. For items that are made anew each time and are as large as the objects. */
  readonly streamAbove?: number
  list(items: readonly Buffer[], meta: ListMeta): Buffer[]
  /** What stands around the items, of which there is at least one. Absent: a list must be made whole. */
  readonly ends?: (meta: ListMeta) => ListEnds
  readonly frames: FrameEncoder
  /** Throws what is wrong with how an answer is wanted, for one that shows no object: a watch when it could begin, a Status. */
  readonly check?: () => void
  /** An event's object has no such form: a watch ends in silence where it would tell of the first. */
  readonly endsWatches?: true
  /** What frames in JSON show of an entry, as a value that everybody shares; absent where that is no object (a Table). */
  shared?(this: void, entry: Entry): KubeObject
  /** What makes a frame the first of a watch, where that one says more than the others. */
  firstFrame?(frame: Buffer): Buffer
}

export interface ListEnds {
  head: Buffer
  tail: Buffer
  /** What stands between two items. */
  between: Buffer
}

export interface EncoderOptions {
  /** Kinds that stand around objects, or in their place. */
  types: KindTypes
  representation: Representation
  includeObject: IncludeObject
  /** The server's clock: an encoder outlives the request that it is made for. */
  clock: Clock
}

export const metaVersion = (o: EncoderOptions): string => `meta.k8s.io/${o.representation.version}`

import type { ConvertValues } from '../../cache/converting-cache.ts'
import type { CacheSchema, Entry, IndexedParts } from '../../cache/entry.ts'
import type { ResourceCache } from '../../cache/resource-cache.ts'
import type { Pausing } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Schema } from '../../scheme/schema.ts'
import type { KindFields } from './fields.ts'
import type { KindWarnings, Reservation, SelectableFields, Strategy } from './strategy.ts'

/** A stored resource: one per group and resource, whatever versions serve it. */
export interface StoredResource {
  readonly group: string
  readonly resource: string
  readonly kind: string
  /** Version that objects are stored in. */
  readonly version: string
  readonly namespaced: boolean
  /** Of the stored version. */
  readonly objectSchema: Schema
  /** It has `/status`. */
  readonly hasStatus: boolean
  readonly strategy: Strategy
  readonly warnings: KindWarnings
  /** What to tell whoever writes an object that has no effect on this server; undefined for a kind, or an object, that has. */
  readonly unenforced: ((obj: KubeObject) => string | undefined) | undefined
  readonly selectableFields: SelectableFields
  /** Who owns which field of an object. */
  readonly fields: KindFields
  readonly schema: CacheSchema
  readonly cache: ResourceCache
  /** The stored bytes of an object; absent: those of its normal form. */
  readonly encoding?: ((obj: KubeObject) => Pausing<Buffer>) | undefined
  /** What is stored says that it is this server's (stored-mark.ts). */
  readonly marksOwn?: true | undefined
  /** Objects are kept in a form that somebody else converts. */
  readonly converter?: ValueConverter | undefined
}

/** Objects on their way to storage and back, in their order. */
export interface ValueConverter {
  /** Rejects with a Status. */
  toStored(value: Buffer): Promise<Buffer>
  /** What each is shown as, or why it cannot be. */
  fromStored: ConvertValues
  /** Objects in any version as they are in this one. Rejects with a Status. */
  objects(objects: readonly KubeObject[], apiVersion: string): Promise<KubeObject[]>
}

/** What a guarded write does with the state that it was shown. */
export type TryUpdateResult =
  | {
      action: 'put'
      value: Buffer
      parts: IndexedParts
      ttlSeconds?: number | undefined
      reservation?: Reservation | undefined
    }
  | { action: 'delete'; reservation?: Reservation | undefined; last?: Entry }
  | { action: 'keep' }

import type { Entry } from '../../cache/entry.ts'
import type { Handler, RequestContext } from '../../request/context.ts'
import type { Query } from '../../machinery/query.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { ResourceFacts } from '../../scheme/contract.ts'
import type { Schema } from '../../scheme/schema.ts'
import type { FieldLabelConversion, StrategyContext, TableDefinition } from './strategy.ts'
import type { Store } from './store.ts'
import type { UpdateRules } from './update-rules.ts'

/** A resource as one group-version serves it. */
export interface ServedResource {
  readonly facts: ResourceFacts
  readonly schema: Schema
  readonly store: Store
  readonly table: TableDefinition
  /** Whether `/status` can be asked for as a Table. */
  readonly statusTable: boolean
  readonly fieldLabels: FieldLabelConversion | undefined
  readonly subresources: ReadonlyMap<string, Subresource>
  /** Kind of a list of them. */
  readonly listKind: string
  /** The warning that goes with every answer. */
  readonly deprecation: string | undefined
  /** True when served and stored version have the same shape and name, so stored bytes are the answer. */
  readonly identity: boolean
  /** Both may return the object itself, changed. */
  fromStored(obj: KubeObject): KubeObject
  toStored(obj: KubeObject): KubeObject
}

/** What a subresource's function gets besides the body. */
export interface SubresourceRequest {
  readonly served: ServedResource
  readonly namespace: string
  readonly name: string
  readonly context: StrategyContext
  readonly query: Query
  /** Which object an update is for, where its body says so. */
  readonly uid?: string | undefined
  /** Of a create that `validates`: asks validating admission of the body as it has become. */
  readonly validate?: (body: KubeObject) => void | Promise<void>
}

/** An answer: an entry of the cache (bytes are there already) or an object of its own. */
export type SubresourceAnswer = { entry: Entry } | { object: KubeObject; status?: number }

/**
 * A subresource. `object` ones read and write a body of their own kind; patch is derived from get and update.
 * `connect` ones take the request over (logs, proxies, streams).
 */
export type Subresource =
  | {
      form: 'object'
      /** Message type of the body, as (group, version, kind). */
      body: { group: string; version: string; kind: string }
      /** How what it answers is shown as a Table; absent: it is not. */
      readonly table?: TableDefinition
      /** Puts the defaults into a body that is posted, before anybody is said to own its fields. */
      default?(body: KubeObject): void
      get?(req: SubresourceRequest): Promise<SubresourceAnswer>
      create?(req: SubresourceRequest, body: KubeObject): Promise<SubresourceAnswer>
      /** `create` asks validating admission itself, when it has completed the body. */
      readonly validates?: true
      /** Server-side apply of a body: the rules that it is written under, and what it says of the object itself. */
      readonly apply?: {
        rules(store: Store): UpdateRules
        /** @throws a Status for a body that is of another object than the current one */
        configOf(body: KubeObject, served: ServedResource, current: KubeObject | undefined): KubeObject
        shown?(obj: KubeObject): KubeObject
      }
      /** `change` makes the new body from the current one; it may run again when another write came between. */
      update?(req: SubresourceRequest, change: (current: KubeObject) => KubeObject | Promise<KubeObject>): Promise<SubresourceAnswer>
    }
  | {
      form: 'connect'
      /** The methods that it takes; absent: all, with any path below (proxies). */
      readonly methods?: readonly string[]
      /** What it answers besides objects, for a client to accept; absent: whatever is accepted will do. */
      readonly produces?: readonly string[]
      /**
       * Its options as admission is shown them; absent for one that only reads (logs).
       * @param path below the subresource
       */
      options?(query: Query, path: string): KubeObject
      connect(req: Omit<SubresourceRequest, 'context'> & { ctx: RequestContext; path: string }): ReturnType<Handler>
    }

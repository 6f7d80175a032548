import type { RequestContext } from '../request/context.ts'
import type { GroupFacts, ResourceFacts } from '../scheme/contract.ts'
import type { UnstoredDefinition } from './definition.ts'
import type { ServedResource } from './generic/resource.ts'
import type { Store } from './generic/store.ts'

/** A kind of which nothing is stored, as it is served. */
export interface UnstoredResource {
  readonly definition: UnstoredDefinition
  readonly namespaced: boolean
}

export interface OpenApiV2 {
  readonly etag: string
  document(): object
}

/**
 * A version of a group that another server serves, behind an APIService. Whoever is asked for its objects hands the request on.
 */
export interface Delegate {
  readonly group: string
  readonly version: string
  /** Of the APIService: groups and versions with a higher one come first. */
  readonly groupPriority: number
  readonly versionPriority: number
  /** Its resources in the form of APIVersionDiscovery, as that server tells of them; none when it has not been reached. */
  readonly resources: readonly object[]
  /** False: what is known of its resources may be out of date, or nothing is. */
  readonly fresh: boolean
  /** Where its OpenAPI v3 document is, as its own index says; undefined when it has none. */
  readonly openApi: string | undefined
  /** What it has of its OpenAPI v2 document, all of its groups; another tag for another document. */
  readonly openApiV2?: OpenApiV2 | undefined
  /** Answers a request below `/apis/{group}/{version}`, or for its OpenAPI document. */
  forward(ctx: RequestContext): Promise<void>
}

/** What the server serves at one moment. It never changes: whoever makes documents of it may keep them by its generation. */
export interface Snapshot {
  /** Grows with every change of what is served. */
  readonly generation: number
  /** With their versions in the order of preference: built-in groups first, then by name. */
  readonly groups: readonly GroupFacts[]
  /** Group-versions of other servers. */
  readonly delegates: readonly Delegate[]
  /** As discovery lists them. */
  readonly facts: readonly ResourceFacts[]
  readonly served: readonly ServedResource[]
  /** By `resource.group`. */
  readonly stores: ReadonlyMap<string, Store>
  resource(group: string, version: string, resource: string): ServedResource | undefined
  unstored(group: string, version: string, resource: string): UnstoredResource | undefined
  delegate(group: string, version: string): Delegate | undefined
  group(name: string): GroupFacts | undefined
  /** Whether a group is there without any definition that was added. */
  isBuiltIn(group: string): boolean
}

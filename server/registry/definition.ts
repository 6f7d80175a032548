import type { UserInfo } from '../authn/contract.ts'
import type { CacheSchema } from '../cache/entry.ts'
import type { Structure } from '../fieldmanager/structure.ts'
import type { Pausing } from '../machinery/slice.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ResourceFacts } from '../scheme/contract.ts'
import type { Schema } from '../scheme/schema.ts'
import type { GroupVersion } from '../scheme/versions.ts'
import type { Subresource } from './generic/resource.ts'
import type { ValueConverter } from './generic/stored-resource.ts'
import type {
  FieldLabelConversion,
  KindWarnings,
  SelectableFields,
  Strategy,
  StrategyContext,
  TableDefinition,
} from './generic/strategy.ts'

/**
 * All that a kind is, in one value. The registry serves what definitions say and knows no kind by name: built-in kinds are made of the
 * facts table and a `BuiltInKind`, custom resources of their CustomResourceDefinition.
 */
export interface ResourceDefinition {
  /** Group and plural of the stored resource, by which errors, metrics and controllers call it. */
  readonly group: string
  readonly resource: string
  readonly kind: string
  readonly namespaced: boolean
  readonly storage: StorageDefinition
  /** It has `/status`. */
  readonly hasStatus: boolean
  readonly strategy: Strategy
  readonly selectableFields: SelectableFields
  readonly warnings?: KindWarnings | undefined
  /** What to tell whoever writes an object that has no effect on this server; undefined for an object that has. */
  readonly unenforced?: ((obj: KubeObject) => string | undefined) | undefined
  /** What is served, in the order of preference. Of two groups for Events. With rules of their own: those that are served and the stored one. */
  readonly versions: readonly VersionDefinition[]
  /** Versions that are neither served nor stored: who owns a field in one still does. */
  readonly unserved?: readonly VersionDefinition[]
}

/** How the objects of a kind are kept. */
export interface StorageDefinition extends GroupVersion {
  /** Key below the root, without slashes at its ends: `pods`, `services/specs`, `example.com/widgets`. */
  readonly prefix: string
  readonly schema: Schema
  /** What is stored to JSON as it is shown, also what another server wrote. */
  readonly decode: CacheSchema['decode']
  /** What this server stores says that it is its own (generic/stored-mark.ts). */
  readonly marksOwn?: true
}

/**
 * The rules of a version whose objects are worked on as it has them, not as they are stored (custom resources: each version has a schema
 * of its own). It has a cache of its own, which shows what is stored in this version.
 */
export interface VersionRules {
  /** Of this version. */
  readonly schema: Schema
  readonly strategy: Strategy
  readonly hasStatus: boolean
  readonly selectableFields: SelectableFields
  readonly decode: CacheSchema['decode']
  /** Absent where a converter does that. */
  readonly settle?: CacheSchema['settle']
  /** An object of this version as it is stored; where there is a converter, as that takes it. In turns with others. */
  encoding(obj: KubeObject): Pausing<Buffer>
  readonly converter?: ValueConverter | undefined
}

/** A kind as one group-version serves it. */
export interface VersionDefinition {
  /** Names, verbs and subresources as discovery shows them. */
  readonly facts: ResourceFacts
  readonly schema: Schema
  readonly table: TableDefinition
  /** False where `/status` cannot be asked for as a Table; by default it can. */
  readonly statusTable?: false | undefined
  readonly fieldLabels?: FieldLabelConversion | undefined
  readonly subresources: Readonly<Record<string, Subresource>>
  /** Kind of a list of them; by default the kind and `List`. */
  readonly listKind?: string
  /** The warning that goes with every answer in this version. */
  readonly deprecation?: string | undefined
  /** Absent: rules hold for objects as they are stored. */
  readonly rules?: VersionRules
  /** What server-side apply must know of the type. Made when it is first asked for. */
  structure(): Structure
  /** An object with nothing in it, in normal form: what the fields of a new one are compared with. */
  empty(): KubeObject
  /** Absent: served and stored version have the same shape and name. Both may return the object itself, changed. */
  readonly conversion?: Conversion | undefined
}

export interface Conversion {
  fromStored(obj: KubeObject): KubeObject
  toStored(obj: KubeObject): KubeObject
}

/** What is particular to a built-in kind; everything is optional, and the facts table says the rest. One file or folder a kind. */
export interface BuiltInKind {
  readonly group: string
  readonly resource: string
  readonly strategy?: Strategy
  readonly selectableFields?: SelectableFields
  readonly fieldLabels?: FieldLabelConversion
  readonly table?: TableDefinition
  /** Upstream's storage of `/status` makes Tables where it passes that on, and these do not. */
  readonly statusTable?: false
  readonly subresources?: Readonly<Record<string, Subresource>>
  readonly warnings?: KindWarnings
  /** Where kube-apiserver keeps it, as far as that is not `<resource>` and the version that the group prefers. Read from its etcd. */
  readonly storage?: { readonly prefix?: string; readonly group?: string; readonly version?: string }
}

/** What an unstored kind sees of a request. */
export interface UnstoredRequest {
  /** From the path; empty where there is none. */
  readonly namespace: string
  readonly name: string
  readonly user: UserInfo
  readonly context: StrategyContext
}

/** A kind of which nothing is stored: it is posted to be answered (reviews), or made up when it is read. */
export interface UnstoredDefinition {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly kind: string
  /** Its names as discovery shows them, where the facts table has none. A definition that somebody makes of its group goes before. */
  readonly facts?: ResourceFacts
  /** Throws a Status to refuse. The answer's code is 201 unless it is a Status with a code of its own. */
  create?(body: KubeObject, request: UnstoredRequest): Promise<KubeObject>
  get?(request: UnstoredRequest): Promise<KubeObject>
  /** Labels are selected by the caller. */
  list?(request: UnstoredRequest): Promise<KubeObject[]>
  readonly table?: TableDefinition
  /** The warning that goes with every answer. */
  readonly deprecation?: string
}

/**
 * What the facts table says, as code reads it. The table (facts/*.json) is derived by tools/schema-facts and committed;
 * nothing here is written by hand twice.
 */

/** The shape of a value. `ref` names a message type, e.g. `io.k8s.api.core.v1.PodSpec`, and leads to it. */
export type TypeRef =
  | { kind: ScalarKind }
  | { kind: 'ref'; name: string; readonly facts: TypeFacts }
  /** `wrapped`: in protobuf a message of its own whose field 1 holds the items (Verbs, ExtraValue). */
  | { kind: 'array'; items: TypeRef; wrapped?: true }
  | { kind: 'map'; values: TypeRef }

/**
 * Scalars with rules of their own in JSON or protobuf:
 * time, microTime (metav1), duration (metav1.Duration, a string), quantity, intOrString, bytes (base64 in JSON),
 * raw (runtime.RawExtension: any object), json (apiextensions JSON), fieldsV1 (any object), verb strings are plain `string`.
 */
export type ScalarKind =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'raw'
  | 'json'
  | 'fieldsV1'

export interface FieldFacts {
  /** JSON name; '' for a struct that Go inlines, whose fields then stand in the parent in JSON but not in protobuf. */
  name: string
  /** protobuf field number; 0 when the field has none. */
  number: number
  type: TypeRef
  required: boolean
  /** Go's json tag: an empty value (false, 0, '', nil pointer, empty list or map; never a struct) is left out. */
  omitEmpty: boolean
  /** Go's json tag: a zero struct is left out too. */
  omitZero: boolean
  /** Nil and zero differ: a pointer in Go. Protobuf leaves out nil pointers only. */
  pointer: boolean
  /** Type as Go's JSON errors print it: `v1.PullPolicy`, `[]v1.Container`. Without the pointer. */
  goType: string
  /** Go's field name of an embedded struct that is inlined; errors name it in their paths. */
  embedded?: string
  /** From the OpenAPI document: the value that a missing field gets. */
  default?: unknown
  enum?: readonly string[]
  listType?: 'atomic' | 'set' | 'map'
  listMapKeys?: readonly string[]
  mapType?: 'granular' | 'atomic'
  patchStrategy?: string
  patchMergeKey?: string
  /** OpenAPI format, where the type does not imply it. */
  format?: string
}

export interface TypeFacts {
  name: string
  /** In the order of Go's struct, which is the order of the JSON the reference writes. Protobuf sorts by number. */
  fields: readonly FieldFacts[]
  /** As they stand in JSON: inlined structs replaced by their fields. */
  jsonFields: readonly FieldFacts[]
  /** A field by its JSON name, those of inlined structs too. */
  field(name: string): FieldFacts | undefined
  /** The value is replaced as a whole by server-side apply, wherever it stands. */
  mapType?: 'atomic'
  /** JSON is one of two forms (apiextensions): a schema, or a boolean, a list of schemas, a list of strings. */
  union?: 'schemaOrBool' | 'schemaOrArray' | 'schemaOrStringArray'
  /** Set when the whole message is one of the scalars above in JSON (Quantity, Time, IntOrString, …). */
  scalar?: ScalarKind
}

export interface SubresourceFacts {
  /** `status`, `scale`, `log`, `proxy`, `binding`, … */
  name: string
  group: string
  version: string
  kind: string
  verbs: readonly string[]
}

export interface ResourceFacts {
  group: string
  version: string
  resource: string
  singular: string
  kind: string
  namespaced: boolean
  shortNames: readonly string[]
  categories: readonly string[]
  verbs: readonly string[]
  subresources: readonly SubresourceFacts[]
  /** Name of the message type of the object. */
  type: string
  /** As the reference's discovery gives it. */
  storageVersionHash: string
}

export interface GroupFacts {
  name: string
  /** In the order of preference. */
  versions: readonly string[]
}

/** Message types of apiVersions and kinds: objects, lists, options (`DeleteOptions`), subresource kinds (`Scale`, `Binding`). */
export interface KindTypes {
  typeOf(group: string, version: string, kind: string): TypeFacts | undefined
}

export interface Scheme extends KindTypes {
  readonly groups: readonly GroupFacts[]
  readonly resources: readonly ResourceFacts[]
  resource(group: string, version: string, resource: string): ResourceFacts | undefined
  /** Resource by kind, for apply and for patches. */
  resourceOfKind(group: string, version: string, kind: string): ResourceFacts | undefined
  type(name: string): TypeFacts | undefined
}

import type { IndexedParts } from '../../cache/entry.ts'
import { ResourceCache } from '../../cache/resource-cache.ts'
import { withResourceVersion } from '../../cache/stored-json.ts'
import { decodeObject, isProtobuf } from '../../codec/protobuf/index.ts'
import { qualified } from '../../machinery/status.ts'
import { apiVersionOf, type KubeObject } from '../../machinery/types.ts'
import { since } from '../../machinery/duration.ts'
import type { ResourceFacts, Scheme, TypeFacts } from '../../scheme/contract.ts'
import { convert, storagePrefix, storageVersion } from '../../scheme/versions.ts'
import type { ServedResource, StoredResource, Subresource } from './resource.ts'
import { Store, type StoreDependencies } from './store.ts'
import type { ResourceOverrides, SelectableFields, TableDefinition } from './strategy.ts'
import { traitsOf } from './traits.ts'
import { unenforcedWarning } from './unenforced.ts'

/** Everything a resource is besides what the facts table says. */
export interface ResourceParts extends ResourceOverrides {
  subresources?: Readonly<Record<string, Subresource>>
}

/** All resources that the server serves, by group, version and name. */
export class Registry {
  readonly served: readonly ServedResource[]
  readonly stores: ReadonlyMap<string, Store>
  readonly #byPath: Map<string, ServedResource>

  constructor(served: readonly ServedResource[], stores: ReadonlyMap<string, Store>) {
    this.served = served
    this.stores = stores
    this.#byPath = new Map(served.map((s) => [`${s.facts.group}/${s.facts.version}/${s.facts.resource}`, s]))
  }

  resource(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`)
  }

  /** The store of a resource by `resource.group`. */
  store(qualifiedResource: string): Store {
    const store = this.stores.get(qualifiedResource)
    if (store === undefined) throw new Error(`no resource ${qualifiedResource}`)
    return store
  }
}

/** Name and Age, for kinds that declare no columns (apiserver `registry/rest/table.go`). */
export const nameAndAge: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name' },
    { name: 'Age', type: 'string' },
  ],
  cells: (obj, now) => [obj.metadata.name, since(obj.metadata.creationTimestamp, now)],
}

const isStored = (r: ResourceFacts): boolean => r.verbs.includes('list') && r.verbs.includes('watch')

function indexer(fields: SelectableFields): (obj: KubeObject) => IndexedParts {
  const functions = Object.values(fields)
  return (obj) => ({ labels: obj.metadata.labels, fields: functions.map((f) => f(obj)) })
}

const ownFields = (fields: SelectableFields | undefined): SelectableFields => {
  const { 'metadata.name': _n, 'metadata.namespace': _ns, ...rest } = fields ?? {}
  return rest
}

/** Builds stores and served resources from the facts table and the parts that resource folders add, and feeds their caches. */
export function assemble(scheme: Scheme, parts: readonly ResourceParts[], deps: StoreDependencies, keyPrefix: string): Registry {
  const byName = new Map(parts.map((p) => [qualified(p), p]))
  const stores = new Map<string, Store>()
  const served: ServedResource[] = []
  for (const facts of scheme.resources.filter(isStored)) {
    const home = storageVersion(facts)
    const name = qualified({ group: home.group, resource: facts.resource })
    let store = stores.get(name)
    if (store === undefined) stores.set(name, (store = makeStore(scheme, facts, home, byName.get(name), deps, keyPrefix)))
    served.push(serve(scheme, facts, store, byName.get(qualified(facts)) ?? byName.get(name)))
  }
  return new Registry(served, stores)
}

const UPSTREAM_PREFIX = '/registry/'

function makeStore(
  scheme: Scheme,
  facts: ResourceFacts,
  home: { group: string; version: string },
  part: ResourceParts | undefined,
  deps: StoreDependencies,
  keyPrefix: string,
): Store {
  // A storage version that is not served has no facts of its own; its kinds differ in shape, not in having spec and status.
  const type = scheme.typeOf(home.group, home.version, facts.kind) ?? scheme.typeOf(facts.group, facts.version, facts.kind)!
  const selectableFields = ownFields(part?.selectableFields)
  const schema = {
    prefix: `${keyPrefix}${storagePrefix({ group: home.group, resource: facts.resource }).slice(UPSTREAM_PREFIX.length)}/`,
    namespaced: facts.namespaced,
    fieldNames: Object.keys(selectableFields),
    indexOf: indexer(selectableFields),
    head: Buffer.from(`{"kind":${JSON.stringify(facts.kind)},"apiVersion":${JSON.stringify(apiVersionOf(home.group, home.version))},`),
    decode: (value: Buffer, revision: number) => withResourceVersion(isProtobuf(value) ? storedJson(value) : value, revision),
  }
  const cache = new ResourceCache(schema)
  deps.feed.add(cache)
  const stored: StoredResource = {
    group: home.group,
    resource: facts.resource,
    kind: facts.kind,
    version: home.version,
    namespaced: facts.namespaced,
    type,
    hasStatus: facts.subresources.some((s) => s.name === 'status'),
    strategy: part?.strategy ?? {},
    traits: traitsOf(qualified({ group: home.group, resource: facts.resource })),
    unenforced: unenforcedWarning({ group: home.group, resource: facts.resource }),
    selectableFields,
    schema,
    cache,
  }
  return new Store(stored, deps)
}

/** Objects that a kube-apiserver wrote before us; from our first update on they are JSON. */
function storedJson(value: Buffer): Buffer {
  const { kind, apiVersion, metadata, ...rest } = decodeObject(value)
  const { resourceVersion: _, ...meta } = metadata
  return Buffer.from(JSON.stringify({ kind, apiVersion, metadata: meta, ...rest }))
}

function serve(scheme: Scheme, facts: ResourceFacts, home: Store, part: ResourceParts | undefined): ServedResource {
  const store = facts.group === home.resource.group ? home : new Store(home.resource, home.deps, facts.group)
  const type: TypeFacts = scheme.typeOf(facts.group, facts.version, facts.kind)!
  const here = { group: facts.group, version: facts.version }
  const stored = { group: store.resource.group, version: store.resource.version }
  const identity = here.group === stored.group && here.version === stored.version
  return {
    facts,
    type,
    store,
    table: part?.table ?? nameAndAge,
    subresources: new Map(Object.entries(part?.subresources ?? {})),
    identity,
    fromStored: (obj) => (identity ? obj : convert(obj, stored, here)),
    toStored: (obj) => (identity ? obj : convert(obj, here, stored)),
  }
}

import type { CacheSchema, IndexedParts } from '../cache/entry.ts'
import { ConvertingCache } from '../cache/converting-cache.ts'
import type { Feed } from '../cache/feed.ts'
import { ResourceCache } from '../cache/resource-cache.ts'
import { withResourceVersion } from '../cache/stored-json.ts'
import { qualified } from '../machinery/status.ts'
import { apiVersionOf, type KubeObject } from '../machinery/types.ts'
import { typedOf } from '../patch/typed.ts'
import type { GroupFacts, ResourceFacts } from '../scheme/contract.ts'
import { hasRawFields } from '../scheme/raw.ts'
import { ConvertedFeed } from './converted-feed.ts'
import { DeferredFeed } from './deferred-feed.ts'
import type { ResourceDefinition, UnstoredDefinition, VersionDefinition, VersionRules } from './definition.ts'
import { KindFields, type FieldScope, type FieldVersion } from './generic/fields.ts'
import type { ServedResource } from './generic/resource.ts'
import { type ReadFeed, Store, type StoreDependencies } from './generic/store.ts'
import type { StoredResource } from './generic/stored-resource.ts'
import type { SelectableFields } from './generic/strategy.ts'
import { groupsOf, groupsWith } from './groups.ts'
import type { Delegate, Snapshot } from './snapshot.ts'

export interface RegistryOptions extends StoreDependencies {
  readonly feed: Feed
  /** Prefix of all keys, with a slash at its end: `/registry/`. */
  readonly keyPrefix: string
  /** Groups and resources of the built-in API, whose order discovery keeps. */
  readonly builtIn: BuiltInFacts
  /** Whether a resource of the built-in API is served; what is not keeps its store, for the server itself. All are when left out. */
  readonly isServed?: ((of: { group: string; version: string; resource: string }) => boolean) | undefined
}

interface BuiltInFacts {
  readonly groups: readonly GroupFacts[]
  readonly resources: readonly ResourceFacts[]
}

/**
 * The live set of definitions. Readers take `snapshot` and see one state; `install`, `replace` and `remove` put another in its place at
 * once, when the caches behind it are ready.
 */
export class Registry {
  readonly #options: RegistryOptions
  /** What is served of the built-in API. */
  readonly builtIn: BuiltInFacts
  /** The rest of it, by path. */
  readonly #off: ReadonlySet<string>
  /** `group/version` of the built-in API. */
  readonly #builtInVersions: ReadonlySet<string>
  /** Qualified names of what is there from the start. */
  readonly #first = new Set<string>()
  readonly #installed = new Map<string, Installed>()
  readonly #unstored: UnstoredDefinition[] = []
  #delegates: readonly Delegate[] = []
  /** Called after each change of what is served. */
  readonly listeners = new Set<() => void>()
  #snapshot: Snapshot

  constructor(options: RegistryOptions) {
    this.#options = options
    const { isServed = () => true } = options
    this.builtIn = servedOf(options.builtIn, isServed)
    this.#off = new Set(options.builtIn.resources.filter((f) => !isServed(f)).map(pathOf))
    this.#builtInVersions = new Set(this.builtIn.groups.flatMap((g) => g.versions.map((v) => `${g.name}/${v}`)))
    this.#snapshot = this.#take(0)
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** Adds definitions before the feed starts, which then fills their caches. */
  add(definitions: readonly ResourceDefinition[], unstored: readonly UnstoredDefinition[] = []): void {
    for (const definition of definitions) {
      const installed = this.#make(definition)
      for (const cache of cachesOf(installed)) this.#options.feed.add(cache)
      this.#first.add(qualified(definition))
      this.#installed.set(qualified(definition), installed)
    }
    this.addUnstored(unstored)
  }

  /** Adds definitions before the feed starts, whose caches are filled when they are first needed. */
  defer(definitions: readonly ResourceDefinition[]): void {
    for (const definition of definitions) {
      const installed = this.#make(definition)
      this.#options.feed.defer(...cachesOf(installed))
      this.#installed.set(this.#keyOf(definition), installed)
    }
    this.#swap()
  }

  /** Adds kinds of which nothing is stored, at any time. */
  addUnstored(unstored: readonly UnstoredDefinition[]): void {
    this.#unstored.push(...unstored)
    this.#swap()
  }

  /** Adds a definition to the running server; resolves when it is served, with everything that is stored of it. */
  async install(definition: ResourceDefinition): Promise<void> {
    const name = this.#keyOf(definition)
    if (this.#installed.has(name)) throw new Error(`${name} is installed already`)
    const installed = this.#make(definition)
    await this.#options.feed.install(...cachesOf(installed))
    this.#installed.set(name, installed)
    this.#swap()
  }

  /** Serves a definition by another one. Watches of the old one end: clients resume where they were, in the new form. */
  async replace(definition: ResourceDefinition): Promise<void> {
    const name = this.#keyOf(definition)
    const before = this.#installed.get(name)
    if (before === undefined) return this.install(definition)
    if (sameRules(before.definition, definition)) {
      const served = before.served.map((s) => ({
        ...s,
        facts: definition.versions.find((v) => v.facts.version === s.facts.version)!.facts,
      }))
      this.#installed.set(name, { ...before, definition, served })
      return this.#swap()
    }
    const { cache } = before.store.resource
    const kept = sameIndex(before.definition, definition) ? cache : undefined
    const installed = this.#make(definition, kept)
    if (kept !== undefined) cache.closeWatchers()
    else {
      await this.#options.feed.install(...cachesOf(installed))
      const { prefix } = cache.schema
      if (installed.store.resource.schema.prefix !== prefix) this.#options.feed.remove(prefix)
    }
    this.#installed.set(name, installed)
    this.#swap()
  }

  /** Serves a definition no longer; its watches end. What is stored of it stays. */
  remove(name: { group: string; resource: string }): void {
    const key = this.#keyOf(name)
    const installed = this.#installed.get(key)
    if (installed === undefined) return
    this.#installed.delete(key)
    this.#swap()
    this.#options.feed.remove(installed.store.resource.cache.schema.prefix)
  }

  /** Replaces all that other servers serve. */
  delegate(delegates: readonly Delegate[]): void {
    this.#delegates = delegates
    this.#swap()
  }

  /** A definition that has the name of a kind that was there first is another one beside it: it may have versions that that has not. */
  #keyOf(name: { group: string; resource: string }): string {
    const key = qualified(name)
    return this.#first.has(key) ? `${key} beside` : key
  }

  /** The store of a resource that is always there, by `resource.group`. */
  store(qualifiedResource: string): Store {
    const store = this.#snapshot.stores.get(qualifiedResource)
    if (store === undefined) throw new Error(`no resource ${qualifiedResource}`)
    return store
  }

  resource(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#snapshot.resource(group, version, resource)
  }

  #make(definition: ResourceDefinition, cache?: ResourceCache): Installed {
    const fields = fieldsOf(definition)
    const make = (resource: StoredResource): Store => new Store(resource, { ...this.#options, feed: this.#feedOf(resource, definition) })
    const apart = definition.versions.flatMap((v) =>
      v.rules === undefined ? [] : [[v, make(this.#apart(definition, v, v.rules, fields))] as const],
    )
    if (apart.length > 0) {
      const stored = apart.find(([v]) => v.facts.version === definition.storage.version)
      const served = apart.filter(([v]) => v.facts.verbs.length > 0).map(([v, store]) => serve(v, store))
      return { definition, store: (stored ?? apart[0]!)[1], stores: apart.map(([, store]) => store), served }
    }
    const store = make(this.#stored(definition, fields, cache))
    return { definition, store, stores: [store], served: definition.versions.map((v) => serve(v, store)) }
  }

  /** What readers of its cache wait for. */
  #feedOf({ cache, schema }: StoredResource, { versions }: ResourceDefinition): ReadFeed {
    const custom = versions.some((v) => v.rules !== undefined)
    const feed = custom ? new DeferredFeed(this.#options.feed, schema.prefix) : this.#options.feed
    return cache instanceof ConvertingCache ? new ConvertedFeed(feed, cache) : feed
  }

  #stored(d: ResourceDefinition, fields: KindFields, kept: ResourceCache | undefined): StoredResource {
    const { group, version, schema: objectSchema, decode, marksOwn } = d.storage
    const selectable = ownFields(d.selectableFields)
    const schema = kept?.schema ?? {
      ...this.#cacheSchema(d, selectable),
      head: Buffer.from(`{"kind":${JSON.stringify(d.kind)},"apiVersion":${JSON.stringify(apiVersionOf(group, version))},`),
      raw: objectSchema.facts !== undefined && hasRawFields(objectSchema.facts),
      decode,
      ...(marksOwn === true && { decodeOwn: withResourceVersion }),
    }
    const { hasStatus, strategy, warnings = {}, unenforced } = d
    return {
      ...{ ...nameOf(d), version, objectSchema, hasStatus, strategy, warnings, unenforced, fields, schema, marksOwn },
      selectableFields: selectable,
      cache: kept ?? new ResourceCache(schema),
    }
  }

  /** A version with rules and a cache of its own. */
  #apart(d: ResourceDefinition, { facts: { version } }: VersionDefinition, rules: VersionRules, fields: KindFields): StoredResource {
    const { schema: objectSchema, hasStatus, strategy, decode, settle, encoding, converter } = rules
    const selectable = ownFields(rules.selectableFields)
    const form = settle === undefined ? { decode } : { decode, settle, apart: version !== d.storage.version }
    const schema: CacheSchema = { ...this.#cacheSchema(d, selectable), ...form }
    const { warnings = {}, unenforced } = d
    return {
      ...{ ...nameOf(d), version, objectSchema, hasStatus, strategy, warnings, unenforced, fields, schema, encoding, converter },
      selectableFields: selectable,
      cache: converter === undefined ? new ResourceCache(schema) : new ConvertingCache(schema, (values) => converter.fromStored(values)),
    }
  }

  #cacheSchema(
    { storage, namespaced }: ResourceDefinition,
    fields: SelectableFields,
  ): Pick<CacheSchema, 'prefix' | 'namespaced' | 'fieldNames' | 'indexOf'> {
    const prefix = `${this.#options.keyPrefix}${storage.prefix}/`
    return { prefix, namespaced, fieldNames: Object.keys(fields), indexOf: indexer(fields) }
  }

  #swap(): void {
    this.#snapshot = this.#take(this.#snapshot.generation + 1)
    for (const listener of this.listeners) listener()
  }

  #take(generation: number): Snapshot {
    const { builtIn } = this
    const installed = [...this.#installed.values()]
    const known = new Set(builtIn.resources)
    // What a definition adds to a version of the built-in API is reached by nobody: that version's own routes take every path below it.
    const isReached = (f: ResourceFacts): boolean =>
      known.has(f) || !(this.#off.has(pathOf(f)) || this.#builtInVersions.has(`${f.group}/${f.version}`))
    const served = installed.flatMap((i) => i.served).filter((s) => isReached(s.facts))
    const byPath = new Map(served.map((s) => [pathOf(s.facts), s]))
    const added = served.map((s) => s.facts).filter((f) => !known.has(f))
    const delegates = this.#delegates
    const taken = new Set([...added, ...delegates].map((d) => d.group))
    const shown = this.#unstored.filter((u) => (u.facts === undefined ? !this.#off.has(pathOf(u)) : !taken.has(u.facts.group)))
    const namespaced = new Set([...builtIn.resources, ...shown.flatMap((u) => u.facts ?? [])].filter((f) => f.namespaced).map(pathOf))
    const unstored = new Map(shown.map((u) => [pathOf(u), { definition: u, namespaced: namespaced.has(pathOf(u)) }]))
    const own = shown.flatMap((u) => u.facts ?? [])
    const groups = [...groupsWith(builtIn.groups, added, delegates), ...groupsOf(own)]
    return {
      generation,
      groups,
      delegates,
      facts: added.length + own.length === 0 ? builtIn.resources : [...builtIn.resources, ...added, ...own],
      served,
      stores: new Map([...this.#installed].map(([key, i]) => [key, i.store])),
      resource: (group, version, resource) => byPath.get(`${group}/${version}/${resource}`),
      unstored: (group, version, resource) => unstored.get(`${group}/${version}/${resource}`),
      delegate: (group, version) => delegates.find((d) => d.group === group && d.version === version),
      group: (name) => groups.find((g) => g.name === name),
      isBuiltIn: (group) => builtIn.groups.some((g) => g.name === group) || own.some((f) => f.group === group),
    }
  }
}

const nameOf = ({
  group,
  resource,
  kind,
  namespaced,
}: ResourceDefinition): Pick<StoredResource, 'group' | 'resource' | 'kind' | 'namespaced'> => ({
  ...{ group, resource, kind, namespaced },
})

function fieldsOf(d: ResourceDefinition): KindFields {
  const same = (obj: KubeObject): KubeObject => obj
  const all = [...d.versions, ...(d.unserved ?? [])]
  const versions = all.map(({ facts, schema, structure, empty, conversion, rules }): FieldVersion => {
    const apiVersion = apiVersionOf(facts.group, facts.version)
    // Where rules hold in each version, so do owners; of other versions nothing but the name is converted.
    const renamed = (obj: KubeObject): KubeObject => ({ ...obj, apiVersion })
    return {
      ...{ apiVersion, structure, empty },
      identity: conversion === undefined,
      fromStored: conversion?.fromStored ?? (rules === undefined ? same : renamed),
      toStored: conversion?.toStored ?? same,
      *typed(obj) {
        return schema.facts === undefined ? obj : yield* typedOf(schema, facts, obj)
      },
    }
  })
  const converter = all.find((v) => v.rules?.converter !== undefined)?.rules?.converter
  const rulesOf = new Map(all.map((v) => [apiVersionOf(v.facts.group, v.facts.version), v.rules ?? d]))
  const scopeOf = (subresource: string, apiVersion: string): FieldScope => {
    const { strategy, hasStatus } = rulesOf.get(apiVersion) ?? d
    const own = strategy.fieldScopes?.[subresource]
    if (own !== undefined) return own
    if (subresource === 'scale') return { only: ['spec.replicas'], needsOwner: 'spec.replicas' }
    if (subresource === '') return hasStatus ? { resets: ['status'] } : {}
    return subresource === 'status' ? { resets: strategy.resetMetadataForStatus ? ['spec', 'metadata'] : ['spec'] } : {}
  }
  return new KindFields(d.kind, versions, scopeOf, converter && ((objects, apiVersion) => converter.objects(objects, apiVersion)))
}

interface Installed {
  readonly definition: ResourceDefinition
  /** Of the stored version. */
  readonly store: Store
  /** With a cache each. */
  readonly stores: readonly Store[]
  readonly served: readonly ServedResource[]
}

const cachesOf = ({ store, stores }: Installed): [ResourceCache, ...ResourceCache[]] => {
  const { cache } = store.resource
  return [cache, ...stores.map((s) => s.resource.cache).filter((c) => c !== cache)]
}

function servedOf({ groups, resources }: BuiltInFacts, isServed: (facts: ResourceFacts) => boolean): BuiltInFacts {
  const served = resources.filter((f) => isServed(f))
  if (served.length === resources.length) return { groups, resources }
  const versions = new Set(served.map((f) => `${f.group}/${f.version}`))
  const left = groups.map(({ name, versions: all }) => ({ name, versions: all.filter((v) => versions.has(`${name}/${v}`)) }))
  return { groups: left.filter((g) => g.versions.length > 0), resources: served }
}

const pathOf = (r: { group: string; version: string; resource: string }): string => `${r.group}/${r.version}/${r.resource}`

function indexer(fields: SelectableFields): (obj: KubeObject) => IndexedParts {
  const functions = Object.values(fields)
  return (obj) => ({ labels: obj.metadata.labels, fields: functions.map((f) => f(obj)) })
}

/** Name and namespace are known of every object without a look into it. */
function ownFields(fields: SelectableFields): SelectableFields {
  const { 'metadata.name': _n, 'metadata.namespace': _ns, ...rest } = fields
  return rest
}

/** Whether a cache made for one definition serves another: the same keys, decoded and indexed alike. */
function sameIndex(a: ResourceDefinition, b: ResourceDefinition): boolean {
  return (
    a.storage.prefix === b.storage.prefix &&
    a.storage.version === b.storage.version &&
    a.storage.decode === b.storage.decode &&
    a.namespaced === b.namespaced &&
    a.kind === b.kind &&
    a.selectableFields === b.selectableFields
  )
}

/** Whether two definitions differ in nothing but facts: caches stay, and watches go on. */
function sameRules(a: ResourceDefinition, b: ResourceDefinition): boolean {
  return a.versions.length === b.versions.length && a.versions.every((v, i) => v.rules !== undefined && v.rules === b.versions[i]!.rules)
}

/** A stored resource in one of its versions. */
function serve(v: VersionDefinition, home: Store): ServedResource {
  const same = (obj: KubeObject): KubeObject => obj
  return {
    facts: v.facts,
    schema: v.schema,
    store: v.facts.group === home.resource.group ? home : new Store(home.resource, home.deps, v.facts.group),
    table: v.table,
    statusTable: v.statusTable !== false,
    fieldLabels: v.fieldLabels,
    subresources: new Map(Object.entries(v.subresources)),
    listKind: v.listKind ?? `${v.facts.kind}List`,
    deprecation: v.deprecation ?? home.resource.warnings.deprecation,
    identity: v.conversion === undefined,
    fromStored: v.conversion?.fromStored ?? same,
    toStored: v.conversion?.toStored ?? same,
  }
}

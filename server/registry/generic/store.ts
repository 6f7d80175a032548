import type { Int64 } from '../../machinery/numbers.ts'
import { shown } from '../../cache/converting-cache.ts'
import { UndecodableError } from '../../cache/undecodable.ts'
import type { Entry } from '../../cache/entry.ts'
import { invalidObject, type FieldError } from '../../machinery/field-errors.ts'
import { atOnce, inTurns, type Pausing, Slice } from '../../machinery/slice.ts'
import { badRequest, conflict, notFound } from '../../machinery/status.ts'
import { apiVersionOf, type GroupResource, type KubeObject, parseApiVersion } from '../../machinery/types.ts'
import { KeyExistsError, RevisionMismatchError, type KeyValue, type Storage } from '../../storage/contract.ts'
import { objectNameErrors, validateObjectMeta } from '../../apis/meta/v1/validation.ts'
import { nameIsSubdomain, pathSegmentErrors } from '../../machinery/names.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { MODIFIED, translated, undecodableObject } from './errors.ts'
import { declarativeLast } from './declarative.ts'
import { finalizerNameErrors } from './metadata.ts'
import { marked } from './stored-mark.ts'
import type { TryUpdateResult, StoredResource } from './stored-resource.ts'
import type { StrategyContext } from './strategy.ts'
import { escapedJson } from '../../machinery/json-escape.ts'

/** What readers ask of the feed. */
export interface ReadFeed {
  readonly revision: number
  fresh(): Promise<void>
  waitFor(revision: Int64): Promise<void>
  /** What is waited for where any state will do; undefined: nothing. */
  settled?(): Promise<void> | undefined
}

export interface StoreDependencies {
  storage: Storage
  feed: ReadFeed
}

/** A name of a request's path that no object can have (apiserver `registry/generic/registry`, NamespaceKeyFunc). */
function checkParameter(name: string): void {
  const errors = pathSegmentErrors(name)
  if (errors.length > 0) throw badRequest(`Name parameter invalid: ${goQuote(name)}: ${errors.join(';')}`)
}

/**
 * The objects of one stored resource: reads from the cache, and writes that are guarded by the version that they were made from. It knows
 * no rules but those of metadata; what a write must pass is in write.ts. Objects are in the stored version.
 */
export class Store {
  readonly resource: StoredResource
  readonly deps: StoreDependencies
  readonly groupResource: GroupResource

  /** @param group that errors name, where a resource is served by another group than the one that it is stored in */
  constructor(resource: StoredResource, deps: StoreDependencies, group = resource.group) {
    this.resource = resource
    this.deps = deps
    this.groupResource = { group, resource: resource.resource }
  }

  keyOf(namespace: string, name: string): string {
    const { schema, namespaced } = this.resource
    return namespaced ? `${schema.prefix}${namespace}/${name}` : `${schema.prefix}${name}`
  }

  /** The newest state as of this call, or one not older than a revision; 0 stands for any. */
  async get(namespace: string, name: string, since?: Int64): Promise<Entry> {
    checkParameter(name)
    const entry = await this.find(namespace, name, since)
    if (entry === undefined) throw notFound(this.groupResource, name)
    return entry
  }

  /** The same, or undefined. */
  async find(namespace: string, name: string, since?: Int64): Promise<Entry | undefined> {
    const { feed } = this.deps
    return translated(this.groupResource, name, async () => {
      try {
        await (since === undefined ? feed.fresh() : since > 0 ? feed.waitFor(since) : feed.settled?.())
        this.resource.cache.checkReadable()
        return this.cached(namespace, name)
      } catch (e) {
        if (e instanceof UndecodableError) return this.#alone(this.keyOf(namespace, name), e)
        throw e
      }
    })
  }

  /** An object while not all that are stored can be shown: others' faults are not its own. */
  async #alone(key: string, e: UndecodableError): Promise<Entry | undefined> {
    const own = e.objects.find((object) => object.key === key)
    if (own !== undefined) throw undecodableObject(own)
    try {
      return await this.stored(key)
    } catch (again) {
      throw again instanceof UndecodableError ? undecodableObject(again.objects[0]!) : again
    }
  }

  /** What the cache has; may be a moment behind. */
  cached(namespace: string, name: string): Entry | undefined {
    return this.resource.cache.list.get(this.keyOf(namespace, name))
  }

  /** Says what an object that was just written does not do yet. Returns the entry. */
  accepted(entry: Entry, context: StrategyContext): Entry {
    const text = this.resource.unenforced?.(entry.object())
    if (text !== undefined) context.warn(text)
    return entry
  }

  /** Writes a new object; throws storage's KeyExistsError when there is one of its name. */
  async insert(obj: KubeObject, context: StrategyContext): Promise<Entry> {
    const { cache } = this.resource
    const key = this.keyOf(obj.metadata.namespace ?? '', obj.metadata.name!)
    const value = await inTurns(this.encoding(obj), new Slice())
    const parts = this.resource.schema.indexOf(obj)
    if (context.dryRun) {
      if ((await this.deps.storage.get(key)).kv !== undefined) throw new KeyExistsError(key)
      return cache.dryRunEntry(key, value, parts, undefined, obj.metadata.resourceVersion)
    }
    const ttlSeconds = this.resource.strategy.ttlSeconds?.(obj)
    const { converter } = this.resource
    const stored = converter === undefined ? value : await converter.toStored(value)
    const revision = await this.deps.storage.create(key, this.#signed(stored), ttlSeconds === undefined ? {} : { ttlSeconds })
    return cache.written(key, await this.#shown(key, stored, revision), revision, revision, parts)
  }

  /** Whether the resource has a status that only `/status` writes. */
  get hasStatus(): boolean {
    return this.resource.hasStatus
  }

  get countsGenerations(): boolean {
    const { generation = false } = this.resource.strategy
    return generation !== false
  }

  /** metadata rules of the resource, without those for the names of finalizers, which come later. */
  metaErrors(obj: KubeObject): FieldError[] {
    const { namespaced, strategy } = this.resource
    const { nameErrors = nameIsSubdomain } = strategy
    const rules = { namespaced, nameErrors: (name: string, prefix: boolean) => nameErrors(name, prefix, obj) }
    return validateObjectMeta(obj.metadata, rules, 'metadata')
  }

  pathErrors({ metadata }: KubeObject): FieldError[] {
    return objectNameErrors(metadata, pathSegmentErrors, 'metadata')
  }

  /** `metaErrors` of an update, where every kind's rules take the names that a path can hold (BeforeUpdate). */
  updatedMetaErrors(obj: KubeObject): FieldError[] {
    return validateObjectMeta(obj.metadata, { namespaced: this.resource.namespaced, nameErrors: pathSegmentErrors }, 'metadata')
  }

  /** What the kind's own rules have against the names of an updated object, where they look at them again. */
  ownNameErrors(obj: KubeObject, subresource: string): FieldError[] {
    const { nameErrors = nameIsSubdomain, nameOnCreateOnly, nameNotOnStatus } = this.resource.strategy
    if (nameOnCreateOnly === true || (nameNotOnStatus === true && subresource === 'status')) return []
    return objectNameErrors(obj.metadata, (name, prefix) => nameErrors(name, prefix, obj), 'metadata')
  }

  finalizerErrors({ metadata }: KubeObject): FieldError[] {
    return metadata.finalizers === undefined || this.resource.strategy.anyFinalizer === true ? [] : finalizerNameErrors(metadata)
  }

  /** @param first told before the others, as often as they stand there */
  invalid(obj: KubeObject, errors: FieldError[], first: readonly FieldError[] = []): Error {
    const { objectSchema, group, kind } = this.resource
    // A custom object may come as something else, and is called that.
    const own = objectSchema.facts === undefined && obj.apiVersion !== undefined ? parseApiVersion(obj.apiVersion)?.group : undefined
    return invalidObject(
      { group: own ?? group, kind: obj.kind ?? kind },
      obj.metadata.name ?? '',
      declarativeLast({ group, kind }, errors),
      first,
    )
  }

  conflict(name: string, why = MODIFIED): Error {
    return conflict(this.groupResource, name, why)
  }

  /**
   * Stored bytes of an object: JSON without resourceVersion in the reference's normal form, whatever order its fields were set in. Equal
   * objects have equal bytes, so an update that changes nothing is seen to be one.
   */
  encode(obj: KubeObject): Buffer {
    return atOnce(this.encoding(obj))
  }

  /** The same in turns with others. */
  *encoding(obj: KubeObject): Pausing<Buffer> {
    const { group, version, kind, objectSchema, encoding } = this.resource
    if (encoding !== undefined) return yield* encoding(obj)
    const { apiVersion: _a, kind: _k, metadata, ...rest } = objectSchema.normalize(obj)
    const { resourceVersion: _rv, ...meta } = metadata
    yield
    return Buffer.from(escapedJson({ kind, apiVersion: apiVersionOf(group, version), metadata: meta, ...rest }))
  }

  /**
   * Writes a change of an existing object until no other write comes between: first from the cached state, then from
   * what storage says is there. `change` returns the new bytes, or undefined when nothing is to be written.
   * @param from the newest state that the caller knows of, where that may be newer than the cached one
   */
  async guaranteedUpdate(
    namespace: string,
    name: string,
    change: (current: Entry | undefined) => TryUpdateResult | Promise<TryUpdateResult>,
    dryRun: boolean,
    from?: Entry,
  ): Promise<Entry | undefined> {
    checkParameter(name)
    const key = this.keyOf(namespace, name)
    const { cache } = this.resource
    let current = from ?? cache.latest(key)
    // The cache may be behind: only storage's word counts for "not there".
    if (current === undefined) current = await this.stored(key)
    for (;;) {
      let next: TryUpdateResult
      try {
        next = await change(current)
      } catch (e) {
        // A refusal based on a stale cached state is not a refusal: look again at what is stored. Where that cannot be shown, this is the answer.
        const stored = await this.stored(key).catch((again: unknown) => {
          throw again instanceof UndecodableError ? e : again
        })
        if (stored?.revision === current?.revision) throw e
        current = stored
        continue
      }
      if (next.action === 'keep') {
        const stored = dryRun ? current : await this.#confirmed(key, current)
        if (stored?.revision === current?.revision) return current
        current = stored
        continue
      }
      if (dryRun) {
        await next.reservation?.undo()
        return next.action === 'put' ? cache.dryRunEntry(key, next.value, next.parts, current) : current
      }
      try {
        const written = await this.#write(key, current, next)
        await next.reservation?.commit()
        return written
      } catch (e) {
        await next.reservation?.undo()
        if (e instanceof RevisionMismatchError) current = e.current === undefined ? undefined : await this.entryOf(e.current)
        else if (e instanceof KeyExistsError) current = await this.stored(key)
        else throw e
      }
    }
  }

  async #write(key: string, current: Entry | undefined, next: Exclude<TryUpdateResult, { action: 'keep' }>): Promise<Entry | undefined> {
    const { storage } = this.deps
    const { cache } = this.resource
    if (next.action === 'delete') {
      if (current === undefined) return undefined
      const revision = await storage.delete(key, current.revision)
      return current.deletedAt(revision)
    }
    const options = next.ttlSeconds === undefined ? {} : { ttlSeconds: next.ttlSeconds }
    const { converter } = this.resource
    const stored = converter === undefined ? next.value : await converter.toStored(next.value)
    const bytes = this.#signed(stored)
    const revision =
      current === undefined ? await storage.create(key, bytes, options) : await storage.update(key, bytes, current.revision, options)
    const shown = await this.#shown(key, stored, revision)
    return cache.written(key, shown, revision, current?.createRevision ?? revision, next.parts)
  }

  #signed(stored: Buffer): Buffer {
    return this.resource.marksOwn === true ? marked(stored) : stored
  }

  /** What was just written, as it is shown. */
  async #shown(key: string, stored: Buffer, revision: number): Promise<Buffer> {
    const { converter } = this.resource
    return converter === undefined ? stored : shown([{ key, revision }], await converter.fromStored([stored]))[0]!.value
  }

  /** What storage has at this moment. */
  async stored(key: string): Promise<Entry | undefined> {
    const { kv } = await this.deps.storage.get(key)
    return kv === undefined ? undefined : this.entryOf(kv)
  }

  /** What storage says, as entries. Throws UndecodableError. */
  entriesOf(items: readonly KeyValue[]): Entry[] | Promise<Entry[]> {
    const { cache, converter } = this.resource
    if (converter === undefined) return items.map((kv) => cache.entryOf(kv))
    return converter.fromStored(items.map((kv) => kv.value)).then((answers) => {
      const from = items.map((kv) => ({ key: kv.key, revision: kv.modRevision }))
      return shown(from, answers).map((converted, i) => cache.entryOf({ ...items[i]!, ...converted }))
    })
  }

  /** What storage says, as an entry. Throws UndecodableError. */
  entryOf(kv: KeyValue): Entry | Promise<Entry> {
    const entries = this.entriesOf([kv])
    return entries instanceof Promise ? entries.then(([entry]) => entry!) : entries[0]!
  }

  // A no-op answer must not be older than what was acknowledged: confirm with a consistent look at the cache.
  async #confirmed(key: string, current: Entry | undefined): Promise<Entry | undefined> {
    try {
      await this.deps.feed.fresh()
    } catch (e) {
      // That others cannot be shown says nothing of this one.
      if (!(e instanceof UndecodableError)) throw e
      const { kv } = await this.deps.storage.get(key)
      return kv?.modRevision === current?.revision ? current : this.stored(key)
    }
    const seen = this.resource.cache.list.get(key)
    return seen?.revision === current?.revision ? current : seen
  }
}

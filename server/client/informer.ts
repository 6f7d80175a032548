import { systemClock, type Clock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Client, SelectOptions } from './client.ts'
import { Reflector } from './reflector.ts'
import { resourceKey, type ResourceId } from './resource.ts'
import { byNamespace, Store, type IndexFunc, type Lister } from './store.ts'

/**
 * Called in the order of the server's events, after the cache has changed. Handlers only note what to do: they never block. An object that was
 * deleted and made anew in a gap of the watch is told as deleted and added (client-go tells of an update and leaves it to each loop).
 */
export interface EventHandler<T extends KubeObject> {
  /** `initial` while the informer fills for the first time or a handler joins late. */
  added?(obj: T, initial: boolean): void
  updated?(obj: T, old: T): void
  /** The last known state; after a gap in the watch it may be older than the delete. */
  deleted?(obj: T): void
}

export interface Informer<T extends KubeObject = KubeObject> {
  readonly lister: Lister<T>
  addIndex(name: string, keysOf: IndexFunc<T>): void
  /** Told of what is there already, then of every change. The returned function takes the handler off. */
  addHandler(handler: EventHandler<T>): () => void
  /** Resolves once the cache has held the whole collection; rejects when the informer is stopped before. */
  synced(): Promise<void>
  readonly hasSynced: boolean
}

export interface InformerOptions<T extends KubeObject> {
  select?: Pick<SelectOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'metadataOnly'>
  /** Takes fields off that nobody reads, before the object is kept; it may not change the object it is given. Only the first asker's transform counts. */
  transform?: (obj: T) => T
}

export interface InformerFactory {
  /** One informer for each resource and selection, shared by all who ask; it starts at the first ask. */
  informer<T extends KubeObject = KubeObject>(id: ResourceId, options?: InformerOptions<T>): Informer<T>
  /** Resolves when every informer asked for so far has its collection. */
  synced(): Promise<void>
  /** Stops one informer's watch (a resource that no longer exists). */
  stop(id: ResourceId, options?: Pick<InformerOptions<KubeObject>, 'select'>): void
}

export interface InformerFactoryOptions {
  client: Client
  signal: AbortSignal
  clock?: Clock
  onError?: (error: unknown, id: ResourceId) => void
}

/** For objects whose managedFields nobody reads: most of a cached pod's bytes. */
export function dropManagedFields<T extends KubeObject>(obj: T): T {
  if (obj.metadata.managedFields === undefined) return obj
  // The object may be shared with other informers.
  const { managedFields: _, ...metadata } = obj.metadata
  return { ...obj, metadata }
}

export function createInformerFactory(options: InformerFactoryOptions): InformerFactory {
  const shared = new Map<string, SharedInformer<KubeObject>>()
  const nameOf = (id: ResourceId, select: InformerOptions<KubeObject>['select'] = {}): string =>
    [resourceKey(id), select.namespace, select.labelSelector, select.fieldSelector, select.metadataOnly].join('|')
  return {
    informer<T extends KubeObject>(id: ResourceId, more: InformerOptions<T> = {}): Informer<T> {
      const name = nameOf(id, more.select)
      let informer = shared.get(name)
      if (informer === undefined) {
        informer = new SharedInformer<T>(id, options, more) as unknown as SharedInformer<KubeObject>
        shared.set(name, informer)
        informer.start()
      }
      return informer as unknown as Informer<T>
    },
    synced: async () => {
      await Promise.all([...shared.values()].map((i) => i.synced()))
    },
    stop(id, more = {}) {
      const name = nameOf(id, more.select)
      shared.get(name)?.stop()
      shared.delete(name)
    },
  }
}

class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly #store = new Store<T>()
  readonly #handlers = new Set<EventHandler<T>>()
  readonly #reflector: Reflector<T>
  readonly #synced = Promise.withResolvers<void>()
  readonly #stop = new AbortController()
  hasSynced = false

  constructor(id: ResourceId, o: InformerFactoryOptions, more: InformerOptions<T>) {
    this.#store.addIndex('namespace', byNamespace)
    const signal = AbortSignal.any([o.signal, this.#stop.signal])
    // Whoever waits hears of it; nobody waiting is no error.
    this.#synced.promise.catch(() => undefined)
    const stopped = (): void => this.#synced.reject(new Error(`the informer of ${resourceKey(id)} was stopped`))
    if (signal.aborted) stopped()
    else signal.addEventListener('abort', stopped, { once: true })
    this.#reflector = new Reflector<T>({
      source: o.client.resource<T>(id),
      select: more.select ?? {},
      clock: o.clock ?? systemClock,
      signal,
      sink: {
        replace: (objects) => this.#replace(objects),
        put: (key, obj) => this.#put(key, obj),
        remove: (key, obj) => this.#remove(key, obj),
      },
      ...(more.transform === undefined ? {} : { transform: more.transform }),
      ...(o.onError === undefined ? {} : { onError: (e: unknown) => o.onError?.(e, id) }),
    })
  }

  get lister(): Lister<T> {
    return this.#store
  }

  start(): void {
    void this.#reflector.run()
  }

  stop(): void {
    this.#stop.abort()
  }

  addIndex(name: string, keysOf: IndexFunc<T>): void {
    this.#store.addIndex(name, keysOf)
  }

  addHandler(handler: EventHandler<T>): () => void {
    this.#handlers.add(handler)
    for (const obj of this.#store.list()) handler.added?.(obj, true)
    return () => this.#handlers.delete(handler)
  }

  synced(): Promise<void> {
    return this.#synced.promise
  }

  #replace(objects: Map<string, T>): void {
    for (const key of [...this.#store.keys()]) {
      if (!objects.has(key)) this.#remove(key, undefined)
    }
    for (const [key, obj] of objects) this.#put(key, obj)
    this.hasSynced = true
    this.#synced.resolve()
  }

  #put(key: string, obj: T): void {
    const before = this.#store.getByKey(key)
    if (before !== undefined && before.metadata.uid !== obj.metadata.uid) this.#remove(key, undefined)
    const old = this.#store.set(key, obj)
    if (old === undefined) {
      for (const h of this.#handlers) h.added?.(obj, !this.hasSynced)
    } else if (old.metadata.resourceVersion !== obj.metadata.resourceVersion) {
      for (const h of this.#handlers) h.updated?.(obj, old)
    }
  }

  #remove(key: string, last: T | undefined): void {
    const old = this.#store.delete(key)
    const obj = last ?? old
    if (old === undefined || obj === undefined) return
    for (const h of this.#handlers) h.deleted?.(obj)
  }
}

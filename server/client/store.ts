import type { KubeObject } from '../machinery/types.ts'

/** Which index values an object has; an object may have none or many. */
export type IndexFunc<T> = (obj: T) => readonly string[]

/** Reads of an informer's cache. Objects are shared: copy before changing one. */
export interface Lister<T extends KubeObject = KubeObject> {
  get(name: string, namespace?: string): T | undefined
  getByKey(key: string): T | undefined
  /** Every object, or those of one namespace (needs the `namespace` index, else a scan). */
  list(namespace?: string): T[]
  /** Objects with that value in a declared index; throws on an index nobody declared. */
  byIndex(index: string, value: string): T[]
  readonly size: number
}

/** `namespace/name`, or `name` where there is no namespace (client-go's MetaNamespaceKeyFunc). */
export function keyOf(obj: KubeObject): string {
  return keyFor(obj.metadata.name ?? '', obj.metadata.namespace)
}

export function keyFor(name: string, namespace?: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/')
  return slash === -1 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** Index functions that many controllers want. */
export const byNamespace: IndexFunc<KubeObject> = (obj) => [obj.metadata.namespace ?? '']
export const byControllerUid: IndexFunc<KubeObject> = (obj) =>
  (obj.metadata.ownerReferences ?? []).filter((o) => o.controller === true).map((o) => o.uid)

class Index<T> {
  readonly keysOf: IndexFunc<T>
  readonly buckets = new Map<string, Map<string, T>>()

  constructor(keysOf: IndexFunc<T>) {
    this.keysOf = keysOf
  }

  put(key: string, obj: T): void {
    for (const value of this.keysOf(obj)) {
      let bucket = this.buckets.get(value)
      if (bucket === undefined) this.buckets.set(value, (bucket = new Map()))
      bucket.set(key, obj)
    }
  }

  remove(key: string, obj: T): void {
    for (const value of this.keysOf(obj)) {
      const bucket = this.buckets.get(value)
      if (bucket === undefined) continue
      bucket.delete(key)
      if (bucket.size === 0) this.buckets.delete(value)
    }
  }
}

/** The cache behind an informer: objects by key, and indexes kept in step with them. */
export class Store<T extends KubeObject = KubeObject> implements Lister<T> {
  readonly #items = new Map<string, T>()
  readonly #indexes = new Map<string, Index<T>>()

  /** Adding an index later indexes what is there; a second function of the same name is ignored. */
  addIndex(name: string, keysOf: IndexFunc<T>): void {
    if (this.#indexes.has(name)) return
    const index = new Index(keysOf)
    for (const [key, obj] of this.#items) index.put(key, obj)
    this.#indexes.set(name, index)
  }

  set(key: string, obj: T): T | undefined {
    const old = this.#items.get(key)
    for (const index of this.#indexes.values()) {
      if (old !== undefined) index.remove(key, old)
      index.put(key, obj)
    }
    this.#items.set(key, obj)
    return old
  }

  delete(key: string): T | undefined {
    const old = this.#items.get(key)
    if (old === undefined) return undefined
    for (const index of this.#indexes.values()) index.remove(key, old)
    this.#items.delete(key)
    return old
  }

  keys(): IterableIterator<string> {
    return this.#items.keys()
  }

  get size(): number {
    return this.#items.size
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#items.get(keyFor(name, namespace))
  }

  getByKey(key: string): T | undefined {
    return this.#items.get(key)
  }

  list(namespace?: string): T[] {
    if (namespace === undefined || namespace === '') return [...this.#items.values()]
    const index = this.#indexes.get('namespace')
    if (index !== undefined) return [...(index.buckets.get(namespace)?.values() ?? [])]
    return [...this.#items.values()].filter((o) => o.metadata.namespace === namespace)
  }

  byIndex(name: string, value: string): T[] {
    const index = this.#indexes.get(name)
    if (index === undefined) throw new Error(`no index "${name}"`)
    return [...(index.buckets.get(value)?.values() ?? [])]
  }
}

import { KeyExistsError, RevisionMismatchError, type Storage } from '../storage/contract.ts'

/** `pkg/controlplane/instance.go`, DefaultEndpointReconcilerTTL. */
const TTL_SECONDS = 15
const TRIES = 5

/**
 * Which servers of a cluster run, by their addresses: each has a key in the store that ends unless it is renewed (`pkg/controlplane/reconcilers`,
 * storageLeases). Keys and what a kube-apiserver reads of them are the same, so that both can share a store.
 */
export class ServerLeases {
  readonly #storage: Storage
  readonly #prefix: string

  /** @param keyPrefix of all keys, without a slash at its end */
  constructor(storage: Storage, keyPrefix: string) {
    this.#storage = storage
    this.#prefix = `${keyPrefix}/masterleases/`
  }

  async list(): Promise<string[]> {
    const { items } = await this.#storage.list(this.#prefix)
    return items.map(({ key }) => key.slice(this.#prefix.length)).filter((address) => address !== '')
  }

  async renew(address: string): Promise<void> {
    const key = this.#prefix + address
    const subsets = [{ addresses: [{ ip: address }] }]
    const value = Buffer.from(JSON.stringify({ kind: 'Endpoints', apiVersion: 'v1', metadata: {}, subsets }))
    const options = { ttlSeconds: TTL_SECONDS }
    for (let tries = 1; ; tries++) {
      const { kv } = await this.#storage.get(key)
      try {
        await (kv === undefined ? this.#storage.create(key, value, options) : this.#storage.update(key, value, kv.modRevision, options))
        return
      } catch (e) {
        if (!isOvertaken(e) || tries === TRIES) throw e
      }
    }
  }

  async remove(address: string): Promise<void> {
    const key = this.#prefix + address
    const { kv } = await this.#storage.get(key)
    if (kv === undefined) return
    await this.#storage.delete(key, kv.modRevision).catch((e: unknown) => {
      if (!isOvertaken(e)) throw e
    })
  }
}

/** It ended, or another server has the same address. */
const isOvertaken = (e: unknown): boolean => e instanceof RevisionMismatchError || e instanceof KeyExistsError

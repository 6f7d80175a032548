import type { Clock } from '../../machinery/clock.ts'

/** Keys on one lease, so that its end does not delete too many at once. */
const KEYS_PER_LEASE = 1000
/** A lease may outlive what a key asked for by this share of its TTL, and by this many seconds. */
const REUSE_SHARE = 0.05
const REUSE_SECONDS = 60

interface Lease {
  id: bigint
  /** Epoch ms by our clock, taken before the grant: never later than etcd's. */
  expires: number
  keys: number
}

/**
 * Leases shared by keys of like lifetimes, since granting one costs as much as a write. Keys on one lease go in one revision,
 * as they do under kube-apiserver.
 */
export class Leases {
  readonly #grant: (ttlSeconds: number) => Promise<bigint>
  readonly #clock: Clock
  readonly #current = new Map<number, Promise<Lease>>()

  constructor(grant: (ttlSeconds: number) => Promise<bigint>, clock: Clock) {
    this.#grant = grant
    this.#clock = clock
  }

  /** A lease that lives for at least `ttlSeconds` from now, and little longer. */
  async take(ttlSeconds: number): Promise<bigint> {
    const promise = this.#current.get(ttlSeconds) ?? this.#renew(ttlSeconds)
    const lease = await promise
    if (lease.keys < KEYS_PER_LEASE && lease.expires >= this.#clock.now() + ttlSeconds * 1000) {
      lease.keys++
      return lease.id
    }
    this.#forget(ttlSeconds, promise)
    return this.take(ttlSeconds)
  }

  /** etcd does not know the lease any more. */
  lost(ttlSeconds: number): void {
    this.#current.delete(ttlSeconds)
  }

  #renew(ttlSeconds: number): Promise<Lease> {
    const spare = Math.min(REUSE_SECONDS, Math.floor(ttlSeconds * REUSE_SHARE))
    // A second more than needed, or a lease without spare time would be too short as soon as it is granted.
    const seconds = ttlSeconds + spare + 1
    const expires = this.#clock.now() + seconds * 1000
    const promise = this.#grant(seconds).then((id) => ({ id, expires, keys: 0 }))
    this.#current.set(ttlSeconds, promise)
    promise.catch(() => this.#forget(ttlSeconds, promise))
    return promise
  }

  #forget(ttlSeconds: number, promise: Promise<Lease>): void {
    if (this.#current.get(ttlSeconds) === promise) this.#current.delete(ttlSeconds)
  }
}

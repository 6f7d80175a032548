import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { formatMicroTime, type Clock, type Timer } from '../machinery/clock.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { deleteFrom } from '../registry/generic/delete.ts'
import type { Store } from '../registry/generic/store.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { mainRules } from '../registry/generic/update-rules.ts'
import { createIn, updateIn } from '../registry/generic/write.ts'

const NAMESPACE = 'kube-system'
const COMPONENT = 'kube-apiserver'
const IDENTITY_LABEL = 'apiserver.kubernetes.io/identity'
const HOSTNAME_LABEL = 'kubernetes.io/hostname'
const PEER_ADDRESS = 'kubernetes.io/peer-advertise-address'
/** kubernetes/kubernetes pkg/controlplane/apiserver/server.go */
const LEASE_SECONDS = 3600
const RENEW_EVERY_MS = 10_000
const COLLECT_EVERY_MS = 3_600_000

const LOST = ['AlreadyExists', 'NotFound', 'Conflict'] as const

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

interface Lease extends KubeObject {
  spec?: { holderIdentity?: string; leaseDurationSeconds?: number; renewTime?: string }
}

export interface IdentityOptions {
  leases: Store
  clock: Clock
  /** Of the server's own writes. */
  context: StrategyContext
  /** Where other API servers reach this one, host:port. */
  address: string
  onError(what: string, error: unknown): void
}

/** The name by which one API server of a machine is known: of 16 bytes of a hash of its host's name and of what it is (apiserver `server/config.go`). */
export function apiServerId(host: string): string {
  const hash = createHash('sha256')
  for (const part of [host, COMPONENT].map((text) => Buffer.from(text))) {
    hash.update(Buffer.of(part.length >> 8, part.length & 0xff))
    hash.update(part)
  }
  return `apiserver-${base32(hash.digest().subarray(0, 16))}`
}

/** Without padding, in small letters (RFC 4648 §6). */
function base32(bytes: Buffer): string {
  let text = ''
  let [held, bits] = [0, 0]
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31]
}

/**
 * Says in a Lease that this API server runs, and takes away those of others that have run out (KEP-1965). Whoever counts API servers
 * (storage versions, peers) reads these.
 */
export class IdentityLease {
  readonly #o: IdentityOptions
  readonly #host = hostname()
  readonly #name = apiServerId(this.#host)
  readonly #holder = `${this.#name}_${randomUUID()}`
  readonly #timers = new Map<number, Timer>()
  #stopped = false

  constructor(options: IdentityOptions) {
    this.#o = options
  }

  /** Resolves when the Lease is written, or when that has failed for now. */
  async start(): Promise<void> {
    await this.#every(RENEW_EVERY_MS, () => this.#renew())
    await this.#every(COLLECT_EVERY_MS, () => this.#collect())
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
  }

  async #every(ms: number, work: () => Promise<void>): Promise<void> {
    await work()
    if (!this.#stopped)
      this.#timers.set(
        ms,
        this.#o.clock.setTimeout(() => void this.#every(ms, work), ms),
      )
  }

  async #renew(): Promise<void> {
    const { leases, context, onError } = this.#o
    const at = { namespace: NAMESPACE, name: this.#name }
    try {
      if (leases.cached(NAMESPACE, this.#name) === undefined) {
        const bare: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...at } }
        await createIn(leases, { object: this.#renewed(bare), namespace: NAMESPACE, context })
      } else
        await updateIn(leases, {
          ...{ ...at, context, rules: mainRules(leases) },
          change: (current) => this.#renewed(copyJson(current!)),
        })
    } catch (e) {
      // Somebody was faster; the next turn sees what is there now.
      if (!this.#stopped && !LOST.some((reason) => isStatusError(e, reason))) onError(this.#name, e)
    }
  }

  #renewed(lease: Lease): Lease {
    const { metadata } = lease
    metadata.labels = { ...metadata.labels, [IDENTITY_LABEL]: COMPONENT, [HOSTNAME_LABEL]: this.#host }
    metadata.annotations = { ...metadata.annotations, [PEER_ADDRESS]: this.#o.address }
    const renewTime = formatMicroTime(this.#o.clock.now())
    lease.spec = { ...lease.spec, holderIdentity: this.#holder, leaseDurationSeconds: LEASE_SECONDS, renewTime }
    return lease
  }

  async #collect(): Promise<void> {
    const { leases, context, clock, onError } = this.#o
    for (const entry of [...leases.resource.cache.list.entries({ namespace: NAMESPACE })]) {
      const lease = entry.view() as Lease
      if (lease.metadata.labels?.[IDENTITY_LABEL] !== COMPONENT || !hasRunOut(lease, clock.now())) continue
      const { name = '' } = lease.metadata
      await deleteFrom(leases, { namespace: NAMESPACE, name, context, options: {} }).catch((e: unknown) => {
        if (!this.#stopped && !isStatusError(e, 'NotFound')) onError(name, e)
      })
    }
  }
}

/** One that does not say how long it lasts is no API server's. */
function hasRunOut({ spec: { renewTime, leaseDurationSeconds } = {} }: Lease, now: number): boolean {
  return renewTime === undefined || leaseDurationSeconds === undefined || Date.parse(renewTime) + leaseDurationSeconds * 1000 < now
}

import { isIPv6 } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import type { Clock, Timer } from '../machinery/clock.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { deleteFrom } from '../registry/generic/delete.ts'
import type { Store } from '../registry/generic/store.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { mainRules } from '../registry/generic/update-rules.ts'
import { createIn, updateIn } from '../registry/generic/write.ts'
import type { Registry } from '../registry/registry.ts'
import type { ServerLeases } from './server-leases.ts'

/** `pkg/controlplane/reconcilers`, DefaultEndpointReconcilerInterval. */
export const RECONCILE_MS = 10_000

/**
 * Who is behind `default/kubernetes` (--endpoint-reconciler-type): whoever others say, this server alone, every server that has a lease, or so
 * many servers as there are said to be.
 */
export type EndpointReconciler = { readonly type: 'none' | 'alone' | 'lease' } | { readonly type: 'master-count'; readonly count: number }

export interface KubernetesEndpointsOptions {
  readonly registry: Registry
  readonly clock: Clock
  /** Of the server's own writes. */
  readonly context: StrategyContext
  readonly advertise: { readonly address: string; readonly port: number }
  readonly reconciler: EndpointReconciler
  readonly leases: ServerLeases
  /** It is tried again. */
  onError(error: unknown): void
}

interface Subset {
  addresses?: { ip: string }[]
  notReadyAddresses?: { ip: string }[]
  ports?: object[]
}
type Endpoints = KubeObject & { subsets?: Subset[] }
type Slice = KubeObject & { addressType?: string; endpoints?: unknown[]; ports?: unknown[] }

const [NAMESPACE, NAME] = ['default', 'kubernetes']
const SKIP_MIRROR = 'endpointslice.kubernetes.io/skip-mirror'

/** Keeps the Endpoints and the EndpointSlice of `default/kubernetes` as its reconciler says (`pkg/controlplane/reconcilers`). */
export class KubernetesEndpoints {
  readonly #o: KubernetesEndpointsOptions
  readonly #ports: object[]
  #timer: Timer | undefined
  #stopping = false
  #running: Promise<void> = Promise.resolve()

  constructor(o: KubernetesEndpointsOptions) {
    this.#o = o
    this.#ports = [{ name: 'https', port: o.advertise.port, protocol: 'TCP' }]
  }

  /** Resolves when they are right; rejects when they cannot be, and goes on in either case. A restart may come up on another port, so ports are set now. */
  async start(): Promise<void> {
    if (this.#o.reconciler.type === 'none') return
    this.#wait()
    await this.#reconcile(true)
  }

  /** Takes this server out where it is one of several. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#timer?.cancel()
    await this.#running
    const { reconciler, leases, advertise } = this.#o
    if (reconciler.type === 'none' || reconciler.type === 'alone') return
    if (reconciler.type === 'lease') await leases.remove(advertise.address)
    await this.#write(true)
  }

  #wait(): void {
    this.#timer = this.#o.clock.setTimeout(() => {
      this.#running = this.#reconcile(false)
        .catch((e: unknown) => this.#o.onError(e))
        .then(() => {
          if (!this.#stopping) this.#wait()
        })
    }, RECONCILE_MS)
  }

  async #reconcile(setsPorts: boolean): Promise<void> {
    const { reconciler, leases, advertise } = this.#o
    if (reconciler.type === 'lease') await leases.renew(advertise.address)
    await this.#write(setsPorts)
  }

  async #write(setsPorts: boolean): Promise<void> {
    const { registry, context, reconciler, leases } = this.#o
    const leased = reconciler.type === 'lease' ? await leases.list() : undefined
    if (leased?.length === 0 && !this.#stopping)
      throw new Error('no API server IP addresses were listed in storage, refusing to erase all endpoints for the kubernetes Service')
    const right = (current: Endpoints): Endpoints => {
      const subsets = subsetsOf(current.subsets ?? [], this.#addresses(current, leased), { ports: this.#ports, setsPorts })
      const labels = { ...current.metadata.labels, [SKIP_MIRROR]: 'true' }
      const { subsets: _, ...rest } = current
      return { ...rest, metadata: { ...current.metadata, labels }, ...(subsets.length === 0 ? {} : { subsets }) }
    }
    const store = registry.store('endpoints')
    const found = store.cached(NAMESPACE, NAME)?.view() as Endpoints | undefined
    const wanted = right(found ?? { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: NAME, namespace: NAMESPACE } })
    if (found === undefined) {
      // A server that goes makes nothing anew.
      if (!this.#stopping) await unlessThere(createIn(store, { object: copyJson(wanted) as KubeObject, namespace: NAMESPACE, context }))
    } else if (!isDeepStrictEqual(found, wanted)) {
      await updateIn(
        store,
        change(store, context, (current) => right(current)),
      )
    }
    await this.#writeSlice(wanted)
  }

  /** Of those who are behind it; `leased` where they have leases. */
  #addresses({ subsets = [] }: Endpoints, leased: readonly string[] | undefined): readonly string[] {
    const own = this.#o.advertise.address
    const { reconciler } = this.#o
    if (leased !== undefined) return leased
    if (reconciler.type !== 'master-count') return [own]
    const there = subsets.length === 1 ? addressesOf(subsets[0]!) : []
    if (this.#stopping) return there.filter((ip) => ip !== own)
    return counted(there, own, reconciler.count)
  }

  /** The same as an EndpointSlice, which is not mirrored. What addresses a slice has never changes. */
  async #writeSlice({ subsets: [subset] = [] }: Endpoints): Promise<void> {
    const { registry, context } = this.#o
    const store = registry.store('endpointslices.discovery.k8s.io')
    const found = store.cached(NAMESPACE, NAME)?.view() as Slice | undefined
    const all = subset === undefined ? [] : addressesOf(subset)
    const addressType = all.length === 0 ? (found?.addressType ?? 'IPv4') : all.every((ip) => isIPv6(ip)) ? 'IPv6' : 'IPv4'
    const endpoints = all
      .filter((ip) => isIPv6(ip) === (addressType === 'IPv6'))
      .map((ip) => ({ addresses: [ip], conditions: { ready: true } }))
    const rest = { endpoints, ports: [...(subset?.ports ?? [])] }
    const labels = { 'kubernetes.io/service-name': NAME }
    if (found?.addressType === addressType) {
      const isRight = isDeepStrictEqual([found.endpoints ?? [], found.ports ?? []], [rest.endpoints, rest.ports])
      if (!isRight || found.metadata.labels?.['kubernetes.io/service-name'] !== NAME)
        await updateIn(
          store,
          change(store, context, (current) => ({
            ...current,
            metadata: { ...current.metadata, labels: { ...current.metadata.labels, ...labels } },
            ...rest,
          })),
        )
      return
    }
    if (found !== undefined) {
      await deleteFrom(store, { namespace: NAMESPACE, name: NAME, options: {}, context })
      await store.deps.feed.fresh()
    }
    if (found === undefined && this.#stopping) return
    const metadata = { name: NAME, namespace: NAMESPACE, labels }
    const object = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, ...rest }
    await unlessThere(createIn(store, { object, namespace: NAMESPACE, context }))
  }
}

const addressesOf = ({ addresses = [] }: Subset): string[] => addresses.map(({ ip }) => ip)

/**
 * One subset with these addresses, in byte order, and these ports. What is there already in another order stays, and so do ports that differ
 * unless they are to be set: servers that share a cluster may have different ones.
 */
function subsetsOf(
  current: readonly Subset[],
  addresses: readonly string[],
  { ports, setsPorts }: { ports: object[]; setsPorts: boolean },
): Subset[] {
  const [only] = current
  const isOne = only !== undefined && current.length === 1
  const there = isOne ? addressesOf(only) : []
  const isSame = isOne && isDeepStrictEqual([...there].sort(), [...addresses].sort())
  const shown = isSame ? only.addresses! : [...addresses].sort().map((ip) => ({ ip }))
  if (shown.length === 0) return []
  const kept = isOne && !setsPorts && only.ports !== undefined ? only.ports : ports
  return [{ ...(isOne ? only : {}), addresses: shown, ports: kept }]
}

/**
 * Ours among those that are there, and no more than `count`: those that come after ours in byte order go first, so that in the end all servers
 * that run are there (masterCountEndpointReconciler).
 */
function counted(there: readonly string[], own: string, count: number): string[] {
  if (there.includes(own) && there.length <= count) return [...there]
  const all = [...new Set([...there, own])].sort()
  while (all.length > count && all.length > 1) all.splice((all.indexOf(own) + 1) % all.length, 1)
  return all
}

const change = (store: Store, context: StrategyContext, of: (current: KubeObject) => KubeObject): Parameters<typeof updateIn>[1] => ({
  ...{ namespace: NAMESPACE, name: NAME, context, rules: mainRules(store) },
  change: (current) => of(copyJson(current!) as KubeObject),
})

const unlessThere = (creating: Promise<unknown>): Promise<unknown> =>
  creating.catch((e: unknown) => {
    if (!isStatusError(e, 'AlreadyExists')) throw e
  })

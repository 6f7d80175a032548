import type { Client } from '../../client/client.ts'
import { LEASES } from '../../client/resource.ts'
import { formatMicroTime, type Clock, type Timer } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Node } from '../types.ts'

export const LEASE_NAMESPACE = 'kube-node-lease'
/** The kubelet's nodeLeaseDurationSeconds and the quarter of it at which it renews. */
export const LEASE_SECONDS = 40
export const RENEW_MS = 10_000

export interface LeaseOptions {
  client: Client
  clock: Clock
  signal: AbortSignal
  node: () => Node
  onError: (error: unknown) => void
}

/** Keeps a node's Lease: renewed every ten seconds, created again when somebody deletes it. */
export class NodeLease {
  readonly #o: LeaseOptions
  #lease: KubeObject | undefined
  #timer: Timer | undefined

  constructor(options: LeaseOptions) {
    this.#o = options
  }

  /** Renews at once and then every ten seconds. */
  async start(): Promise<void> {
    await this.#renew()
    if (this.#o.signal.aborted) return
    this.#timer = this.#o.clock.setInterval(() => void this.#renew(), RENEW_MS)
  }

  stop(): void {
    this.#timer?.cancel()
  }

  async #renew(): Promise<void> {
    const { client, signal, onError } = this.#o
    const leases = client.resource(LEASES)
    try {
      for (let tries = 0; tries < 5; tries++) {
        try {
          this.#lease =
            this.#lease === undefined
              ? await leases.create(this.#wanted(undefined), { namespace: LEASE_NAMESPACE, signal })
              : await leases.update(this.#wanted(this.#lease), { namespace: LEASE_NAMESPACE, signal })
          return
        } catch (e) {
          const name = this.#o.node().metadata.name!
          if (isStatusError(e, 'NotFound') && this.#lease !== undefined) this.#lease = undefined
          else if (isStatusError(e, 'AlreadyExists') || isStatusError(e, 'Conflict')) {
            this.#lease = await leases.get(name, { namespace: LEASE_NAMESPACE, signal })
          } else throw e
        }
      }
    } catch (e) {
      if (!signal.aborted) onError(e)
    }
  }

  #wanted(old: KubeObject | undefined): KubeObject {
    const { metadata } = this.#o.node()
    const spec = { holderIdentity: metadata.name, leaseDurationSeconds: LEASE_SECONDS, renewTime: formatMicroTime(this.#o.clock.now()) }
    if (old !== undefined) return { ...old, spec: { ...(old.spec as object), ...spec } }
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: metadata.name!,
        namespace: LEASE_NAMESPACE,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: metadata.name!, uid: metadata.uid! }],
      },
      spec,
    }
  }
}

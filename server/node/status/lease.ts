import type { Client } from '../../client/client.ts'
import { dropManagedFields } from '../../client/informer.ts'
import { LEASES } from '../../client/resource.ts'
import { formatMicroTime, type Clock } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Node } from '../types.ts'

export const LEASE_NAMESPACE = 'kube-node-lease'
/** The kubelet's nodeLeaseDurationSeconds. */
export const LEASE_SECONDS = 40

export interface LeaseOptions {
  client: Client
  clock: Clock
  signal: AbortSignal
  node: () => Node
  onError: (error: unknown) => void
}

/** Keeps a node's Lease: renewed when it is told to, created again when somebody deletes it. */
export class NodeLease {
  readonly #o: LeaseOptions
  #lease: KubeObject | undefined
  #isRenewing = false

  constructor(options: LeaseOptions) {
    this.#o = options
  }

  /** Does nothing while an earlier one waits for the server: two of one node would only take the Lease's revision from each other. */
  async renew(): Promise<void> {
    if (this.#isRenewing) return
    this.#isRenewing = true
    try {
      await this.#renew()
    } finally {
      this.#isRenewing = false
    }
  }

  async #renew(): Promise<void> {
    const { client, signal, onError } = this.#o
    const leases = client.resource(LEASES)
    try {
      for (let tries = 0; tries < 5; tries++) {
        try {
          const written =
            this.#lease === undefined
              ? await leases.create(this.#wanted(undefined), { namespace: LEASE_NAMESPACE, signal })
              : await leases.update(this.#wanted(this.#lease), { namespace: LEASE_NAMESPACE, signal })
          // An update without them leaves them as they are, and need not be read again.
          this.#lease = dropManagedFields(written)
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

import {
  foreignResourceClaim,
  podResourceClaims,
  resourceClaimName,
  type Allocation,
  type ResourceClaim,
} from '../client/objects-resource.ts'
import type { Pod } from '../client/objects.ts'
import { keyFor, type Lister } from '../client/store.ts'

/** The claims as the scheduler knows them, for all profiles: what it has decided or written goes before what the cache shows. */
export class Claims {
  readonly #lister: Lister<ResourceClaim>
  /** Written and not seen yet, by uid. */
  readonly #assumed = new Map<string, ResourceClaim>()
  /** Decided and not written yet, by uid. */
  readonly #pending = new Map<string, Allocation>()

  constructor(lister: Lister<ResourceClaim>) {
    this.#lister = lister
  }

  /** Claims of the pod that there are; a text says why the pod cannot be placed as long as they are as they are. */
  ofPod(pod: Pod): ResourceClaim[] | string {
    const { namespace = '', name } = pod.metadata
    const claims: ResourceClaim[] = []
    for (const entry of podResourceClaims(pod)) {
      const found = resourceClaimName(pod, entry)
      if (found === 'none') continue
      if (found === 'missing') return `pod "${namespace}/${name}": ResourceClaim not created yet`
      if (found === 'unsupported')
        return `pod "${namespace}/${name}", spec.resourceClaim "${entry.name}": none of the supported fields are set`
      const claim = this.#lister.get(found.name, namespace)
      if (claim === undefined) return `could not find ResourceClaim "${keyFor(found.name, namespace)}"`
      if (claim.metadata.deletionTimestamp != null) return `resourceclaim "${found.name}" is being deleted`
      const foreign = found.generated ? foreignResourceClaim(pod, claim) : undefined
      if (foreign !== undefined) return foreign
      claims.push(this.newest(claim))
    }
    return claims
  }

  newest(claim: ResourceClaim): ResourceClaim {
    const uid = claim.metadata.uid ?? ''
    const assumed = this.#assumed.get(uid)
    if (assumed === undefined) return claim
    if (Number(assumed.metadata.resourceVersion) > Number(claim.metadata.resourceVersion)) return assumed
    this.#assumed.delete(uid)
    return claim
  }

  /** What is taken: of all claims, and of those on their way to the server. */
  *allocations(): Generator<Allocation> {
    const seen = new Set<string>()
    for (const claim of this.#lister.list()) {
      const { uid = '' } = claim.metadata
      seen.add(uid)
      const allocation = this.newest(claim).status?.allocation ?? this.#pending.get(uid)
      if (allocation !== undefined) yield allocation
    }
    // Those that the scheduler makes itself are not made yet, or not seen.
    for (const [uid, allocation] of this.#pending) if (!seen.has(uid)) yield allocation
    for (const [uid, { status }] of this.#assumed)
      if (!seen.has(uid) && !this.#pending.has(uid) && status?.allocation !== undefined) yield status.allocation
  }

  isPending({ metadata }: ResourceClaim): boolean {
    return this.#pending.has(metadata.uid ?? '')
  }

  decide({ metadata }: ResourceClaim, allocation: Allocation): void {
    this.#pending.set(metadata.uid ?? '', allocation)
  }

  pending({ metadata }: ResourceClaim): Allocation | undefined {
    return this.#pending.get(metadata.uid ?? '')
  }

  giveUp({ metadata }: ResourceClaim): void {
    this.#pending.delete(metadata.uid ?? '')
  }

  wrote(claim: ResourceClaim): void {
    this.#assumed.set(claim.metadata.uid ?? '', claim)
    this.giveUp(claim)
  }

  gone({ metadata }: ResourceClaim): void {
    this.#assumed.delete(metadata.uid ?? '')
    this.#pending.delete(metadata.uid ?? '')
  }
}

import { matchesTerm } from '../../../client/node-selector.ts'
import {
  CLAIM_FINALIZER,
  isReservedFor,
  podConsumer,
  podResourceClaims,
  type Allocation,
  type ResourceClaim,
} from '../../../client/objects-resource.ts'
import type { Node, Pod } from '../../../client/objects.ts'
import { PODS, RESOURCE_CLAIMS } from '../../../client/resource.ts'
import { delay } from '../../../client/rest.ts'
import { keyOf } from '../../../client/store.ts'
import { formatTime } from '../../../machinery/clock.ts'
import { isStatusError } from '../../../machinery/status.ts'
import type { Claims } from '../../claims.ts'
import type { PluginArguments } from '../../config/types.ts'
import { stateKey, unresolvable, unschedulable, type ClusterEvent, type PluginFactory } from '../../framework.ts'
import type { Rejection } from '../../node-verdict.ts'
import { outcomeOf } from '../../outcome.ts'
import type { PodInfo } from '../../pod-info.ts'
import { normalizeByMax } from '../normalize.ts'
import { AllocatedState } from './allocated.ts'
import { Allocator } from './allocator.ts'
import { isReadyForBinding, isTimedOut } from './binding-conditions.ts'
import { AllocationError, InvalidPools } from './errors.ts'
import { claimFor, extendedResourcesOf, isByDevices, madeFor, requestsOf, type RequestMapping } from './extended-resources.ts'
import { Pools } from './pools.ts'
import { SelectorCache } from './selectors.ts'

interface ClaimsState {
  claims: ResourceClaim[]
  readonly toAllocate: readonly ResourceClaim[]
  readonly allocator: Allocator | undefined
  readonly allocations: Map<string, readonly Allocation[]>
  /** Claims whose devices some node does not reach, or that never become ready. */
  readonly unavailable: Set<ResourceClaim>
  readonly extended: Extended | undefined
}

/** For the extended resources of a pod that devices stand for. */
interface Extended {
  readonly resources: readonly string[]
  /** One that an earlier try has left has to go first. */
  readonly leftOver: ResourceClaim | undefined
  readonly base: ResourceClaim
  readonly byNode: Map<string, { claim: ResourceClaim; mappings: readonly RequestMapping[] }>
  /** What the server has. */
  made?: ResourceClaim
}

const stateOf = stateKey<ClaimsState>('DynamicResources')
const NONE = unresolvable('cannot allocate all claims')
const LEFT_OVER = unschedulable('cannot schedule extended resource claim')
const ELSEWHERE = unresolvable('resourceclaim not available on the node')
/** How often it is looked whether devices are prepared. */
const LOOK_MS = 5000
const CONFLICTS = 5
/** FirstAvailableDeviceRequestMaxSize: the first of alternatives scores so much, each behind it one less. */
const ALTERNATIVES = 8

/** Devices for a pod's claims: chosen on each node, promised with the pod's place, written before it is bound (KEP-4381). */
export const dynamicResources: PluginFactory<PluginArguments['DynamicResources']> = (handle, { bindingTimeout }) => {
  const { client, clock, listers, signal, claims } = handle
  const compiled = new SelectorCache()
  const resource = client.resource<ResourceClaim>(RESOURCE_CLAIMS)

  /** Classes that a claim asks for and that there are not. */
  function missingClass(claim: ResourceClaim): string | undefined {
    for (const request of claim.spec?.devices?.requests ?? []) {
      const specs = request.exactly === undefined ? (request.firstAvailable ?? []) : [{ ...request.exactly, name: '' }]
      if (specs.length === 0) return `resource claim ${keyOf(claim)}, request ${request.name}: unknown request type`
      for (const { name, deviceClassName = '' } of specs) {
        if (listers.deviceClasses.get(deviceClassName) !== undefined) continue
        return `request ${name === '' ? request.name : `${request.name}/${name}`}: device class ${deviceClassName} does not exist`
      }
    }
    return undefined
  }

  function allocator(): Allocator {
    const allocated = new AllocatedState()
    for (const allocation of claims.allocations()) allocated.add(allocation)
    const pools = new Pools(listers.resourceSlices.list(), listers.deviceTaintRules.list())
    return new Allocator({ pools, allocated, classes: listers.deviceClasses, selectors: compiled.next() })
  }

  function isAvailable(claim: ResourceClaim, node: Node): boolean {
    const { allocation } = claim.status ?? {}
    if (allocation === undefined) return true
    if (allocation.nodeSelector?.nodeSelectorTerms.some((t) => matchesTerm(t, node)) === false) return false
    try {
      return isReadyForBinding(claim) || !isTimedOut(claim, bindingTimeout, clock.now())
    } catch {
      return false
    }
  }

  /** Writes what was decided, and that the pod uses it; benign changes of others are taken in. */
  async function write(claim: ResourceClaim, allocation: Allocation | undefined, pod: Pod): Promise<ResourceClaim> {
    const { name = '', namespace } = claim.metadata
    let current = claim
    for (let left = CONFLICTS; ; left--) {
      try {
        if (current.metadata.deletionTimestamp != null) throw new Error(`claim ${keyOf(claim)} got deleted in the meantime`)
        return await add(current, allocation, pod)
      } catch (e) {
        if (left === 0) throw e
        const get = (): Promise<ResourceClaim> => resource.get(name, { namespace, signal })
        const found = await (isStatusError(e, 'Conflict') ? get() : outcomeOf(e, get, handle))
        if (found.metadata.uid === claim.metadata.uid && found.status?.allocation !== undefined && isReservedFor(found, pod)) return found
        // Nothing was written.
        if (found.metadata.resourceVersion === current.metadata.resourceVersion) throw e
        current = found
      }
    }
  }

  async function add(claim: ResourceClaim, allocation: Allocation | undefined, pod: Pod): Promise<ResourceClaim> {
    let current = claim
    const before = current.status?.allocation
    if (allocation !== undefined) {
      if (before !== undefined) throw new Error(`claim ${keyOf(claim)} got allocated elsewhere in the meantime`)
      const finalizers = current.metadata.finalizers ?? []
      if (!finalizers.includes(CLAIM_FINALIZER)) {
        const metadata = { ...current.metadata, finalizers: [...finalizers, CLAIM_FINALIZER] }
        current = await resource.update({ ...current, metadata }, { signal })
      }
    } else if (before === undefined) throw new Error(`claim ${keyOf(claim)} got deallocated elsewhere in the meantime`)
    const next = allocation ?? before!
    const reservedFor = [...(current.status?.reservedFor ?? []), podConsumer(pod)]
    const allocationTimestamp = next.allocationTimestamp ?? formatTime(clock.now())
    const status = { ...current.status, allocation: { ...next, allocationTimestamp }, reservedFor }
    return resource.updateStatus({ ...current, status }, { signal })
  }

  async function bind(state: ClaimsState, pod: Pod, nodeName: string): Promise<void> {
    for (const [i, claim] of state.claims.entries()) {
      if (isReservedFor(claim, pod)) continue
      const written = await write(claim, claims.pending(claim), pod)
      claims.wrote(written)
      state.claims[i] = written
    }
    const waits = (c: ResourceClaim): boolean =>
      c.status?.allocation?.devices?.results?.some((r) => (r.bindingConditions ?? []).length > 0) === true
    if (!state.claims.some(waits)) return
    const about = { apiVersion: 'v1', kind: 'Pod', object: pod }
    const note = `waiting for binding conditions for device on node ${nodeName}`
    handle.recorder.event(about, 'Normal', 'BindingConditionsPending', note, 'Scheduling')
    for (;;) {
      state.claims = state.claims.map((c) => claims.newest(listers.resourceClaims.getByKey(keyOf(c)) ?? c))
      if (state.claims.every(isReadyForBinding)) return
      const late = state.claims.find((c) => isTimedOut(c, bindingTimeout, clock.now()))
      if (late !== undefined) throw new Error(`device binding timeout: claim=${late.metadata.name}`)
      await delay(clock, LOOK_MS, signal)
    }
  }

  /** Makes the claim for extended resources as it was decided on, and tells the pod's kubelet which devices are whose. */
  async function makeExtended(extended: Extended, pod: Pod, nodeName: string): Promise<void> {
    const decided = extended.byNode.get(nodeName)
    const allocation = claims.pending(extended.base)
    if (decided === undefined || allocation === undefined) return
    const { name: _name, uid: _uid, ...metadata } = decided.claim.metadata
    const { namespace } = metadata
    const created = await resource
      .create({ ...decided.claim, metadata }, { signal })
      .catch((e: unknown) => outcomeOf(e, async () => madeFor(pod, (await resource.list({ namespace, signal })).items), handle))
    extended.made = created
    claims.decide(created, allocation)
    claims.giveUp(extended.base)
    const written = await write(created, allocation, pod)
    claims.wrote(written)
    extended.made = written
    const status = { extendedResourceClaimStatus: { requestMappings: decided.mappings, resourceClaimName: written.metadata.name } }
    const { name = '', uid } = pod.metadata
    await client
      .resource(PODS)
      .patch(name, { type: 'strategic', body: { metadata: { uid }, status } }, { namespace, subresource: 'status', signal })
  }

  async function remove(claim: ResourceClaim): Promise<void> {
    const { name = '', namespace, finalizers = [] } = claim.metadata
    if (finalizers.includes(CLAIM_FINALIZER)) {
      const kept = finalizers.filter((f) => f !== CLAIM_FINALIZER)
      await resource.patch(name, { type: 'merge', body: { metadata: { finalizers: kept } } }, { namespace, signal })
    }
    await resource.delete(name, { namespace, signal })
    claims.gone(claim)
  }

  const removeLater = (claim: ResourceClaim): void =>
    void remove(claim).catch((e: unknown) => {
      if (!signal.aborted && !isStatusError(e, 'NotFound')) handle.onError(e, `deletion of claim ${keyOf(claim)}`)
    })

  /** An allocation that no node can use and nobody else does is given up, so that other devices can be tried. */
  async function deallocate(claim: ResourceClaim): Promise<void> {
    const { allocation: _a, reservedFor: _r, devices: _d, ...status } = claim.status ?? {}
    await resource.updateStatus({ ...claim, status }, { signal })
  }

  return {
    name: 'DynamicResources',
    events: [
      { on: ['NodeAdd', 'NodeUpdate'], changes: ['labels', 'allocatable'] },
      { on: ['DeviceChange', 'DeviceClass'] },
      { on: ['ClaimChange'], helps: (pod, e) => claimHelps(pod, e, claims) },
      { on: ['PodUpdate'], changes: ['claims'], helps: ({ pod }) => typeof claims.ofPod(pod) !== 'string' },
    ],
    preEnqueue(pod) {
      const found = podResourceClaims(pod).length === 0 ? [] : claims.ofPod(pod)
      return typeof found === 'string' ? unresolvable(found) : undefined
    },
    preFilter(info, state) {
      const { pod } = info
      const resources = info.requests.scalars === undefined ? [] : extendedResourcesOf(info, listers.deviceClasses)
      if (podResourceClaims(pod).length === 0 && resources.length === 0) return 'skip'
      const found = claims.ofPod(pod)
      if (typeof found === 'string') return { reject: unresolvable(found) }
      if (found.length === 0 && resources.length === 0) return 'skip'
      const toAllocate = found.filter((c) => c.status?.allocation === undefined)
      for (const claim of toAllocate) {
        if (claims.isPending(claim)) return { reject: unresolvable(`resource claim ${keyOf(claim)} is in the process of being allocated`) }
        const missing = missingClass(claim)
        if (missing !== undefined) return { reject: unresolvable(missing) }
      }
      state.write(stateOf, {
        claims: found,
        toAllocate,
        allocator: toAllocate.length === 0 && resources.length === 0 ? undefined : allocator(),
        allocations: new Map(),
        unavailable: new Set<ResourceClaim>(),
        extended:
          resources.length === 0
            ? undefined
            : {
                resources,
                leftOver: madeFor(pod, listers.resourceClaims.list(pod.metadata.namespace)),
                base: claimFor(pod),
                byNode: new Map(),
              },
      })
      return undefined
    },
    filter({ pod }, info, cycle) {
      const { name, node } = info
      const state = cycle.read(stateOf)
      if (state === undefined || node === undefined) return undefined
      const { extended } = state
      if (extended?.leftOver !== undefined) return LEFT_OVER
      const far = state.claims.filter((claim) => !isAvailable(claim, node))
      // Of a claim whose devices are elsewhere is told, and it may lose them, only where the others could have theirs.
      const elsewhere = (): Rejection | undefined => {
        for (const claim of far) state.unavailable.add(claim)
        return far.length > 0 ? ELSEWHERE : undefined
      }
      const byDevices = extended?.resources.filter((r) => isByDevices(r, info, listers.deviceClasses)) ?? []
      if (state.allocator === undefined || (state.toAllocate.length === 0 && byDevices.length === 0)) return elsewhere()
      const own: ResourceClaim[] = []
      if (extended !== undefined && byDevices.length > 0) {
        const { requests, mappings } = requestsOf(pod, byDevices, listers.deviceClasses)
        const claim = { ...extended.base, spec: { devices: { requests } } }
        extended.byNode.set(name, { claim, mappings })
        own.push(claim)
      }
      try {
        const allocations = state.allocator.allocate(node, [...state.toAllocate, ...own])
        if (allocations === undefined) return NONE
        state.allocations.set(name, allocations)
        return elsewhere()
      } catch (e) {
        if (e instanceof InvalidPools) return unresolvable(e.message)
        if (!(e instanceof AllocationError)) throw e
        throw new Error(`running "DynamicResources" filter plugin: ${e.message}`, { cause: e })
      }
    },
    postFilter(pod, _outcome, cycle) {
      const mine = (c: ResourceClaim): boolean => (c.status?.reservedFor ?? []).every((r) => r.uid === pod.uid)
      const idle = [...(cycle.read(stateOf)?.unavailable ?? [])].find(mine)
      if (idle !== undefined) {
        deallocate(idle).catch((e: unknown) => {
          if (!signal.aborted && !isStatusError(e, 'Conflict')) handle.onError(e, `deallocation of claim ${keyOf(idle)}`)
        })
        return { message: 'deallocation of ResourceClaim completed' }
      }
      const old = cycle.read(stateOf)?.extended?.leftOver
      if (old === undefined) return undefined
      removeLater(old)
      return { message: 'deletion of ResourceClaim completed' }
    },
    isSilent: (cycle) => cycle.read(stateOf) === undefined,
    score(_pod, { name }, cycle) {
      const state = cycle.read(stateOf)
      if (state === undefined) return 0
      const made = state.allocations.get(name) ?? []
      return state.claims.reduce((sum, claim) => {
        const at = state.toAllocate.indexOf(claim)
        return sum + alternativesScore(claim, at < 0 ? claim.status?.allocation : made[at])
      }, 0)
    },
    normalize: (scores) => normalizeByMax(scores, false),
    reserve(_pod, nodeName, cycle) {
      const state = cycle.read(stateOf)
      const made = state?.allocations.get(nodeName) ?? []
      state?.toAllocate.forEach((claim, i) => claims.decide(claim, made[i]!))
      const { extended } = state ?? {}
      if (extended?.byNode.has(nodeName) === true) claims.decide(extended.base, made.at(-1)!)
      return undefined
    },
    unreserve({ pod }, _nodeName, cycle) {
      const state = cycle.read(stateOf)
      for (const claim of state?.toAllocate ?? []) claims.giveUp(claim)
      if (state?.extended !== undefined) claims.giveUp(state.extended.base)
      if (state?.extended?.made !== undefined) {
        claims.giveUp(state.extended.made)
        removeLater(state.extended.made)
      }
      for (const claim of state?.claims ?? []) {
        if (!isReservedFor(claim, pod)) continue
        const { name = '', namespace, uid } = claim.metadata
        const body = { metadata: { uid }, status: { reservedFor: [{ $patch: 'delete', uid: pod.metadata.uid }] } }
        resource.patch(name, { type: 'strategic', body }, { namespace, subresource: 'status', signal }).catch((e: unknown) => {
          if (!signal.aborted && !isStatusError(e, 'NotFound')) handle.onError(e, `reservation of claim ${keyOf(claim)}`)
        })
      }
    },
    preBindPreFlight: (_pod, _nodeName, cycle) => cycle.read(stateOf) !== undefined,
    preBind({ pod }, nodeName, cycle) {
      const state = cycle.read(stateOf)
      if (state === undefined) return undefined
      const { extended } = state
      if (extended?.byNode.has(nodeName) !== true) return bind(state, pod, nodeName)
      return bind(state, pod, nodeName).then(() => makeExtended(extended, pod, nodeName))
    },
  }
}

function alternativesScore(claim: ResourceClaim, allocation: Allocation | undefined): number {
  const taken = new Set(allocation?.devices?.results?.map((r) => r.request))
  let score = 0
  for (const { name, firstAvailable = [] } of claim.spec?.devices?.requests ?? []) {
    firstAvailable.forEach((alternative, i) => {
      if (taken.has(`${name}/${alternative.name}`)) score += ALTERNATIVES - i
    })
  }
  return score
}

/** A claim of the pod's own that has changed, or one that has given its devices back. */
function claimHelps({ pod }: PodInfo, e: ClusterEvent, claims: Claims): boolean {
  if (e.type !== 'ClaimChange') return false
  const mine = claims.ofPod(pod)
  if (e.claim === undefined) {
    claims.gone(e.old!)
    return e.old?.status?.allocation !== undefined
  }
  if (typeof mine === 'string') return false
  if (e.old?.status?.allocation !== undefined && e.claim.status?.allocation === undefined) return true
  const uses = mine.some((c) => c.metadata.uid === e.claim?.metadata.uid)
  return uses && (e.old === undefined || JSON.stringify(e.old.status) !== JSON.stringify(e.claim.status))
}

import { onNode } from '../../../client/csi-translation.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../client/objects-storage.ts'
import type { Node, Pod } from '../../../client/objects.ts'
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../../client/resource.ts'
import { delay } from '../../../client/rest.ts'
import { keyOf } from '../../../client/store.ts'
import {
  boundTo,
  claimNameOf,
  findVolume,
  foreignClaim,
  isDelayed,
  isFullyBound,
  reaches,
  requestOf,
  SELECTED_NODE,
} from '../../../client/volume-binding.ts'
import { compareQuantity, parseQuantity } from '../../../machinery/quantity.ts'
import type { PluginArguments } from '../../config/types.ts'
import { stateKey, unresolvable, type Handle, type PluginFactory } from '../../framework.ts'
import type { PodInfo } from '../../pod-info.ts'
import { ownClaim } from '../storage-events.ts'
import { storageHelps } from './events.ts'
import { BIND, capacityScore, provisionOn, type Binding, type Provision } from './provisioning.ts'

const AFFINITY = "node(s) didn't match PersistentVolume's node affinity"
const MISSING = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'
const UNBOUND = unresolvable('pod has unbound immediate PersistentVolumeClaims')

/** How often it is looked whether a pod that has a node has its volumes too. */
const LOOK_MS = 1000

/** What a pod's claims would get on a node. */
interface Plan {
  readonly bindings: readonly Binding[]
  readonly provisions: readonly Provision[]
}

const hasWork = (plan: Plan | undefined): plan is Plan => plan !== undefined && plan.bindings.length + plan.provisions.length > 0

interface BindingState {
  readonly bound: readonly PersistentVolumeClaim[]
  readonly delayed: readonly PersistentVolumeClaim[]
  readonly plans: Map<string, Plan>
}

const bindingKey = stateKey<BindingState>('VolumeBinding')

/** The pod's claims, or why it cannot be placed as long as they are as they are. */
function claimsOf(pod: Pod, { persistentVolumeClaims }: Handle['listers']): PersistentVolumeClaim[] | string {
  const claims: PersistentVolumeClaim[] = []
  for (const volume of pod.spec?.volumes ?? []) {
    const name = claimNameOf(pod, volume)
    if (name === undefined) continue
    const claim = persistentVolumeClaims.get(name, pod.metadata.namespace)
    const ephemeral = volume.ephemeral !== undefined
    if (claim === undefined) {
      return ephemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
        : `persistentvolumeclaim "${name}" not found`
    }
    if (claim.status?.phase === 'Lost') {
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`
    }
    if (claim.metadata.deletionTimestamp != null) return `persistentvolumeclaim "${name}" is being deleted`
    const foreign = ephemeral ? foreignClaim(pod, claim) : undefined
    if (foreign !== undefined) return foreign
    claims.push(claim)
  }
  return claims
}

/** Pods go where their volumes are; claims that wait for a pod get their volumes where it goes. */
export const volumeBinding: PluginFactory<PluginArguments['VolumeBinding']> = (handle, { bindTimeoutSeconds, shape = [] }) => {
  const { listers, client, clock, signal } = handle
  /** Volumes and claims that are promised to pods on their way, by name and key. */
  const promisedVolumes = new Set<string>()
  const promisedClaims = new Map<string, string>()
  const scoreOf = capacityScore(shape)

  function planFor(state: BindingState, node: Node): Plan | string[] {
    const reasons: string[] = []
    const nodeName = node.metadata.name ?? ''
    // The first claim that does not fit decides what is said.
    const volumes = state.bound.map((c) => listers.persistentVolumes.get(c.spec?.volumeName ?? ''))
    const misfit = volumes.findIndex((v) => v === undefined || !reaches(onNode(v, listers.csiNodes.get(nodeName)), node))
    if (misfit !== -1 && volumes[misfit] !== undefined) reasons.push(AFFINITY)
    const bindings: Binding[] = []
    const provisions: Provision[] = []
    const exclude = new Set(promisedVolumes)
    const selectedOf = (claim: PersistentVolumeClaim): string | undefined =>
      claim.metadata.annotations?.[SELECTED_NODE] ?? promisedClaims.get(keyOf(claim))
    const [chosen, open] = [state.delayed.filter(selectedOf), state.delayed.filter((c) => selectedOf(c) === undefined)]
    const toProvision = [...chosen]
    for (const claim of open) {
      const volume = findVolume(claim, listers.persistentVolumes.list(), { node, exclude, delayed: true })
      if (volume === undefined) {
        toProvision.push(claim)
        continue
      }
      exclude.add(volume.metadata.name ?? '')
      bindings.push({ volume, claim })
    }
    let refusal = chosen.every((claim) => selectedOf(claim) === nodeName) ? undefined : BIND
    for (const claim of refusal === undefined ? toProvision : []) {
      const provision = provisionOn(claim, node, listers)
      if (typeof provision === 'string') {
        refusal = provision
        break
      }
      provisions.push(provision)
    }
    if (refusal !== undefined) reasons.push(refusal)
    if (misfit !== -1 && volumes[misfit] === undefined) reasons.push(MISSING)
    return reasons.length > 0 ? reasons : { bindings, provisions }
  }

  /** Tells the binder what was decided. */
  async function announce({ bindings, provisions }: Plan, nodeName: string): Promise<void> {
    for (const { volume, claim } of bindings) {
      const promised = boundTo(volume, claim)
      const body = { ...promised, apiVersion: 'v1', kind: 'PersistentVolume' }
      if (promised !== volume) await client.resource<PersistentVolume>(PERSISTENT_VOLUMES).update(body, { signal })
    }
    for (const { metadata } of provisions.map((p) => p.claim)) {
      const { name = '', namespace, uid } = metadata
      const body = { metadata: { uid, annotations: { [SELECTED_NODE]: nodeName } } }
      await client.resource(PERSISTENT_VOLUME_CLAIMS).patch(name, { type: 'merge', body }, { namespace, signal })
    }
  }

  /** What a provisioner made may be of no use where the pod goes. @throws Error then */
  function checkPlace({ spec }: PersistentVolumeClaim, nodeName: string): void {
    const volume = listers.persistentVolumes.get(spec?.volumeName ?? '')
    const node = handle.cache.node(nodeName)?.node
    if (volume === undefined || node === undefined || reaches(onNode(volume, listers.csiNodes.get(nodeName)), node)) return
    throw new Error(`pv "${volume.metadata.name}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`)
  }

  /** True when all are bound. @throws Error when one never will be */
  function areBound(plan: Plan, nodeName: string, announcedAt: number): boolean {
    const settled = clock.monotonic() - announcedAt > LOOK_MS
    for (const { volume } of settled ? plan.bindings : []) {
      const { metadata, spec } = listers.persistentVolumes.get(volume.metadata.name ?? '') ?? volume
      // The binder takes it back from a claim that took another volume.
      if ((spec?.claimRef?.uid ?? '') === '') throw new Error(`ClaimRef got reset for pv "${metadata.name}"`)
    }
    const provided = plan.provisions.map((p) => p.claim)
    const claims = [...plan.bindings.map((b) => b.claim), ...provided]
    return claims.every((before) => {
      const claim = listers.persistentVolumeClaims.getByKey(keyOf(before))
      if (claim === undefined) throw new Error(`failed to check binding: persistentvolumeclaim "${before.metadata.name}" not found`)
      checkPlace(claim, nodeName)
      if (isFullyBound(claim)) return true
      const selected = claim.metadata.annotations?.[SELECTED_NODE]
      // The annotation may not have come back yet; a provisioner that gives up takes it off.
      if (provided.includes(before) && settled && selected !== nodeName)
        throw new Error(`provisioning failed for PVC "${claim.metadata.name}"`)
      return false
    })
  }

  async function bind({ uid, pod }: PodInfo, nodeName: string, plan: Plan): Promise<void> {
    await announce(plan, nodeName)
    const start = clock.monotonic()
    const isBound = (): boolean => {
      try {
        return areBound(plan, nodeName, start)
      } catch (e) {
        throw new Error(`binding volumes: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
      }
    }
    while (!isBound()) {
      if (clock.monotonic() - start > bindTimeoutSeconds * 1000) throw new Error('binding volumes: context deadline exceeded')
      if (!handle.cache.isAssumed(uid))
        throw new Error(`binding volumes: pod does not exist any more: pod "${pod.metadata.name}" not found`)
      await delay(clock, LOOK_MS, signal)
    }
  }

  return {
    name: 'VolumeBinding',
    events: [
      ownClaim({ updates: true, ephemeral: true }),
      { on: ['PersistentVolume'] },
      { on: ['StorageClass', 'CSINode', 'CSIDriver', 'CSIStorageCapacity'], helps: storageHelps },
      { on: ['NodeAdd', 'NodeUpdate'], changes: ['labels'] },
    ],
    preFilter({ pod }, state) {
      const claims = claimsOf(pod, listers)
      if (typeof claims === 'string') return { reject: unresolvable(claims) }
      if (claims.length === 0) return 'skip'
      const open = claims.filter((c) => !isFullyBound(c))
      const delayed = open.filter((c) => isDelayed(c, listers.storageClasses) && (c.spec?.volumeName ?? '') === '')
      if (delayed.length < open.length) return { reject: UNBOUND }
      const size = (c: PersistentVolumeClaim) => parseQuantity(requestOf(c) ?? '0')
      delayed.sort((a, b) => compareQuantity(size(a), size(b)))
      state.write(bindingKey, { bound: claims.filter(isFullyBound), delayed, plans: new Map() })
      return undefined
    },
    filter(_pod, { name, node }, state) {
      const s = state.read(bindingKey)
      if (s === undefined || node === undefined) return undefined
      const plan = planFor(s, node)
      if (Array.isArray(plan)) return unresolvable(...plan)
      s.plans.set(name, plan)
      return undefined
    },
    preScore: (_pod, state) => ([...(state.read(bindingKey)?.plans.values() ?? [])].some(hasWork) ? undefined : 'skip'),
    score(_pod, { name }, state) {
      const { bindings = [], provisions = [] } = state.read(bindingKey)?.plans.get(name) ?? {}
      return scoreOf(bindings, provisions)
    },
    reserve(_pod, nodeName, state) {
      const plan = state.read(bindingKey)?.plans.get(nodeName)
      for (const { volume } of plan?.bindings ?? []) promisedVolumes.add(volume.metadata.name ?? '')
      for (const { claim } of plan?.provisions ?? []) promisedClaims.set(keyOf(claim), nodeName)
      return undefined
    },
    unreserve(_pod, nodeName, state) {
      const plan = state.read(bindingKey)?.plans.get(nodeName)
      for (const { volume } of plan?.bindings ?? []) promisedVolumes.delete(volume.metadata.name ?? '')
      for (const { claim } of plan?.provisions ?? []) promisedClaims.delete(keyOf(claim))
    },
    preBindPreFlight: (_pod, nodeName, state) => hasWork(state.read(bindingKey)?.plans.get(nodeName)),
    preBind(pod, nodeName, state) {
      const plan = state.read(bindingKey)?.plans.get(nodeName)
      if (!hasWork(plan)) return undefined
      return bind(pod, nodeName, plan).then(() => this.unreserve?.(pod, nodeName, state))
    },
  }
}

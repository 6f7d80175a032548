import { selects } from '../../../kube/label-selector.ts'
import type { KubeObject } from '../../../kube/types.ts'
import type { Node } from '../../nodes/types.ts'
import type { StorageClass } from '../../storageclasses/view.ts'
import type { Claim, Volume } from '../../volumes/types.ts'
import type { Pod } from '../types.ts'
import { matchesTerm } from './node-affinity.ts'
import { amountOf } from './requests.ts'
import type { Refusal, Storage } from './types.ts'
import { claimNameOf } from './volumes.ts'

/** Which volume suits which claim (kubernetes component-helpers storage/volume), as far as a node's name changes it. */

const bindCompleted = 'pv.kubernetes.io/bind-completed'
const selectedNode = 'volume.kubernetes.io/selected-node'
const oldClass = 'volume.beta.kubernetes.io/storage-class'
const noProvisioner = 'kubernetes.io/no-provisioner'

export const classOf = ({ metadata, spec }: Claim | Volume): string => metadata.annotations?.[oldClass] ?? spec?.storageClassName ?? ''

export const volumeOf = (claim: Claim): string => claim.spec?.volumeName ?? ''

export const isBound = (claim: Claim): boolean => volumeOf(claim) !== '' && Object.hasOwn(claim.metadata.annotations ?? {}, bindCompleted)

/** Objects by name, or by `namespace/name`. */
export const index = <T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, T> =>
  new Map(objects.map((one) => [one.metadata.namespace ? `${one.metadata.namespace}/${one.metadata.name}` : one.metadata.name, one]))

export const waitsForPod = (claim: Claim, classes: ReadonlyMap<string, StorageClass>): boolean =>
  volumeOf(claim) === '' && classOf(claim) !== '' && classes.get(classOf(claim))?.volumeBindingMode === 'WaitForFirstConsumer'

/** The pod's claims, or why it goes nowhere as long as they are as they are. */
export function claimsOf(pod: Pod, claims: ReadonlyMap<string, Claim>): Claim[] | Refusal {
  const found: Claim[] = []
  for (const volume of pod.spec?.volumes ?? []) {
    const name = claimNameOf(pod, volume)
    if (name === undefined) continue
    const claim = claims.get(`${pod.metadata.namespace}/${name}`)
    const ephemeral = Boolean(volume.ephemeral)
    if (!claim)
      return {
        reason: ephemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
          : `persistentvolumeclaim "${name}" not found`,
      }
    if (claim.status?.phase === 'Lost')
      return { reason: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${volumeOf(claim)}"` }
    if (claim.metadata.deletionTimestamp) return { reason: `persistentvolumeclaim "${name}" is being deleted` }
    const { uid } = pod.metadata
    if (ephemeral && !claim.metadata.ownerReferences?.some((one) => one.controller && one.uid === uid))
      return {
        reason: `PVC ${pod.metadata.namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`,
      }
    found.push(claim)
  }
  return found
}

const size = (quantity: string | undefined): number => amountOf('storage', quantity)
const wantedSize = (claim: Claim): number => size(claim.spec?.resources?.requests?.storage)
const modeOf = ({ spec }: Claim | Volume): string => spec?.volumeMode ?? 'Filesystem'
const attributesOf = ({ spec }: Claim | Volume): string => spec?.volumeAttributesClassName ?? ''

/** A volume's affinity knows a node's labels only. */
export function reaches(volume: Volume, node: Node): boolean {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms
  return !terms || terms.some((term) => matchesTerm(term, node.metadata.labels))
}

/** What is promised to the claim, or the smallest free volume that suits it and can be used on the node. */
function findVolume(claim: Claim, volumes: readonly Volume[], node: Node, taken: ReadonlySet<string>): Volume | undefined {
  let best: Volume | undefined
  for (const volume of volumes) {
    const { claimRef, capacity, accessModes = [] } = volume.spec ?? {}
    const promised =
      claimRef?.name === claim.metadata.name &&
      claimRef.namespace === claim.metadata.namespace &&
      (!claimRef.uid || claimRef.uid === claim.metadata.uid)
    if (taken.has(volume.metadata.name) || (claimRef && !promised) || volume.metadata.deletionTimestamp) continue
    if (size(capacity?.storage) < wantedSize(claim) || modeOf(volume) !== modeOf(claim) || attributesOf(volume) !== attributesOf(claim))
      continue
    const near = reaches(volume, node)
    if (promised) return near ? volume : undefined
    if (volume.status?.phase !== 'Available' || !near || classOf(volume) !== classOf(claim)) continue
    if (claim.spec?.selector && !selects(claim.spec.selector, volume.metadata.labels)) continue
    if (!(claim.spec?.accessModes ?? []).every((mode) => accessModes.includes(mode))) continue
    if (!best || size(capacity?.storage) < size(best.spec?.capacity?.storage)) best = volume
  }
  return best
}

const noVolume = "node(s) didn't find available persistent volumes to bind"
const noSpace = 'node(s) did not have enough free storage'

/** Why the claim's volume cannot be made on the node; undefined when it can. */
function whyNotMade(claim: Claim, { metadata }: Node, { classes, csiDrivers, csiStorageCapacities }: Storage): string | undefined {
  const name = classOf(claim)
  const { provisioner = '', allowedTopologies = [] } = classes.find((one) => one.metadata.name === name) ?? {}
  if (provisioner === '' || provisioner === noProvisioner) return noVolume
  const { labels = {} } = metadata
  const allowed = allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => Object.hasOwn(labels, key) && values.includes(labels[key] ?? '')),
  )
  if (allowedTopologies.length > 0 && !allowed) return noVolume
  const tells = csiDrivers.some((one) => one.metadata.name === provisioner && one.spec?.storageCapacity)
  if (!tells || claim.spec?.resources?.requests?.storage === undefined) return undefined
  const hasRoom = csiStorageCapacities.some(
    ({ storageClassName, nodeTopology, capacity, maximumVolumeSize = capacity }) =>
      storageClassName === name &&
      maximumVolumeSize !== undefined &&
      size(maximumVolumeSize) >= wantedSize(claim) &&
      selects(nodeTopology, labels),
  )
  return hasRoom ? undefined : noSpace
}

/** The first of the claims that wait for a pod which gets nothing on this node, and why: the smallest choose first. */
export function unserved(claims: readonly Claim[], node: Node, storage: Storage): { claim: Claim; reason: string } | undefined {
  const taken = new Set<string>()
  const selected = ({ metadata }: Claim): string | undefined => metadata.annotations?.[selectedNode]
  const bySize = [...claims].sort((a, b) => wantedSize(a) - wantedSize(b))
  const chosen = bySize.filter((claim) => selected(claim) !== undefined)
  const elsewhere = chosen.find((claim) => selected(claim) !== node.metadata.name)
  if (elsewhere) return { claim: elsewhere, reason: noVolume }
  const open = bySize.filter((claim) => {
    const volume = selected(claim) === undefined ? findVolume(claim, storage.volumes, node, taken) : undefined
    if (volume) taken.add(volume.metadata.name)
    return selected(claim) === undefined && !volume
  })
  for (const claim of [...chosen, ...open]) {
    const reason = whyNotMade(claim, node, storage)
    if (reason !== undefined) return { claim, reason }
  }
  return undefined
}

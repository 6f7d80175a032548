import { compareQuantity, parseQuantity } from '../machinery/quantity.ts'
import { selectorFromObject } from '../machinery/labels.ts'
import { matchesTerm } from './node-selector.ts'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from './objects-storage.ts'
import type { Node, Pod, Volume } from './objects.ts'
import type { Lister } from './store.ts'

/** The rules of which volume suits which claim, for those who bind them (component-helpers storage/volume). */

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
/** The provisioner of classes whose volumes are made by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner'
const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class'
const DEFAULT_MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

export const has = (obj: { metadata: { annotations?: Readonly<Record<string, string>> } }, annotation: string): boolean =>
  obj.metadata.annotations !== undefined && Object.hasOwn(obj.metadata.annotations, annotation)

/** '' for none. */
export const classOf = ({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string =>
  metadata.annotations?.[OLD_CLASS] ?? spec?.storageClassName ?? ''

/** Whether the claim says something of its class, were it that it wants none. */
export const namesClass = (claim: PersistentVolumeClaim): boolean =>
  has(claim, OLD_CLASS) || (claim.spec?.storageClassName !== undefined && claim.spec.storageClassName !== null)

/** The newest of the classes that are marked as the default. */
export function defaultClass(classes: Lister<StorageClass>): StorageClass | undefined {
  const created = (c: StorageClass): number => Date.parse(c.metadata.creationTimestamp ?? '') || 0
  const marked = classes.list().filter(({ metadata }) => DEFAULT_MARKS.some((mark) => metadata.annotations?.[mark] === 'true'))
  return marked.sort((a, b) => created(b) - created(a) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))[0]
}

/** A claim that waits until a pod that uses it has a node. */
export function isDelayed(claim: PersistentVolumeClaim, classes: Lister<StorageClass>): boolean {
  const name = classOf(claim)
  return name !== '' && classes.get(name)?.volumeBindingMode === 'WaitForFirstConsumer'
}

export const isFullyBound = (claim: PersistentVolumeClaim): boolean => (claim.spec?.volumeName ?? '') !== '' && has(claim, BIND_COMPLETED)

/** The volume is promised to the claim, were it by name alone. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec?.claimRef
  if (ref === undefined || ref.name !== claim.metadata.name || ref.namespace !== claim.metadata.namespace) return false
  return (ref.uid ?? '') === '' || ref.uid === claim.metadata.uid
}

/** The volume with the claim's name on it; itself when it is there already. */
export function boundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const ref = volume.spec?.claimRef
  const { name, namespace, uid, resourceVersion } = claim.metadata
  const marked = isBoundTo(volume, claim) || has(volume, BOUND_BY_CONTROLLER)
  if (ref?.name === name && ref?.namespace === namespace && ref?.uid === uid && marked) return volume
  const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion }
  const annotations = marked ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' }
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: { ...volume.spec, claimRef } as NonNullable<PersistentVolume['spec']>,
  }
}

const sizeOf = (text: string | undefined) => parseQuantity(text ?? '0')
export const requestOf = (claim: PersistentVolumeClaim): string | undefined => claim.spec?.resources?.requests?.storage
const modeOf = (obj: PersistentVolumeClaim | PersistentVolume): string => obj.spec?.volumeMode ?? 'Filesystem'
const attributesOf = (obj: PersistentVolumeClaim | PersistentVolume): string => obj.spec?.volumeAttributesClassName ?? ''

export const modesMatch = (claim: PersistentVolumeClaim, volume: PersistentVolume): boolean => modeOf(claim) === modeOf(volume)

function hasAccess(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  const offered = new Set(volume.spec?.accessModes)
  return (claim.spec?.accessModes ?? []).every((mode) => offered.has(mode))
}

const isLargeEnough = (claim: PersistentVolumeClaim, volume: PersistentVolume): boolean =>
  compareQuantity(sizeOf(volume.spec?.capacity?.storage), sizeOf(requestOf(claim))) >= 0

/** Why a claim cannot have the volume that it names; undefined when it can. */
export function mismatch(claim: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
  if (volume.metadata.deletionTimestamp != null) return `the volume is marked for deletion "${volume.metadata.name}"`
  if (!isLargeEnough(claim, volume)) return 'requested PV is too small'
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match'
  if (attributesOf(volume) !== attributesOf(claim)) return 'volumeAttributesClassName does not match'
  if (!modesMatch(claim, volume)) return 'incompatible volumeMode'
  return hasAccess(claim, volume) ? undefined : 'incompatible accessMode'
}

/** Whether the volume can be used on the node: its affinity knows labels only. */
export function reaches(volume: PersistentVolume, node: Node): boolean {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms
  const bare = { metadata: node.metadata.labels === undefined ? {} : { labels: node.metadata.labels } }
  return terms === undefined || terms.some((t) => matchesTerm(t, bare))
}

export interface MatchOptions {
  /** The node that the volume is to be used on; without one, a delayed claim gets only what is promised to it. */
  node?: Node
  exclude?: ReadonlySet<string>
  delayed: boolean
}

/** The volume that is promised to the claim, or the smallest free one that suits it, with as few access modes as will do. */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { node, exclude, delayed }: MatchOptions,
): PersistentVolume | undefined {
  const selector = selectorFromObject(claim.spec?.selector)
  let best: PersistentVolume | undefined
  const isBetter = (v: PersistentVolume): boolean => {
    if (best === undefined) return true
    // Without a node, volumes with fewer access modes are looked through first.
    const modes = node === undefined ? (v.spec?.accessModes ?? []).length - (best.spec?.accessModes ?? []).length : 0
    return modes < 0 || (modes === 0 && compareQuantity(sizeOf(v.spec?.capacity?.storage), sizeOf(best.spec?.capacity?.storage)) < 0)
  }
  for (const volume of volumes) {
    const promised = isBoundTo(volume, claim)
    if (exclude?.has(volume.metadata.name ?? '') === true || (volume.spec?.claimRef !== undefined && !promised)) continue
    if (!isLargeEnough(claim, volume) || !modesMatch(claim, volume) || attributesOf(claim) !== attributesOf(volume)) continue
    if (volume.metadata.deletionTimestamp != null || (node === undefined && !hasAccess(claim, volume))) continue
    const near = node === undefined || reaches(volume, node)
    if (promised) return near ? volume : undefined
    if ((node === undefined && delayed) || volume.status?.phase !== 'Available' || !near) continue
    if (selector !== undefined && !selector.matches(volume.metadata.labels)) continue
    if (classOf(volume) !== classOf(claim) || !hasAccess(claim, volume)) continue
    if (isBetter(volume)) best = volume
  }
  return best
}

/** The claim that a pod's volume uses, by name; undefined for volumes without one. An ephemeral volume's claim is named after both. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`
}

/** Names of the claims that the pod uses. */
export const claimNames = (pod: Pod): string[] =>
  (pod.spec?.volumes ?? []).flatMap((v) => {
    const name = claimNameOf(pod, v)
    return name === undefined ? [] : [name]
  })

/** Why an ephemeral volume's claim is not the pod's own; undefined when it is. */
export function foreignClaim(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const owned = claim.metadata.ownerReferences?.some((o) => o.controller === true && o.uid === pod.metadata.uid)
  if (owned === true) return undefined
  const { namespace, name } = claim.metadata
  return `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`
}

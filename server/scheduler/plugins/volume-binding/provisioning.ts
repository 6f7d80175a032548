import type { CSIStorageCapacity, PersistentVolume, PersistentVolumeClaim } from '../../../client/objects-storage.ts'
import type { Node } from '../../../client/objects.ts'
import { classOf, NO_PROVISIONER, requestOf } from '../../../client/volume-binding.ts'
import { selectorFromObject } from '../../../machinery/labels.ts'
import { integerValue, parseQuantity } from '../../../machinery/quantity.ts'
import type { ShapePoint } from '../../config/types.ts'
import type { Handle } from '../../framework.ts'
import { along } from '../shape.ts'

export const BIND = "node(s) didn't find available persistent volumes to bind"
export const SPACE = 'node(s) did not have enough free storage'

/** A claim whose volume is to be made, and where its driver said that there is room for it. */
export interface Provision {
  readonly claim: PersistentVolumeClaim
  readonly capacity: CSIStorageCapacity | undefined
}

export interface Binding {
  readonly volume: PersistentVolume
  readonly claim: PersistentVolumeClaim
}

const bytes = (text: string | undefined): number => Number(integerValue(parseQuantity(text ?? '0')))

/** How large a volume may be, in bytes; -1 while nothing is told. */
export function volumeLimit({ maximumVolumeSize, capacity }: CSIStorageCapacity): number {
  const limit = maximumVolumeSize ?? capacity
  return limit === undefined ? -1 : bytes(limit)
}

/** What the claim's volume would be made from on the node, or why it cannot be made there. */
export function provisionOn(
  claim: PersistentVolumeClaim,
  node: Node,
  { storageClasses, csiDrivers, csiStorageCapacities }: Handle['listers'],
): Provision | string {
  const name = classOf(claim)
  const { provisioner = '', allowedTopologies = [] } = storageClasses.get(name) ?? {}
  if (provisioner === '' || provisioner === NO_PROVISIONER) return BIND
  const labels = node.metadata.labels ?? {}
  const allows = (t: (typeof allowedTopologies)[number]): boolean =>
    (t.matchLabelExpressions ?? []).every((e) => Object.hasOwn(labels, e.key) && e.values.includes(labels[e.key] ?? ''))
  if (allowedTopologies.length > 0 && !allowedTopologies.some(allows)) return BIND
  const wanted = requestOf(claim)
  // Only drivers that say so tell of their capacity (KEP-1472).
  if (wanted === undefined || csiDrivers.get(provisioner)?.spec?.storageCapacity !== true) return { claim, capacity: undefined }
  const size = bytes(wanted)
  const capacity = csiStorageCapacities.list().find((c) => {
    if (c.storageClassName !== name || volumeLimit(c) < size) return false
    return selectorFromObject(c.nodeTopology)?.matches(labels) === true
  })
  return capacity === undefined ? SPACE : { claim, capacity }
}

/**
 * Scores what a pod's claims would leave of the storage of a node, from 0 to 100: the mean over their classes. Volumes that are there
 * already count alone where there are any (KEP-4049).
 */
export function capacityScore(shape: readonly ShapePoint[]): (bindings: readonly Binding[], provisions: readonly Provision[]) => number {
  const rate = along(shape)
  return (bindings, provisions) => {
    const classes = new Map<string, { requested: number; capacity: number }>()
    const of = (name: string): { requested: number; capacity: number } => {
      const there = classes.get(name) ?? { requested: 0, capacity: 0 }
      classes.set(name, there)
      return there
    }
    for (const { volume, claim } of bindings) {
      const sums = of(classOf(volume))
      sums.requested += bytes(requestOf(claim))
      sums.capacity += bytes(volume.spec?.capacity?.storage)
    }
    for (const { claim, capacity } of bindings.length > 0 ? [] : provisions) {
      if (capacity === undefined) continue
      const sums = of(classOf(claim))
      // Several volumes of one class come from the same storage.
      sums.capacity = bytes(capacity.capacity)
      sums.requested += bytes(requestOf(claim))
    }
    let sum = 0
    for (const { requested, capacity } of classes.values()) sum += rate(requested, capacity)
    return classes.size === 0 ? 0 : Math.round(sum / classes.size)
  }
}

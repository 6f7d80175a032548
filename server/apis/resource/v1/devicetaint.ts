import { fillZero, objectAt, objectsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Taints of devices, in rules and in slices (resource/v1 defaults). */

/** Taints say since when they hold. `now` is an API time. */
const stampTaints = (taints: readonly JsonObject[], now: string): void => taints.forEach((taint) => fillZero(taint, { timeAdded: now }))

export function stampTaintRule(obj: KubeObject, now: string): void {
  const taint = objectAt(obj, 'spec.taint')
  if (taint !== undefined) stampTaints([taint], now)
}

export const stampSliceTaints = (obj: KubeObject, now: string): void =>
  objectsAt(obj, 'spec.devices').forEach((device) => stampTaints(objectsAt(device, 'taints'), now))

import { ensureObject, fillUnset, fillZero, objectAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { defaultVolume } from './defaults-volume.ts'
import { roundLists } from './resource-lists.ts'
import type { Volume } from './types.ts'

/** Defaults of volumes (core/v1 defaults). */
const SOURCES = ['hostPath', 'iscsi', 'rbd', 'azureDisk', 'scaleIO']

export function defaultPersistentVolume(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  fillZero(spec, { persistentVolumeReclaimPolicy: 'Retain' })
  fillUnset(spec, { volumeMode: 'Filesystem' })
  roundLists(spec, 'capacity')
  // The sources that a pod's volume has too take the same values.
  const source = SOURCES.find((s) => spec[s] !== undefined)
  if (source !== undefined) defaultVolume({ [source]: spec[source] } as Volume)
  fillZero(ensureObject(obj, 'status'), { phase: 'Pending' })
}

/** The time of a change of phase is noted unless the client has noted one. */
export function notePhaseTransition(obj: KubeObject, old: KubeObject, now: string): void {
  const status = ensureObject(obj, 'status')
  const before = objectAt(old, 'status')
  const [time, timeBefore] = [status.lastPhaseTransitionTime ?? undefined, before?.lastPhaseTransitionTime]
  if (status.phase === before?.phase) {
    if (time === undefined && timeBefore !== undefined) status.lastPhaseTransitionTime = timeBefore
  } else if (time === undefined || time === timeBefore) status.lastPhaseTransitionTime = now
}

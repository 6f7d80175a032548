import type { StatefulSet } from '../../client/objects-apps.ts'
import type { PersistentVolumeClaim } from '../../client/objects-storage.ts'
import type { Pod, PodTemplate, Volume } from '../../client/objects.ts'
import type { OwnerReference } from '../../machinery/types.ts'
import { podFromTemplate } from '../pod-control.ts'
import { REVISION_LABEL } from '../revisions.ts'

const POD_NAME = 'statefulset.kubernetes.io/pod-name'
const POD_INDEX = 'apps.kubernetes.io/pod-index'
const MAX_INT32 = 2_147_483_647

export const sizeOf = (set: StatefulSet): number => set.spec?.replicas ?? 1
export const firstOrdinal = (set: StatefulSet): number => set.spec?.ordinals?.start ?? 0
export const revisionOf = (pod: Pod): string => pod.metadata.labels?.[REVISION_LABEL] ?? ''
const volumesOf = (pod: Pod): Volume[] => pod.spec?.volumes ?? []

/** `web-3` is the pod 3 of the set `web`; -1 for a name that has no number. */
export function parseName(name: string): { parent: string; ordinal: number } {
  const [, parent = '', digits] = /^(.*)-(\d+)$/s.exec(name) ?? []
  const ordinal = digits === undefined || Number(digits) > MAX_INT32 ? -1 : Number(digits)
  return { parent, ordinal }
}

export const ordinalOf = (pod: Pod): number => parseName(pod.metadata.name ?? '').ordinal
export const isMember = (pod: Pod, set: StatefulSet): boolean => parseName(pod.metadata.name ?? '').parent === set.metadata.name

export function isInRange(pod: Pod, set: StatefulSet): boolean {
  const ordinal = ordinalOf(pod)
  return ordinal >= firstOrdinal(set) && ordinal < firstOrdinal(set) + sizeOf(set)
}

export const claimName = (set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`

/** Which claim each volume of the pod's templates is. */
function claimVolumes(set: StatefulSet, ordinal: number): Volume[] {
  const templates = set.spec?.volumeClaimTemplates ?? []
  return templates.map((t) => ({ name: t.metadata.name ?? '', persistentVolumeClaim: { claimName: claimName(set, t, ordinal) } }))
}

const identity = (name: string, ordinal: number): Record<string, string> => ({ [POD_NAME]: name, [POD_INDEX]: String(ordinal) })

function withStorage(set: StatefulSet, ordinal: number, volumes: readonly Volume[]): Volume[] {
  const own = claimVolumes(set, ordinal)
  const names = new Set(own.map((v) => v.name))
  return [...own, ...volumes.filter((v) => !names.has(v.name))]
}

/** The pod of an ordinal, not created yet: its name, hostname, labels and volumes are its own. */
export function newPod(set: StatefulSet, ref: OwnerReference, template: PodTemplate, revision: string, ordinal: number): Pod {
  const name = `${set.metadata.name}-${ordinal}`
  const pod = podFromTemplate(template, ref, { name, generateName: `${set.metadata.name}-` })
  const volumes = withStorage(set, ordinal, volumesOf(pod))
  const { namespace } = set.metadata
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...pod.metadata.labels, ...identity(name, ordinal), [REVISION_LABEL]: revision },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(set.spec?.serviceName === undefined ? {} : { subdomain: set.spec.serviceName }),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  }
}

export function hasIdentity(pod: Pod, set: StatefulSet): boolean {
  const { name = '', namespace, labels } = pod.metadata
  const { parent, ordinal } = parseName(name)
  return (
    ordinal >= 0 &&
    parent === set.metadata.name &&
    name === `${parent}-${ordinal}` &&
    namespace === set.metadata.namespace &&
    labels?.[POD_NAME] === name
  )
}

export function hasStorage(pod: Pod, set: StatefulSet): boolean {
  const claims = new Map(volumesOf(pod).map((v) => [v.name, v.persistentVolumeClaim?.claimName]))
  return claimVolumes(set, ordinalOf(pod)).every((v) => claims.get(v.name) === v.persistentVolumeClaim?.claimName)
}

/** The pod with the identity and the volumes that it should have. */
export function corrected(pod: Pod, set: StatefulSet): Pod {
  const ordinal = ordinalOf(pod)
  const { name = '' } = pod.metadata
  const volumes = hasStorage(pod, set) ? volumesOf(pod) : withStorage(set, ordinal, volumesOf(pod))
  return {
    ...pod,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...identity(name, ordinal) } },
    spec: { ...pod.spec, volumes },
  }
}

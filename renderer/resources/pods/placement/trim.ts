import type { Container, ContainerStatus, Pod, PodSpec } from '../types.ts'
import { migrated } from './csi-translation.ts'
import { diskSources } from './volumes.ts'

type Kept = Pick<PodSpec, 'affinity' | 'volumes' | 'resources'>

/** What matters to others that wait for a node: most pods have none of it, and a list of tens of thousands keeps nothing for them. */
export function trimPlacement({ spec }: Pod): Kept {
  const kept: Kept = {}
  const apart = spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (apart && apart.length > 0) kept.affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: apart } }
  const volumes = spec?.volumes?.filter((volume) => attached.some((source) => volume[source] !== undefined)) ?? []
  if (volumes.length > 0) kept.volumes = volumes
  if (spec?.resources?.requests) kept.resources = { requests: spec.resources.requests }
  return kept
}

const attached = ['persistentVolumeClaim', 'ephemeral', ...Object.keys(diskSources), ...Object.keys(migrated)]

/** Of a container: its ports on the node. */
export function trimPorts({ ports }: Container): Pick<Container, 'ports'> {
  const onNode = ports?.filter(({ hostPort }) => hostPort) ?? []
  return onNode.length > 0 ? { ports: onNode } : {}
}

/** Of a container that is being resized: what it holds meanwhile. */
export function trimHeld({ resources, allocatedResources }: ContainerStatus): Pick<ContainerStatus, 'resources' | 'allocatedResources'> {
  return {
    ...(resources?.requests ? { resources: { requests: resources.requests } } : {}),
    ...(allocatedResources ? { allocatedResources } : {}),
  }
}

export const isResizing = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type }) => type === 'PodResizePending' || type === 'PodResizeInProgress') === true

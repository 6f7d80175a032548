import type { LabelSelector } from '../../kube/label-selector.ts'
import type { Condition, KubeObject } from '../../kube/types.ts'
import type { NodeTerm } from '../nodes/types.ts'

export interface Claim extends KubeObject {
  spec?: {
    accessModes?: string[]
    storageClassName?: string
    volumeName?: string
    volumeMode?: string
    volumeAttributesClassName?: string
    selector?: LabelSelector
    resources?: { requests?: { storage?: string } }
  }
  status?: {
    phase?: string
    capacity?: { storage?: string }
    allocatedResourceStatuses?: { storage?: string }
    conditions?: Condition[]
  }
}

export interface Volume extends KubeObject {
  spec?: {
    accessModes?: string[]
    storageClassName?: string
    capacity?: { storage?: string }
    persistentVolumeReclaimPolicy?: string
    volumeMode?: string
    volumeAttributesClassName?: string
    claimRef?: { namespace?: string; name?: string; uid?: string }
    csi?: { driver: string; volumeHandle: string }
    nodeAffinity?: { required?: { nodeSelectorTerms?: NodeTerm[] } }
  } & Record<string, unknown>
  status?: { phase?: string; reason?: string; message?: string }
}

export interface CsiDriver extends KubeObject {
  spec?: { storageCapacity?: boolean; preventPodSchedulingIfMissing?: boolean }
}

/** What a driver has left for a class, on the nodes that the selector takes. */
export interface CsiStorageCapacity extends KubeObject {
  storageClassName?: string
  nodeTopology?: LabelSelector
  capacity?: string
  maximumVolumeSize?: string
}

export interface VolumeAttachment extends KubeObject {
  spec?: { attacher: string; nodeName: string; source: { persistentVolumeName?: string } }
}

export interface CsiNode extends KubeObject {
  spec?: { drivers?: { name: string; allocatable?: { count?: number } }[] }
}

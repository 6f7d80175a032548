import type { LabelSelectorObject } from '../machinery/labels.ts'
import type { Int64 } from '../machinery/numbers.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { PersistentVolumeClaim } from './objects-storage.ts'
import type { Condition, IntOrString, PodTemplate } from './objects.ts'

/** apps/v1 beside Deployments and ReplicaSets, as far as control loops read or write it, in its JSON form. */

export interface ControllerRevision extends KubeObject {
  data?: Record<string, unknown>
  revision: Int64
}

export interface DaemonSet extends KubeObject {
  spec?: {
    selector?: LabelSelectorObject
    template?: PodTemplate
    minReadySeconds?: number
    revisionHistoryLimit?: number
    updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } }
  }
  status?: {
    observedGeneration?: Int64
    currentNumberScheduled?: number
    numberMisscheduled?: number
    desiredNumberScheduled?: number
    numberReady?: number
    updatedNumberScheduled?: number
    numberAvailable?: number
    numberUnavailable?: number
    collisionCount?: number
    conditions?: Condition[]
  }
}

export interface StatefulSet extends KubeObject {
  spec?: {
    replicas?: number
    serviceName?: string
    selector?: LabelSelectorObject
    template?: PodTemplate
    volumeClaimTemplates?: PersistentVolumeClaim[]
    minReadySeconds?: number
    revisionHistoryLimit?: number
    podManagementPolicy?: string
    ordinals?: { start?: number }
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string }
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: IntOrString } }
  }
  status?: {
    observedGeneration?: Int64
    replicas?: number
    readyReplicas?: number
    availableReplicas?: number
    currentReplicas?: number
    updatedReplicas?: number
    currentRevision?: string
    updateRevision?: string
    collisionCount?: number
    conditions?: Condition[]
  }
}

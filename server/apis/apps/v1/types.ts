import type { ObjectMeta } from '../../../machinery/types.ts'
import type { IntOrString, PodTemplateSpec } from '../../core/v1/types.ts'
import type { LabelSelector } from '../../meta/v1/validation.ts'

export interface DeploymentSpec {
  replicas?: number
  selector?: LabelSelector
  template?: PodTemplateSpec
  strategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } }
  minReadySeconds?: number
  revisionHistoryLimit?: number
  paused?: boolean
  progressDeadlineSeconds?: number
}

/** The counts that Deployments and ReplicaSets report. */
export interface WorkloadStatus {
  observedGeneration?: number
  replicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  unavailableReplicas?: number
  terminatingReplicas?: number
  fullyLabeledReplicas?: number
  collisionCount?: number
}

export interface Deployment {
  metadata: ObjectMeta
  spec: DeploymentSpec
  status?: WorkloadStatus
  [field: string]: unknown
}

export interface ReplicaSet {
  metadata: ObjectMeta
  spec: { replicas?: number; minReadySeconds?: number; selector?: LabelSelector; template?: PodTemplateSpec }
  status?: WorkloadStatus
  [field: string]: unknown
}

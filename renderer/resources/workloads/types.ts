import type { LabelSelector } from '../../kube/label-selector.ts'
import type { Condition, KubeObject } from '../../kube/types.ts'
import type { Container } from '../pods/types.ts'

export interface Template {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec?: { containers?: Container[]; initContainers?: Container[]; nodeSelector?: Record<string, string> }
}

export interface Strategy {
  type?: string
  rollingUpdate?: Record<string, string | number>
}

/** What Deployments, ReplicaSets, StatefulSets, DaemonSets and ReplicationControllers have in common, where they have it. */
export interface Workload extends KubeObject {
  spec?: {
    replicas?: number
    paused?: boolean
    template?: Template
    /** A ReplicationController's holds labels only, without `matchLabels`. */
    selector?: LabelSelector | Record<string, string>
    strategy?: Strategy
    updateStrategy?: Strategy
    serviceName?: string
    podManagementPolicy?: string
    minReadySeconds?: number
    progressDeadlineSeconds?: number
    revisionHistoryLimit?: number
    volumeClaimTemplates?: { metadata: { name: string } }[]
  }
  status?: {
    observedGeneration?: number
    replicas?: number
    readyReplicas?: number
    updatedReplicas?: number
    availableReplicas?: number
    desiredNumberScheduled?: number
    currentNumberScheduled?: number
    numberReady?: number
    updatedNumberScheduled?: number
    numberAvailable?: number
    conditions?: Condition[]
  }
}

export interface Job extends KubeObject {
  spec?: {
    completions?: number
    parallelism?: number
    suspend?: boolean
    template?: Template
    selector?: LabelSelector
    completionMode?: string
    backoffLimit?: number
    activeDeadlineSeconds?: number
    ttlSecondsAfterFinished?: number
  }
  status?: {
    startTime?: string
    completionTime?: string
    active?: number
    succeeded?: number
    failed?: number
    conditions?: Condition[]
  }
}

export interface CronJob extends KubeObject {
  spec?: {
    schedule?: string
    timeZone?: string
    suspend?: boolean
    jobTemplate?: { metadata?: Template['metadata']; spec?: { template?: Template } }
    concurrencyPolicy?: string
    startingDeadlineSeconds?: number
    successfulJobsHistoryLimit?: number
    failedJobsHistoryLimit?: number
  }
  status?: { active?: unknown[]; lastScheduleTime?: string; lastSuccessfulTime?: string }
}

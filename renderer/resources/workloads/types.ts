import type { Condition, KubeObject } from '../../kube/types.ts'

interface Template {
  spec?: { containers?: { name?: string; image?: string }[]; nodeSelector?: Record<string, string> }
}

/** What Deployments, ReplicaSets, StatefulSets, DaemonSets and ReplicationControllers have in common, where they have it. */
export interface Workload extends KubeObject {
  spec?: {
    replicas?: number
    paused?: boolean
    template?: Template
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
  spec?: { completions?: number; parallelism?: number; suspend?: boolean; template?: Template }
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
  spec?: { schedule?: string; timeZone?: string; suspend?: boolean; jobTemplate?: { spec?: { template?: Template } } }
  status?: { active?: unknown[]; lastScheduleTime?: string; lastSuccessfulTime?: string }
}

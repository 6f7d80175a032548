import type { LabelSelectorObject } from '../machinery/labels.ts'
import type { Int64 } from '../machinery/numbers.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Condition, PodTemplate, Strings } from './objects.ts'

/** batch/v1, as far as control loops read or write it, in its JSON form. */

export interface PodFailurePolicyRule {
  action: 'Ignore' | 'Count' | 'FailJob' | 'FailIndex'
  onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] }
  onPodConditions?: Array<{ type: string; status: string }>
}

export interface SuccessPolicyRule {
  succeededIndexes?: string
  succeededCount?: number
}

export interface JobSpec {
  parallelism?: number
  completions?: number
  activeDeadlineSeconds?: Int64
  backoffLimit?: number
  backoffLimitPerIndex?: number
  maxFailedIndexes?: number
  completionMode?: string
  suspend?: boolean
  podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed'
  managedBy?: string
  ttlSecondsAfterFinished?: number
  podFailurePolicy?: { rules: PodFailurePolicyRule[] }
  successPolicy?: { rules: SuccessPolicyRule[] }
  selector?: LabelSelectorObject
  template?: PodTemplate
}

export interface UncountedTerminatedPods {
  succeeded?: string[]
  failed?: string[]
}

export interface JobStatus {
  conditions?: Condition[]
  startTime?: string
  completionTime?: string
  active?: number
  ready?: number
  terminating?: number
  succeeded?: number
  failed?: number
  completedIndexes?: string
  failedIndexes?: string
  uncountedTerminatedPods?: UncountedTerminatedPods
}

export interface Job extends KubeObject {
  spec?: JobSpec
  status?: JobStatus
}

export interface ObjectReference {
  apiVersion?: string
  kind?: string
  namespace?: string
  name?: string
  uid?: string
  resourceVersion?: string
}

export interface CronJob extends KubeObject {
  spec?: {
    schedule: string
    timeZone?: string
    startingDeadlineSeconds?: Int64
    concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace'
    suspend?: boolean
    successfulJobsHistoryLimit?: number
    failedJobsHistoryLimit?: number
    jobTemplate?: { metadata?: { labels?: Strings; annotations?: Strings }; spec?: JobSpec }
  }
  status?: { active?: ObjectReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string }
}

import type { LabelSelectorObject } from '../machinery/labels.ts'
import type { Int64 } from '../machinery/numbers.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Condition } from './objects.ts'

/** autoscaling/v2, as far as the autoscaler reads or writes it, in its JSON form. Quantities are texts. */

export interface MetricTarget {
  type: string
  value?: string
  averageValue?: string
  averageUtilization?: number
}

export interface MetricIdentifier {
  name: string
  selector?: LabelSelectorObject
}

export interface CrossVersionObjectReference {
  apiVersion?: string
  kind: string
  name: string
}

export interface MetricSpec {
  type: string
  resource?: { name: string; target: MetricTarget }
  containerResource?: { name: string; container: string; target: MetricTarget }
  pods?: { metric: MetricIdentifier; target: MetricTarget }
  object?: { describedObject: CrossVersionObjectReference; metric: MetricIdentifier; target: MetricTarget }
  external?: { metric: MetricIdentifier; target: MetricTarget }
}

export interface MetricStatus {
  type: string
  [source: string]: unknown
}

export interface ScalingRules {
  stabilizationWindowSeconds?: number
  selectPolicy?: string
  policies?: { type: string; value: number; periodSeconds: number }[]
  tolerance?: string
}

export interface HorizontalPodAutoscaler extends KubeObject {
  spec?: {
    scaleTargetRef: CrossVersionObjectReference
    minReplicas?: number
    maxReplicas: number
    metrics?: MetricSpec[]
    behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules }
  }
  status?: {
    observedGeneration?: Int64
    lastScaleTime?: string
    currentReplicas?: number
    desiredReplicas?: number
    currentMetrics?: MetricStatus[] | null
    conditions?: Condition[]
  }
}

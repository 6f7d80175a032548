import type { Int64 } from '../machinery/numbers.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { LabelSelectorObject } from '../machinery/labels.ts'

/** The parts of core objects that the scheduler and the controllers read or write, in their JSON form. */
export type Strings = Record<string, string>
export type IntOrString = number | string

export interface ResourceRequirements {
  requests?: Strings
  limits?: Strings
}

export interface ContainerPort {
  name?: string
  containerPort: number
  hostPort?: number
  hostIP?: string
  protocol?: string
}

export interface Container {
  name: string
  image?: string
  resources?: ResourceRequirements
  ports?: ContainerPort[]
  restartPolicy?: string
  restartPolicyRules?: { action: string }[]
  volumeMounts?: { name: string; bindMountOptions?: string[] }[]
}

export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: Int64
}

export interface NodeSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[]
  matchFields?: NodeSelectorRequirement[]
}

export interface NodeAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] }
  preferredDuringSchedulingIgnoredDuringExecution?: Array<{ weight: number; preference: NodeSelectorTerm }>
}

export interface PodAffinityTerm {
  labelSelector?: LabelSelectorObject
  namespaces?: string[]
  namespaceSelector?: LabelSelectorObject
  topologyKey: string
}

/** Both podAffinity and podAntiAffinity. */
export interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  preferredDuringSchedulingIgnoredDuringExecution?: Array<{ weight: number; podAffinityTerm: PodAffinityTerm }>
}

export interface TopologySpreadConstraint {
  maxSkew: number
  topologyKey: string
  whenUnsatisfiable: string
  labelSelector?: LabelSelectorObject
  minDomains?: number
  nodeAffinityPolicy?: string
  nodeTaintsPolicy?: string
  matchLabelKeys?: string[]
}

export interface Volume {
  name: string
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  ephemeral?: { volumeClaimTemplate?: { metadata?: KubeObject['metadata']; spec?: Record<string, unknown> } }
  image?: { reference?: string }
  [source: string]: unknown
}

export interface PodSpec {
  nodeName?: string
  schedulerName?: string
  priority?: number
  preemptionPolicy?: string
  containers?: Container[]
  initContainers?: Container[]
  overhead?: Strings
  resources?: ResourceRequirements
  nodeSelector?: Strings
  affinity?: { nodeAffinity?: NodeAffinity; podAffinity?: PodAffinity; podAntiAffinity?: PodAffinity }
  topologySpreadConstraints?: TopologySpreadConstraint[]
  volumes?: Volume[]
  tolerations?: Toleration[]
  schedulingGates?: Array<{ name: string }>
  hostNetwork?: boolean
  hostUsers?: boolean
  hostname?: string
  subdomain?: string
  restartPolicy?: string
  [field: string]: unknown
}

export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string | null
  lastUpdateTime?: string | null
  lastProbeTime?: string | null
  lastHeartbeatTime?: string | null
  observedGeneration?: Int64
}

export interface ContainerStatus {
  name: string
  restartCount?: number
  state?: { terminated?: { exitCode?: number; finishedAt?: string | null }; waiting?: { reason?: string } }
  resources?: ResourceRequirements
  allocatedResources?: Strings
}

export interface PodStatus {
  phase?: string
  conditions?: Condition[]
  podIP?: string
  podIPs?: Array<{ ip: string }>
  hostIP?: string
  nominatedNodeName?: string
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
  ephemeralContainerStatuses?: ContainerStatus[]
  [field: string]: unknown
}

export interface Pod extends KubeObject {
  spec?: PodSpec
  status?: PodStatus
}

export interface Taint {
  key: string
  value?: string
  effect: string
  timeAdded?: string | null
}

export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string
    leaseDurationSeconds?: number
    acquireTime?: string | null
    renewTime?: string | null
    leaseTransitions?: number
  }
}

export interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: Taint[]; podCIDR?: string; podCIDRs?: string[] }
  status?: {
    allocatable?: Strings
    capacity?: Strings
    conditions?: Condition[]
    images?: Array<{ names?: string[]; sizeBytes?: Int64 }>
    declaredFeatures?: string[]
  }
}

export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] }
  status?: { phase?: string; conditions?: Condition[] }
}

export interface ServicePort {
  name?: string
  protocol?: string
  port: number
  targetPort?: IntOrString
  appProtocol?: string
  nodePort?: number
}

export interface Service extends KubeObject {
  spec?: {
    type?: string
    clusterIP?: string
    ipFamilies?: string[]
    selector?: Strings
    ports?: ServicePort[]
    publishNotReadyAddresses?: boolean
    trafficDistribution?: string
  }
}

export interface PodTemplate {
  metadata?: { labels?: Strings; annotations?: Strings; [field: string]: unknown }
  spec?: PodSpec
}

export interface ReplicaSet extends KubeObject {
  spec?: { replicas?: number; minReadySeconds?: number; selector?: LabelSelectorObject; template?: PodTemplate }
  status?: {
    replicas?: number
    fullyLabeledReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    terminatingReplicas?: number
    observedGeneration?: Int64
    conditions?: Condition[]
  }
}

export interface Deployment extends KubeObject {
  spec?: {
    replicas?: number
    minReadySeconds?: number
    progressDeadlineSeconds?: number
    revisionHistoryLimit?: number
    paused?: boolean
    selector?: LabelSelectorObject
    template?: PodTemplate
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: IntOrString; maxUnavailable?: IntOrString } }
  }
  status?: {
    observedGeneration?: Int64
    replicas?: number
    updatedReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    unavailableReplicas?: number
    terminatingReplicas?: number
    collisionCount?: number
    conditions?: Condition[]
  }
}

/** The condition of that type, if the object has it. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((c) => c.type === type)
}

import type { Int64 } from '../machinery/numbers.ts'
import type { KubeObject, ObjectMeta } from '../machinery/types.ts'

/** The fields of core/v1 Pod that a node agent reads (k8s.io/api core/v1 `types.go`). */
export interface Pod extends KubeObject {
  metadata: ObjectMeta
  spec: PodSpec
  status?: PodStatus
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

export interface PodSpec {
  nodeName?: string
  hostNetwork?: boolean
  hostname?: string
  restartPolicy?: RestartPolicy
  terminationGracePeriodSeconds?: Int64
  activeDeadlineSeconds?: Int64
  nodeSelector?: Record<string, string>
  readinessGates?: { conditionType: string }[]
  resources?: ResourceRequirements
  overhead?: ResourceList
  initContainers?: Container[]
  containers: Container[]
  ephemeralContainers?: Container[]
}

export type ResourceList = Record<string, string | number>

export interface ResourceRequirements {
  requests?: ResourceList
  limits?: ResourceList
}

export interface Container {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  env?: { name: string; value?: string }[]
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  restartPolicy?: RestartPolicy
  restartPolicyRules?: RestartRule[]
  resources?: ResourceRequirements
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[]
}

export interface RestartRule {
  action: 'Restart' | 'RestartAllContainers'
  exitCodes?: { operator: 'In' | 'NotIn'; values?: number[] }
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'

export interface PodCondition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  lastProbeTime?: string | null
  lastTransitionTime?: string | null
  reason?: string
  message?: string
  observedGeneration?: Int64
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt?: string }
  terminated?: ContainerStateTerminated
}

export interface ContainerStateTerminated {
  exitCode: number
  signal?: number
  reason?: string
  message?: string
  startedAt?: string | null
  finishedAt?: string | null
  containerID?: string
}

export interface ContainerStatus {
  name: string
  state: ContainerState
  lastState: ContainerState
  ready: boolean
  restartCount: number
  image: string
  imageID: string
  containerID?: string
  started?: boolean
  allocatedResources?: ResourceList
  resources?: ResourceRequirements
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; recursiveReadOnly?: string }[]
}

export interface PodStatus {
  observedGeneration?: Int64
  phase?: PodPhase
  conditions?: PodCondition[]
  message?: string
  reason?: string
  hostIP?: string
  hostIPs?: { ip: string }[]
  podIP?: string
  podIPs?: { ip: string }[]
  startTime?: string
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
  qosClass?: string
  allocatedResources?: ResourceList
  resources?: ResourceRequirements
}

/** The fields of core/v1 Node that its agent reads and writes. */
export interface Node extends KubeObject {
  metadata: ObjectMeta
  spec?: { podCIDR?: string; podCIDRs?: string[]; providerID?: string; unschedulable?: boolean; taints?: Taint[] }
  status?: NodeStatus
}

export interface Taint {
  key: string
  value?: string
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  timeAdded?: string
}

export interface NodeCondition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  lastHeartbeatTime: string
  lastTransitionTime: string
  reason: string
  message: string
}

export interface NodeStatus {
  capacity?: Record<string, string>
  allocatable?: Record<string, string>
  conditions?: NodeCondition[]
  addresses?: { type: string; address: string }[]
  daemonEndpoints?: { kubeletEndpoint: { Port: number } }
  nodeInfo?: Record<string, unknown>
  declaredFeatures?: string[]
}

/** A sidecar: an init container that keeps running beside the others (KEP-753). */
export const isSidecar = (c: Container): boolean => c.restartPolicy === 'Always'

export const podKey = (pod: Pod): string => `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`

/** `name_namespace(uid)`, as the kubelet names a pod in its messages. */
export const podText = (pod: Pod): string => `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`

export const isTerminalPhase = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed'

import type { LabelSelector } from '../../kube/label-selector.ts'
import type { Condition, KubeObject, Tone } from '../../kube/types.ts'
import type { NodeTerm } from '../nodes/types.ts'

/** The fields of a Pod that are read here. */
export interface Pod extends KubeObject {
  spec?: PodSpec
  status?: PodStatus
  /** Computed once for a pod that is kept for lists; pods as the server sends them have none. */
  summary?: PodSummary
  /** The same, what it needs of its namespace: `ConfigMap/name`. */
  uses?: string[]
}

export interface PodSummary {
  /** The word kubectl shows as STATUS. */
  text: string
  tone: Tone
  ready: number
  total: number
  restarts: number
}

export interface PodSpec {
  nodeName?: string
  restartPolicy?: string
  serviceAccountName?: string
  priorityClassName?: string
  schedulingGates?: { name: string }[]
  containers?: Container[]
  initContainers?: Container[]
  ephemeralContainers?: Container[]
  volumes?: ({ name: string } & Record<string, unknown>)[]
  readinessGates?: { conditionType: string }[]
  tolerations?: Toleration[]
  nodeSelector?: Record<string, string>
  affinity?: {
    nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: NodeTerm[] } }
    podAffinity?: PodAffinity
    podAntiAffinity?: PodAffinity
  }
  topologySpreadConstraints?: SpreadConstraint[]
  overhead?: Record<string, string>
  hostNetwork?: boolean
  hostUsers?: boolean
  /** Of the pod as a whole. */
  resources?: { requests?: Record<string, string> }
}

export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
}

/** Affinity to other pods, or from them. */
export interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: AffinityTerm[]
}

export interface AffinityTerm {
  topologyKey: string
  labelSelector?: LabelSelector
  namespaces?: string[]
  namespaceSelector?: LabelSelector
}

export interface SpreadConstraint {
  topologyKey: string
  maxSkew: number
  whenUnsatisfiable: string
  minDomains?: number
  labelSelector?: LabelSelector
  matchLabelKeys?: string[]
  nodeAffinityPolicy?: string
  nodeTaintsPolicy?: string
}

export interface Container {
  name: string
  image?: string
  restartPolicy?: string
  restartPolicyRules?: { action: string }[]
  ports?: { name?: string; containerPort: number; protocol?: string; hostPort?: number; hostIP?: string }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; subPath?: string; bindMountOptions?: string[] }[]
  env?: EnvVar[]
  envFrom?: { prefix?: string; configMapRef?: { name?: string }; secretRef?: { name?: string } }[]
  command?: string[]
  args?: string[]
}

export interface EnvVar {
  name: string
  value?: string
  valueFrom?: {
    configMapKeyRef?: { name?: string; key: string }
    secretKeyRef?: { name?: string; key: string }
    fieldRef?: { fieldPath: string }
    resourceFieldRef?: { resource: string }
  }
}

export interface Probe {
  httpGet?: { path?: string; port: number | string; scheme?: string }
  tcpSocket?: { port: number | string }
  grpc?: { port: number }
  exec?: { command?: string[] }
  initialDelaySeconds?: number
  periodSeconds?: number
  timeoutSeconds?: number
  failureThreshold?: number
}

export interface PodStatus {
  phase?: string
  reason?: string
  message?: string
  podIP?: string
  hostIP?: string
  qosClass?: string
  startTime?: string
  conditions?: Condition[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
  ephemeralContainerStatuses?: ContainerStatus[]
}

export interface ContainerStatus {
  name: string
  ready?: boolean
  started?: boolean
  restartCount?: number
  image?: string
  state?: ContainerState
  lastState?: ContainerState
  /** What it holds of its node, which is not what it asks for while it is resized. */
  resources?: { requests?: Record<string, string> }
  allocatedResources?: Record<string, string>
}

export interface ContainerState {
  running?: { startedAt?: string }
  waiting?: { reason?: string; message?: string }
  terminated?: { exitCode: number; signal?: number; reason?: string; message?: string; startedAt?: string; finishedAt?: string }
}

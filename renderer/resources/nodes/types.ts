import type { Condition, KubeObject } from '../../kube/types.ts'

export interface Node extends KubeObject {
  spec?: {
    unschedulable?: boolean
    taints?: { key: string; value?: string; effect: string; timeAdded?: string }[]
    podCIDR?: string
    providerID?: string
  }
  status?: {
    capacity?: Record<string, string>
    allocatable?: Record<string, string>
    conditions?: Condition[]
    addresses?: { type: string; address: string }[]
    declaredFeatures?: string[]
    images?: { names?: string[]; sizeBytes?: number }[]
    nodeInfo?: NodeInfo
  }
}

export interface NodeInfo {
  kubeletVersion?: string
  containerRuntimeVersion?: string
  osImage?: string
  operatingSystem?: string
  kernelVersion?: string
  architecture?: string
  bootID?: string
  machineID?: string
}

export interface NodeRequirement {
  key: string
  operator: string
  values?: string[]
}

/** One of a node affinity's terms: all of it has to hold. */
export interface NodeTerm {
  matchExpressions?: NodeRequirement[]
  matchFields?: NodeRequirement[]
}

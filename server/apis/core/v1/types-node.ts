import type { ObjectMeta } from '../../../machinery/types.ts'
import type { ResourceList } from './types-container.ts'
import type { PodCondition } from './types-pod.ts'

/** Nodes, namespaces and bindings. */
export interface Taint {
  key?: string
  value?: string
  effect?: string
  timeAdded?: string
}

export interface NodeStatus {
  capacity?: ResourceList
  allocatable?: ResourceList
  phase?: string
  conditions?: {
    type?: string
    status?: string
    reason?: string
    message?: string
    lastHeartbeatTime?: string | null
    lastTransitionTime?: string | null
  }[]
  addresses?: { type?: string; address?: string }[]
  daemonEndpoints?: { kubeletEndpoint?: { Port?: number } }
  nodeInfo?: {
    machineID?: string
    systemUUID?: string
    bootID?: string
    kernelVersion?: string
    osImage?: string
    containerRuntimeVersion?: string
    kubeletVersion?: string
    kubeProxyVersion?: string
    operatingSystem?: string
    architecture?: string
    swap?: { capacity?: number }
  }
  declaredFeatures?: string[]
  config?: unknown
}

export interface Node {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  spec: {
    podCIDR?: string
    podCIDRs?: string[]
    providerID?: string
    unschedulable?: boolean
    taints?: Taint[]
    configSource?: unknown
    externalID?: string
  }
  status?: NodeStatus
  [field: string]: unknown
}

export interface Namespace {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  spec?: { finalizers?: string[] }
  status?: { phase?: string; conditions?: PodCondition[] }
  [field: string]: unknown
}

export interface Binding {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  target?: { kind?: string; name?: string; namespace?: string; apiVersion?: string; uid?: string }
  [field: string]: unknown
}

import { formatTime } from '../../machinery/clock.ts'
import { RESTART_ALL_FEATURE } from '../pods/restart-rules.ts'
import type { Runtime } from '../runtime.ts'
import type { Node, NodeCondition, NodeStatus } from '../types.ts'
import type { MachineFacts, MachineUsage } from './machine.ts'

/** The kubelet's version that this agent's API follows, and whose agent it is. */
export const KUBELET_VERSION = 'v1.37.2-binnacle'

/**
 * Of the features that a kubelet of 1.37 declares (component-helpers nodedeclaredfeatures), those that this agent has: it resizes nothing,
 * and reads no WebSockets of the API server's.
 */
const DECLARED_FEATURES: readonly string[] = [RESTART_ALL_FEATURE]

/** Hard eviction defaults of a kubelet on Linux: below them the node is under pressure. */
export const EVICTION = { memoryAvailableBytes: 100 * 1024 * 1024, storageAvailable: 0.1, inodesFree: 0.05 } as const

export interface NodeIdentity {
  name: string
  address: string
  kubeletPort: number
  maxPods: number
  podCIDRs: readonly string[]
  labels: Readonly<Record<string, string>>
}

const kibi = (bytes: number): string => `${Math.floor(bytes / 1024)}Ki`

export function capacityOf(m: MachineFacts, maxPods: number): Record<string, string> {
  return {
    cpu: String(m.cpus),
    'ephemeral-storage': kibi(m.storageBytes),
    ...Object.fromEntries(Object.entries(m.hugepages).map(([size, bytes]) => [`hugepages-${size}`, bytes === 0 ? '0' : kibi(bytes)])),
    memory: kibi(m.memoryBytes),
    pods: String(maxPods),
  }
}

/** Capacity without what hard eviction keeps free. */
export function allocatableOf(m: MachineFacts, maxPods: number): Record<string, string> {
  return {
    ...capacityOf(m, maxPods),
    'ephemeral-storage': String(Math.floor(m.storageBytes * (1 - EVICTION.storageAvailable))),
    memory: kibi(m.memoryBytes - EVICTION.memoryAvailableBytes),
  }
}

/** Labels that a kubelet sets on its own node. */
export function labelsOf(m: MachineFacts, name: string): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': m.architecture,
    'beta.kubernetes.io/os': m.operatingSystem,
    'kubernetes.io/arch': m.architecture,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': m.operatingSystem,
  }
}

interface PressureCheck {
  type: string
  /** [under pressure, not]: reason and message of the condition, reason of the event. */
  true: readonly [reason: string, message: string, event: string]
  false: readonly [reason: string, message: string, event: string]
  test: (u: MachineUsage) => boolean
}

const PRESSURES: readonly PressureCheck[] = [
  {
    type: 'MemoryPressure',
    true: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available', 'NodeHasInsufficientMemory'],
    false: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available', 'NodeHasSufficientMemory'],
    test: (u) => u.memoryAvailableBytes < EVICTION.memoryAvailableBytes,
  },
  {
    type: 'DiskPressure',
    true: ['KubeletHasDiskPressure', 'kubelet has disk pressure', 'NodeHasDiskPressure'],
    false: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'NodeHasNoDiskPressure'],
    test: ({ storage: s }) =>
      s.availableBytes < s.capacityBytes * EVICTION.storageAvailable || (s.inodes > 0 && s.inodesFree < s.inodes * EVICTION.inodesFree),
  },
  {
    type: 'PIDPressure',
    true: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available', 'NodeHasInsufficientPID'],
    false: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available', 'NodeHasSufficientPID'],
    test: () => false,
  },
]

export interface NodeStatusInput {
  identity: NodeIdentity
  machine: MachineFacts
  usage: MachineUsage
  runtime: Pick<Runtime, 'name' | 'version' | 'disclosure'>
  /** What is wrong with the runtime; the node is not ready while there is something. */
  runtimeError: string | undefined
  last: readonly NodeCondition[]
  now: number
}

const isPressed = (p: PressureCheck, { usage, runtime }: Pick<NodeStatusInput, 'usage' | 'runtime'>): boolean =>
  runtime.disclosure?.weightless !== true && p.test(usage)

/** All that can change of a node's status but for its times: two that are equal make equal statuses of one node. */
export const nodeStateOf = (input: Pick<NodeStatusInput, 'usage' | 'runtime' | 'runtimeError'>): string =>
  JSON.stringify([...PRESSURES.map((p) => isPressed(p, input)), input.runtimeError])

/** The node's status, and the events that a change of condition calls for. */
export function generateNodeStatus(input: NodeStatusInput): { status: NodeStatus; events: string[] } {
  const { identity, machine, runtime } = input
  const now = formatTime(input.now)
  const events: string[] = []
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string, event: string): NodeCondition => {
    const before = input.last.find((c) => c.type === type)
    const changed = before?.status !== status
    if (changed) events.push(event)
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: changed ? now : before.lastTransitionTime }
  }
  const conditions = PRESSURES.map((p) => {
    const pressed = isPressed(p, input)
    const [reason, message, event] = pressed ? p.true : p.false
    return condition(p.type, pressed ? 'True' : 'False', reason, message, event)
  })
  // Ready stays the last of the list, where every kubelet puts it.
  conditions.push(
    input.runtimeError === undefined
      ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status', 'NodeReady')
      : condition('Ready', 'False', 'KubeletNotReady', input.runtimeError, 'NodeNotReady'),
  )
  const status: NodeStatus = {
    addresses: [
      { type: 'InternalIP', address: identity.address },
      { type: 'Hostname', address: identity.name },
    ],
    allocatable: allocatableOf(machine, identity.maxPods),
    capacity: capacityOf(machine, identity.maxPods),
    conditions,
    declaredFeatures: [...DECLARED_FEATURES],
    daemonEndpoints: { kubeletEndpoint: { Port: identity.kubeletPort } },
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootID,
      containerRuntimeVersion: `${runtime.name}://${runtime.version}`,
      kernelVersion: machine.kernelVersion,
      kubeProxyVersion: '',
      kubeletVersion: KUBELET_VERSION,
      machineID: machine.machineID,
      operatingSystem: machine.operatingSystem,
      osImage: machine.osImage,
      systemUUID: machine.systemUUID,
      ...(machine.swapBytes > 0 ? { swap: { capacity: machine.swapBytes } } : {}),
    },
  }
  return { status, events }
}

export function newNode(identity: NodeIdentity, machine: MachineFacts, runtime: Pick<Runtime, 'disclosure'>, status: NodeStatus): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: identity.name,
      labels: { ...labelsOf(machine, identity.name), ...runtime.disclosure?.nodeLabels, ...identity.labels },
      annotations: { ...runtime.disclosure?.nodeAnnotations },
    },
    spec: { podCIDR: identity.podCIDRs[0]!, podCIDRs: [...identity.podCIDRs] },
    status,
  }
}

import { slimMeta } from '../../kube/codec.ts'
import { type Column, createdAt, type KindView, worstFirst } from '../../kube/columns.ts'
import { going } from '../../kube/going.ts'
import { formatBytes, formatCores, parseQuantity } from '../../kube/quantity.ts'
import type { Tone } from '../../kube/types.ts'
import { usageColumns } from '../../kube/usage-columns.ts'
import { addressOrder } from '../pods/view.ts'
import { none, unknown } from '../printed.ts'
import type { Node } from './types.ts'

const roleLabel = 'node-role.kubernetes.io/'

export function nodeRoles(node: Node): string[] {
  const labels = node.metadata.labels ?? {}
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith(roleLabel))
    .map((key) => key.slice(roleLabel.length))
  const legacy = labels['kubernetes.io/role']
  return [...new Set(legacy ? [...roles, legacy] : roles)].filter(Boolean).sort()
}

/** Ready, NotReady, or Unknown before the kubelet has said anything, with SchedulingDisabled and any pressure beside it: one word would hide the others. */
export function nodeStatus(node: Node): { text: string; tone: Tone } {
  const conditions = node.status?.conditions ?? []
  const ready = conditions.find((c) => c.type === 'Ready')
  const words = [!ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady']
  const pressure = conditions.filter((c) => c.type !== 'Ready' && c.status === 'True').map((c) => c.type)
  words.push(...pressure)
  if (node.spec?.unschedulable) words.push('SchedulingDisabled')
  const tone = words[0] === 'Ready' ? (words.length > 1 ? 'warn' : 'ok') : 'bad'
  return { text: words.join(','), tone }
}

/** Cores, bytes and pods that the scheduler may give away. */
export function allocatableOf(node: Node): Record<'cpu' | 'memory' | 'pods', number | undefined> {
  const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {}
  return { cpu: parseQuantity(allocatable.cpu), memory: parseQuantity(allocatable.memory), pods: parseQuantity(allocatable.pods) }
}

const internalIP = (node: Node): string => node.status?.addresses?.find((a) => a.type === 'InternalIP')?.address ?? ''
const cores = (node: Node): number => parseQuantity(node.status?.capacity?.cpu) ?? 0
const memory = (node: Node): number => parseQuantity(node.status?.capacity?.memory) ?? 0

const columns: Column<Node>[] = [
  { id: 'name', label: 'name', type: 'text', width: 240, grow: true, cell: (n) => n.metadata.name },
  { id: 'status', label: 'status', type: 'status', width: 200, cell: nodeStatus, order: (n) => worstFirst(nodeStatus(n)) },
  { id: 'roles', label: 'roles', type: 'text', width: 130, cell: (n) => nodeRoles(n).join(',') || none },
  { id: 'taints', label: 'taints', type: 'number', width: 70, cell: (n) => n.spec?.taints?.length ?? 0 },
  { id: 'cpu', label: 'cpu', type: 'text', width: 70, cell: (n) => formatCores(cores(n)), order: cores },
  { id: 'memory', label: 'memory', type: 'text', width: 90, cell: (n) => formatBytes(memory(n)), order: memory },
  ...usageColumns,
  { id: 'pods', label: 'podCapacity', type: 'number', width: 80, hidden: true, cell: (n) => parseQuantity(n.status?.capacity?.pods) ?? 0 },
  { id: 'version', label: 'version', type: 'text', width: 150, cell: (n) => n.status?.nodeInfo?.kubeletVersion ?? '' },
  { id: 'ip', label: 'ip', type: 'mono', width: 120, cell: (n) => internalIP(n) || none, order: (n) => addressOrder(internalIP(n)) },
  { id: 'os', label: 'osImage', type: 'text', width: 200, hidden: true, cell: (n) => n.status?.nodeInfo?.osImage || unknown },
  { id: 'kernel', label: 'kernel', type: 'text', width: 160, hidden: true, cell: (n) => n.status?.nodeInfo?.kernelVersion || unknown },
  {
    id: 'runtime',
    label: 'runtime',
    type: 'text',
    width: 180,
    hidden: true,
    cell: (n) => n.status?.nodeInfo?.containerRuntimeVersion || unknown,
  },
  { id: 'age', label: 'age', type: 'age', width: 72, cell: createdAt, order: (n) => -(createdAt(n) ?? 0) },
]

export const nodeView: KindView<Node> = {
  columns,
  usage: 'nodes',
  status: (node) => going(node.metadata) ?? nodeStatus(node),
  drops: ['status.images'],
  trim: (node) => ({ ...node, metadata: slimMeta(node.metadata), status: node.status && { ...node.status, images: undefined } }),
}

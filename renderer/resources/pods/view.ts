import { slimMeta } from '../../kube/codec.ts'
import { type Column, createdAt, type KindView, worstFirst } from '../../kube/columns.ts'
import { usageColumns } from '../../kube/usage-columns.ts'
import { none } from '../printed.ts'
import { isResizing, trimHeld, trimPlacement, trimPorts } from './placement/trim.ts'
import { podReason, podStatus, podSummary } from './status.ts'
import { useKeys, usesOf } from './uses.ts'
import type { Container, ContainerState, ContainerStatus, Pod } from './types.ts'

const columns: Column<Pod>[] = [
  { id: 'name', label: 'name', type: 'text', width: 280, grow: true, cell: (p) => p.metadata.name },
  { id: 'namespace', label: 'namespace', type: 'text', width: 130, cell: (p) => p.metadata.namespace ?? '' },
  {
    id: 'ready',
    label: 'ready',
    type: 'text',
    width: 64,
    cell: (p) => {
      const { ready, total } = podSummary(p)
      return `${ready}/${total}`
    },
    order: (p) => {
      const { ready, total } = podSummary(p)
      return total === 0 ? 0 : ready / total
    },
  },
  {
    id: 'status',
    label: 'status',
    type: 'status',
    width: 160,
    cell: podStatus,
    order: (p) => worstFirst(podStatus(p)),
  },
  { id: 'restarts', label: 'restarts', type: 'number', width: 80, cell: (p) => podSummary(p).restarts },
  ...usageColumns,
  { id: 'node', label: 'node', type: 'text', width: 160, link: 'nodes', cell: (p) => p.spec?.nodeName || none },
  { id: 'ip', label: 'ip', type: 'mono', width: 120, cell: (p) => p.status?.podIP || none, order: (p) => addressOrder(p.status?.podIP) },
  { id: 'qos', label: 'qos', type: 'text', width: 100, hidden: true, cell: (p) => p.status?.qosClass ?? '' },
  { id: 'owner', label: 'owner', type: 'text', width: 200, hidden: true, cell: owner },
  {
    id: 'images',
    label: 'images',
    type: 'text',
    width: 240,
    hidden: true,
    cell: (p) => (p.spec?.containers ?? []).map((c) => c.image ?? '').join(', '),
  },
  { id: 'age', label: 'age', type: 'age', width: 72, cell: createdAt, order: (p) => -(createdAt(p) ?? 0) },
  { id: 'why', label: 'reason', type: 'text', width: 320, hidden: true, cell: podReason },
]

export const podView: KindView<Pod> = {
  columns,
  usage: 'pods',
  status: podStatus,
  keeps: [
    'uses',
    ...['spec.nodeName', 'spec.serviceAccountName', 'spec.priorityClassName'],
    ...['containers', 'initContainers'].flatMap((list) => ['name', 'image', 'resources'].map((field) => `spec.${list}.${field}`)),
    ...['phase', 'reason', 'message', 'podIP', 'qosClass'].map((field) => `status.${field}`),
    ...['type', 'status', 'reason', 'message'].map((field) => `status.conditions.${field}`),
  ],
  trim: (pod) => ({
    summary: podSummary(pod),
    uses: useKeys(usesOf(pod.spec, pod.metadata.name)),
    metadata: slimMeta(pod.metadata),
    spec: {
      nodeName: pod.spec?.nodeName,
      serviceAccountName: pod.spec?.serviceAccountName,
      priorityClassName: pod.spec?.priorityClassName,
      overhead: pod.spec?.overhead,
      containers: pod.spec?.containers?.map(trimContainer),
      initContainers: pod.spec?.initContainers?.map(trimContainer),
      ...trimPlacement(pod),
    },
    status: pod.status && {
      phase: pod.status.phase,
      reason: pod.status.reason,
      message: pod.status.message,
      podIP: pod.status.podIP,
      qosClass: pod.status.qosClass,
      conditions: pod.status.conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
      containerStatuses: pod.status.containerStatuses?.map(isResizing(pod) ? trimResizing : trimStatus),
      initContainerStatuses: pod.status.initContainerStatuses?.map(isResizing(pod) ? trimResizing : trimStatus),
    },
  }),
}

const trimContainer = (container: Container): Container => {
  const { name, image, restartPolicy, resources, ports } = container
  const kept = { name, image, restartPolicy, resources }
  return ports ? { ...kept, ...trimPorts(container) } : kept
}

const trimStatus = ({ name, ready, started, restartCount, state, lastState }: ContainerStatus): ContainerStatus => ({
  name,
  ready,
  started,
  restartCount,
  state: trimState(state),
  lastState: trimState(lastState),
})

const trimResizing = (status: ContainerStatus): ContainerStatus => ({ ...trimStatus(status), ...trimHeld(status) })

function trimState(state: ContainerState | undefined): ContainerState | undefined {
  if (!state) return undefined
  if (state.terminated) return { terminated: state.terminated }
  return state.waiting ? { waiting: state.waiting } : state.running ? { running: {} } : undefined
}

function owner(pod: Pod): string {
  const controller = pod.metadata.ownerReferences?.find((o) => o.controller) ?? pod.metadata.ownerReferences?.[0]
  return controller ? `${controller.kind}/${controller.name}` : none
}

/** IPv4 addresses in the order of their numbers, others by their text. */
export function addressOrder(address: string | undefined): string {
  return (address ?? '')
    .split('.')
    .map((part) => part.padStart(3, '0'))
    .join('.')
}

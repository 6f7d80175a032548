import { since } from '../../../machinery/duration.ts'
import type { Node } from '../../../apis/core/v1/types.ts'
import type { TableDefinition } from '../../generic/strategy.ts'

/** Columns of nodes as `kubectl get nodes` shows them (printers/internalversion printNode). */
const ROLE_PREFIX = 'node-role.kubernetes.io/'
const ROLE = 'kubernetes.io/role'

function status(node: Node): string {
  // The last condition of a type counts.
  const ready = node.status?.conditions?.findLast((c) => c.type === 'Ready')
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return node.spec.unschedulable ? `${text},SchedulingDisabled` : text
}

function roles(node: Node): string {
  const found = new Set<string>()
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length))
    else if (key === ROLE && value !== '') found.add(value)
  }
  return [...found].sort().join(',') || '<none>'
}

const address = (node: Node, type: string): string => node.status?.addresses?.find((a) => a.type === type)?.address ?? '<none>'

export const nodeTable: TableDefinition = {
  columns: [
    { name: 'Name', type: 'string', format: 'name' },
    { name: 'Status', type: 'string' },
    { name: 'Roles', type: 'string' },
    { name: 'Age', type: 'string' },
    { name: 'Version', type: 'string' },
    { name: 'Internal-IP', type: 'string', priority: 1 },
    { name: 'External-IP', type: 'string', priority: 1 },
    { name: 'OS-Image', type: 'string', priority: 1 },
    { name: 'Kernel-Version', type: 'string', priority: 1 },
    { name: 'Container-Runtime', type: 'string', priority: 1 },
  ],
  cells(obj, now) {
    const node = obj as unknown as Node
    const info = node.status?.nodeInfo ?? {}
    const kernel = info.kernelVersion || '<unknown>'
    return [
      node.metadata.name ?? '',
      status(node),
      roles(node),
      since(node.metadata.creationTimestamp, now),
      info.kubeletVersion ?? '',
      address(node, 'InternalIP'),
      address(node, 'ExternalIP'),
      info.osImage || '<unknown>',
      info.architecture ? `${kernel} (${info.architecture})` : kernel,
      info.containerRuntimeVersion || '<unknown>',
    ]
  },
}

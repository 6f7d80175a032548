import type { Node } from '../../../apis/core/v1/types.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { textAt } from '../../../machinery/json-walk.ts'
import { age, name, table, type Cell } from '../../generic/table-cells.ts'

/** Columns of nodes as `kubectl get nodes` shows them (printers/internalversion printNode). */
const ROLE_PREFIX = 'node-role.kubernetes.io/'
const ROLE = 'kubernetes.io/role'

const node = (o: KubeObject): Node => o as unknown as Node

const status: Cell = (o) => {
  const { status, spec } = node(o)
  // The last condition of a type counts.
  const ready = status?.conditions?.findLast((c) => c.type === 'Ready')
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return spec.unschedulable ? `${text},SchedulingDisabled` : text
}

const roles: Cell = (o) => {
  const found = new Set<string>()
  for (const [key, value] of Object.entries(o.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length))
    else if (key === ROLE && value !== '') found.add(value)
  }
  return [...found].sort().join(',') || '<none>'
}

const address =
  (type: string): Cell =>
  (o) =>
    node(o).status?.addresses?.find((a) => a.type === type)?.address ?? '<none>'

const info =
  (field: string, missing: string): Cell =>
  (o) =>
    textAt(o, `status.nodeInfo.${field}`) || missing

const kernel: Cell = (o, now) => {
  const version = info('kernelVersion', '<unknown>')(o, now)
  const architecture = textAt(o, 'status.nodeInfo.architecture')
  return architecture === '' ? version : `${String(version)} (${architecture})`
}

export const nodeTable = table(
  'Name|Status|Roles|Age|Version|*Internal-IP|*External-IP|*OS-Image|*Kernel-Version|*Container-Runtime',
  name,
  status,
  roles,
  age,
  info('kubeletVersion', ''),
  address('InternalIP'),
  address('ExternalIP'),
  info('osImage', '<unknown>'),
  kernel,
  info('containerRuntimeVersion', '<unknown>'),
)

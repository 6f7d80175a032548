import { ipAddressNameErrors, parentOf, validateIPAddress, validateIPAddressUpdate } from '../../apis/networking/v1/ip-address.ts'
import { since } from '../../machinery/duration.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { columns } from '../generic/table-columns.ts'

const strategy: Strategy = {
  nameErrors: ipAddressNameErrors,
  namesAreNotGenerated: true,
  default: (obj) => void (obj.spec ??= {}),
  validate: validateIPAddress,
  validateUpdate: validateIPAddressUpdate,
}

function parentText(obj: KubeObject): string {
  const p = parentOf(obj)
  if (p === undefined) return '<none>'
  return [p.group ? `${p.resource}.${p.group}` : (p.resource ?? ''), p.namespace ?? '', p.name ?? ''].filter((t) => t !== '').join('/')
}

export const ipaddresses: BuiltInKind = {
  group: 'networking.k8s.io',
  resource: 'ipaddresses',
  strategy,
  table: {
    columns: columns('Name|ParentRef'),
    cells: (o, now) => [o.metadata.name ?? '', parentText(o), since(o.metadata.creationTimestamp, now)],
  },
}

import { ingressWarnings, validateIngress, validateIngressStatus } from '../../apis/networking/v1/ingress.ts'
import { listAt, textAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, text, type Cell } from '../generic/table-cells.ts'

const hosts: Cell = (o) => {
  const rules = listAt(o, 'spec.rules')
  // Upstream stops looking when three hosts are found and another rule follows.
  const shown: string[] = []
  let more = false
  for (const rule of rules) {
    if (shown.length === 3) more = true
    if (!more && textAt(rule, 'host') !== '') shown.push(textAt(rule, 'host'))
  }
  if (shown.length === 0) return '*'
  return more ? `${shown.join(',')} + ${rules.length - 3} more...` : shown.join(',')
}

const addresses: Cell = (o) =>
  [
    ...new Set(
      listAt(o, 'status.loadBalancer.ingress')
        .map((i) => textAt(i, 'ip') || textAt(i, 'hostname'))
        .filter((t) => t !== ''),
    ),
  ]
    .sort()
    .join(',')

export const ingresses: BuiltInKind = {
  group: 'networking.k8s.io',
  resource: 'ingresses',
  strategy: {
    generation: true,
    ...validateWith(validateIngress, ingressWarnings),
    validateStatusUpdate: validateIngressStatus,
  },
  table: table(
    'Name|Class|Hosts|Address|Ports|Age',
    name,
    text('spec.ingressClassName', '<none>'),
    hosts,
    addresses,
    (o) => (listAt(o, 'spec.tls').length > 0 ? '80, 443' : '80'),
    age,
  ),
  storage: { prefix: 'ingress' },
}

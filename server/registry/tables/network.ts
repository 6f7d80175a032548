import type { TableDefinition } from '../generic/strategy.ts'
import { age, listAt, name, selector, table, text, textAt, at, type Cell } from './cells.ts'

/** Tables of ingresses and network policies (printers/internalversion). */
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

const parameters: Cell = (o) => {
  const p = at(o, 'spec.parameters')
  if (p === undefined) return '<none>'
  const group = at(p, 'apiGroup')
  return `${textAt(p, 'kind')}${typeof group === 'string' ? `.${group}` : ''}/${textAt(p, 'name')}`
}

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class'

export const networkTables: Readonly<Record<string, TableDefinition>> = {
  'ingresses.networking.k8s.io': table(
    'Name|Class|Hosts|Address|Ports|Age',
    name,
    text('spec.ingressClassName', '<none>'),
    hosts,
    addresses,
    (o) => (listAt(o, 'spec.tls').length > 0 ? '80, 443' : '80'),
    age,
  ),
  'ingressclasses.networking.k8s.io': table(
    'Name|Controller|Parameters|Age',
    (o) => `${o.metadata.name ?? ''}${o.metadata.annotations?.[IS_DEFAULT] === 'true' ? ' (default)' : ''}`,
    text('spec.controller'),
    parameters,
    age,
  ),
  'networkpolicies.networking.k8s.io': table('Name|Pod-Selector|Age', name, selector('spec.podSelector'), age),
}

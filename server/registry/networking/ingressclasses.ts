import { defaultIngressClass, validateIngressClass } from '../../apis/networking/v1/ingressclass.ts'
import { textAt, valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, table, text, type Cell } from '../generic/table-cells.ts'

const parameters: Cell = (o) => {
  const p = valueAt(o, 'spec.parameters')
  if (p === undefined) return '<none>'
  const group = valueAt(p, 'apiGroup')
  return `${textAt(p, 'kind')}${typeof group === 'string' ? `.${group}` : ''}/${textAt(p, 'name')}`
}

const IS_DEFAULT = 'ingressclass.kubernetes.io/is-default-class'

export const ingressclasses: BuiltInKind = {
  group: 'networking.k8s.io',
  resource: 'ingressclasses',
  strategy: {
    generation: true,
    default: defaultIngressClass,
    ...validateWith(validateIngressClass),
  },
  table: table(
    'Name|Controller|Parameters|Age',
    (o) => `${o.metadata.name ?? ''}${o.metadata.annotations?.[IS_DEFAULT] === 'true' ? ' (default)' : ''}`,
    text('spec.controller'),
    parameters,
    age,
  ),
}

import { textAt, valueAt } from '../../machinery/json-walk.ts'
import { age, count, name, table, text, type Cell } from '../generic/table-cells.ts'

/** Tables and cells that kinds of this group share (printers/internalversion). */
export const paramKind: Cell = (o) =>
  valueAt(o, 'spec.paramKind') === undefined ? '<unset>' : `${textAt(o, 'spec.paramKind.apiVersion')}/${textAt(o, 'spec.paramKind.kind')}`

const paramRef: Cell = (o) => {
  const ref = valueAt(o, 'spec.paramRef')
  const target = textAt(ref, 'name')
  return target === '' ? '<unset>' : `${textAt(ref, 'namespace') || '*'}/${target}`
}

export const webhookTable = table('Name|Webhooks:integer|Age', name, count('webhooks'), age)

export const policyBindingTable = table('Name|PolicyName|ParamRef|Age', name, text('spec.policyName'), paramRef, age)

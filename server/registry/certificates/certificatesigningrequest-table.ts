import { humanDuration } from '../../machinery/duration.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import { age, name, table, text, type Cell } from '../generic/table-cells.ts'

/** Table of certificate signing requests (printers/internalversion). */
const requestStatus: Cell = (o) => {
  const types = listAt(o, 'status.conditions').map((c) => textAt(c, 'type'))
  const decided = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending'
  return `${decided}${types.includes('Failed') ? ',Failed' : ''}${textAt(o, 'status.certificate') === '' ? '' : ',Issued'}`
}

const requestedDuration: Cell = (o) => {
  const seconds = valueAt(o, 'spec.expirationSeconds')
  return typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>'
}

export const requestTable = table(
  'Name|Age|SignerName|Requestor|RequestedDuration|Condition',
  name,
  age,
  (o) => textAt(o, 'spec.signerName') || '<none>',
  text('spec.username'),
  requestedDuration,
  requestStatus,
)

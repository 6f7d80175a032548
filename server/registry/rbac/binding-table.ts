import { listAt, textAt } from '../../machinery/json-walk.ts'
import { age, name, table, type Cell } from '../generic/table-cells.ts'

/** Table of role bindings, of both scopes (printers/internalversion). */
const subjects =
  (kind: string): Cell =>
  (o) =>
    listAt(o, 'subjects')
      .filter((s) => textAt(s, 'kind') === kind)
      .map((s) => (kind === 'ServiceAccount' ? `${textAt(s, 'namespace')}/${textAt(s, 'name')}` : textAt(s, 'name')))
      .join(', ')

export const bindingTable = table(
  'Name|Role|Age|*Users|*Groups|*ServiceAccounts',
  name,
  (o) => `${textAt(o, 'roleRef.kind')}/${textAt(o, 'roleRef.name')}`,
  age,
  subjects('User'),
  subjects('Group'),
  subjects('ServiceAccount'),
)

import { validateControllerRevision } from '../../apis/apps/v1/controllerrevision.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, number, table, type Cell } from '../generic/table-cells.ts'

const controller: Cell = (o) => {
  const owner = o.metadata.ownerReferences?.find((r) => r.controller)
  if (owner === undefined) return '<none>'
  const slash = owner.apiVersion.indexOf('/')
  const kind = slash === -1 ? owner.kind : `${owner.kind}.${owner.apiVersion.slice(0, slash)}`
  return `${kind.toLowerCase()}/${owner.name}`
}

export const controllerrevisions: BuiltInKind = {
  group: 'apps',
  resource: 'controllerrevisions',
  strategy: validateWith(validateControllerRevision),
  table: table('Name|Controller|Revision|Age', name, controller, number('revision'), age),
}

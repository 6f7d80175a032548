import type { TableDefinition } from '../generic/strategy.ts'
import { age, containers, name, number, table, type Cell } from '../generic/table-cells.ts'

/** Of what keeps so many pods. */
export const replicaTable = (selects: Cell): TableDefinition =>
  table(
    'Name|Desired:integer|Current:integer|Ready:integer|Age|*Containers|*Images|*Selector',
    name,
    number('spec.replicas'),
    number('status.replicas'),
    number('status.readyReplicas'),
    age,
    containers('spec.template'),
    selects,
  )

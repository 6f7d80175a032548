import type { TableDefinition } from '../generic/strategy.ts'
import { accessTables } from './access.ts'
import { autoscalingTables } from './autoscaling.ts'
import { clusterTables } from './cluster.ts'
import { networkTables } from './network.ts'
import { storageTables } from './storage.ts'
import { workloadTables } from './workloads.ts'

/** Tables of resources that have no folder of their own, by `resource.group`. */
export const plainTables: Readonly<Record<string, TableDefinition>> = {
  ...workloadTables,
  ...storageTables,
  ...accessTables,
  ...networkTables,
  ...autoscalingTables,
  ...clusterTables,
}

import { plainTables } from '../tables/index.ts'
import type { ResourceParts } from '../generic/assemble.ts'
import type { Strategy } from '../generic/strategy.ts'
import { policyStrategies } from './policies.ts'
import { volumeStrategies } from './volumes.ts'
import { workloadStrategies } from './workloads.ts'

const strategies: Readonly<Record<string, Strategy>> = { ...workloadStrategies, ...volumeStrategies, ...policyStrategies }

/** Resources that have no folder of their own: a table, and what is filled in for fields that are left out. */
export const plainResources: readonly ResourceParts[] = Object.entries(plainTables).map(([qualified, table]) => {
  const dot = qualified.indexOf('.')
  const strategy = strategies[qualified]
  return {
    group: dot === -1 ? '' : qualified.slice(dot + 1),
    resource: dot === -1 ? qualified : qualified.slice(0, dot),
    table,
    ...(strategy === undefined ? {} : { strategy }),
  }
})

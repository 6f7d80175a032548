import { plainTables } from '../tables/index.ts'
import type { BuiltInKind } from '../definition.ts'
import type { SelectableFields, Strategy } from '../generic/strategy.ts'
import { at, textAt } from '../tables/cells.ts'
import { deviceStrategies } from './devices.ts'
import { policyStrategies } from './policies.ts'
import { ruleStrategies } from './rules/index.ts'
import { volumeStrategies } from './volumes.ts'
import { workloadStrategies } from './workloads.ts'

const defaults: Readonly<Record<string, Strategy>> = {
  ...workloadStrategies,
  ...volumeStrategies,
  ...policyStrategies,
  ...deviceStrategies,
}

function strategyFor(name: string): Strategy | undefined {
  const [own, rules] = [defaults[name], ruleStrategies[name]]
  return own === undefined && rules === undefined ? undefined : { ...own, ...rules }
}

const texts = (...paths: string[]): SelectableFields => Object.fromEntries(paths.map((path) => [path, (o) => textAt(o, path)]))

const fields: Readonly<Record<string, SelectableFields>> = {
  'clustertrustbundles.certificates.k8s.io': texts('spec.signerName'),
  'podcertificaterequests.certificates.k8s.io': texts('spec.signerName', 'spec.podName', 'spec.nodeName'),
  replicationcontrollers: { 'status.replicas': (o) => String(at(o, 'status.replicas') ?? 0) },
  'jobs.batch': { 'status.successful': (o) => String(at(o, 'status.succeeded') ?? 0) },
  'resourceslices.resource.k8s.io': texts('spec.nodeName', 'spec.driver'),
}

/** Those with a folder, which takes its table from here. */
const OWN = new Set(['certificatesigningrequests.certificates.k8s.io'])

/** Resources that have no folder of their own: a table, and what is filled in for fields that are left out. */
export const plainResources: readonly BuiltInKind[] = Object.entries(plainTables)
  .filter(([name]) => !OWN.has(name))
  .map(([qualified, table]) => {
    const dot = qualified.indexOf('.')
    const strategy = strategyFor(qualified)
    return {
      group: dot === -1 ? '' : qualified.slice(dot + 1),
      resource: dot === -1 ? qualified : qualified.slice(0, dot),
      table,
      ...(strategy === undefined ? {} : { strategy }),
      ...(fields[qualified] === undefined ? {} : { selectableFields: fields[qualified] }),
    }
  })

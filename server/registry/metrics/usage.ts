import { formatTime } from '../../machinery/clock.ts'
import { addQuantity, canonicalText, parseQuantity, scaledValue } from '../../machinery/quantity.ts'
import { notFound } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { ResourceFacts } from '../../scheme/contract.ts'
import type { UnstoredDefinition } from '../definition.ts'
import type { Store } from '../generic/store.ts'
import type { TableDefinition } from '../generic/strategy.ts'
import { columns } from '../generic/table-columns.ts'

/** What something used lately: nanocores on average over a window (ms) that ended at `time` (ms), and the bytes of its working set. */
export interface Usage {
  time: number
  windowMs: number
  cpuNanoCores: number
  memoryBytes: number
}

/** What nodes and containers use, as somebody has measured it. */
export interface UsageSource {
  /** May ask around first; resolves with what is known of all. */
  read(): Promise<UsageReadings>
}

export interface UsageReadings {
  /** By name. */
  nodes: ReadonlyMap<string, Usage>
  /** By `namespace/name`, each container's. */
  pods: ReadonlyMap<string, readonly (Usage & { name: string })[]>
}

const GROUP = 'metrics.k8s.io'
const VERSION = 'v1beta1'

const factsOf = (resource: string, kind: string, namespaced: boolean): ResourceFacts => ({
  ...{ group: GROUP, version: VERSION, resource, kind, namespaced },
  ...{ singular: '', shortNames: [], categories: [], verbs: ['get', 'list'], subresources: [], type: '', storageVersionHash: '' },
})

/** As metrics-server's discovery has them. */
const FACTS: readonly ResourceFacts[] = [factsOf('nodes', 'NodeMetrics', false), factsOf('pods', 'PodMetrics', true)]

const table: TableDefinition = {
  columns: columns('Name|cpu|memory|window'),
  cells(obj) {
    const { usage, containers, window } = obj as KubeObject & { usage?: Row; containers?: { usage: Row }[]; window: string }
    const shown = usage ?? sumOf((containers ?? []).map((c) => c.usage))
    return [obj.metadata.name, shown.cpu, shown.memory, window]
  },
}

/** metrics.k8s.io/v1beta1 from a source of this process: what `kubectl top` and autoscalers ask. */
export function usageKinds(source: UsageSource, store: (resource: string) => Store): UnstoredDefinition[] {
  return FACTS.map((facts) => ({
    ...{ group: GROUP, version: VERSION, resource: facts.resource, kind: facts.kind, facts, table },
    async get({ namespace, name }) {
      const readings = await source.read()
      const entry = await store(facts.resource).find(namespace, name)
      const object = entry === undefined ? undefined : metricsOf(facts, entry.object(), readings)
      if (object !== undefined) return object
      throw notFound({ group: GROUP, resource: `${facts.kind.toLowerCase()}` }, facts.namespaced ? `${namespace}/${name}` : name)
    },
    async list({ namespace }) {
      const readings = await source.read()
      const entries = [...store(facts.resource).resource.cache.list.entries({ namespace })]
      return entries.flatMap((entry) => metricsOf(facts, entry.object(), readings) ?? [])
    },
  }))
}

const NANOS = 1_000_000_000n
const usageOf = ({ cpuNanoCores, memoryBytes }: Pick<Usage, 'cpuNanoCores' | 'memoryBytes'>) => ({
  cpu: cpuNanoCores === 0 ? '0' : `${Math.round(cpuNanoCores)}n`,
  memory: canonicalText(BigInt(Math.round(memoryBytes)) * NANOS, 'BinarySI'),
})

/** metav1.Duration of whole milliseconds. */
const durationText = (ms: number): string => `${ms / 1000}s`

/** Undefined when nothing is known of it. */
function metricsOf({ kind, namespaced }: ResourceFacts, { metadata }: KubeObject, { nodes, pods }: UsageReadings): KubeObject | undefined {
  const { name = '', namespace, labels } = metadata
  const containers = namespaced ? pods.get(`${namespace}/${name}`) : undefined
  const usage = namespaced ? containers?.[0] : nodes.get(name)
  if (usage === undefined) return undefined
  const time = formatTime(usage.time)
  return {
    kind,
    apiVersion: `${GROUP}/${VERSION}`,
    metadata: {
      name,
      ...(namespaced ? { namespace } : {}),
      creationTimestamp: time,
      ...(labels === undefined ? {} : { labels }),
    } as KubeObject['metadata'],
    timestamp: time,
    window: durationText(usage.windowMs),
    ...(containers === undefined
      ? { usage: usageOf(usage) }
      : { containers: containers.map((c) => ({ name: c.name, usage: usageOf(c) })) }),
  }
}

interface Row {
  cpu: string
  memory: string
}

function sumOf(usages: readonly Row[]): Row {
  const zero = { cpu: parseQuantity('0'), memory: parseQuantity('0') }
  const { cpu, memory } = usages.reduce(
    (sum, u) => ({ cpu: addQuantity(sum.cpu, parseQuantity(u.cpu)), memory: addQuantity(parseQuantity(u.memory), sum.memory) }),
    zero,
  )
  return { cpu: `${Number(scaledValue(cpu, -9))}n`, memory: canonicalText(scaledValue(memory, -9), 'BinarySI') }
}

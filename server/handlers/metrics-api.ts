import type { RequestContext } from '../filters/context.ts'
import { formatTime } from '../machinery/clock.ts'
import { addQuantity, canonicalText, parseQuantity, scaledValue } from '../machinery/quantity.ts'
import { parseLabelSelector, SelectorError, type LabelSelector } from '../machinery/labels.ts'
import { badRequest, methodNotAllowed, notFound, resourceNotFound } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Snapshot } from '../registry/registry.ts'
import type { ResourceFacts } from '../scheme/contract.ts'
import { representationOf, respondObject } from './respond.ts'

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

/** What is served with the metrics API, for those who tell of it. It has no objects, so nothing else changes. */
export function withMetricsApi(snapshot: Snapshot): Snapshot {
  if (snapshot.group(GROUP) !== undefined) return snapshot
  const groups = [...snapshot.groups, { name: GROUP, versions: [VERSION] }]
  // Twice as many generations: with and without it are never the same.
  return {
    ...snapshot,
    generation: snapshot.generation * 2 + 1,
    groups,
    facts: [...snapshot.facts, ...FACTS],
    group: (name) => groups.find((g) => g.name === name),
  }
}

/** metrics.k8s.io/v1beta1 from a source of this process: what `kubectl top` and autoscalers ask. False for requests to other groups. */
export function metricsApi(source: UsageSource, api: () => Snapshot): (ctx: RequestContext) => Promise<boolean> {
  return async (ctx) => {
    const { isResourceRequest, apiGroup, apiVersion, resource, subresource, verb, name, namespace } = ctx.requestInfo
    // A definition that somebody made of the group goes before.
    if (!isResourceRequest || apiGroup !== GROUP || api().group(GROUP) !== undefined) return false
    const facts = FACTS.find((f) => f.resource === resource)
    if (apiVersion !== VERSION || facts === undefined || subresource !== '' || (!facts.namespaced && namespace !== ''))
      throw resourceNotFound()
    if (verb !== 'get' && verb !== 'list') throw methodNotAllowed()
    const readings = await source.read()
    const shown = (obj: KubeObject): KubeObject | undefined => metricsOf(facts, obj, readings)
    const store = api().stores.get(resource)!
    if (verb === 'get') {
      const entry = await store.find(namespace, name)
      const object = entry === undefined ? undefined : shown(entry.object())
      if (object === undefined)
        throw notFound({ group: GROUP, resource: `${facts.kind.toLowerCase()}` }, facts.namespaced ? `${namespace}/${name}` : name)
      respond(ctx, [object], object)
      return true
    }
    const selector = selectorOf(ctx)
    const items: KubeObject[] = []
    for (const entry of store.resource.cache.list.entries({ namespace })) {
      const obj = entry.object()
      const found = selector.matches(obj.metadata.labels) ? shown(obj) : undefined
      if (found !== undefined) items.push(found)
    }
    const list = items.map(({ kind: _k, apiVersion: _a, ...rest }) => rest)
    respond(ctx, items, { kind: `${facts.kind}List`, apiVersion: `${GROUP}/${VERSION}`, metadata: {}, items: list })
    return true
  }
}

function selectorOf(ctx: RequestContext): LabelSelector {
  try {
    return parseLabelSelector(ctx.requestInfo.query.get('labelSelector') ?? '')
  } catch (e) {
    if (e instanceof SelectorError) throw badRequest(e.message)
    throw e
  }
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

const COLUMNS = ['Name', 'cpu', 'memory', 'window'].map((name, i) => ({
  ...{ name, type: 'string', format: i === 0 ? 'name' : '', description: '', priority: 0 },
}))

function respond(ctx: RequestContext, objects: readonly KubeObject[], answer: object): void {
  if (representationOf(ctx).as !== 'Table') return respondObject(ctx, answer)
  const rows = objects.map((obj) => {
    const { usage, containers, window } = obj as KubeObject & { usage?: Row; containers?: { usage: Row }[]; window: string }
    const shown = usage ?? sumOf((containers ?? []).map((c) => c.usage))
    const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: obj.metadata }
    return { cells: [obj.metadata.name, shown.cpu, shown.memory, window], object }
  })
  respondObject(ctx, { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {}, columnDefinitions: COLUMNS, rows })
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

import { say } from '../setup.mjs'
import { type Cluster, type ClusterSpec, oursWithLoops, referenceWithLoops } from './loops-contestants.ts'
import { idle, type LoopFigures, rollout, scheduling } from './loops-parts.ts'
import { least, most, print, type Row } from './table.ts'

/**
 * `npm run bench:loops`: control loops, scheduler and nodes of ours beside kube-apiserver, kube-controller-manager, kube-scheduler and
 * kubemark, one after the other in one run, as one table.
 *
 *   -- --nodes 100 --pods 1000                              a Deployment of so many pods on so many nodes
 *   --idle-objects 10000 --idle-seconds 60                  what a cluster that does nothing costs
 *   --scheduler-nodes 1000 --scheduler-pods 5000            the scheduler alone
 *   --rate 100 --rate-seconds 30                            pods a second, evenly
 *   --runs 1 --only "ours, SQLite" --parts rollout,idle,scheduling
 */
const option = (name: string, fallback: string): string => {
  const i = process.argv.indexOf(`--${name}`)
  return i < 0 ? fallback : (process.argv[i + 1] ?? fallback)
}
const number = (name: string, fallback: number): number => Number(option(name, String(fallback)))
const parts = new Set(option('parts', 'rollout,idle,scheduling').split(','))
const only = option('only', '')
const [nodes, pods] = [number('nodes', 100), number('pods', 1000)]

type Figures = Partial<LoopFigures>

const MB = (f: Figures): number | undefined => (f.peakMB === undefined ? undefined : f.peakMB - (f.nodesPeakMB ?? 0))
const CORES = (f: Figures): number | undefined => (f.idlePercent === undefined ? undefined : f.idlePercent - (f.nodesIdlePercent ?? 0))

const ROWS: readonly Row<Figures>[] = [
  { label: `${nodes} nodes Ready after the start, ms`, of: (f) => f.nodesReadyMs, digits: 0 },
  { label: `${pods} pods of a Deployment, created to all Ready, ms`, of: (f) => f.rolloutMs, digits: 0, embedded: most(1 / 2) },
  { label: 'MB before them', of: (f) => f.restMB, digits: 0 },
  { label: 'MB at the peak', of: (f) => f.peakMB, digits: 0, embedded: most(1 / 4) },
  { label: 'MB at the peak, without processes of nodes', of: MB, digits: 0 },
  { label: 'idle, % of a core', of: (f) => f.idlePercent, digits: 2, limit: 2 },
  { label: 'idle, without processes of nodes', of: CORES, digits: 2 },
  { label: 'pods scheduled/s', of: (f) => f.podsPerSecond, digits: 0, embedded: least(3) },
  { label: 'pod created to bound p50, ms', of: (f) => f.bindP50, digits: 1 },
  { label: 'pod created to bound p99, ms', of: (f) => f.bindP99, digits: 1, limit: 100 },
]

async function on(start: Promise<Cluster>, measure: (c: Cluster) => Promise<Figures>): Promise<Figures> {
  const cluster = await start
  try {
    return await measure(cluster)
  } finally {
    await cluster.stop()
  }
}

async function measure(spec: ClusterSpec): Promise<Figures> {
  const withNodes = (): Promise<Figures> =>
    on(spec.withNodes(nodes), async (c) => ({
      ...(parts.has('rollout') ? await rollout(c, nodes, pods) : {}),
      ...(parts.has('idle') ? await idle(c, number('idle-objects', 10_000), number('idle-seconds', 60)) : {}),
    }))
  const placing = { nodes: number('scheduler-nodes', 1000), pods: number('scheduler-pods', 5000) }
  const pace = { rate: number('rate', 100), seconds: number('rate-seconds', 30) }
  return {
    ...(parts.has('rollout') || parts.has('idle') ? await withNodes() : {}),
    ...(parts.has('scheduling') ? await on(spec.schedulerOnly(), (c) => scheduling(c, { ...placing, ...pace })) : {}),
  }
}

const base = referenceWithLoops(process.env.KUBEBUILDER_ASSETS)
if (typeof base === 'string') say(`No reference: ${base}.`)
const specs: ClusterSpec[] = [oursWithLoops, ...(typeof base === 'string' ? [] : [base])]
const results = new Map<string, Figures[]>()
const runs = number('runs', 1)
for (let run = 1; run <= runs; run++) {
  for (const spec of specs.filter((s) => only === '' || s.name === only)) {
    say(`Run ${run} of ${runs}: ${spec.name} …`)
    results.set(spec.name, [...(results.get(spec.name) ?? []), await measure(spec)])
  }
}
print(ROWS, results)

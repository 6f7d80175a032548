import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { type Cluster, type ClusterSpec, oursWithLoops, referenceWithLoops } from './loops-contestants.ts'
import { idle, type LoopFigures, rollout, scheduling } from './loops-parts.ts'
import { least, most, print, type Row } from './table.ts'

/**
 * `npm run bench:loops`: control loops, scheduler and nodes of ours beside kube-apiserver, kube-controller-manager, kube-scheduler and
 * kubemark, one after the other in one run, as one table.
 */
const { values: flags } = commandLine('Control loops, scheduler and nodes in one table beside those of Kubernetes.', {
  parts: { type: 'string', default: 'rollout,idle,scheduling', help: 'What is measured, with commas.' },
  only: { type: 'string', default: '', help: 'One contestant by its name, such as "ours, SQLite".' },
  runs: { type: 'number', default: 1, help: 'How often; the table has medians.' },
  nodes: { type: 'number', default: 100, help: 'Simulated nodes for the rollout.' },
  pods: { type: 'number', default: 1000, help: 'Pods of the Deployment on them.' },
  'idle-objects': { type: 'number', default: 10_000, help: 'Objects of the cluster that does nothing.' },
  'idle-seconds': { type: 'number', default: 60, help: 'How long it is looked at.' },
  'scheduler-nodes': { type: 'number', default: 1000, help: 'Nodes for the scheduler alone.' },
  'scheduler-pods': { type: 'number', default: 5000, help: 'Pods for it at once.' },
  rate: { type: 'number', default: 100, help: 'Pods a second, evenly.' },
  'rate-seconds': { type: 'number', default: 30, help: 'For so long.' },
})
const { only, nodes, pods, runs } = flags
const parts = new Set(flags.parts.split(','))

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
      ...(parts.has('idle') ? await idle(c, flags['idle-objects'], flags['idle-seconds']) : {}),
    }))
  const placing = { nodes: flags['scheduler-nodes'], pods: flags['scheduler-pods'] }
  const pace = { rate: flags.rate, seconds: flags['rate-seconds'] }
  return {
    ...(parts.has('rollout') || parts.has('idle') ? await withNodes() : {}),
    ...(parts.has('scheduling') ? await on(spec.schedulerOnly(), (c) => scheduling(c, { ...placing, ...pace })) : {}),
  }
}

const base = referenceWithLoops(process.env.KUBEBUILDER_ASSETS)
if (typeof base === 'string') say(`No reference: ${base}.`)
const specs: ClusterSpec[] = [oursWithLoops, ...(typeof base === 'string' ? [] : [base])]
const results = new Map<string, Figures[]>()
for (let run = 1; run <= runs; run++) {
  for (const spec of specs.filter((s) => only === '' || s.name === only)) {
    say(`Run ${run} of ${runs}: ${spec.name} …`)
    results.set(spec.name, [...(results.get(spec.name) ?? []), await measure(spec)])
  }
}
print(ROWS, results)

import type { Clock } from '../../machinery/clock.ts'
import { profileAnswer } from '../../profiling/profiles.ts'
import type { Runtime } from '../runtime.ts'
import type { MachineFacts } from '../status/machine.ts'
import type { UsageSampler } from '../status/usage-sampler.ts'
import type { Container, Pod } from '../types.ts'
import { configz, type ConfigzInput } from './configz.ts'
import { containerLogs } from './container-logs.ts'
import { serveFile } from './file-server.ts'
import { json, jsonList, pageNotFound, redirect, routeNotFound, send, type KubeletHandler, type Route } from './http.ts'
import { cadvisorMetrics, resourceMetrics, type KubeletMetrics, type PodUsage } from './metrics.ts'
import { summary } from './summary.ts'

/** What the kubelet API shows of its node. */
export interface KubeletContext {
  nodeName: string
  clock: Clock
  runtime: Runtime
  machine: MachineFacts
  sampler: UsageSampler
  metrics: KubeletMetrics
  processStart: number
  logDir: string
  config: () => ConfigzInput
  pods(): Pod[]
  find(namespace: string, name: string): Pod | undefined
  /** What keeps the agent's loop from running; undefined while it does. */
  syncProblem(): string | undefined
}

/** Each holds an open file, a follower of a container's log, a part of the process's one profiler. */
const LOG_FILES_AT_ONCE = 32
const CONTAINER_LOGS_AT_ONCE = 1000
const PROFILES_AT_ONCE = 8

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'
const GET = ['GET'] as const
const STREAMING = ['GET', 'POST'] as const

/** The kubelet's paths (INTEROP: "The kubelet's server"), first match wins. */
export function routes(ctx: KubeletContext): Route[] {
  const metricsText =
    (make: () => Promise<string>): KubeletHandler =>
    async (_req, res) =>
      send(res, 200, await make(), { 'Content-Type': PROMETHEUS, 'Process-Start-Time-Unix': String(Math.floor(ctx.processStart / 1000)) })
  const usages = (): Promise<PodUsage[]> =>
    Promise.all(ctx.pods().map(async (pod) => ({ pod, containers: await ctx.runtime.stats(pod.metadata.uid!) })))

  const healthz: KubeletHandler = (_req, res) => {
    const problem = ctx.syncProblem()
    if (problem === undefined) return send(res, 200, 'ok', { 'X-Content-Type-Options': 'nosniff' })
    send(res, 500, `[+]ping ok\n[+]log ok\n[-]syncloop failed: reason withheld\nhealthz check failed\n`, {
      'X-Content-Type-Options': 'nosniff',
    })
  }
  const syncloop: KubeletHandler = (_req, res) => {
    const problem = ctx.syncProblem()
    if (problem === undefined) send(res, 200, 'ok')
    else send(res, 500, `internal server error: ${problem}\n`, { 'X-Content-Type-Options': 'nosniff' })
  }
  const ok: KubeletHandler = (_req, res) => send(res, 200, 'ok')
  const to =
    (location: string): KubeletHandler =>
    (req, res) =>
      redirect(res, location + (req.query.size > 0 ? `?${req.query}` : ''))

  const streaming = (name: string, extra: string): Route[] => [
    {
      path: new RegExp(`^/${name}/[^/]+/[^/]+(/[^/]+)?${extra}$`),
      methods: STREAMING,
      bucket: name,
      longRunning: true,
      handler: notYet(name),
    },
  ]

  return [
    { path: /^\/healthz$/, handler: healthz, bucket: 'healthz' },
    { path: /^\/healthz\/(?:ping|log)$/, handler: ok, bucket: 'healthz' },
    { path: /^\/healthz\/syncloop$/, handler: syncloop, bucket: 'healthz' },
    {
      path: /^\/pods\/?$/,
      methods: GET,
      bucket: 'pods',
      handler: (req, res) => jsonList(res, 'PodList', podItems(ctx.pods()), req.signal),
    },
    { path: /^\/(runningpods|spec|stats|logs|debug\/pprof)$/, bucket: 'other', handler: (req, res) => to(`${req.path}/`)(req, res, []) },
    {
      path: /^\/runningpods\/$/,
      methods: GET,
      bucket: 'runningpods',
      handler: async (req, res) => jsonList(res, 'PodList', podItems(await runningPods(ctx)), req.signal),
    },
    { path: /^\/spec\/$/, methods: GET, bucket: 'spec', handler: (_req, res) => json(res, machineInfo(ctx.machine)) },
    {
      path: /^\/stats\/summary$/,
      methods: STREAMING,
      bucket: 'stats',
      handler: async (req, res) => {
        const reading = await ctx.sampler.read()
        const value = await summary({
          nodeName: ctx.nodeName,
          machine: ctx.machine,
          reading,
          before: ctx.sampler.before,
          processStart: ctx.processStart,
          pods: ctx.pods(),
          runtime: ctx.runtime,
          onlyCpuAndMemory: req.query.getAll('only_cpu_and_memory').join() === 'true',
          now: ctx.clock.now(),
        })
        json(res, value)
      },
    },
    { path: /^\/metrics$/, bucket: 'metrics', handler: metricsText(() => ctx.metrics.text(ctx.pods())) },
    {
      path: /^\/metrics\/resource$/,
      bucket: 'metrics/resource',
      handler: metricsText(async () => resourceMetrics(await ctx.sampler.read(), await usages())),
    },
    {
      path: /^\/metrics\/cadvisor$/,
      bucket: 'metrics/cadvisor',
      handler: metricsText(async () => cadvisorMetrics(await ctx.sampler.read(), ctx.machine, await usages())),
    },
    // Probes of simulated containers are not run: there is no result to count.
    { path: /^\/metrics\/probes$/, bucket: 'metrics/probes', handler: metricsText(async () => probeMetrics(ctx.processStart)) },
    { path: /^\/configz$/, bucket: 'configz', handler: (_req, res) => json(res, configz(ctx.config())) },
    {
      path: /^\/logs\/(.*)$/s,
      methods: GET,
      bucket: 'logs',
      atOnce: LOG_FILES_AT_ONCE,
      handler: (req, res, [name]) => serveFile(ctx.logDir, name!, req, res),
    },
    {
      path: /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/,
      methods: GET,
      bucket: 'containerLogs',
      longRunning: true,
      atOnce: CONTAINER_LOGS_AT_ONCE,
      handler: (req, res, params) => containerLogs(ctx, req, res, params),
    },
    ...streaming('exec', '/[^/]+'),
    ...streaming('attach', '/[^/]+'),
    ...streaming('portForward', ''),
    { path: /^\/run\/[^/]+\/[^/]+(\/[^/]+)?\/[^/]+$/, methods: ['POST'], bucket: 'run', handler: notYet('run') },
    {
      path: /^\/(?:exec|attach|portForward|run|containerLogs|stats|checkpoint)(?:\/.*)?$/s,
      bucket: 'other',
      handler: (_req, res) => routeNotFound(res),
    },
    {
      path: /^\/debug\/pprof\/(.*)$/s,
      methods: GET,
      bucket: 'debug',
      longRunning: true,
      atOnce: PROFILES_AT_ONCE,
      handler: async (req, res, [name]) => {
        const { status, headers, body } = await profileAnswer(ctx.clock, name!, req)
        res.writeHead(status, { ...headers, 'content-length': body.length })
        res.end(req.method === 'HEAD' ? undefined : body)
      },
    },
    { path: /^/, bucket: 'other', handler: (_req, res) => pageNotFound(res) },
  ]
}

const STREAM_FLAGS = ['input', 'stdin', 'output', 'stdout', 'error', 'stderr']

/** Streams into containers are not served; the question is checked first, as a kubelet does. */
const notYet =
  (name: string): KubeletHandler =>
  (req, res) => {
    const asks = STREAM_FLAGS.some((f) => ['1', 'true'].includes(req.query.get(f) ?? ''))
    if ((name === 'exec' || name === 'attach') && !asks) return send(res, 400, 'you must specify at least 1 of stdin, stdout, stderr')
    send(res, 501, `${name} is not supported by this node: its containers are simulated and run no process`)
  }

function* podItems(pods: readonly Pod[]): Generator<unknown> {
  for (const { metadata, spec, status } of pods) yield { metadata, spec, status: status ?? {} }
}

/** The runtime's view: names and images of what runs, and nothing of the spec besides. */
async function runningPods(ctx: KubeletContext): Promise<Pod[]> {
  const all = await ctx.runtime.list()
  return all.flatMap(({ uid, name, namespace, containers }) => {
    const running = containers.filter((c) => c.state === 'running').map((c): Container => ({ name: c.name, image: c.image, resources: {} }))
    return running.length === 0 ? [] : [{ metadata: { name, namespace, uid }, spec: { containers: running }, status: {} }]
  })
}

/** cAdvisor's MachineInfo, the part that is known. Kubelets have dropped `/spec/`; older clients ask for it. */
const machineInfo = (m: MachineFacts): Record<string, unknown> => ({
  num_cores: m.cpus,
  memory_capacity: m.memoryBytes,
  swap_capacity: m.swapBytes,
  machine_id: m.machineID,
  system_uuid: m.systemUUID,
  boot_id: m.bootID,
  filesystems: [{ capacity: m.storageBytes }],
})

const probeMetrics = (processStart: number): string =>
  [
    '# HELP process_start_time_seconds Start of the process since the epoch.',
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${processStart / 1000}`,
    '',
  ].join('\n')

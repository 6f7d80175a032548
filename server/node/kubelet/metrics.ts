import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { sortedMetrics } from '../../machinery/metrics.ts'
import type { ContainerUsage } from '../runtime.ts'
import { cpuNanos, type Reading } from '../status/usage-sampler.ts'
import { isTerminalPhase, type Pod } from '../types.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const POD_START_SECONDS = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600]

/** What `/metrics` counts: names and labels are a kubelet's, for what this agent really does. */
export class KubeletMetrics {
  readonly registry = new Registry()
  readonly #gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers: [this.registry] })
  readonly #counter = (name: string, help: string, labelNames: string[] = []): Counter =>
    new Counter({ name, help, labelNames, registers: [this.registry] })
  readonly #histogram = (name: string, help: string, labelNames: string[], buckets: number[]): Histogram =>
    new Histogram({ name, help, labelNames, buckets, registers: [this.registry] })

  readonly httpRequests = this.#counter('kubelet_http_requests_total', 'HTTP requests received since the server started.', [
    'long_running',
    'method',
    'path',
    'server_type',
  ])
  readonly httpDuration = this.#histogram(
    'kubelet_http_requests_duration_seconds',
    'Time to serve HTTP requests.',
    ['long_running', 'method', 'path', 'server_type'],
    SECONDS,
  )
  readonly httpInflight = this.#gauge('kubelet_http_inflight_requests', 'HTTP requests in flight.', [
    'long_running',
    'method',
    'path',
    'server_type',
  ])
  readonly podStart = this.#histogram(
    'kubelet_pod_start_duration_seconds',
    'From first seeing a pod to its running.',
    [],
    POD_START_SECONDS,
  )
  readonly podWorker = this.#histogram('kubelet_pod_worker_duration_seconds', 'Time of one sync of a pod.', ['operation_type'], SECONDS)
  readonly statusSync = this.#histogram(
    'kubelet_pod_status_sync_duration_seconds',
    "From a change of a pod's status to its being written.",
    [],
    [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20, 30, 45, 60],
  )
  readonly startedPods = this.#counter('kubelet_started_pods_total', 'Pods started.')
  readonly startedContainers = this.#counter('kubelet_started_containers_total', 'Containers started.', ['container_type'])
  readonly rejections = this.#counter('kubelet_admission_rejections_total', 'Pods that this node refused.', ['reason'])
  readonly #runningPods = this.#gauge('kubelet_running_pods', 'Pods with a running container.')
  readonly #runningContainers = this.#gauge('kubelet_running_containers', 'Containers by state.', ['container_state'])
  readonly #desiredPods = this.#gauge('kubelet_desired_pods', 'Pods bound to this node.', ['static'])
  readonly #activePods = this.#gauge('kubelet_active_pods', 'Pods that count for admission.', ['static'])

  constructor(nodeName: string, version: string, processStart: number) {
    this.#gauge('kubelet_node_name', "The node's name; always 1.", ['node']).set({ node: nodeName }, 1)
    this.#gauge('kubernetes_build_info', 'Version of this agent; always 1.', ['git_version', 'platform', 'go_version']).set(
      { git_version: version, platform: `${process.platform}/${process.arch}`, go_version: '' },
      1,
    )
    this.#gauge('process_start_time_seconds', 'Start of the process since the epoch.').set(processStart / 1000)
  }

  readonly #cpu = this.#counter('process_cpu_seconds_total', 'CPU time of the process.')
  readonly #rss = this.#gauge('process_resident_memory_bytes', 'Resident memory of the process.')

  /** The exposition text, gauges brought up to date with what is here now. */
  async text(pods: readonly Pod[]): Promise<string> {
    const states: Record<string, number> = { running: 0, exited: 0, created: 0 }
    let [running, active] = [0, 0]
    for (const pod of pods) {
      const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
      for (const s of all) {
        if (s.state.running !== undefined) states.running!++
        else if (s.state.terminated !== undefined || s.lastState.terminated !== undefined) states.exited!++
      }
      if (all.some((s) => s.state.running !== undefined)) running++
      if (!isTerminalPhase(pod.status?.phase)) active++
    }
    this.#runningPods.set(running)
    for (const [state, n] of Object.entries(states)) this.#runningContainers.set({ container_state: state }, n)
    this.#desiredPods.set({ static: '' }, pods.length)
    this.#activePods.set({ static: '' }, active)
    const cpu = process.cpuUsage()
    this.#cpu.reset()
    this.#cpu.inc((cpu.user + cpu.system) / 1e6)
    this.#rss.set(process.memoryUsage.rss())
    return sortedMetrics(await this.registry.metrics())
  }
}

export interface PodUsage {
  pod: Pod
  containers: readonly ContainerUsage[]
}

interface Row {
  labels: Record<string, string>
  value: number
  /** Milliseconds since the epoch. */
  time?: number
}

function family(name: string, help: string, type: 'counter' | 'gauge', rows: readonly Row[]): string {
  if (rows.length === 0) return ''
  const lines = rows.map(({ labels, value, time }) => {
    const text = Object.entries(labels).map(([k, v]) => `${k}="${v.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`)
    return `${name}${text.length === 0 ? '' : `{${text.join(',')}}`} ${value}${time === undefined ? '' : ` ${time}`}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

/** `/metrics/resource`, which metrics-server reads: the node's own figures, and the runtime's of each container and pod. */
export function resourceMetrics(reading: Reading, pods: readonly PodUsage[]): string {
  const time = reading.machine.time
  const rows = (value: (c: ContainerUsage) => number): Row[] =>
    pods.flatMap(({ pod, containers }) =>
      containers.map((c) => ({
        labels: { container: c.name, namespace: pod.metadata.namespace!, pod: pod.metadata.name! },
        value: value(c),
        time,
      })),
    )
  const sums = (value: (c: ContainerUsage) => number): Row[] =>
    pods
      .filter((p) => p.containers.length > 0)
      .map(({ pod, containers }) => ({
        labels: { namespace: pod.metadata.namespace!, pod: pod.metadata.name! },
        value: containers.reduce((n, c) => n + value(c), 0),
        time,
      }))
  const cpu = (c: ContainerUsage): number => c.usageCoreNanoSeconds / 1e9
  const memory = (c: ContainerUsage): number => c.workingSetBytes
  const one = (value: number): Row[] => [{ labels: {}, value, time }]
  return [
    family('container_cpu_usage_seconds_total', 'CPU time of the container in core-seconds.', 'counter', rows(cpu)),
    family('container_memory_working_set_bytes', 'Working set of the container in bytes.', 'gauge', rows(memory)),
    family(
      'container_start_time_seconds',
      'Start of the container since the epoch.',
      'gauge',
      rows((c) => c.startedAt / 1000),
    ),
    family('node_cpu_usage_seconds_total', 'CPU time of the node in core-seconds.', 'counter', one(cpuNanos(reading, 'machine') / 1e9)),
    family('node_memory_working_set_bytes', 'Working set of the node in bytes.', 'gauge', one(reading.machine.memoryWorkingSetBytes)),
    family('pod_cpu_usage_seconds_total', 'CPU time of the pod in core-seconds.', 'counter', sums(cpu)),
    family('pod_memory_working_set_bytes', 'Working set of the pod in bytes.', 'gauge', sums(memory)),
    family('resource_scrape_error', '1 if reading them failed.', 'gauge', [{ labels: {}, value: 0 }]),
  ].join('')
}

/** `/metrics/cadvisor`: what of it this agent knows. There are no cgroups behind simulated containers, and none are made up. */
export function cadvisorMetrics(
  reading: Reading,
  machine: { cpus: number; memoryBytes: number; kernelVersion: string; osImage: string },
  pods: readonly PodUsage[],
): string {
  const labels = {
    cadvisorRevision: '',
    cadvisorVersion: '',
    dockerVersion: '',
    kernelVersion: machine.kernelVersion,
    osVersion: machine.osImage,
  }
  const root = { container: '', id: '/', image: '', name: '', namespace: '', pod: '' }
  const containers = pods.flatMap(({ pod, containers: all }) =>
    all.map((c) => ({
      c,
      labels: { container: c.name, id: '', image: '', name: '', namespace: pod.metadata.namespace!, pod: pod.metadata.name! },
    })),
  )
  const time = reading.machine.time
  const rows = (own: number, value: (c: ContainerUsage) => number): Row[] => [
    { labels: root, value: own, time },
    ...containers.map(({ c, labels: l }) => ({ labels: l, value: value(c), time })),
  ]
  return [
    family('cadvisor_version_info', 'Versions; always 1.', 'gauge', [{ labels, value: 1 }]),
    family(
      'container_cpu_usage_seconds_total',
      'CPU time in seconds.',
      'counter',
      rows(cpuNanos(reading, 'machine') / 1e9, (c) => c.usageCoreNanoSeconds / 1e9),
    ),
    family(
      'container_memory_working_set_bytes',
      'Working set in bytes.',
      'gauge',
      rows(reading.machine.memoryWorkingSetBytes, (c) => c.workingSetBytes),
    ),
    family('machine_cpu_cores', 'Logical CPU cores.', 'gauge', [{ labels: {}, value: machine.cpus }]),
    family('machine_memory_bytes', 'Memory installed.', 'gauge', [{ labels: {}, value: machine.memoryBytes }]),
  ].join('')
}

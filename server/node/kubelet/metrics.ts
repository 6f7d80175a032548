import { Registry, type Metric } from 'prom-client'
import {
  Buckets,
  Counters,
  Histograms,
  metricSource,
  sortedMetrics,
  type MetricSource,
  type MetricType,
  type Sample,
} from '../../machinery/metrics.ts'
import type { ContainerUsage } from '../runtime.ts'
import { cpuNanos, type Reading } from '../status/usage-sampler.ts'
import { isTerminalPhase, type Pod } from '../types.ts'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const POD_START_SECONDS = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600]
const STATUS_SYNC_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20, 30, 45, 60]

/** What is counted from when there is something to count: nodes are played by the thousand, and most have little to do. */
class Counted {
  readonly httpRequests = new Counters()
  readonly httpInflight = new Counters()
  readonly httpDuration = new Histograms(SECONDS)
  readonly podStart = new Buckets(POD_START_SECONDS)
  readonly podWorker = new Histograms(SECONDS)
  readonly statusSync = new Buckets(STATUS_SYNC_SECONDS)
  readonly startedContainers = new Counters()
  readonly rejections = new Counters()
  startedPods = 0
}

const single = (value: number, labels: Record<string, string> = {}): Sample[] => [{ labels, value }]

/** What `/metrics` counts: names and labels are a kubelet's, for what this agent really does. */
export class KubeletMetrics {
  readonly #nodeName: string
  readonly #version: string
  readonly #processStart: number
  #counted: Counted | undefined

  /** @param processStart in milliseconds since the epoch */
  constructor(nodeName: string, version: string, processStart: number) {
    this.#nodeName = nodeName
    this.#version = version
    this.#processStart = processStart
  }

  get #counts(): Counted {
    return (this.#counted ??= new Counted())
  }

  /** A request has begun; what it returns is called when it has ended. */
  requestBegan(longRunning: boolean, method: string, path: string): () => void {
    const labels = { long_running: String(longRunning), method, path, server_type: 'readwrite' }
    const counts = this.#counts
    counts.httpRequests.add(labels)
    counts.httpInflight.add(labels)
    const began = performance.now()
    return () => {
      counts.httpInflight.add(labels, -1)
      counts.httpDuration.observe(labels, (performance.now() - began) / 1000)
    }
  }

  podStarted(ms: number): void {
    this.#counts.startedPods++
    this.#counts.podStart.observe(ms / 1000)
  }

  containerStarted(): void {
    this.#counts.startedContainers.add({ container_type: 'container' })
  }

  podSynced(ms: number): void {
    this.#counts.podWorker.observe({ operation_type: 'sync' }, ms / 1000)
  }

  statusWritten(ms: number): void {
    this.#counts.statusSync.observe(ms / 1000)
  }

  rejected(reason: string): void {
    this.#counts.rejections.add({ reason })
  }

  /** The exposition text, gauges brought up to date with what is here now. */
  text(pods: readonly Pod[]): Promise<string> {
    return expositionOf([...this.#ofNode(), ...this.#ofRequests(), ...this.#ofPods(pods)])
  }

  #ofNode(): MetricSource[] {
    const build = { git_version: this.#version, platform: `${process.platform}/${process.arch}`, go_version: '' }
    const { user, system } = process.cpuUsage()
    return [
      source('kubelet_node_name', 'gauge', "The node's name; always 1.", single(1, { node: this.#nodeName })),
      source('kubernetes_build_info', 'gauge', 'Version of this agent; always 1.', single(1, build)),
      source('process_start_time_seconds', 'gauge', 'Start of the process since the epoch.', single(this.#processStart / 1000)),
      source('process_cpu_seconds_total', 'counter', 'CPU time of the process.', single((user + system) / 1e6)),
      source('process_resident_memory_bytes', 'gauge', 'Resident memory of the process.', single(process.memoryUsage.rss())),
    ]
  }

  #ofRequests(): MetricSource[] {
    const { httpRequests, httpInflight, httpDuration } = this.#counts
    const duration = 'kubelet_http_requests_duration_seconds'
    return [
      source('kubelet_http_requests_total', 'counter', 'HTTP requests received since the server started.', httpRequests.samples()),
      source('kubelet_http_inflight_requests', 'gauge', 'HTTP requests in flight.', httpInflight.samples()),
      source(duration, 'histogram', 'Time to serve HTTP requests.', httpDuration.samples(duration)),
    ]
  }

  #ofPods(pods: readonly Pod[]): MetricSource[] {
    const counts = this.#counts
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
    const byState = Object.entries(states).map(([state, value]) => ({ labels: { container_state: state }, value }))
    const [start, worker, sync] = [
      'kubelet_pod_start_duration_seconds',
      'kubelet_pod_worker_duration_seconds',
      'kubelet_pod_status_sync_duration_seconds',
    ] as const
    return [
      source(start, 'histogram', 'From first seeing a pod to its running.', counts.podStart.samples(start, {})),
      source(worker, 'histogram', 'Time of one sync of a pod.', counts.podWorker.samples(worker)),
      source(sync, 'histogram', "From a change of a pod's status to its being written.", counts.statusSync.samples(sync, {})),
      source('kubelet_started_pods_total', 'counter', 'Pods started.', single(counts.startedPods)),
      source('kubelet_started_containers_total', 'counter', 'Containers started.', counts.startedContainers.samples()),
      source('kubelet_admission_rejections_total', 'counter', 'Pods that this node refused.', counts.rejections.samples()),
      source('kubelet_running_pods', 'gauge', 'Pods with a running container.', single(running)),
      source('kubelet_running_containers', 'gauge', 'Containers by state.', byState),
      source('kubelet_desired_pods', 'gauge', 'Pods bound to this node.', single(pods.length, { static: '' })),
      source('kubelet_active_pods', 'gauge', 'Pods that count for admission.', single(active, { static: '' })),
    ]
  }
}

const source = (name: string, type: MetricType, help: string, samples: Sample[]): MetricSource =>
  metricSource(name, type, help, () => samples)

async function expositionOf(sources: readonly MetricSource[]): Promise<string> {
  const registry = new Registry()
  for (const each of sources) registry.registerMetric(each as unknown as Metric)
  return sortedMetrics(await registry.metrics())
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

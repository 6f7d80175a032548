import { Buckets, metricSource, type MetricSource, type MetricType, type Sample } from './metrics.ts'
import type { QueueObserver } from './work-queue.ts'

/** ExponentialBuckets(10e-9, 10, 10) of component-base `metrics/prometheus/workqueue`, with what multiplying does to them. */
const BOUNDS = [1e-8]
while (BOUNDS.length < 10) BOUNDS.push(BOUNDS.at(-1)! * 10)

const UNFINISHED =
  "[BETA] How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases."

/** What one queue, or several of one name, has had to do. */
class QueueFigures implements QueueObserver {
  readonly #now: () => number
  readonly #added = new Map<unknown, number>()
  readonly #begun = new Map<unknown, number>()
  readonly waits = new Buckets(BOUNDS)
  readonly works = new Buckets(BOUNDS)
  adds = 0
  retries = 0

  constructor(now: () => number) {
    this.#now = now
  }

  added(key: unknown): void {
    this.adds++
    if (!this.#added.has(key)) this.#added.set(key, this.#now())
  }

  taken(key: unknown): void {
    const now = this.#now()
    const added = this.#added.get(key)
    this.#added.delete(key)
    this.#begun.set(key, now)
    if (added !== undefined) this.waits.observe((now - added) / 1000)
  }

  done(key: unknown): void {
    const begun = this.#begun.get(key)
    this.#begun.delete(key)
    if (begun !== undefined) this.works.observe((this.#now() - begun) / 1000)
  }

  retried(): void {
    this.retries++
  }

  closed(): void {
    this.#added.clear()
    this.#begun.clear()
  }

  /** Keys that were added and that nobody has taken since, those that are being worked on at the same time among them. */
  get depth(): number {
    return this.#added.size
  }

  /** Seconds that each key which is being worked on has taken so far. */
  underWay(): number[] {
    const now = this.#now()
    return [...this.#begun.values()].map((begun) => (now - begun) / 1000)
  }
}

/** The metrics of work queues under the names that every component of Kubernetes has for them (component-base). */
export class WorkQueueMetrics {
  readonly #figures = new Map<string, QueueFigures[]>()
  readonly #now: () => number

  /** @param now milliseconds of a clock that never goes back */
  constructor(now = (): number => performance.now()) {
    this.#now = now
  }

  /** Told of everything that a queue does; queues of one name are counted together. */
  observe(name: string): QueueObserver {
    const figures = new QueueFigures(this.#now)
    const known = this.#figures.get(name)
    if (known === undefined) this.#figures.set(name, [figures])
    else known.push(figures)
    return figures
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const figure = (name: string, type: MetricType, help: string, of: (f: readonly QueueFigures[]) => number): MetricSource =>
      metricSource(`workqueue_${name}`, type, help, () =>
        [...this.#figures].map(([queue, f]) => ({ labels: { name: queue }, value: of(f) })),
      )
    const histogram = (short: string, help: string, of: (f: QueueFigures) => Buckets): MetricSource => {
      const name = `workqueue_${short}`
      return metricSource(name, 'histogram', help, () =>
        [...this.#figures].flatMap(([queue, f]): Sample[] => Buckets.sum(f.map(of)).samples(name, { name: queue })),
      )
    }
    const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
    return [
      figure('depth', 'gauge', '[BETA] Current depth of workqueue', (f) => sum(f.map((q) => q.depth))),
      figure('adds_total', 'counter', '[BETA] Total number of adds handled by workqueue', (f) => sum(f.map((q) => q.adds))),
      histogram('queue_duration_seconds', '[BETA] How long in seconds an item stays in workqueue before being requested.', (f) => f.waits),
      histogram('work_duration_seconds', '[BETA] How long in seconds processing an item from workqueue takes.', (f) => f.works),
      figure('unfinished_work_seconds', 'gauge', UNFINISHED, (f) => sum(f.flatMap((q) => q.underWay()))),
      figure(
        'longest_running_processor_seconds',
        'gauge',
        '[BETA] How many seconds has the longest running processor for workqueue been running.',
        (f) => Math.max(0, ...f.flatMap((q) => q.underWay())),
      ),
      figure('retries_total', 'counter', '[BETA] Total number of retries handled by workqueue', (f) => sum(f.map((q) => q.retries))),
    ]
  }
}

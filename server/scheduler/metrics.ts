import { Buckets, Counters, Histograms, metricSource, type MetricSource } from '../machinery/metrics.ts'
import type { QueuedPod } from './framework.ts'

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error'
/** As `scheduler_pending_pods` has them. */
export type PendingQueue = 'active' | 'backoff' | 'unschedulable' | 'gated'

const exponential = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first * 2 ** i)
/** Past that many, attempts are not told apart. */
const MANY_ATTEMPTS = 15

/** kube-scheduler's metrics of queues and attempts, under its names (kubernetes/kubernetes pkg/scheduler/metrics). */
export class SchedulerMetrics {
  readonly #attempts = new Counters()
  readonly #durations = new Histograms(exponential(0.001, 15))
  readonly #algorithm = new Buckets(exponential(0.001, 15))
  readonly #untilBound = new Histograms(exponential(0.01, 20))
  readonly #tries = new Buckets(exponential(1, 5))
  readonly #preemptions = new Counters()
  readonly #begun = new WeakMap<QueuedPod, { first: number; last: number }>()
  readonly #now: () => number
  #pending: () => Record<PendingQueue, number> = () => ({ active: 0, backoff: 0, unschedulable: 0, gated: 0 })

  /** @param now milliseconds of a clock that never goes back */
  constructor(now = (): number => performance.now()) {
    this.#now = now
  }

  pendingFrom(count: () => Record<PendingQueue, number>): void {
    this.#pending = count
  }

  began(pod: QueuedPod): void {
    const now = this.#now()
    this.#begun.set(pod, { first: this.#begun.get(pod)?.first ?? now, last: now })
  }

  /** Nodes have been looked through. */
  decided(pod: QueuedPod): void {
    this.#algorithm.observe((this.#now() - (this.#begun.get(pod)?.last ?? this.#now())) / 1000)
  }

  /** One try is over. */
  ended(pod: QueuedPod, profile: string, result: AttemptResult): void {
    const begun = this.#begun.get(pod)
    if (begun === undefined) return
    const now = this.#now()
    this.#attempts.add({ result, profile })
    this.#durations.observe({ result, profile }, (now - begun.last) / 1000)
    if (result !== 'scheduled') return
    const attempts = pod.attempts >= MANY_ATTEMPTS ? `${MANY_ATTEMPTS}+` : String(pod.attempts)
    this.#untilBound.observe({ attempts }, (now - begun.first) / 1000)
    this.#tries.observe(pod.attempts)
  }

  preempting(): void {
    this.#preemptions.add({})
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const histogram = (short: string, help: string, of: Histograms | Buckets): MetricSource => {
      const name = `scheduler_${short}`
      return metricSource(name, 'histogram', help, () => (of instanceof Buckets ? of.samples(name, {}) : of.samples(name)))
    }
    return [
      metricSource('scheduler_pending_pods', 'gauge', 'Number of pending pods, by the queue type.', () =>
        Object.entries(this.#pending()).map(([queue, value]) => ({ labels: { queue }, value })),
      ),
      metricSource('scheduler_schedule_attempts_total', 'counter', 'Number of attempts to schedule pods, by the result.', () =>
        this.#attempts.samples(),
      ),
      metricSource('scheduler_preemption_attempts_total', 'counter', 'Total preemption attempts in the cluster till now', () =>
        this.#preemptions.samples(),
      ),
      histogram(
        'scheduling_attempt_duration_seconds',
        'Scheduling attempt latency in seconds (scheduling algorithm + binding)',
        this.#durations,
      ),
      histogram('scheduling_algorithm_duration_seconds', 'Scheduling algorithm latency in seconds', this.#algorithm),
      histogram('pod_scheduling_sli_duration_seconds', 'Time from the first try of a pod until it is bound.', this.#untilBound),
      histogram('pod_scheduling_attempts', 'Number of attempts to successfully schedule a pod.', this.#tries),
    ]
  }
}

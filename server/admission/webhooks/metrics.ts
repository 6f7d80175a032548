import type { WebhookObserver, WebhookType } from './contract.ts'

/** What prom-client's Registry.registerMetric takes. */
interface MetricSource {
  readonly name: string
  get(): Promise<MetricObject>
}

interface MetricObject {
  name: string
  help: string
  type: 'counter' | 'histogram'
  aggregator: 'sum'
  values: Sample[]
}

interface Sample {
  labels: Record<string, string | number>
  value: number
  metricName?: string
}

const PREFIX = 'apiserver_admission_'
const CALL_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25]
const CONDITION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25]
/** Whoever may write configurations chooses names: past this many combinations new ones are not told apart. */
const MAX_SERIES = 2000
const MAX_CODE = 600

type Labels = Readonly<Record<string, string>>

/** One metric with its combinations of labels. */
class Counters {
  readonly #series = new Map<string, { readonly labels: Labels; value: number }>()

  add(labels: Labels, by = 1): void {
    const key = JSON.stringify(labels)
    const known = this.#series.get(key)
    if (known !== undefined) known.value += by
    else if (this.#series.size < MAX_SERIES) this.#series.set(key, { labels, value: by })
  }

  samples(): Sample[] {
    return [...this.#series.values()].map(({ labels, value }) => ({ labels, value }))
  }
}

class Histograms {
  readonly #series = new Map<string, { readonly labels: Labels; readonly counts: Float64Array; sum: number }>()
  readonly #bounds: readonly number[]

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  observe(labels: Labels, seconds: number): void {
    const key = JSON.stringify(labels)
    let series = this.#series.get(key)
    if (series === undefined) {
      if (this.#series.size >= MAX_SERIES) return
      this.#series.set(key, (series = { labels, counts: new Float64Array(this.#bounds.length + 1), sum: 0 }))
    }
    let bucket = 0
    while (bucket < this.#bounds.length && seconds > this.#bounds[bucket]!) bucket++
    series.counts[bucket] = series.counts[bucket]! + 1
    series.sum += seconds
  }

  samples(name: string): Sample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      const values: Sample[] = []
      let running = 0
      for (const [i, count] of counts.entries()) {
        running += count
        values.push({ labels: { ...labels, le: this.#bounds[i] ?? '+Inf' }, value: running, metricName: `${name}_bucket` })
      }
      return [...values, { labels, value: sum, metricName: `${name}_sum` }, { labels, value: running, metricName: `${name}_count` }]
    })
  }
}

/** The metrics of admission webhooks under kube-apiserver's names (apiserver `admission/metrics`). */
export class WebhookMetrics implements WebhookObserver {
  readonly #durations = new Histograms(CALL_BUCKETS)
  readonly #requests = new Counters()
  readonly #rejections = new Counters()
  readonly #failOpen = new Counters()
  readonly #exclusions = new Counters()
  readonly #conditionErrors = new Counters()
  readonly #conditionSeconds = new Histograms(CONDITION_BUCKETS)

  called(name: string, type: WebhookType, operation: string, seconds: number, isRejected: boolean, code: number): void {
    const rejected = String(isRejected)
    this.#requests.add({ name, type, operation, code: String(Math.min(code, MAX_CODE)), rejected })
    this.#durations.observe({ name, type, operation, rejected }, seconds)
  }
  rejected(name: string, type: WebhookType, operation: string, error: string, code: number): void {
    this.#rejections.add({ name, type, operation, error_type: error, rejection_code: String(Math.min(code, MAX_CODE)) })
  }
  failedOpen(name: string, type: WebhookType): void {
    this.#failOpen.add({ name, type })
  }
  excluded(name: string, type: WebhookType, operation: string): void {
    this.#exclusions.add({ name, kind: 'webhook', type: conditionType(type), operation })
  }
  conditionErrors(name: string, type: WebhookType, operation: string, count: number): void {
    this.#conditionErrors.add({ name, kind: 'webhook', type: conditionType(type), operation }, count)
  }
  conditionsEvaluated(name: string, type: WebhookType, operation: string, seconds: number): void {
    this.#conditionSeconds.observe({ name, kind: 'webhook', type: conditionType(type), operation }, seconds)
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const counter = (name: string, help: string, of: Counters): MetricSource => ({
      name: `${PREFIX}${name}`,
      get: () => Promise.resolve({ name: `${PREFIX}${name}`, help, type: 'counter', aggregator: 'sum', values: of.samples() }),
    })
    const histogram = (name: string, help: string, of: Histograms): MetricSource => ({
      name: `${PREFIX}${name}`,
      get: () =>
        Promise.resolve({ name: `${PREFIX}${name}`, help, type: 'histogram', aggregator: 'sum', values: of.samples(`${PREFIX}${name}`) }),
    })
    return [
      histogram(
        'webhook_admission_duration_seconds',
        'Time of calls of admission webhooks, by name, type, operation and whether they refused.',
        this.#durations,
      ),
      counter(
        'webhook_request_total',
        'Calls of admission webhooks by name, type, operation, code and whether they refused.',
        this.#requests,
      ),
      counter('webhook_rejection_count', 'Requests that admission webhooks, or failed calls of them, refused.', this.#rejections),
      counter('webhook_fail_open_count', 'Failed calls of admission webhooks that were ignored.', this.#failOpen),
      counter('match_condition_exclusions_total', 'Requests that match conditions kept from a webhook.', this.#exclusions),
      counter('match_condition_evaluation_errors_total', 'Match conditions that could not be answered.', this.#conditionErrors),
      histogram('match_condition_evaluation_seconds', 'Time of the match conditions of a webhook.', this.#conditionSeconds),
    ]
  }
}

/** Conditions name the two kinds of webhooks otherwise than calls do. */
const conditionType = (type: WebhookType): string => (type === 'admit' ? 'admit' : 'validate')

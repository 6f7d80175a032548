import { Counters, Histograms, metricSource, type MetricSource } from '../machinery/metrics.ts'
import type { ReviewResult } from '../webhook/review.ts'

/** Hears of the webhooks that authorize, by their names. */
export interface WebhookAuthorizerObserver {
  /** One call, and what came of it. */
  called(name: string, result: ReviewResult, seconds: number): void
  /** It could not be asked, which is no opinion. */
  failedOpen(name: string, result: ReviewResult): void
  /** What its conditions came to. */
  matched(name: string, outcome: 'asked' | 'excluded' | 'error', seconds: number): void
}

const PREFIX = 'apiserver_authorization_'
/** The default buckets of Prometheus' client. */
const CALLS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const CONDITIONS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25]
const TYPE = 'Webhook'

/** Under kube-apiserver's names (apiserver `plugin/authorizer/webhook/metrics` and `authorization/cel/metrics.go`). */
export class WebhookAuthorizerMetrics implements WebhookAuthorizerObserver {
  readonly #calls = new Counters()
  readonly #seconds = new Histograms(CALLS)
  readonly #failOpen = new Counters()
  readonly #exclusions = new Counters()
  readonly #errors = new Counters()
  readonly #conditionSeconds = new Histograms(CONDITIONS)

  called(name: string, result: ReviewResult, seconds: number): void {
    this.#calls.add({ name, result })
    this.#seconds.observe({ name, result }, seconds)
  }
  failedOpen(name: string, result: ReviewResult): void {
    this.#failOpen.add({ name, result })
  }
  matched(name: string, outcome: 'asked' | 'excluded' | 'error', seconds: number): void {
    const labels = { type: TYPE, name }
    this.#conditionSeconds.observe(labels, seconds)
    if (outcome === 'excluded') this.#exclusions.add(labels)
    if (outcome === 'error') this.#errors.add(labels)
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const counter = (name: string, help: string, of: Counters): MetricSource =>
      metricSource(`${PREFIX}${name}`, 'counter', `[ALPHA] ${help}`, () => of.samples())
    const histogram = (name: string, help: string, of: Histograms): MetricSource =>
      metricSource(`${PREFIX}${name}`, 'histogram', `[ALPHA] ${help}`, () => of.samples(`${PREFIX}${name}`))
    return [
      counter('webhook_evaluations_total', 'Round-trips to authorization webhooks.', this.#calls),
      histogram('webhook_duration_seconds', 'Request latency in seconds.', this.#seconds),
      counter('webhook_evaluations_fail_open_total', 'NoOpinion results due to webhook timeout or error.', this.#failOpen),
      counter(
        'match_condition_evaluation_errors_total',
        'Total number of errors when an authorization webhook encounters a match condition error split by authorizer type and name.',
        this.#errors,
      ),
      counter(
        'match_condition_exclusions_total',
        'Total number of exclusions when an authorization webhook is skipped because match conditions exclude it.',
        this.#exclusions,
      ),
      histogram(
        'match_condition_evaluation_seconds',
        'Authorization match condition evaluation time in seconds, split by authorizer type and name.',
        this.#conditionSeconds,
      ),
    ]
  }
}

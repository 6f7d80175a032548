import { Counters, Histograms, metricSource, type MetricSource } from '../../machinery/metrics.ts'
import type { WebhookObserver, WebhookType } from './contract.ts'

const PREFIX = 'apiserver_admission_'
const CALL_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25]
const CONDITION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25]
const MAX_CODE = 600

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
    const counter = (name: string, help: string, of: Counters): MetricSource =>
      metricSource(`${PREFIX}${name}`, 'counter', help, () => of.samples())
    const histogram = (name: string, help: string, of: Histograms): MetricSource =>
      metricSource(`${PREFIX}${name}`, 'histogram', help, () => of.samples(`${PREFIX}${name}`))
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

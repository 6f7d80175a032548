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
    this.#exclusions.add({ name, kind: 'webhook', type: exclusionType(type), operation })
  }
  conditionErrors(name: string, type: WebhookType, operation: string, count: number): void {
    this.#conditionErrors.add({ name, kind: 'webhook', type, operation }, count)
  }
  conditionsEvaluated(name: string, type: WebhookType, operation: string, seconds: number): void {
    this.#conditionSeconds.observe({ name, kind: 'webhook', type, operation }, seconds)
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
        '[STABLE] Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
        this.#durations,
      ),
      counter(
        'webhook_request_total',
        '[ALPHA] Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
        this.#requests,
      ),
      counter(
        'webhook_rejection_count',
        '[ALPHA] Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
        this.#rejections,
      ),
      counter(
        'webhook_fail_open_count',
        '[ALPHA] Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
        this.#failOpen,
      ),
      counter(
        'match_condition_exclusions_total',
        '[ALPHA] Admission match condition evaluation exclusions count, identified by name of resource containing the match condition and broken out for each kind containing matchConditions (webhook or policy), operation and admission type (validate or admit).',
        this.#exclusions,
      ),
      counter(
        'match_condition_evaluation_errors_total',
        '[ALPHA] Admission match condition evaluation errors count, identified by name of resource containing the match condition and broken out for each kind containing matchConditions (webhook or policy), operation and admission type (validate or admit).',
        this.#conditionErrors,
      ),
      histogram(
        'match_condition_evaluation_seconds',
        '[ALPHA] Admission match condition evaluation time in seconds, identified by name and broken out for each kind containing matchConditions (webhook or policy), operation and type (validate or admit).',
        this.#conditionSeconds,
      ),
    ]
  }
}

/** Upstream names one kind of webhooks otherwise where conditions keep a request from it. */
const exclusionType = (type: WebhookType): string => (type === 'admit' ? 'admit' : 'validate')

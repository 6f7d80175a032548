import type { AuthenticationResult } from '../authn/contract.ts'
import type { Decision } from '../authz/contract.ts'
import type { ImpersonationObserver } from '../authz/impersonation.ts'
import type { AuthorizationObserver } from '../authz/modes.ts'
import { WebhookAuthorizerMetrics } from '../authz/webhook-metrics.ts'
import { Buckets, Counters, Histograms, type Labels, metricSource, type MetricSource } from '../machinery/metrics.ts'

/** In seconds, of a filter (apiserver `endpoints/metrics`). */
const FILTER_BOUNDS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 5, 10, 15, 30]

/** In seconds, each twice the one before. */
const BOUNDS = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i)

type Named = readonly [name: string, help: string]

/** How often something came to each of its results, and how long that took. */
class Results {
  readonly #byResult = new Map<string, { count: number; readonly seconds: Buckets }>()

  observe(result: string, seconds: number): void {
    let of = this.#byResult.get(result)
    if (of === undefined) this.#byResult.set(result, (of = { count: 0, seconds: new Buckets(BOUNDS) }))
    of.count++
    of.seconds.observe(seconds)
  }

  sources([attempts, attemptsHelp]: Named, [duration, durationHelp]: Named): MetricSource[] {
    return [
      metricSource(attempts, 'counter', attemptsHelp, () =>
        [...this.#byResult].map(([result, { count: value }]) => ({ labels: { result }, value })),
      ),
      metricSource(duration, 'histogram', durationHelp, () =>
        [...this.#byResult].flatMap(([result, { seconds }]) => seconds.samples(duration, { result })),
      ),
    ]
  }
}

/** How often something was allowed or denied in each mode, and how long that took. */
class ByMode {
  readonly #counts = new Counters()
  readonly #seconds = new Histograms(BOUNDS)

  observe(mode: string, allowed: boolean, seconds: number): void {
    const labels = { mode, decision: allowed ? 'allowed' : 'denied' }
    this.#counts.add(labels)
    this.#seconds.observe(labels, seconds)
  }

  sources([total, totalHelp]: Named, [duration, durationHelp]: Named): MetricSource[] {
    return [
      metricSource(total, 'counter', totalHelp, () => this.#counts.samples()),
      metricSource(duration, 'histogram', durationHelp, () => this.#seconds.samples(duration)),
    ]
  }
}

/** Names that are told apart; whoever else asks is `email_id` or `other` (apiserver `endpoints/filters/metrics.go`). */
const NAMES: ReadonlySet<string> = new Set(['admin', 'client', 'kube_proxy', 'kubelet', 'system:serviceaccount:kube-system:default'])
const shownName = (name: string): string => (NAMES.has(name) ? name : name.includes('@') ? 'email_id' : 'other')

/** What came of finding out who asks and whether they may, under kube-apiserver's names. */
export class AccessMetrics implements ImpersonationObserver, AuthorizationObserver {
  readonly webhooks = new WebhookAuthorizerMetrics()
  readonly #authentication = new Results()
  readonly #authorization = new Results()
  readonly #users = new Map<string, number>()
  readonly #decisions = new Map<string, { readonly labels: Labels; value: number }>()

  /** Until the next filter has the request: of refused ones nothing is told but of those whose credentials are. */
  readonly #filters = {
    authentication: new Buckets(FILTER_BOUNDS),
    authorization: new Buckets(FILTER_BOUNDS),
    impersonation: new Buckets(FILTER_BOUNDS),
  }

  readonly #impersonations = new ByMode()
  readonly #impersonationChecks = new ByMode()

  /** @param started by performance.now() */
  authenticated(result: AuthenticationResult | undefined, started: number): void {
    const seconds = (performance.now() - started) / 1000
    this.#filters.authentication.observe(seconds)
    if (result === undefined || !('user' in result)) {
      return this.#authentication.observe(result === undefined ? 'failure' : 'error', seconds)
    }
    const username = shownName(result.user.name)
    this.#users.set(username, (this.#users.get(username) ?? 0) + 1)
    this.#authentication.observe('success', seconds)
  }

  /** @param started by performance.now() */
  authorized({ decision, error }: Decision, started: number): void {
    const result = decision === 'allow' ? 'allowed' : error !== undefined ? 'error' : decision === 'deny' ? 'denied' : decision
    const seconds = (performance.now() - started) / 1000
    this.#authorization.observe(result, seconds)
    if (decision === 'allow') this.#filters.authorization.observe(seconds)
  }

  /**
   * It is known as whom a request is answered, be it the one who sent it.
   * @param started by performance.now()
   */
  impersonationDone(started: number): void {
    this.#filters.impersonation.observe((performance.now() - started) / 1000)
  }

  /** What one of the configured authorizers has decided; having no opinion is not deciding. */
  decided(type: string, name: string, decision: 'allow' | 'deny'): void {
    const key = `${decision} ${type} ${name}`
    const known = this.#decisions.get(key)
    if (known !== undefined) known.value++
    else this.#decisions.set(key, { labels: { type, name, decision: decision === 'allow' ? 'allowed' : 'denied' }, value: 1 })
  }

  impersonated(mode: string, allowed: boolean, seconds: number): void {
    this.#impersonations.observe(mode, allowed, seconds)
  }
  impersonationChecked(mode: string, allowed: boolean, seconds: number): void {
    this.#impersonationChecks.observe(mode, allowed, seconds)
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const filters = 'apiserver_request_filter_duration_seconds'
    return [
      metricSource(filters, 'histogram', '[ALPHA] Request filter latency distribution in seconds, for each filter type', () =>
        Object.entries(this.#filters).flatMap(([filter, seconds]) => (seconds.isEmpty ? [] : seconds.samples(filters, { filter }))),
      ),
      ...this.#authentication.sources(
        ['authentication_attempts', '[ALPHA] Counter of authenticated attempts.'],
        ['authentication_duration_seconds', '[ALPHA] Authentication duration in seconds broken out by result.'],
      ),
      metricSource('authenticated_user_requests', 'counter', '[ALPHA] Counter of authenticated requests broken out by username.', () =>
        [...this.#users].map(([username, value]) => ({ labels: { username }, value })),
      ),
      ...this.#authorization.sources(
        [
          'authorization_attempts_total',
          "[ALPHA] Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.",
        ],
        ['authorization_duration_seconds', '[ALPHA] Authorization duration in seconds broken out by result.'],
      ),
      metricSource(
        'apiserver_authorization_decisions_total',
        'counter',
        '[ALPHA] Total number of terminal decisions made by an authorizer split by authorizer type, name, and decision.',
        () => [...this.#decisions.values()].map(({ labels, value }) => ({ labels, value })),
      ),
      ...this.webhooks.sources(),
      ...this.#impersonations.sources(
        ['apiserver_impersonation_attempts_total', '[ALPHA] Total number of impersonation attempts split by mode and decision.'],
        [
          'apiserver_impersonation_attempts_duration_seconds',
          '[ALPHA] Latency of impersonation attempts in seconds split by mode and decision.',
        ],
      ),
      ...this.#impersonationChecks.sources(
        [
          'apiserver_impersonation_authorization_attempts_total',
          '[ALPHA] Total number of authorization checks made by the impersonation handler split by mode and decision.',
        ],
        [
          'apiserver_impersonation_authorization_attempts_duration_seconds',
          '[ALPHA] Latency of authorization checks made by the impersonation handler in seconds split by mode and decision.',
        ],
      ),
    ]
  }
}

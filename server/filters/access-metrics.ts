import type { AuthenticationResult } from '../authn/contract.ts'
import type { Decision } from '../authz/contract.ts'
import { Buckets, type Labels, metricSource, type MetricSource } from '../machinery/metrics.ts'

/** In seconds, each twice the one before. */
const BOUNDS = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i)

/** How often something came to each of its results, and how long that took. */
class Results {
  readonly #byResult = new Map<string, { count: number; readonly seconds: Buckets }>()

  observe(result: string, seconds: number): void {
    let of = this.#byResult.get(result)
    if (of === undefined) this.#byResult.set(result, (of = { count: 0, seconds: new Buckets(BOUNDS) }))
    of.count++
    of.seconds.observe(seconds)
  }

  sources(attempts: string, duration: string, what: string): MetricSource[] {
    return [
      metricSource(attempts, 'counter', `${what}, by result.`, () =>
        [...this.#byResult].map(([result, { count: value }]) => ({ labels: { result }, value })),
      ),
      metricSource(duration, 'histogram', `Seconds of ${what.toLowerCase()}, by result.`, () =>
        [...this.#byResult].flatMap(([result, { seconds }]) => seconds.samples(duration, { result })),
      ),
    ]
  }
}

/** Names that are told apart; whoever else asks is `email_id` or `other` (apiserver `endpoints/filters/metrics.go`). */
const NAMES: ReadonlySet<string> = new Set(['admin', 'client', 'kube_proxy', 'kubelet', 'system:serviceaccount:kube-system:default'])
const shownName = (name: string): string => (NAMES.has(name) ? name : name.includes('@') ? 'email_id' : 'other')

/** What came of finding out who asks and whether they may, under kube-apiserver's names. */
export class AccessMetrics {
  readonly #authentication = new Results()
  readonly #authorization = new Results()
  readonly #users = new Map<string, number>()
  readonly #decisions = new Map<string, { readonly labels: Labels; value: number }>()

  /** @param started by performance.now() */
  authenticated(result: AuthenticationResult | undefined, started: number): void {
    const seconds = (performance.now() - started) / 1000
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
    this.#authorization.observe(result, (performance.now() - started) / 1000)
  }

  /** What one of the configured authorizers has decided; having no opinion is not deciding. */
  decided(type: string, name: string, decision: 'allow' | 'deny'): void {
    const key = `${decision} ${type} ${name}`
    const known = this.#decisions.get(key)
    if (known !== undefined) known.value++
    else this.#decisions.set(key, { labels: { type, name, decision: decision === 'allow' ? 'allowed' : 'denied' }, value: 1 })
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    return [
      ...this.#authentication.sources('authentication_attempts', 'authentication_duration_seconds', 'Authentications of requests'),
      metricSource('authenticated_user_requests', 'counter', 'Authenticated requests by user; most names are not told apart.', () =>
        [...this.#users].map(([username, value]) => ({ labels: { username }, value })),
      ),
      ...this.#authorization.sources('authorization_attempts_total', 'authorization_duration_seconds', 'Authorizations of requests'),
      metricSource('apiserver_authorization_decisions_total', 'counter', 'Decisions of each authorizer, by type, name and decision.', () =>
        [...this.#decisions.values()].map(({ labels, value }) => ({ labels, value })),
      ),
    ]
  }
}

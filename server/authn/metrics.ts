import type { Clock } from '../machinery/clock.ts'
import { Buckets, Counters, Histograms, metricSource, type MetricSource } from '../machinery/metrics.ts'

/** Looks after the memory of one kind of tokens. */
export interface TokenCacheObserver {
  /** A verdict was wanted: ends with whether it was remembered. */
  authenticating(): (hit: boolean) => void
  /** Somebody waits for a verdict that is being made. */
  blocking(): () => void
  /** A verdict is being made: ends with whether one came of it. */
  fetching(): (ok: boolean) => void
}

/** What came of the tokens of service accounts. Those that a secret keeps are `legacy`, `auto` where a controller made the secret. */
export type AccountTokenUse = 'legacy' | 'stale' | 'valid' | 'manual' | 'auto' | 'invalidAuto'

const USES: Readonly<Record<AccountTokenUse, readonly [string, string]>> = {
  legacy: ['legacy_tokens_total', '[BETA] Cumulative legacy service account tokens used'],
  stale: ['stale_tokens_total', '[BETA] Cumulative stale projected service account tokens used'],
  manual: ['legacy_manual_token_uses_total', '[ALPHA] Cumulative manually created legacy tokens used'],
  auto: ['legacy_auto_token_uses_total', '[ALPHA] Cumulative auto-generated legacy tokens used'],
  invalidAuto: ['invalid_legacy_auto_token_uses_total', '[ALPHA] Cumulative invalid auto-generated legacy tokens used'],
  valid: ['valid_tokens_total', '[BETA] Cumulative valid projected service account tokens used'],
}

/** The default buckets of Prometheus' client. */
const LATENCIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const HOUR = 3600
const DAY = 24 * HOUR
const LIFETIMES = [0, HOUR / 2, ...[1, 2, 6, 12].map((n) => n * HOUR), ...[1, 2, 4, 7, 30, 90, 180, 360].map((n) => n * DAY)]

/**
 * How clients log in, under kube-apiserver's names (apiserver `authentication/token/cache` and `authentication/request/x509`, kubernetes
 * `pkg/serviceaccount`). Tokens are counted where something is remembered of them: upstream remembers all, here it is signatures of service
 * accounts' tokens and answers of a webhook.
 */
export class AuthenticationMetrics implements TokenCacheObserver {
  readonly #clock: Clock
  readonly #requests = new Counters()
  readonly #latencies = new Histograms(LATENCIES)
  readonly #fetches = new Counters()
  readonly #active = { blocked: 0, in_flight: 0 }
  readonly #uses = new Map<AccountTokenUse, number>()
  readonly #lifetimes = new Buckets(LIFETIMES)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  authenticating(): (hit: boolean) => void {
    const started = performance.now()
    return (hit) => {
      const labels = { status: hit ? 'hit' : 'miss' }
      this.#requests.add(labels)
      this.#latencies.observe(labels, (performance.now() - started) / 1000)
    }
  }
  blocking(): () => void {
    this.#active.blocked++
    return () => void this.#active.blocked--
  }
  fetching(): (ok: boolean) => void {
    this.#active.in_flight++
    return (ok) => {
      this.#active.in_flight--
      this.#fetches.add({ status: ok ? 'ok' : 'error' })
    }
  }

  used(use: AccountTokenUse): void {
    this.#uses.set(use, (this.#uses.get(use) ?? 0) + 1)
  }

  /** @param notAfter the end of a client's certificate, in milliseconds since the epoch */
  certificateShown(notAfter: number): void {
    this.#lifetimes.observe((notAfter - this.#clock.now()) / 1000)
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const cache = 'authentication_token_cache'
    const lifetimes = 'apiserver_client_certificate_expiration_seconds'
    // Upstream says nothing of what these are but their stage.
    return [
      metricSource(`${cache}_request_total`, 'counter', '[ALPHA] ', () => this.#requests.samples()),
      metricSource(`${cache}_request_duration_seconds`, 'histogram', '[ALPHA] ', () =>
        this.#latencies.samples(`${cache}_request_duration_seconds`),
      ),
      metricSource(`${cache}_fetch_total`, 'counter', '[ALPHA] ', () => this.#fetches.samples()),
      metricSource(`${cache}_active_fetch_count`, 'gauge', '[ALPHA] ', () =>
        Object.entries(this.#active).map(([status, value]) => ({ labels: { status }, value })),
      ),
      ...Object.entries(USES).map(([use, [name, help]]) =>
        metricSource(`serviceaccount_${name}`, 'counter', help, () => [{ labels: {}, value: this.#uses.get(use as AccountTokenUse) ?? 0 }]),
      ),
      metricSource(
        lifetimes,
        'histogram',
        '[ALPHA] Distribution of the remaining lifetime on the certificate used to authenticate a request.',
        () => this.#lifetimes.samples(lifetimes, {}),
      ),
    ]
  }
}

import { Counters, metricSource, type MetricSource } from '../machinery/metrics.ts'

/** What health checks have answered (KEP-3466, component-base `metrics/prometheus/slis`); the reference serves it at `/metrics/slis`. */
export class HealthMetrics {
  readonly #last = new Map<string, { labels: { name: string; type: string }; value: number }>()
  readonly #all = new Counters()

  observe(name: string, type: string, ok: boolean): void {
    this.#last.set(`${type}/${name}`, { labels: { name, type }, value: ok ? 1 : 0 })
    this.#all.add({ name, status: ok ? 'success' : 'error', type })
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    return [
      metricSource('kubernetes_healthcheck', 'gauge', '[STABLE] This metric records the result of a single healthcheck.', () => [
        ...this.#last.values(),
      ]),
      metricSource('kubernetes_healthchecks_total', 'counter', '[STABLE] This metric records the results of all healthcheck.', () =>
        this.#all.samples(),
      ),
    ]
  }
}

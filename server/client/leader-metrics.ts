import { Counters, metricSource, type MetricSource } from '../machinery/metrics.ts'
import type { LeaderObserver } from './leader-election.ts'

/** Who leads, under the names that every component of Kubernetes has for it (component-base `metrics/prometheus/clientgo/leaderelection`). */
export class LeaderMetrics implements LeaderObserver {
  readonly #leads = new Map<string, boolean>()
  readonly #slowPaths = new Counters()

  leads(name: string, isLeader: boolean): void {
    this.#leads.set(name, isLeader)
  }

  slowPath(name: string): void {
    this.#slowPaths.add({ name })
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    return [
      metricSource(
        'leader_election_master_status',
        'gauge',
        '1 where this process leads by the lease of that name, 0 where it waits.',
        () => [...this.#leads].map(([name, leads]) => ({ labels: { name }, value: leads ? 1 : 0 })),
      ),
      metricSource('leader_election_slowpath_total', 'counter', 'Renewals of leases that could not be written at once.', () =>
        this.#slowPaths.samples(),
      ),
    ]
  }
}

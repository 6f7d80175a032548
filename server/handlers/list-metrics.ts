import { Counters, Histograms, metricSource, type Labels, type MetricSource, type Sample } from '../machinery/metrics.ts'
import type { ServedResource } from '../registry/generic/resource.ts'

const WAITS = 'apiserver_watch_cache_read_wait_seconds'
const WAIT_BOUNDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3]

interface Counts {
  lists: number
  fetched: number
  evaluated: number
  returned: number
}

/** Lists by where their objects came from, under kube-apiserver's names (apiserver `storage/metrics`, `storage/cacher/metrics`). */
export class ListMetrics {
  readonly #waits = new Histograms(WAIT_BOUNDS)
  readonly #consistent = new Counters()
  readonly #counts = new Map<string, { labels: Labels; counts: Counts }>()

  /** @param fetched how many objects were looked at for the `returned` ones */
  observe({ facts }: ServedResource, fromStorage: boolean, fetched: number, returned: number): void {
    const { group, resource } = facts
    const storage = fromStorage ? 'etcd' : 'watchcache'
    const key = `${storage} ${group}/${resource}`
    let series = this.#counts.get(key)
    if (series === undefined) {
      series = { labels: { group, resource, storage }, counts: { lists: 0, fetched: 0, evaluated: 0, returned: 0 } }
      this.#counts.set(key, series)
    }
    const { counts } = series
    counts.lists++
    counts.fetched += fetched
    // Upstream's cache evaluates while it fetches, and counts none of it.
    if (fromStorage) counts.evaluated += fetched
    counts.returned += returned
  }

  /** Somebody waits for a cache to show what is stored. What it returns is told whether it came to that. */
  waiting({ facts }: ServedResource, isConsistent: boolean): (success: boolean) => void {
    const { group, resource } = facts
    const started = performance.now()
    return (success) => {
      this.#waits.observe({ group, resource }, (performance.now() - started) / 1000)
      if (isConsistent) this.#consistent.add({ group, resource, success: String(success), fallback: 'false' })
    }
  }

  sources(): MetricSource[] {
    const counter = (name: string, help: string, of: (c: Counts) => number, more: Labels = {}): MetricSource =>
      metricSource(`apiserver_storage_list_${name}`, 'counter', `[ALPHA] ${help}`, () =>
        [...this.#counts.values()].map(({ labels, counts }): Sample => ({ labels: { ...labels, ...more }, value: of(counts) })),
      )
    const index = { index: '' }
    return [
      metricSource(WAITS, 'histogram', '[ALPHA] Histogram of time spent waiting for a watch cache to become fresh.', () =>
        this.#waits.samples(WAITS),
      ),
      metricSource('apiserver_watch_cache_consistent_read_total', 'counter', '[ALPHA] Counter for consistent reads from cache.', () =>
        this.#consistent.samples(),
      ),
      counter('total', 'Number of LIST requests served from storage', (c) => c.lists, index),
      counter(
        'fetched_objects_total',
        'Number of objects read from storage in the course of serving a LIST request',
        (c) => c.fetched,
        index,
      ),
      counter(
        'evaluated_objects_total',
        'Number of objects tested in the course of serving a LIST request from storage',
        (c) => c.evaluated,
      ),
      counter('returned_objects_total', 'Number of objects returned for a LIST request from storage', (c) => c.returned),
    ]
  }
}

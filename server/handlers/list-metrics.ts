import { metricSource, type Labels, type MetricSource, type Sample } from '../machinery/metrics.ts'
import type { ServedResource } from '../registry/generic/resource.ts'

interface Counts {
  lists: number
  fetched: number
  evaluated: number
  returned: number
}

/** Lists by where their objects came from, under kube-apiserver's names (apiserver `storage/etcd3/metrics`). */
export class ListMetrics {
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

  sources(): MetricSource[] {
    const counter = (name: string, help: string, of: (c: Counts) => number, more: Labels = {}): MetricSource =>
      metricSource(`apiserver_storage_list_${name}`, 'counter', `[ALPHA] ${help}`, () =>
        [...this.#counts.values()].map(({ labels, counts }): Sample => ({ labels: { ...labels, ...more }, value: of(counts) })),
      )
    const index = { index: '' }
    return [
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

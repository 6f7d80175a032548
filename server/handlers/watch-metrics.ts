import type { SentEvents } from '../cache/watchers.ts'
import { Buckets, Histograms, metricSource, type Labels, type MetricSource } from '../machinery/metrics.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { RequestContext } from '../request/context.ts'

const SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072]
const LATENCIES = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300]
const EVENTS = 'apiserver_watch_events_total'
const EVENT_SIZES = 'apiserver_watch_events_sizes'
const LISTS = 'apiserver_watch_list_duration_seconds'

class Sent implements SentEvents {
  readonly labels: Labels
  readonly sizes = new Buckets(SIZES)

  constructor(labels: Labels) {
    this.labels = labels
  }

  sent(bytes: number, times: number): void {
    this.sizes.observe(bytes, times)
  }
}

/** What watches are sent, under kube-apiserver's names (apiserver `endpoints/metrics`). An event that goes to many watchers is counted once, with their number. */
export class WatchMetrics {
  readonly #sent = new WeakMap<ServedResource, Sent>()
  readonly #all = new Map<string, Sent>()
  readonly #lists = new Histograms(LATENCIES)

  /** What a watch of this resource is to tell. `isList`: the client has asked for the objects that are there, and waits for their end. */
  observe(
    { requestInfo, receivedAt, clock }: RequestContext,
    served: ServedResource,
    isList: boolean,
  ): { sent: SentEvents; onInitialEnd?: () => void } {
    const sent = this.#of(served)
    if (!isList) return { sent }
    const scope = requestInfo.name !== '' ? 'resource' : requestInfo.namespace !== '' ? 'namespace' : 'cluster'
    return { sent, onInitialEnd: () => this.#lists.observe({ ...sent.labels, scope }, (clock.now() - receivedAt) / 1000) }
  }

  #of(served: ServedResource): Sent {
    let sent = this.#sent.get(served)
    if (sent !== undefined) return sent
    const { group, version, resource } = served.facts
    const key = `${group}/${version}/${resource}`
    // A definition that has changed is served by something new, and counted on.
    sent = this.#all.get(key) ?? new Sent({ group, version, resource })
    this.#all.set(key, sent)
    this.#sent.set(served, sent)
    return sent
  }

  sources(): MetricSource[] {
    const sent = (): Sent[] => [...this.#all.values()].filter(({ sizes }) => !sizes.isEmpty)
    return [
      metricSource(EVENTS, 'counter', '[BETA] Number of events sent in watch clients', () =>
        sent().map(({ labels, sizes }) => ({ labels, value: sizes.count })),
      ),
      metricSource(EVENT_SIZES, 'histogram', '[BETA] Watch event size distribution in bytes', () =>
        sent().flatMap(({ labels, sizes }) => sizes.samples(EVENT_SIZES, labels)),
      ),
      metricSource(
        LISTS,
        'histogram',
        '[BETA] Response latency distribution in seconds for watch list requests broken by group, version, resource and scope.',
        () => this.#lists.samples(LISTS),
      ),
    ]
  }
}

import { Buckets, metricSource, type MetricSource } from '../machinery/metrics.ts'
import type { Storage } from './contract.ts'

const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]

/** The contract's calls under the names that etcd_request_duration_seconds uses. */
const OPERATIONS = {
  get: 'get',
  list: 'list',
  create: 'create',
  update: 'update',
  delete: 'delete',
  compact: 'compact',
} as const
type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS]

interface Series {
  buckets: Buckets
  errors: number
}

/** Which resource's a key is, for labels. */
export type ResourceOfKey = (prefix: string) => { readonly group: string; readonly resource: string } | undefined

/** Resources whose key has a second word of their own (`services/specs`). */
const TWO_WORDS = /^(?:services|ranges|[^/]*\..*)$/
/** Whoever may make definitions chooses keys: past this many new ones are not told apart. */
const MAX_SERIES = 5000

/** How long calls to the store take, counted in plain arrays: a scrape is rare, a call is not. */
export class StorageTimings {
  readonly #series = new Map<Operation, Map<string, Series>>()
  readonly #now: () => number
  readonly #root: number

  /**
   * @param root what all keys begin with, as in `/registry/`
   * @param now milliseconds of a clock that never goes back
   */
  constructor(root = '/registry/', now = (): number => performance.now()) {
    this.#root = root.length
    this.#now = now
  }

  /** The same store, with every call counted. */
  observe(storage: Storage): Storage {
    const timed = <A extends readonly unknown[], R>(operation: Operation, call: (...args: A) => Promise<R>) => {
      const all = new Map<string, Series>()
      this.#series.set(operation, all)
      return (...args: A): Promise<R> => {
        const began = this.#now()
        const series = this.#of(all, args[0])
        const done = (): void => series.buckets.observe((this.#now() - began) / 1000)
        const result = call(...args)
        result.then(done, () => {
          series.errors++
          done()
        })
        return result
      }
    }
    return {
      get: timed(OPERATIONS.get, storage.get.bind(storage)),
      list: timed(OPERATIONS.list, storage.list.bind(storage)),
      create: timed(OPERATIONS.create, storage.create.bind(storage)),
      update: timed(OPERATIONS.update, storage.update.bind(storage)),
      delete: timed(OPERATIONS.delete, storage.delete.bind(storage)),
      compact: timed(OPERATIONS.compact, storage.compact.bind(storage)),
      // Asked on every read; the embedded store answers it without leaving the process.
      currentRevision: storage.currentRevision.bind(storage),
      watch: storage.watch.bind(storage),
      compactedRevision: storage.compactedRevision.bind(storage),
      stats: storage.stats.bind(storage),
      close: storage.close.bind(storage),
      ...(storage.failed === undefined ? {} : { failed: storage.failed }),
    }
  }

  #of(all: Map<string, Series>, key: unknown): Series {
    const prefix = typeof key === 'string' ? this.#prefixOf(key) : ''
    const known = all.get(prefix)
    if (known !== undefined) return known
    const series: Series = { buckets: new Buckets(BUCKETS), errors: 0 }
    if (all.size < MAX_SERIES) all.set(prefix, series)
    return series
  }

  /** Up to the slash behind the resource, and that of a resource with a group in its key. */
  #prefixOf(key: string): string {
    const word = key.indexOf('/', this.#root)
    if (word < 0) return ''
    if (!TWO_WORDS.test(key.slice(this.#root, word))) return key.slice(0, word + 1)
    const second = key.indexOf('/', word + 1)
    return second < 0 ? '' : key.slice(0, second + 1)
  }

  sources(resourceOf: ResourceOfKey = () => undefined): MetricSource[] {
    const durations = 'etcd_request_duration_seconds'
    const all = (): { labels: Record<string, string>; of: Series }[] =>
      [...this.#series].flatMap(([operation, byPrefix]) =>
        [...byPrefix].map(([prefix, of]) => {
          const { group = '', resource = '' } = resourceOf(prefix) ?? {}
          return { labels: { operation, group, resource }, of }
        }),
      )
    const counter = (name: string, help: string, of: (series: Series) => number): MetricSource =>
      metricSource(name, 'counter', help, () => all().map((s) => ({ labels: s.labels, value: of(s.of) })))
    return [
      metricSource(durations, 'histogram', '[ALPHA] Etcd request latency in seconds for each operation and object type.', () =>
        all().flatMap(({ labels, of }) => of.buckets.samples(durations, labels)),
      ),
      counter('etcd_requests_total', '[ALPHA] Etcd request counts for each operation and object type.', ({ buckets }) => buckets.count),
      counter(
        'etcd_request_errors_total',
        '[ALPHA] Etcd failed request counts for each operation and object type.',
        ({ errors }) => errors,
      ),
    ]
  }
}

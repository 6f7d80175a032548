import { Buckets, metricSource, type MetricSource } from '../machinery/metrics.ts'
import type { Storage } from './contract.ts'

const BUCKETS = [0.0005, 0.001, 0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 8, 15, 30, 60]

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

/** How long calls to the store take, counted in plain arrays: a scrape is rare, a call is not. */
export class StorageTimings {
  readonly #series = new Map<Operation, Series>()
  readonly #now: () => number

  /** @param now milliseconds of a clock that never goes back */
  constructor(now = (): number => performance.now()) {
    this.#now = now
  }

  /** The same store, with every call counted. */
  observe(storage: Storage): Storage {
    const timed = <A extends unknown[], R>(operation: Operation, call: (...args: A) => Promise<R>) => {
      const series: Series = { buckets: new Buckets(BUCKETS), errors: 0 }
      this.#series.set(operation, series)
      return (...args: A): Promise<R> => {
        const began = this.#now()
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

  sources(): MetricSource[] {
    const durations = 'etcd_request_duration_seconds'
    const errors = 'etcd_request_errors_total'
    return [
      metricSource(durations, 'histogram', 'Time of calls to the store, by operation.', () =>
        [...this.#series].flatMap(([operation, s]) => s.buckets.samples(durations, { operation })),
      ),
      metricSource(errors, 'counter', 'Calls to the store that failed or were refused, by operation.', () =>
        [...this.#series].map(([operation, s]) => ({ labels: { operation }, value: s.errors })),
      ),
    ]
  }
}

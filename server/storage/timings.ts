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
  buckets: Float64Array
  sum: number
  count: number
  errors: number
}

interface Sample {
  labels: Record<string, string | number>
  value: number
  metricName?: string
}

/** What prom-client asks for when it is scraped. */
interface MetricSource {
  name: string
  get(): Promise<{ name: string; help: string; type: 'counter' | 'histogram'; aggregator: 'sum'; values: Sample[] }>
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
      const series: Series = { buckets: new Float64Array(BUCKETS.length + 1), sum: 0, count: 0, errors: 0 }
      this.#series.set(operation, series)
      return (...args: A): Promise<R> => {
        const began = this.#now()
        const done = (): void => count(series, (this.#now() - began) / 1000)
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
      {
        name: durations,
        get: () =>
          Promise.resolve({
            name: durations,
            help: 'Time of calls to the store, by operation.',
            type: 'histogram',
            aggregator: 'sum',
            values: [...this.#series].flatMap(([operation, s]) => histogram(durations, operation, s)),
          }),
      },
      {
        name: errors,
        get: () =>
          Promise.resolve({
            name: errors,
            help: 'Calls to the store that failed or were refused, by operation.',
            type: 'counter',
            aggregator: 'sum',
            values: [...this.#series].map(([operation, s]) => ({ labels: { operation }, value: s.errors })),
          }),
      },
    ]
  }
}

function count(s: Series, seconds: number): void {
  s.count++
  s.sum += seconds
  let i = BUCKETS.findIndex((b) => seconds <= b)
  if (i < 0) i = BUCKETS.length
  s.buckets[i]!++
}

function histogram(name: string, operation: string, s: Series): Sample[] {
  let below = 0
  const values: Sample[] = BUCKETS.map((le, i) => ({
    labels: { operation, le },
    value: (below += s.buckets[i]!),
    metricName: `${name}_bucket`,
  }))
  values.push({ labels: { operation, le: '+Inf' }, value: s.count, metricName: `${name}_bucket` })
  values.push(
    { labels: { operation }, value: s.sum, metricName: `${name}_sum` },
    { labels: { operation }, value: s.count, metricName: `${name}_count` },
  )
  return values
}

import { goFloat } from './numbers.ts'

/** What prom-client's Registry.registerMetric takes: it asks `get` when it is scraped, and nothing before. */
export interface MetricSource {
  readonly name: string
  get(): Promise<MetricObject>
}

export interface MetricObject {
  name: string
  help: string
  type: MetricType
  aggregator: 'sum'
  values: Sample[]
}

export type MetricType = 'counter' | 'gauge' | 'histogram'

export interface Sample {
  labels: Record<string, string | number>
  value: number
  metricName?: string
}

export type Labels = Readonly<Record<string, string>>

export function metricSource(name: string, type: MetricType, help: string, values: () => Sample[]): MetricSource {
  return { name, get: () => Promise.resolve({ name, help, type, aggregator: 'sum', values: values() }) }
}

/**
 * What prom-client's Registry.metrics() writes as Prometheus' client in Go would: metric by metric in the order of their names, with no lines between
 * them. Each begins with `# HELP NAME`, and a break in a text is escaped.
 */
export function sortedMetrics(text: string): string {
  const nameOf = (metric: string): string => metric.split(' ', 3)[2] ?? ''
  const metrics = text.trimEnd().split('\n\n')
  return `${metrics.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).join('\n')}\n`
}

/** Whoever may write objects chooses names: past this many combinations of labels new ones are not told apart. */
const MAX_SERIES = 2000

/** One metric with its combinations of labels, counted in plain arrays: a scrape is rare, what is counted is not. */
export class Counters {
  readonly #series = new Map<string, { readonly labels: Labels; value: number }>()

  add(labels: Labels, by = 1): void {
    const key = JSON.stringify(labels)
    const known = this.#series.get(key)
    if (known !== undefined) known.value += by
    else if (this.#series.size < MAX_SERIES) this.#series.set(key, { labels, value: by })
  }

  samples(): Sample[] {
    return [...this.#series.values()].map(({ labels, value }) => ({ labels, value }))
  }
}

/** The counts of one combination of labels: one for each bound, and one for what is past the last. */
export class Buckets {
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  /** All of them together; they have the same bounds, and there is one at least. */
  static sum(all: readonly Buckets[]): Buckets {
    if (all.length === 1) return all[0]!
    const sum = new Buckets(all[0]!.#bounds)
    for (const one of all) {
      for (const [i, count] of one.#counts.entries()) sum.#counts[i]! += count
      sum.#sum += one.#sum
    }
    return sum
  }

  observe(value: number, times = 1): void {
    let bucket = 0
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket++
    this.#counts[bucket] = this.#counts[bucket]! + times
    this.#sum += value * times
  }

  get count(): number {
    return this.#counts.reduce((n, count) => n + count, 0)
  }

  get isEmpty(): boolean {
    return this.#counts.every((n) => n === 0)
  }

  samples(name: string, labels: Labels): Sample[] {
    const values: Sample[] = []
    let running = 0
    for (const [i, count] of this.#counts.entries()) {
      running += count
      // Upstream's spelling of a number: a query names a bucket by it.
      values.push({ labels: { ...labels, le: goFloat(this.#bounds[i] ?? Infinity) }, value: running, metricName: `${name}_bucket` })
    }
    return [...values, { labels, value: this.#sum, metricName: `${name}_sum` }, { labels, value: running, metricName: `${name}_count` }]
  }
}

export class Histograms {
  readonly #series = new Map<string, { readonly labels: Labels; readonly buckets: Buckets }>()
  readonly #bounds: readonly number[]

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  observe(labels: Labels, value: number): void {
    const key = JSON.stringify(labels)
    let series = this.#series.get(key)
    if (series === undefined) {
      if (this.#series.size >= MAX_SERIES) return
      this.#series.set(key, (series = { labels, buckets: new Buckets(this.#bounds) }))
    }
    series.buckets.observe(value)
  }

  samples(name: string): Sample[] {
    return [...this.#series.values()].flatMap(({ labels, buckets }) => buckets.samples(name, labels))
  }
}

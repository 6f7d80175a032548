import type { Filter, RequestContext } from '../request/context.ts'
import type { InFlight } from './max-in-flight.ts'
import type { RequestInfo } from '../request/request-info.ts'

/** What prom-client's Registry.registerMetric takes: it asks `get` when it is scraped, and nothing before. */
export interface MetricSource {
  readonly name: string
  get(): Promise<MetricObject>
}

export interface MetricObject {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  aggregator: 'sum'
  values: { labels: Record<string, string | number>; value: number; metricName?: string }[]
}

const durationBuckets = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const sizeBuckets = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
// Clients choose paths: past this many combinations new ones are not told apart.
const maxSeries = 5000
const MAX_KEY = 512

const reportedVerbs: Readonly<Record<string, string>> = {
  get: 'GET',
  head: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  post: 'POST',
  update: 'PUT',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
  proxy: 'PROXY',
}

/** One combination of labels, counted in plain arrays: a scrape is rare, a request is not. */
interface Series {
  readonly labels: Record<string, string>
  readonly byCode: Map<number, number>
  readonly durations: Float64Array
  durationSum: number
  readonly sizes: Float64Array | undefined
  sizeSum: number
  longRunning: number
}

/** The request metrics of kube-apiserver under their own names. */
export class RequestMetrics {
  readonly inFlight: InFlight = { readOnly: 0, mutating: 0 }
  readonly #series = new Map<string, Series>()

  readonly filter: Filter = (next) => (ctx) => {
    const started = performance.now()
    if (ctx.longRunning) {
      this.#observeLongRunning(ctx, started)
      return next(ctx)
    }
    const result = next(ctx)
    if (result === undefined) this.#observe(ctx, started)
    else return result.finally(() => this.#observe(ctx, started))
  }

  #observe(ctx: RequestContext, started: number): void {
    const { status, bodyBytes } = ctx.exchange
    const series = this.#seriesOf(ctx)
    if (series === undefined || status === 0) return
    series.byCode.set(status, (series.byCode.get(status) ?? 0) + 1)
    const seconds = (performance.now() - started) / 1000
    series.durationSum += seconds
    const bucket = bucketOf(durationBuckets, seconds)
    series.durations[bucket] = series.durations[bucket]! + 1
    if (series.sizes === undefined) return
    series.sizeSum += bodyBytes
    const size = bucketOf(sizeBuckets, bodyBytes)
    series.sizes[size] = series.sizes[size]! + 1
  }

  #observeLongRunning(ctx: RequestContext, started: number): void {
    let counted: Series | undefined
    // Known when the answer has begun: refused ones are not running.
    queueMicrotask(() => {
      counted = this.#seriesOf(ctx)
      if (counted !== undefined) counted.longRunning++
      ctx.exchange.onClose(() => {
        if (counted !== undefined) counted.longRunning--
        this.#observe(ctx, started)
      })
    })
  }

  /** Undefined where a client could make up labels: what does not exist, or may not be seen. */
  #seriesOf(ctx: RequestContext): Series | undefined {
    const { requestInfo: info, exchange } = ctx
    const apply = info.verb === 'patch' && (exchange.headers['content-type'] ?? '').startsWith('application/apply-patch')
    const verb = apply ? 'APPLY' : (reportedVerbs[info.verb] ?? 'other')
    const dryRun = dryRunOf(info)
    const scope = scopeOf(info)
    const subresource = info.isResourceRequest ? info.subresource : info.path
    const key = `${verb} ${dryRun} ${scope} ${info.apiGroup} ${info.apiVersion} ${info.resource} ${subresource}`
    // No label is that long: a client made it up.
    if (key.length > MAX_KEY) return undefined
    let series = this.#series.get(key)
    if (series !== undefined) return series
    const { status } = exchange
    if (status === 404 || status === 401 || status === 403 || status === 405 || this.#series.size >= maxSeries) return undefined
    const { apiGroup: group, apiVersion: version, resource, isResourceRequest } = info
    series = {
      labels: { verb, dry_run: dryRun, group, version, resource, subresource, scope, component: isResourceRequest ? 'apiserver' : '' },
      byCode: new Map(),
      durations: new Float64Array(durationBuckets.length + 1),
      durationSum: 0,
      sizes: verb === 'GET' || verb === 'LIST' ? new Float64Array(sizeBuckets.length + 1) : undefined,
      sizeSum: 0,
      longRunning: 0,
    }
    this.#series.set(key, series)
    return series
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const source = (name: string, type: MetricObject['type'], help: string, values: () => MetricObject['values']): MetricSource => ({
      name,
      get: () => Promise.resolve({ name, help, type, aggregator: 'sum', values: values() }),
    })
    const all = (): Series[] => [...this.#series.values()]
    const total = 'apiserver_request_total'
    const duration = 'apiserver_request_duration_seconds'
    const sizes = 'apiserver_response_sizes'
    return [
      source(total, 'counter', 'Requests by verb, dry run, group, version, resource, subresource, scope, component and code.', () =>
        all().flatMap((s) => [...s.byCode].map(([code, value]) => ({ labels: { ...s.labels, code: String(code) }, value }))),
      ),
      source(duration, 'histogram', 'Seconds until a request was answered.', () =>
        all().flatMap((s) => histogram(duration, s.labels, durationBuckets, s.durations, s.durationSum)),
      ),
      source(sizes, 'histogram', 'Bytes of the answers to reads.', () =>
        all().flatMap(({ labels: { dry_run: _, ...labels }, ...s }) =>
          s.sizes === undefined ? [] : histogram(sizes, labels, sizeBuckets, s.sizes, s.sizeSum),
        ),
      ),
      source('apiserver_longrunning_requests', 'gauge', 'Watches and streams that are open.', () =>
        all().flatMap(({ labels: { dry_run: _, ...labels }, longRunning }) => (longRunning > 0 ? [{ labels, value: longRunning }] : [])),
      ),
      source('apiserver_current_inflight_requests', 'gauge', 'Requests being answered, by kind.', () => [
        { labels: { request_kind: 'mutating' }, value: this.inFlight.mutating },
        { labels: { request_kind: 'readOnly' }, value: this.inFlight.readOnly },
      ]),
    ]
  }
}

function bucketOf(bounds: readonly number[], value: number): number {
  let i = 0
  while (i < bounds.length && value > bounds[i]!) i++
  return i
}

function histogram(
  name: string,
  labels: Record<string, string>,
  bounds: readonly number[],
  counts: Float64Array,
  sum: number,
): MetricObject['values'] {
  const values: MetricObject['values'] = []
  let running = 0
  for (let i = 0; i <= bounds.length; i++) {
    running += counts[i]!
    values.push({ labels: { ...labels, le: bounds[i] ?? '+Inf' }, value: running, metricName: `${name}_bucket` })
  }
  if (running === 0) return []
  values.push({ labels, value: sum, metricName: `${name}_sum` }, { labels, value: running, metricName: `${name}_count` })
  return values
}

function dryRunOf({ query }: RequestInfo): string {
  const values = query.getAll('dryRun')
  return values.length === 0 ? '' : values.every((v) => v === 'All') ? 'All' : 'invalid'
}

function scopeOf(info: RequestInfo): string {
  if (info.name !== '' || info.verb === 'create') return 'resource'
  if (info.namespace !== '') return 'namespace'
  return info.isResourceRequest ? 'cluster' : ''
}

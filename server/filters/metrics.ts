import { apiServer } from '../authn/components.ts'
import { Buckets, Counters, Histograms, metricSource, type Labels, type MetricSource } from '../machinery/metrics.ts'
import type { Filter, RequestContext } from '../request/context.ts'
import type { InFlight } from './max-in-flight.ts'
import type { RequestInfo } from '../request/request-info.ts'

const durationBuckets = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const ownDurationBuckets = durationBuckets.slice(2)
const sizeBuckets = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
const bodySizeBuckets = Array.from({ length: 31 }, (_, i) => 50_000 + i * 100_000)
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
  readonly durations: Buckets
  /** Without what others took; not of a dry run. */
  readonly ownDurations: Buckets | undefined
  readonly sizes: Buckets | undefined
  longRunning: number
}

/** The request metrics of kube-apiserver under their own names. */
export class RequestMetrics {
  readonly inFlight: InFlight = { readOnly: 0, mutating: 0 }
  readonly #series = new Map<string, Series>()
  readonly #terminations = new Counters()
  readonly #aborts = new Counters()
  readonly #own = new Counters()
  readonly #bodySizes = new Histograms(bodySizeBuckets)

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

  /** A request was ended by the server's own decision, before it was done or begun. */
  terminated(ctx: RequestContext, code: number, component = 'apiserver'): void {
    const labels = labelsOf(ctx)
    if (labels !== undefined) this.#terminations.add({ ...labels, component, code: String(code) })
  }

  /** The time of a request was over when its answer had begun: there was nothing left to say. */
  aborted(ctx: RequestContext): void {
    const labels = labelsOf(ctx)
    if (labels !== undefined) this.#aborts.add(labels)
  }

  #observe(ctx: RequestContext, started: number): void {
    const { status, bodyBytes } = ctx.exchange
    if (ctx.bodyRead !== undefined) this.#observeBody(ctx.requestInfo, ctx.bodyRead)
    const series = this.#seriesOf(ctx)
    if (series === undefined || status === 0) return
    series.byCode.set(status, (series.byCode.get(status) ?? 0) + 1)
    if (ctx.user.name === apiServer.name) {
      const { verb, group, resource, subresource } = series.labels as Labels
      this.#own.add({ verb: verb!, group: group!, resource: resource!, subresource: subresource! })
    }
    const tookMs = performance.now() - started
    series.durations.observe(tookMs / 1000)
    series.ownDurations?.observe(Math.max(0, tookMs - ctx.webhookMs) / 1000)
    series.sizes?.observe(bodyBytes)
  }

  #observeBody({ verb, apiGroup: group, resource }: RequestInfo, bytes: number): void {
    this.#bodySizes.observe({ group, resource, verb: verb === 'deletecollection' ? 'delete_collection' : verb }, bytes)
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
    const apply = info.verb === 'patch' && isApply(exchange)
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
      durations: new Buckets(durationBuckets),
      ownDurations: dryRun === '' ? new Buckets(ownDurationBuckets) : undefined,
      sizes: verb === 'GET' || verb === 'LIST' ? new Buckets(sizeBuckets) : undefined,
      longRunning: 0,
    }
    this.#series.set(key, series)
    return series
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const all = (): Series[] => [...this.#series.values()]
    const total = 'apiserver_request_total'
    const duration = 'apiserver_request_duration_seconds'
    const ownDuration = 'apiserver_request_sli_duration_seconds'
    const sizes = 'apiserver_response_sizes'
    const bodySizes = 'apiserver_request_body_size_bytes'
    const histogram = (name: string, of: (s: Series) => Buckets | undefined): ReturnType<Buckets['samples']> =>
      all().flatMap((s) => {
        const { dry_run: _, ...labels } = s.labels
        const buckets = of(s)
        return buckets === undefined || buckets.isEmpty ? [] : buckets.samples(name, labels)
      })
    return [
      metricSource(
        total,
        'counter',
        '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
        () => all().flatMap((s) => [...s.byCode].map(([code, value]) => ({ labels: { ...s.labels, code: String(code) }, value }))),
      ),
      metricSource(
        duration,
        'histogram',
        '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
        () => all().flatMap((s) => (s.durations.isEmpty ? [] : s.durations.samples(duration, s.labels))),
      ),
      metricSource(
        ownDuration,
        'histogram',
        '[ALPHA] Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
        () => histogram(ownDuration, (s) => s.ownDurations),
      ),
      metricSource(
        sizes,
        'histogram',
        '[STABLE] Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
        () => histogram(sizes, (s) => s.sizes),
      ),
      metricSource(bodySizes, 'histogram', '[ALPHA] Apiserver request body size in bytes broken out by resource and verb.', () =>
        this.#bodySizes.samples(bodySizes),
      ),
      metricSource(
        'apiserver_request_terminations_total',
        'counter',
        '[ALPHA] Number of requests which apiserver terminated in self-defense.',
        () => this.#terminations.samples(),
      ),
      metricSource(
        'apiserver_request_aborts_total',
        'counter',
        '[ALPHA] Number of requests which apiserver aborted possibly due to a timeout, for each group, version, verb, resource, subresource and scope',
        () => this.#aborts.samples(),
      ),
      metricSource(
        'apiserver_selfrequest_total',
        'counter',
        '[ALPHA] Counter of apiserver self-requests broken out for each verb, API resource and subresource.',
        () => this.#own.samples(),
      ),
      metricSource(
        'apiserver_longrunning_requests',
        'gauge',
        '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
        () =>
          all().flatMap(({ labels: { dry_run: _, ...labels }, longRunning }) => (longRunning > 0 ? [{ labels, value: longRunning }] : [])),
      ),
      metricSource(
        'apiserver_current_inflight_requests',
        'gauge',
        '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
        () => [
          { labels: { request_kind: 'mutating' }, value: this.inFlight.mutating },
          { labels: { request_kind: 'readOnly' }, value: this.inFlight.readOnly },
        ],
      ),
      metricSource(
        'apiserver_current_inqueue_requests',
        'gauge',
        '[ALPHA] Maximal number of queued requests in this apiserver per request kind in last second.',
        // A request beyond the limits is refused; nothing waits in a queue.
        () => ['mutating', 'readOnly'].map((kind) => ({ labels: { request_kind: kind }, value: 0 })),
      ),
    ]
  }
}

/** Undefined where a client made them up: no label is that long. */
function labelsOf({ requestInfo: info, exchange }: RequestContext): Labels | undefined {
  const { isResourceRequest, apiGroup, apiVersion, resource, subresource, path } = info
  const of = isResourceRequest
    ? { group: apiGroup, version: apiVersion, resource, subresource }
    : { group: '', version: '', resource: '', subresource: path }
  if (Object.values(of).join('').length > MAX_KEY) return undefined
  const verb = info.verb === 'patch' && isApply(exchange) ? 'APPLY' : (reportedVerbs[info.verb] ?? 'other')
  return { verb, ...of, scope: scopeOf(info) }
}

const isApply = ({ headers }: RequestContext['exchange']): boolean => (headers['content-type'] ?? '').startsWith('application/apply-patch')

function dryRunOf({ query }: RequestInfo): string {
  const values = query.getAll('dryRun')
  return values.length === 0 ? '' : values.every((v) => v === 'All') ? 'All' : 'invalid'
}

function scopeOf(info: RequestInfo): string {
  if (info.name !== '' || info.verb === 'create') return 'resource'
  if (info.namespace !== '') return 'namespace'
  return info.isResourceRequest ? 'cluster' : ''
}

import type { AdmissionMetrics } from '../admission/metrics.ts'
import type { WebhookMetrics } from '../admission/webhooks/metrics.ts'
import type { AuthenticationMetrics } from '../authn/metrics.ts'
import type { Feed } from '../cache/feed.ts'
import type { AccessMetrics } from '../filters/access-metrics.ts'
import type { RequestMetrics } from '../filters/metrics.ts'
import type { Store } from '../registry/generic/store.ts'
import type { Registry } from '../registry/registry.ts'
import type { StorageTimings } from '../storage/timings.ts'
import type { Storage } from '../storage/contract.ts'
import { KUBERNETES_VERSION, versionInfo } from '../discovery/version.ts'
import { NOTHING_ENFORCES } from '../registry/generic/unenforced.ts'
import type { ResourceCache } from '../cache/resource-cache.ts'
import { metricSource, sortedMetrics, type MetricSource, type MetricType } from '../machinery/metrics.ts'
import type { WorkQueueMetrics } from '../machinery/work-queue-metrics.ts'

/** A feature gate and the stage that its feature is in. */
export interface Feature {
  readonly name: string
  readonly stage: string
  readonly isOpen: boolean
}

export interface MetricSources {
  requests: RequestMetrics
  registry: Registry
  feed: Feed
  storage: Storage
  timings: StorageTimings
  webhooks: WebhookMetrics
  admission: AdmissionMetrics
  access: AccessMetrics
  authentication: AuthenticationMetrics | undefined
  /** Names of the control loops that run in this process, by the program that runs them upstream. */
  controllers: ReadonlyMap<string, readonly string[]>
  features: readonly Feature[]
  /** Clients that have not come to speak TLS. */
  handshakeErrors(): number
  queues: WorkQueueMetrics
  /** What others have to tell at the time of a scrape. */
  reported(): Iterable<MetricSource>
}

/** What kubernetes_build_info says of a version, and where `/version` has it. */
const BUILD_LABELS: readonly (readonly [string, keyof typeof versionInfo])[] = [
  ['major', 'major'],
  ['minor', 'minor'],
  ['git_version', 'gitVersion'],
  ['git_commit', 'gitCommit'],
  ['git_tree_state', 'gitTreeState'],
  ['build_date', 'buildDate'],
  ['go_version', 'goVersion'],
  ['compiler', 'compiler'],
  ['platform', 'platform'],
]

/** Requests leave no record yet, so none is made and none that cannot be made keeps a request from being served. */
const AUDIT: readonly (readonly [string, string])[] = [
  ['apiserver_audit_event_total', '[ALPHA] Counter of audit events generated and sent to the audit backend.'],
  ['apiserver_audit_requests_rejected_total', '[ALPHA] Counter of apiserver requests rejected due to an error in audit logging backend.'],
]

const constants = (features: readonly Feature[]): MetricSource[] => [
  ...AUDIT.map(([name, help]) => metricSource(name, 'counter', help, () => [{ labels: {}, value: 0 }])),
  metricSource(
    'kubernetes_feature_enabled',
    'gauge',
    '[BETA] This metric records the data about the stage and enablement of a k8s feature.',
    () => features.map(({ name, stage, isOpen }) => ({ labels: { name, stage }, value: isOpen ? 1 : 0 })),
  ),
]

const handshakes = (s: MetricSources): MetricSource =>
  metricSource(
    'apiserver_tls_handshake_errors_total',
    'counter',
    "[ALPHA] Number of requests dropped with 'TLS handshake error from' error",
    () => [{ labels: {}, value: s.handshakeErrors() }],
  )

/** Two keys of unknown resources must not look like one: what stands in the key is the resource then. */
function resourceOf(s: MetricSources, prefix: string): { group: string; resource: string } {
  const store = [...s.registry.snapshot.stores.values()].find(({ resource: { schema } }) => schema.prefix === prefix)
  return store === undefined ? { group: '', resource: prefix.split('/').slice(2).join('/').replace(/\/$/, '') } : store.resource
}

/** Of a kind that nobody has asked for yet nothing is known, as upstream, which makes the storage of a custom kind for its first request. */
const filled = (s: MetricSources): (readonly [string, Store])[] =>
  [...s.registry.snapshot.stores].filter(([, { resource }]) => s.feed.isFilled(resource.schema.prefix))

/** What the caches of all resources can tell of themselves when they are asked. */
function cached(s: MetricSources): MetricSource[] {
  const of = (name: string, type: MetricType, help: string, value: (cache: ResourceCache) => number): MetricSource =>
    metricSource(name, type, help, () =>
      filled(s).map(([, { resource: r }]) => ({
        labels: { group: r.group, resource: r.resource },
        value: value(r.cache),
      })),
    )
  return [
    of(
      'apiserver_resource_objects',
      'gauge',
      '[ALPHA] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
      (cache) => cache.list.size,
    ),
    of(
      'apiserver_resource_size_estimate_bytes',
      'gauge',
      '[ALPHA] Estimated size of stored objects in database. Estimate is based on sum of last observed sizes of serialized objects. In case of a fetching error, the value will be -1.',
      ({ list }) => {
        let bytes = 0
        for (const entry of list.entries({ namespace: '' })) bytes += entry.size
        return bytes
      },
    ),
    of(
      'apiserver_watch_cache_resource_version',
      'gauge',
      '[ALPHA] Current resource version of watch cache broken by resource type. This is truncated to the 15 least significant digits.',
      () => s.feed.revision % 1e15,
    ),
    of('apiserver_storage_events_received_total', 'counter', '[BETA] Number of etcd events received split by kind.', (c) => c.published),
    of(
      'apiserver_watch_cache_initializations_total',
      'counter',
      '[ALPHA] Counter of watch cache initializations broken by resource type.',
      (cache) => cache.loads,
    ),
    of(
      'apiserver_watch_cache_events_received_total',
      'counter',
      '[ALPHA] Counter of events received in watch cache broken by resource type.',
      (cache) => cache.published,
    ),
    of(
      'apiserver_watch_cache_events_dispatched_total',
      'counter',
      '[ALPHA] Counter of events dispatched in watch cache broken by resource type.',
      (cache) => cache.published,
    ),
  ]
}

/** Everything on `/metrics`, under kube-apiserver's names where it has one. */
export type Scrape = () => Promise<{ contentType: string; text: string }>

/** A path of `sources` alone. */
export async function scrapeOf(sources: readonly MetricSource[]): Promise<Scrape> {
  const { Registry: Prom } = (await import('prom-client')).default
  const prom = new Prom()
  for (const source of sources) prom.registerMetric(source as never)
  return async () => ({ contentType: prom.contentType, text: sortedMetrics(await prom.metrics()) })
}

/** Made at the first scrape: most servers are never scraped. */
export async function createMetrics(s: MetricSources): Promise<Scrape> {
  // CommonJS: in the bundle it has nothing but its default export.
  const { Gauge, Registry: Prom, collectDefaultMetrics } = (await import('prom-client')).default
  const prom = new Prom()
  collectDefaultMetrics({ register: prom })
  const sources = [
    s.requests,
    s.access,
    ...(s.authentication === undefined ? [] : [s.authentication]),
    { sources: () => s.timings.sources((prefix) => resourceOf(s, prefix)) },
    s.admission,
    s.webhooks,
    s.queues,
  ].flatMap((of): readonly MetricSource[] => of.sources())
  for (const source of [...sources, ...constants(s.features), ...cached(s), handshakes(s)]) prom.registerMetric(source as never)
  const registers = [prom]
  new Gauge({
    name: 'apiserver_storage_objects',
    help: 'Stored objects by resource.',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const [resource, store] of filled(s)) this.set({ resource }, store.resource.cache.list.size)
    },
  })
  new Gauge({
    name: 'apiserver_registered_watchers',
    help: 'Open watches by resource.',
    labelNames: ['group', 'kind'],
    registers,
    collect() {
      for (const { resource } of s.registry.snapshot.stores.values())
        this.set({ group: resource.group, kind: resource.kind }, resource.cache.watchers.size)
    },
  })
  new Gauge({
    name: 'apiserver_storage_size_bytes',
    help: '[STABLE] Size of the storage database file physically allocated in bytes.',
    labelNames: ['storage_cluster_id'],
    registers,
    async collect() {
      // One that cannot be asked has no size: everything else is wanted most while it is away.
      this.reset()
      const stats = await s.storage.stats().catch(() => undefined)
      if (stats !== undefined) this.set({ storage_cluster_id: stats.backend }, stats.sizeBytes)
    },
  })
  new Gauge({
    name: 'binnacle_watch_cache_revision',
    help: 'Newest revision that the watch cache has seen.',
    registers,
    collect() {
      this.set(s.feed.revision)
    },
  })
  new Gauge({
    name: 'binnacle_watch_cache_recent_events',
    help: 'Recent events that are kept for watches by resource.',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const [resource, store] of s.registry.snapshot.stores) this.set({ resource }, store.resource.cache.ring.size)
    },
  })
  new Gauge({
    name: 'binnacle_watch_cache_recent_bytes',
    help: 'Bytes of the objects in recent events that are kept for watches by resource.',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const [resource, store] of s.registry.snapshot.stores) this.set({ resource }, store.resource.cache.ring.bytes)
    },
  })
  new Gauge({
    // The name that kube-controller-manager has for it (component-base/metrics/prometheus/controllers).
    name: 'running_managed_controllers',
    help: 'Control loops that run in this process.',
    labelNames: ['name', 'manager'],
    registers,
    collect() {
      this.reset()
      for (const [manager, names] of s.controllers) for (const name of names) this.set({ name, manager }, 1)
    },
  })
  new Gauge({
    name: 'binnacle_unenforced_resources',
    help: 'Resources whose objects are stored and have no effect on this server.',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const resource of Object.keys(NOTHING_ENFORCES)) this.set({ resource }, 1)
    },
  })
  new Gauge({
    name: 'kubernetes_build_info',
    help: "[BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    labelNames: BUILD_LABELS.map(([label]) => label),
    registers,
    collect() {
      this.set(Object.fromEntries(BUILD_LABELS.map(([label, field]) => [label, versionInfo[field]])), 1)
    },
  })
  new Gauge({
    name: 'version_info',
    help: '[ALPHA] Provides the compatibility version info of the component. The component label is the name of the component, usually kube, but is relevant for aggregated-apiservers.',
    labelNames: ['binary', 'component', 'emulation', 'min_compat'],
    registers,
    collect() {
      const { emulationMajor, emulationMinor, minCompatibilityMajor, minCompatibilityMinor } = versionInfo
      const emulation = `${emulationMajor}.${emulationMinor}`
      const min_compat = `${minCompatibilityMajor}.${minCompatibilityMinor}`
      this.set({ binary: KUBERNETES_VERSION.slice(1), component: 'kube', emulation, min_compat }, 1)
    },
  })
  return async () => {
    for (const source of s.reported()) {
      if (prom.getSingleMetric(source.name) === (source as never)) continue
      prom.removeSingleMetric(source.name)
      prom.registerMetric(source as never)
    }
    return { contentType: prom.contentType, text: sortedMetrics(await prom.metrics()) }
  }
}

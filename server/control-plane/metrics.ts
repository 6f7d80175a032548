import type { AdmissionMetrics } from '../admission/metrics.ts'
import type { WebhookMetrics } from '../admission/webhooks/metrics.ts'
import type { Feed } from '../cache/feed.ts'
import type { AccessMetrics } from '../filters/access-metrics.ts'
import type { RequestMetrics } from '../filters/metrics.ts'
import type { Registry } from '../registry/registry.ts'
import type { StorageTimings } from '../storage/timings.ts'
import type { Storage } from '../storage/contract.ts'
import { GIT_VERSION, KUBERNETES_VERSION, versionInfo } from '../discovery/version.ts'
import { NOTHING_ENFORCES } from '../registry/generic/unenforced.ts'
import type { MetricSource } from '../machinery/metrics.ts'
import type { WorkQueueMetrics } from '../machinery/work-queue-metrics.ts'

export interface MetricSources {
  requests: RequestMetrics
  registry: Registry
  feed: Feed
  storage: Storage
  timings: StorageTimings
  webhooks: WebhookMetrics
  admission: AdmissionMetrics
  access: AccessMetrics
  /** Names of the control loops that run in this process, by the program that runs them upstream. */
  controllers: ReadonlyMap<string, readonly string[]>
  queues: WorkQueueMetrics
  /** What others have to tell at the time of a scrape. */
  reported(): Iterable<MetricSource>
}

/** Everything on `/metrics`, under kube-apiserver's names where it has one. */
export type Scrape = () => Promise<{ contentType: string; text: string }>

/** A path of `sources` alone. */
export async function scrapeOf(sources: readonly MetricSource[]): Promise<Scrape> {
  const { Registry: Prom } = (await import('prom-client')).default
  const prom = new Prom()
  for (const source of sources) prom.registerMetric(source as never)
  return async () => ({ contentType: prom.contentType, text: await prom.metrics() })
}

/** Made at the first scrape: most servers are never scraped. */
export async function createMetrics(s: MetricSources): Promise<Scrape> {
  // CommonJS: in the bundle it has nothing but its default export.
  const { Gauge, Registry: Prom, collectDefaultMetrics } = (await import('prom-client')).default
  const prom = new Prom()
  collectDefaultMetrics({ register: prom })
  const sources = [s.requests, s.access, s.timings, s.admission, s.webhooks, s.queues].flatMap((of): readonly MetricSource[] =>
    of.sources(),
  )
  for (const source of sources) prom.registerMetric(source as never)
  const registers = [prom]
  new Gauge({
    name: 'apiserver_storage_objects',
    help: 'Stored objects by resource.',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const [resource, store] of s.registry.snapshot.stores) this.set({ resource }, store.resource.cache.list.size)
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
    help: 'Bytes of the store on disk.',
    labelNames: ['storage_cluster_id'],
    registers,
    async collect() {
      const { sizeBytes, backend } = await s.storage.stats()
      this.set({ storage_cluster_id: backend }, sizeBytes)
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
    help: 'Version of the API that is served.',
    labelNames: ['major', 'minor', 'git_version'],
    registers,
    collect() {
      this.set({ major: '1', minor: '37', git_version: GIT_VERSION }, 1)
    },
  })
  new Gauge({
    name: 'version_info',
    help: 'Versions that the server is compatible with.',
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
    return { contentType: prom.contentType, text: await prom.metrics() }
  }
}

import { LOCAL_CONDITION } from '../apis/apiregistration/v1/apiservice.ts'
import type { Entry } from '../cache/entry.ts'
import type { RequestContext } from '../request/context.ts'
import { writeText } from '../filters/errors.ts'
import { formatTime, type Clock, type Timer } from '../machinery/clock.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { Counters, metricSource, type MetricSource } from '../machinery/metrics.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { type QueueObserver, WorkQueue } from '../machinery/work-queue.ts'
import { startWorkers, untilOvertaken } from '../machinery/workers.ts'
import { retire } from '../proxy/kubelet-agents.ts'
import { urlHost } from '../proxy/target.ts'
import { deleteFrom } from '../registry/generic/delete.ts'
import type { Store } from '../registry/generic/store.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { statusRules } from '../registry/generic/update-rules.ts'
import { createIn, updateIn } from '../registry/generic/write.ts'
import type { Registry } from '../registry/registry.ts'
import type { Delegate, OpenApiV2, Snapshot } from '../registry/snapshot.ts'
import { AUTOMANAGED, AVAILABLE, isAvailable, nameOf, ownApiService, serviceOf, type ApiService, type Condition } from './api-service.ts'
import { openApiOf, openApiV2Of, resourcesOf } from './discovery.ts'
import { resolveService, Unreachable, type Address } from './resolve.ts'
import { ask, upstreamOf, type FrontProxy, type Upstream } from './upstream.ts'

export interface AggregatorOptions {
  queueObserver?: QueueObserver
  readonly registry: Registry
  readonly clock: Clock
  readonly frontProxy: FrontProxy
  /** Of the server's own writes. */
  readonly context: StrategyContext
  /** Hands a request on to an address of the server behind. */
  forward(ctx: RequestContext, address: Address, upstream: Upstream): Promise<void>
  /** A request that is for a server behind is refused, since that is not there. */
  refused?(ctx: RequestContext, code: number): void
  /** Work that failed and is tried again. */
  onError(name: string, error: unknown): void
}

const RESOURCE = 'apiservices.apiregistration.k8s.io'
/** How often servers are asked whether they are still there (kube-aggregator, resync of its informers). */
const CHECK_MS = 30_000
const RETRY = { baseDelayMs: 5, maxDelayMs: 30_000 }
const PASSED: Condition = { type: AVAILABLE, status: 'True', reason: 'Passed', message: 'all checks passed' }

interface Behind {
  readonly spec: string
  upstream: Upstream
  resources: readonly object[]
  openApi: string | undefined
  openApiV2: OpenApiV2 | undefined
  fresh: boolean
}

/**
 * The APIServices: those of our own groups and of custom resources are kept here, the servers behind others are asked whether they are
 * there and what they have, and what they serve is part of the registry's snapshot (kube-aggregator `pkg/controllers/{autoregister,status}`).
 */
export class Aggregator {
  readonly #o: AggregatorOptions
  readonly #store: Store
  readonly #queue: WorkQueue
  readonly #behind = new Map<string, Behind>()
  readonly #unavailable = new Counters()
  /** APIServices of the group-versions that this server serves itself, by name. */
  #own: ReadonlyMap<string, ApiService> = new Map()
  readonly #context: StrategyContext
  #frontProxy: FrontProxy
  readonly #watched: readonly Store[]
  #timer: Timer | undefined
  #published = ''

  readonly #changed = (event: { entry: Entry } | undefined): void => {
    if (event === undefined) this.#all()
    else this.#queue.add(event.entry.name)
  }
  /** A service or its endpoints: whoever stands behind one is asked again. */
  readonly #moved = (event: { entry: Entry } | undefined): void => {
    for (const name of this.#behind.keys()) {
      const service = serviceOf(this.#read(name) ?? NONE)
      const { entry } = event ?? {}
      const of = entry?.parts.labels?.['kubernetes.io/service-name'] ?? entry?.name
      if (entry === undefined || (of === service?.name && entry.namespace === service?.namespace)) this.#queue.add(name)
    }
  }
  readonly #served = (): void => {
    const before = this.#own
    this.#own = ownApiServices(this.#o.registry.snapshot)
    for (const name of this.#own.keys()) if (!before.has(name)) this.#queue.add(name)
    for (const name of before.keys()) if (!this.#own.has(name)) this.#queue.add(name)
  }

  constructor(o: AggregatorOptions) {
    this.#o = o
    this.#store = o.registry.store(RESOURCE)
    this.#watched = ['services', 'endpointslices.discovery.k8s.io'].map((name) => o.registry.store(name))
    this.#queue = new WorkQueue({ clock: o.clock, ...RETRY, ...(o.queueObserver === undefined ? {} : { observer: o.queueObserver }) })
    this.#context = o.context
    this.#frontProxy = o.frontProxy
  }

  /** Shows another certificate to the servers behind from now on (kube-aggregator `proxyCurrentCertKeyContent`). */
  useFrontProxy(frontProxy: FrontProxy): void {
    this.#frontProxy = frontProxy
    for (const [name, behind] of this.#behind) {
      const a = this.#read(name)
      if (a?.spec.service === undefined) continue
      retire(behind.upstream.agent)
      behind.upstream = upstreamOf(a, frontProxy)
      this.#queue.add(name)
    }
  }

  /** Makes the APIServices of what the server serves itself, and begins to follow all. The feed must have started. */
  async start(): Promise<void> {
    this.#store.resource.cache.listeners.add(this.#changed)
    for (const { resource } of this.#watched) resource.cache.listeners.add(this.#moved)
    this.#own = ownApiServices(this.#o.registry.snapshot)
    this.#o.registry.listeners.add(this.#served)
    this.#timer = this.#o.clock.setInterval(() => this.#moved(undefined), CHECK_MS)
    await Promise.all([...this.#own.keys()].map((name) => this.#sync(name)))
    this.#all()
    startWorkers({
      queue: this.#queue,
      workers: 1,
      sync: (name) => untilOvertaken(() => this.#sync(name)),
      // The condition says it already.
      onError: (e, name) => {
        if (!(e instanceof Unreachable)) this.#o.onError(name, e)
      },
    })
  }

  stop(): void {
    this.#store.resource.cache.listeners.delete(this.#changed)
    for (const { resource } of this.#watched) resource.cache.listeners.delete(this.#moved)
    this.#o.registry.listeners.delete(this.#served)
    this.#timer?.cancel()
    this.#queue.shutDown()
    for (const { upstream } of this.#behind.values()) upstream.agent.destroy()
  }

  #all(): void {
    for (const { name } of this.#store.resource.cache.list.entries({ namespace: '' })) this.#queue.add(name)
    for (const name of [...this.#own.keys(), ...this.#behind.keys()]) this.#queue.add(name)
  }

  #read(name: string): ApiService | undefined {
    return this.#store.cached('', name)?.view() as ApiService | undefined
  }

  async #sync(name: string): Promise<void> {
    const stored = this.#read(name)
    const own = this.#own.get(name)
    if (stored === undefined) {
      this.#forget(name)
      if (own === undefined) return
      await createIn(this.#store, { object: copyJson(own) as KubeObject, namespace: '', context: this.#context }).catch((e: unknown) => {
        if (!isStatusError(e, 'AlreadyExists')) throw e
      })
      return
    }
    if (stored.metadata.labels?.[AUTOMANAGED] === 'true' && own === undefined) {
      await deleteFrom(this.#store, { namespace: '', name, options: {}, context: this.#context })
      return
    }
    if (stored.spec.service === undefined) {
      this.#forget(name)
      return this.#say(stored, LOCAL_CONDITION)
    }
    await this.#check(name, stored)
  }

  #forget(name: string): void {
    const behind = this.#behind.get(name)
    if (behind === undefined) return
    this.#behind.delete(name)
    behind.upstream.agent.destroy()
    this.#publish()
  }

  /** Asks the server behind whether it is there and what it has. */
  async #check(name: string, a: ApiService): Promise<void> {
    const spec = JSON.stringify(a.spec)
    let behind = this.#behind.get(name)
    if (behind?.spec !== spec) {
      behind?.upstream.agent.destroy()
      const before = behind
      behind = {
        spec,
        upstream: upstreamOf(a, this.#frontProxy),
        resources: before?.resources ?? [],
        openApi: before?.openApi,
        openApiV2: before?.openApiV2,
        fresh: false,
      }
      this.#behind.set(name, behind)
      this.#publish()
    }
    const { group = '', version } = a.spec
    const failed = (e: unknown): Unreachable =>
      e instanceof Unreachable ? e : new Unreachable('FailedDiscoveryCheck', e instanceof Error ? e.message : String(e))
    let failure: Unreachable | undefined
    let unlearned: Unreachable | undefined
    try {
      const address = this.#resolve(a)
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
      const { status } = await ask(behind.upstream, address, path)
      if (status < 200 || status > 299) {
        const url = `https://${urlHost(address.host)}:${address.port}${path}`
        failure = failed(new Error(`failing or missing response from ${url}: bad status from ${url}: ${status}`))
      }
      // Whether it serves says nothing of whether it tells what it has, as upstream.
      unlearned = await learn(behind, address, group, version).then(() => undefined, failed)
      behind.fresh = unlearned === undefined
    } catch (e) {
      behind.fresh = false
      failure = failed(e)
    }
    this.#publish()
    await this.#say(
      a,
      failure === undefined ? PASSED : { type: AVAILABLE, status: 'False', reason: failure.reason, message: failure.message },
    )
    // A service that is not there brings an event when it comes; a server that does not answer brings none.
    const again = failure ?? unlearned
    if (again?.reason === 'FailedDiscoveryCheck') throw again
  }

  #resolve(a: ApiService): Address {
    return resolveService((resource) => this.#o.registry.store(resource), serviceOf(a)!)
  }

  /** Hands on to a server that is available. */
  async #forward(ctx: RequestContext, name: string): Promise<void> {
    const a = this.#read(name)
    const behind = this.#behind.get(name)
    try {
      if (a !== undefined && behind !== undefined && isAvailable(a)) {
        return await this.#o.forward(ctx, this.#resolve(a), behind.upstream)
      }
    } catch (e) {
      if (!(e instanceof Unreachable)) return this.#refuse(ctx, e instanceof Error ? e.message : String(e))
    }
    this.#refuse(ctx, 'service unavailable')
  }

  #refuse(ctx: RequestContext, why: string): void {
    this.#o.refused?.(ctx, 503)
    writeText(ctx.exchange, 503, why)
  }

  /** Under kube-aggregator's names (`pkg/controllers/status/metrics`). */
  sources(): MetricSource[] {
    return [
      metricSource(
        'aggregator_unavailable_apiservice',
        'gauge',
        '[ALPHA] Gauge of APIServices which are marked as unavailable broken down by APIService name.',
        () =>
          [...this.#store.resource.cache.list.entries({ namespace: '' })].map(({ name }) => ({
            labels: { name },
            value: isAvailable(this.#read(name) ?? NONE) ? 0 : 1,
          })),
      ),
      metricSource(
        'aggregator_unavailable_apiservice_total',
        'counter',
        '[ALPHA] Counter of APIServices which are marked as unavailable broken down by APIService name and reason.',
        () => this.#unavailable.samples(),
      ),
    ]
  }

  /** Puts what the servers behind serve into the registry, where it has changed. */
  #publish(): void {
    const delegates: Delegate[] = []
    for (const [name, { resources, openApi, openApiV2, fresh }] of this.#behind) {
      const spec = this.#read(name)?.spec
      if (spec?.group === undefined) continue
      delegates.push({
        group: spec.group,
        version: spec.version,
        groupPriority: spec.groupPriorityMinimum,
        versionPriority: spec.versionPriority,
        resources,
        openApi,
        openApiV2,
        fresh,
        forward: (ctx) => this.#forward(ctx, name),
      })
    }
    const now = JSON.stringify(delegates)
    if (now === this.#published) return
    this.#published = now
    this.#o.registry.delegate(delegates)
  }

  #timed(condition: Condition): Condition {
    return { ...condition, lastTransitionTime: formatTime(this.#o.clock.now()) }
  }

  async #say(a: ApiService, condition: Condition): Promise<void> {
    const before = a.status?.conditions?.find((c) => c.type === AVAILABLE)
    if (
      before !== undefined &&
      before.status === condition.status &&
      before.reason === condition.reason &&
      before.message === condition.message
    )
      return
    if (isAvailable(a) && condition.status === 'False') {
      this.#unavailable.add({ name: a.metadata.name!, reason: condition.reason })
    }
    await updateIn(this.#store, {
      namespace: '',
      name: a.metadata.name!,
      context: this.#context,
      rules: statusRules(this.#store),
      change: (current) => {
        const obj = copyJson(current!) as KubeObject as ApiService
        const others = (obj.status?.conditions ?? []).filter((c) => c.type !== AVAILABLE)
        const same = before?.status === condition.status ? before.lastTransitionTime : undefined
        obj.status = { conditions: [...others, same === undefined ? this.#timed(condition) : { ...condition, lastTransitionTime: same }] }
        return obj
      },
    })
  }
}

/** What the server behind has. Rejects when it does not tell. */
async function learn(behind: Behind, address: Address, group: string, version: string): Promise<void> {
  behind.resources = await resourcesOf(behind.upstream, address, group, version)
  behind.openApi = await openApiOf(behind.upstream, address, group, version).catch(() => undefined)
  // One that cannot be had now is the last one that was.
  behind.openApiV2 = await openApiV2Of(behind.upstream, address, behind.openApiV2).catch(() => behind.openApiV2)
}

function ownApiServices({ facts, isBuiltIn }: Snapshot): Map<string, ApiService> {
  const found = new Map<string, ApiService>()
  for (const { group, version } of facts) {
    const name = nameOf(group, version)
    const made = found.has(name) ? undefined : ownApiService(group, version, !isBuiltIn(group))
    if (made !== undefined) found.set(name, made)
  }
  return found
}

const NONE: ApiService = { metadata: {}, spec: { version: '', groupPriorityMinimum: 0, versionPriority: 0 } }

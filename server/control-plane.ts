import { admissionOf } from './admission-plugins.ts'
import { join } from 'node:path'
import type { Admission } from './admission/contract.ts'
import { type PodSecurityConfiguration } from './admission/pod-security.ts'
import { WebhookMetrics } from './admission/webhooks/metrics.ts'
import { Aggregator } from './aggregator/aggregator.ts'
import { authenticationData, keepAuthentication, type AuthenticationTrust } from './aggregator/authentication.ts'
import { aggregated } from './aggregator/forward.ts'
import { resolveWebhookService } from './aggregator/resolve.ts'
import type { FrontProxy } from './aggregator/upstream.ts'
import type { BootstrapTokens } from './authn/bootstrap-token.ts'
import type { Authenticator, UserInfo } from './authn/contract.ts'
import { authorizerOf } from './authz/modes.ts'
import { NodeGraph } from './authz/node/graph.ts'
import { escalationCheck } from './authz/rbac/escalation.ts'
import { RbacPolicy } from './authz/rbac/policy.ts'
import type { AccountLookup, FoundObject, ServiceAccountTokens } from './authn/service-account.ts'
import { bootstrap } from './bootstrap.ts'
import { ensureRbacPolicy } from './bootstrap-roles.ts'
import type { Entry } from './cache/entry.ts'
import { Compactor } from './cache/compactor.ts'
import { Feed } from './cache/feed.ts'
import type { ResourceCache } from './cache/resource-cache.ts'
import { localTransport } from './client/local-transport.ts'
import type { TurnGate } from './client/turn-gate.ts'
import type { Transport } from './client/transport.ts'
import { discovery } from './discovery/handler.ts'
import { versionInfo } from './discovery/version.ts'
import { TypeStructures } from './fieldmanager/structure-of-type.ts'
import { buildHandlerChain } from './filters/chain.ts'
import { RequestMetrics } from './filters/metrics.ts'
import { RequestWaitGroup } from './filters/wait-group.ts'
import type { RequestContext } from './filters/context.ts'
import { health, type HealthCheck } from './handlers/health.ts'
import { OPENID_PATHS, openId } from './handlers/openid.ts'
import { metricsApi, withMetricsApi, type UsageSource } from './handlers/metrics-api.ts'
import { metrics } from './handlers/metrics.ts'
import { CUSTOM_PATCH_TYPES, PATCH_TYPES } from './handlers/patch.ts'
import { respondObject } from './handlers/respond.ts'
import { router } from './handlers/router.ts'
import { writeStatus } from './handlers/write-status.ts'
import type { Clock } from './machinery/clock.ts'
import { LocalKubelets } from './proxy/address.ts'
import { Forwarder, type KubeletCredentials } from './proxy/forward.ts'
import { Proxies } from './proxy/subresources.ts'
import { webhookCaller } from './proxy/webhook-call.ts'
import { DefinitionController } from './registry/apiextensions/definition-controller.ts'
import { builtInDefinitions } from './registry/built-in.ts'
import type { CustomSource } from './openapi/custom-schemas.ts'
import type { ServedResource } from './registry/generic/resource.ts'
import { Registry } from './registry/registry.ts'
import type { StoreDependencies } from './registry/generic/store.ts'
import { serverContext } from './registry/generic/strategy.ts'
import { serviceNetwork } from './registry/core/services/network.ts'
import { createMetrics, type MetricSources } from './metrics.ts'
import type { ComponentCheck } from './registry/core/componentstatuses.ts'
import { builtInKinds, unstoredKinds } from './registry/kinds.ts'
import { scheme } from './scheme/index.ts'
import { serve, type Serving } from './serving/server.ts'
import type { TlsFiles } from './serving/tls.ts'
import type { Storage } from './storage/contract.ts'
import { StorageTimings } from './storage/timings.ts'
import type { Log } from './log.ts'

export interface ApiServerOptions {
  storage: Storage
  clock: Clock
  log: Log
  authenticator: Authenticator
  /** `--authorization-mode`, in the order in which they are asked. */
  authorizationModes: readonly string[]
  tls: TlsFiles
  bindAddress: string
  port: number
  advertiseAddress: string
  /** First address of the service range. */
  serviceAddress: string
  /** Where cluster IPs come from: a CIDR, or one of each family. Default: the /24 around `serviceAddress`. */
  serviceRanges?: readonly string[]
  nodePortRange?: { first: number; last: number }
  /** Prefix of all keys, without a slash at its end: `/registry`. */
  keyPrefix: string
  /** How long Events are kept after their last change; default an hour. */
  eventTtlSeconds?: number
  /** 0: history is never compacted. */
  compactionIntervalMs: number
  maxRequestsInFlight: number
  maxMutatingRequestsInFlight: number
  requestTimeoutMs: number
  kubeletClient: KubeletCredentials
  /** What is shown to extension API servers, and the CA that they know it by. */
  frontProxy: FrontProxy & { readonly ca: string }
  /** PEM of the CAs of clients' certificates. */
  clientCa: string
  /** Others that say in headers who asks. */
  frontProxies?: AuthenticationTrust['others']
  /** Bootstrap tokens, which must be among `authenticator`'s. */
  bootstrapTokens?: BootstrapTokens
  /** Order in which a node's addresses are tried. */
  kubeletAddressTypes: readonly string[]
  minRequestTimeoutSeconds: number
  maxStreamsPerConnection: number
  corsAllowedOrigins: readonly RegExp[]
  /** Signs and accepts service account tokens; without it there are none. Its authenticator must be among `authenticator`'s. */
  serviceAccountTokens?: ServiceAccountTokens
  /** Where others find the keys of service account tokens, when that is not this server. */
  jwksUri?: string
  /** Every finished request goes to the log. */
  logRequests: boolean
  /** Admission plugins that run though they are off by default, and that do not run, by name. */
  enabledPlugins?: readonly string[]
  disabledPlugins?: readonly string[]
  /** What the plugin PodSecurity takes for granted, and whom it lets be. */
  podSecurityConfiguration?: PodSecurityConfiguration
  /** False: the ServiceAccounts `default` are left to their controller. */
  defaultAccounts?: boolean
}

export interface ApiServer {
  readonly url: string
  readonly port: number
  readonly registry: Registry
  readonly feed: Feed
  /**
   * Calls inside the process, as this user; a name alone stands for a member of system:masters. Those that share a gate take turns with
   * others' requests. They bound themselves: the limits of requests in flight are for others.
   */
  transport(user: string | UserInfo, gate?: TurnGate): Transport
  /** The kubelets of this process, which the node proxy reaches though they listen on a loopback address. */
  readonly localKubelets: LocalKubelets
  /** Adds a component of this process to what `kubectl get componentstatuses` shows. */
  reportComponent(name: string, check: ComponentCheck): void
  /** Control loops of this process that run now, for `/metrics`: what nobody works on can be told from their names. */
  reportControllers(manager: string, names: readonly string[]): void
  /** Serves metrics.k8s.io from what this source knows. */
  serveMetrics(source: UsageSource): void
  /** No new requests, running ones finish, watches end, then the sockets close. The storage stays open. */
  close(graceMs: number): Promise<void>
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const EVENT_TTL_SECONDS = 3600
const BOOKMARK_MS = 60_000
const TICK_MS = 10_000
/** Revisions that a start replays, so that watches resume across a restart. */
const REPLAY = 1000

/** The API server on an open store: resolves when it is ready to serve. */
export async function startApiServer(o: ApiServerOptions): Promise<ApiServer> {
  const { clock, log } = o
  const timings = new StorageTimings()
  const storage = timings.observe(o.storage)
  const feed = new Feed({ storage, prefix: `${o.keyPrefix}/`, clock, log, replay: REPLAY })
  const state: ServerState = { ready: false, closing: false, port: 0, usage: undefined }
  // Admission looks things up in the registry that is made with it.
  const late: { registry?: Registry; admission?: Admission } = {}
  const deps: StoreDependencies = {
    storage,
    feed,
    admission: { mutate: (a) => late.admission!.mutate(a), validate: (a) => late.admission!.validate(a) },
  }
  const localKubelets = new LocalKubelets()
  const forwarder = new Forwarder(o.kubeletClient, { kubelets: localKubelets, ownPort: () => state.port })
  const proxies = new Proxies({
    forwarder,
    store: (name) => late.registry!.store(name),
    kubelet: { preferredAddressTypes: o.kubeletAddressTypes },
  })
  const connect = {
    pods: { log: proxies.podLog(), proxy: proxies.subresource('pods') },
    nodes: { proxy: proxies.subresource('nodes') },
    services: { proxy: proxies.subresource('services') },
  }
  const services = serviceNetwork(o, (name) => late.registry!.store(name))
  const registry = (late.registry = new Registry({ ...deps, feed, keyPrefix: `${o.keyPrefix}/`, builtIn: scheme }))
  const kinds = builtInKinds({
    connect,
    services,
    token: { tokens: () => o.serviceAccountTokens, store: (name) => registry.store(name) },
    eventTtlSeconds: o.eventTtlSeconds ?? EVENT_TTL_SECONDS,
  })
  registry.add(builtInDefinitions(scheme, kinds))
  const policy = rbacPolicy(registry)
  const authorizer = authorizerOf(o.authorizationModes, { rbac: policy, nodes: nodeGraph(registry) })
  const components = new Map<string, ComponentCheck>([['etcd-0', async () => void (await storage.currentRevision())]])
  const controllers = new Map<string, readonly string[]>()
  const unstored = unstoredKinds({
    ...{ authorizer, authenticator: o.authenticator, tokens: o.serviceAccountTokens, components },
    pods: () => registry.resource('', 'v1', 'pods')!,
  })
  registry.add([], unstored)
  const callWebhook = webhookCaller((namespace, name, port) => resolveWebhookService((of) => registry.store(of), { namespace, name, port }))
  const definitions = new DefinitionController({
    ...{ registry, storage, clock, callWebhook },
    objectMeta: once(() => new TypeStructures((name) => scheme.type(name)).of(scheme.type(OBJECT_META)!)),
    onError: (name, e) =>
      log.warn(
        { name, error: e instanceof Error ? e.message : String(e) },
        'work on a CustomResourceDefinition failed, will be tried again',
      ),
  })
  await definitions.addStored()
  const webhookMetrics = new WebhookMetrics()
  late.admission = admissionOf(
    registry,
    authorizer,
    o,
    { callWebhook, webhookMetrics },
    escalationCheck({ policy, authorizer, fresh: () => feed.fresh() }),
  )
  o.serviceAccountTokens?.attach(accountLookup(registry))
  o.bootstrapTokens?.attach((namespace, name) => registry.store('secrets').cached(namespace, name))

  const requestMetrics = new RequestMetrics()
  const waitGroup = new RequestWaitGroup()
  const inProcess = new WeakSet<UserInfo>()
  const handler = buildHandlerChain(
    apiHandler(o, proxies, state, { registry, feed, storage, timings, requests: requestMetrics, webhooks: webhookMetrics, controllers }),
    {
      clock,
      authenticator: o.authenticator,
      authorizer,
      writeStatus,
      errorLog: {
        error: (e, request) => log.error({ ...request, err: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'request failed'),
      },
      metrics: requestMetrics,
      waitGroup,
      requestTimeoutMs: o.requestTimeoutMs,
      unlimited: (user) => inProcess.has(user),
      maxRequestsInFlight: o.maxRequestsInFlight,
      maxMutatingRequestsInFlight: o.maxMutatingRequestsInFlight,
      ...(o.logRequests ? { accessLog: (entry: object) => log.info(entry, 'request') } : {}),
      ...(o.corsAllowedOrigins.length === 0 ? {} : { corsAllowedOrigins: o.corsAllowedOrigins }),
    },
  )
  const [serving] = await Promise.all([
    serve({
      port: o.port,
      host: o.bindAddress,
      tls: o.tls,
      handler,
      clock,
      limits: { maxConcurrentStreams: o.maxStreamsPerConnection },
      onHandlerError: (e) => log.error({ err: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'a handler let an error out'),
    }),
    feed.start(),
  ]).catch(async (e: unknown) => {
    await feed.close()
    throw e
  })
  state.port = serving.port
  const advertise = { address: o.advertiseAddress, port: serving.port }
  definitions.start()
  const aggregator = new Aggregator({
    ...{ registry, clock, frontProxy: o.frontProxy, context: serverContext(clock) },
    forward: aggregated(forwarder),
    onError: (name, e) =>
      log.warn({ name, error: e instanceof Error ? e.message : String(e) }, 'work on an APIService failed, will be tried again'),
  })
  await bootstrap({
    registry,
    clock,
    advertise,
    serviceAddress: o.serviceAddress,
    serviceRanges: services.ranges,
    accounts: o.defaultAccounts !== false,
  })
  const identities = keepAuthentication(
    registry.store('configmaps'),
    serverContext(clock),
    authenticationData({ clientCa: o.clientCa, frontProxyCa: o.frontProxy.ca, others: o.frontProxies }),
  )
  await Promise.all([ensureRbacPolicy(registry, serverContext(clock)), aggregator.start(), identities.written])
  // Whoever asks when this is ready has the rights of the default roles.
  await feed.fresh()
  const repair = services.startRepair((e) => {
    // What was under way at the end finds the store closed.
    if (!state.closing) log.warn({ error: e instanceof Error ? e.message : String(e) }, 'repair of service addresses failed')
  })
  let sinceBookmark = 0
  const ticker = clock.setInterval(() => {
    sinceBookmark += TICK_MS
    const due = sinceBookmark >= BOOKMARK_MS
    if (due) sinceBookmark = 0
    feed.tick(due)
  }, TICK_MS)
  const compactor =
    o.compactionIntervalMs === 0
      ? undefined
      : new Compactor({
          storage,
          clock,
          intervalMs: o.compactionIntervalMs,
          onError: (e) => log.warn({ error: e instanceof Error ? e.message : String(e) }, 'compaction failed, will be tried again'),
        })
  state.ready = true
  return {
    url: `https://${o.bindAddress === '0.0.0.0' ? '127.0.0.1' : o.bindAddress}:${serving.port}`,
    port: serving.port,
    registry,
    feed,
    localKubelets,
    reportComponent: (name, check) => void components.set(name, check),
    reportControllers: (manager, names) => void controllers.set(manager, names),
    serveMetrics: (source) => void (state.usage = metricsApi(source, () => registry.snapshot)),
    transport: (who, gate) => {
      const user = typeof who === 'string' ? { name: who, groups: ['system:masters', 'system:authenticated'] } : who
      inProcess.add(user)
      return localTransport(handler, user, gate)
    },
    close: (graceMs) => close(serving, graceMs),
  }

  async function close(s: Serving, graceMs: number): Promise<void> {
    state.closing = true
    state.ready = false
    ticker.cancel()
    compactor?.stop()
    repair.cancel()
    definitions.stop()
    aggregator.stop()
    identities.stop()
    // Running requests finish while nothing new is let in; then watches have nobody left to serve.
    const idle = waitGroup.close()
    await Promise.race([idle, new Promise<void>((r) => void clock.setTimeout(r, graceMs))])
    forwarder.close()
    await feed.close()
    await s.close(graceMs)
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function nodeGraph(registry: Registry): NodeGraph {
  const cache = (resource: string): ResourceCache => registry.store(resource).resource.cache
  return new NodeGraph({
    pods: cache('pods'),
    persistentVolumes: cache('persistentvolumes'),
    volumeAttachments: cache('volumeattachments.storage.k8s.io'),
    resourceSlices: cache('resourceslices.resource.k8s.io'),
    podCertificateRequests: cache('podcertificaterequests.certificates.k8s.io'),
  })
}

function rbacPolicy(registry: Registry): RbacPolicy {
  const cache = (resource: string): ResourceCache => registry.store(`${resource}.rbac.authorization.k8s.io`).resource.cache
  return new RbacPolicy({
    roles: cache('roles'),
    clusterRoles: cache('clusterroles'),
    roleBindings: cache('rolebindings'),
    clusterRoleBindings: cache('clusterrolebindings'),
  })
}

/** From the cache where it has the object; a token whose object seems to be gone is looked up once more. */
function accountLookup(registry: Registry): AccountLookup {
  const found = (entry: Entry | undefined): FoundObject | undefined => {
    const object = entry?.object()
    const meta = object?.metadata
    if (meta?.uid === undefined) return undefined
    const { token } = (object?.data ?? {}) as { token?: string }
    const invalid = (meta.labels?.['kubernetes.io/legacy-token-invalid-since'] ?? '') !== ''
    return { uid: meta.uid, deletionTimestamp: meta.deletionTimestamp ?? null, invalid, ...(token === undefined ? {} : { token }) }
  }
  return {
    find(kind, namespace, name) {
      const store = registry.store(kind)
      const cached = found(store.cached(namespace, name))
      // A secret that has just got its token may not be in the cache like that.
      if (cached !== undefined && (kind !== 'secrets' || cached.token !== undefined)) return cached
      return store.find(namespace, name).then(found)
    },
  }
}

function apiHandler(o: ApiServerOptions, proxies: Proxies, state: ServerState, sources: MetricSources): ReturnType<typeof router> {
  const { registry, feed, storage } = sources
  const documents = discovery({
    registry: {
      get snapshot() {
        return state.usage === undefined ? registry.snapshot : withMetricsApi(registry.snapshot)
      },
    },
    typeOf: scheme.typeOf,
    serverAddress: () => `${o.advertiseAddress}:${state.port}`,
    extraPaths: [
      ...(o.serviceAccountTokens === undefined ? [] : OPENID_PATHS),
      '/healthz',
      '/livez',
      '/readyz',
      '/metrics',
      '/openapi/v2',
      '/openapi/v3',
      '/openapi/v3/',
    ],
    respond: respondObject,
  })
  const healthz = health(checks(storage, feed, state))
  const { serviceAccountTokens: tokens } = o
  const jwksUri = (): string => o.jwksUri ?? `https://${o.advertiseAddress}:${state.port}/openid/v1/jwks`
  const provider = openId(() => (tokens === undefined ? undefined : { issuer: tokens.issuer, jwksUri: jwksUri(), keys: tokens.publicKeys }))
  let prom: ReturnType<typeof createMetrics> | undefined
  const scrape = metrics(() => (prom ??= createMetrics(sources)))
  const openApi = lazyOpenApi(o.clock, registry)
  const route = router({
    api: () => registry.snapshot,
    limits: { minRequestTimeoutSeconds: o.minRequestTimeoutSeconds },
    nonResource: async (ctx: RequestContext) =>
      documents(ctx) || provider(ctx) || (await openApi(ctx)) || (await healthz(ctx)) || (await scrape(ctx)),
    legacyProxy: proxies.legacy,
  })
  return async (ctx) => {
    if (state.usage !== undefined && ctx.requestInfo.apiGroup === 'metrics.k8s.io' && (await state.usage(ctx))) return
    return route(ctx)
  }
}

interface ServerState {
  ready: boolean
  closing: boolean
  port: number
  /** The metrics API, where there is something to serve it from. */
  usage: ((ctx: RequestContext) => Promise<boolean>) | undefined
}

/** Loaded when it is first asked for: no start needs it. */
function lazyOpenApi(clock: Clock, registry: Registry): (ctx: RequestContext) => Promise<boolean> {
  const load = async (): Promise<(ctx: RequestContext) => Promise<boolean>> => {
    const { openApi, readDescriptions } = await import('./openapi/handler.ts')
    return openApi({
      ...{ scheme, clock, version: `${versionInfo.major}.${versionInfo.minor}`, descriptions: readDescriptions },
      ...{ patchTypes: PATCH_TYPES, customPatchTypes: CUSTOM_PATCH_TYPES },
      returnsDeletedObject: (r) => registry.resource(r.group, r.version, r.resource)?.store.resource.strategy.returnDeletedObject === true,
      foreign: () =>
        new Map(
          registry.snapshot.delegates.flatMap(({ group, version, openApi: address, forward }) =>
            address === undefined ? [] : [[`apis/${group}/${version}`, { address, forward }] as const],
          ),
        ),
      custom: () => ({ generation: registry.snapshot.generation, sources: registry.snapshot.served.flatMap(customSource) }),
    })
  }
  let loaded: ReturnType<typeof load> | undefined
  return async (ctx) => {
    if (!ctx.exchange.path.startsWith('/openapi/')) return false
    return (await (loaded ??= load()))(ctx)
  }
}

function customSource({ facts, schema: { openApi }, listKind, store }: ServedResource): CustomSource[] {
  if (openApi === undefined) return []
  const { group, version, resource, kind, namespaced, subresources } = facts
  const selectableFields = Object.keys(store.resource.selectableFields)
  return [
    {
      ...{ group, version, resource, kind, namespaced, listKind, selectableFields },
      ...openApi,
      subresources: subresources.map((s) => s.name),
    },
  ]
}

function checks(storage: Storage, feed: Feed, state: { ready: boolean; closing: boolean }): HealthCheck[] {
  const fail = (why: string): never => {
    throw new Error(why)
  }
  return [
    { name: 'ping', check: () => undefined },
    { name: 'log', check: () => undefined },
    { name: 'etcd', check: async () => void (await storage.currentRevision()) },
    { name: 'etcd-readiness', check: async () => void (await storage.currentRevision()), only: ['readyz'] },
    {
      name: 'informer-sync',
      check: () => (feed.healthy ? undefined : fail('the watch cache is catching up with the store')),
      only: ['readyz'],
    },
    {
      name: 'poststarthook/start-system-namespaces-controller',
      check: () => (state.ready || state.closing ? undefined : fail('not finished')),
    },
    {
      name: 'poststarthook/rbac/bootstrap-roles',
      check: () => (state.ready || state.closing ? undefined : fail('not finished')),
    },
    { name: 'shutdown', check: () => (state.closing ? fail('process is shutting down') : undefined), only: ['readyz'] },
  ]
}

export const defaultDatabase = (dataDir: string): string => join(dataDir, 'store', 'binnacle.db')

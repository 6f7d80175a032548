import type { AskedGate } from './options/feature-gates.ts'
import { admissionOf } from './control-plane/admission.ts'
import { AdmissionMetrics } from './admission/metrics.ts'
import { WebhookMetrics } from './admission/webhooks/metrics.ts'
import { ListMetrics } from './handlers/list-metrics.ts'
import { WatchMetrics } from './handlers/watch-metrics.ts'
import { ClientMetrics } from './webhook/client-metrics.ts'
import { Aggregator } from './aggregator/aggregator.ts'
import { type AuthenticationTrust, keepAuthentication } from './aggregator/authentication.ts'
import { aggregated } from './aggregator/forward.ts'
import { resolveWebhookService } from './aggregator/resolve.ts'
import type { FrontProxy } from './aggregator/upstream.ts'
import type { UserInfo } from './authn/contract.ts'
import type { ServiceAccountTokens } from './authn/service-account.ts'
import { authorizerOf } from './authz/modes.ts'
import { ReplaceableAuthorizer } from './authz/replaceable.ts'
import { configurationReloads } from './control-plane/configuration-reload.ts'
import { escalationCheck } from './admission/rbac-escalation.ts'
import {
  ensureKubernetesService,
  ensureServiceRange,
  ensureSystemNamespaces,
  ensureSystemPriorityClasses,
  type BootstrapOptions,
} from './control-plane/bootstrap.ts'
import { defaultPolicy } from './authz/rbac/bootstrap-policy.ts'
import { ensureRbacPolicy } from './control-plane/bootstrap-roles.ts'
import { policyWith } from './control-plane/closed-policy.ts'
import { Feed } from './cache/feed.ts'
import { apiServer } from './authn/components.ts'
import { localTransport } from './client/local-transport.ts'
import { repairWarnings } from './control-plane/repair-warnings.ts'
import type { Turns } from './client/turn-gate.ts'
import type { Transport } from './client/transport.ts'
import { apiHandler } from './control-plane/handlers.ts'
import { KeptObjects } from './control-plane/kept-objects.ts'
import { KubernetesEndpoints } from './control-plane/kubernetes-endpoints.ts'
import { ServerLeases } from './control-plane/server-leases.ts'
import { IdentityLease } from './control-plane/identity-lease.ts'
import { AGGREGATION, CUSTOM_RESOURCES, IDENTITY, INFORMERS, Lifecycle } from './control-plane/lifecycle.ts'
import { authenticationLookups, authorizationSources } from './control-plane/lookups.ts'
import { startLoops } from './control-plane/loops.ts'
import type { ApiServerOptions } from './control-plane/options.ts'
import { TypeStructures } from './fieldmanager/structure-of-type.ts'
import { versionInfo } from './discovery/version.ts'
import { AccessMetrics } from './filters/access-metrics.ts'
import { buildHandlerChain, type ChainOptions } from './filters/chain.ts'
import { RequestMetrics } from './filters/metrics.ts'
import { RequestWaitGroup } from './filters/wait-group.ts'
import { statusWriter } from './handlers/write-status.ts'
import type { Log } from './machinery/log.ts'
import { LegacyTokenTracking } from './control-plane/legacy-token-tracking.ts'
import type { HealthCheck } from './handlers/health.ts'
import type { MetricSource } from './machinery/metrics.ts'
import { once } from './machinery/once.ts'
import { WorkQueueMetrics } from './machinery/work-queue-metrics.ts'
import { LocalKubelets } from './proxy/address.ts'
import { Forwarder } from './proxy/forward.ts'
import type { KubeletAccess } from './proxy/kubelet-agents.ts'
import { podConnections } from './proxy/pod-streams.ts'
import { ruleMetrics } from './cel/metrics.ts'
import { RequestedDurations } from './registry/certificates/requested-durations.ts'
import { StreamMetrics } from './proxy/streams/metrics.ts'
import { Proxies } from './proxy/subresources.ts'
import { urlHost } from './proxy/target.ts'
import { webhookCaller, type CallWebhook } from './webhook/call.ts'
import type { ClientCredentials } from './webhook/client-credentials.ts'
import { DefinitionController } from './registry/apiextensions/definition-controller.ts'
import { builtInDefinitions } from './registry/built-in.ts'
import type { ComponentCheck } from './registry/core/componentstatuses.ts'
import { serviceNetwork } from './registry/core/services/network.ts'
import type { ServedResource } from './registry/generic/resource.ts'
import type { Store } from './registry/generic/store.ts'
import { serverContext } from './registry/generic/strategy.ts'
import { servedWith, withClosedGates } from './control-plane/closed-gates.ts'
import { builtInKinds, unstoredKinds } from './control-plane/kinds.ts'
import { usageKinds, type UsageSource } from './registry/metrics/usage.ts'
import { Registry } from './registry/registry.ts'
import { scheme } from './scheme/index.ts'
import { listen } from './serving/server.ts'
import type { TlsFiles } from './serving/tls.ts'
import { StorageTimings } from './storage/timings.ts'

/** Where this machine reaches a server that listens on all of its interfaces. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

export interface ApiServer {
  readonly url: string
  readonly port: number
  readonly registry: Registry
  readonly feed: Feed
  readonly serviceAccountTokens: ServiceAccountTokens | undefined
  /**
   * Calls inside the process, as this user. Those that share a gate take turns with others' requests. They bound themselves: the limits
   * of requests in flight are for others.
   */
  transport(user: UserInfo, turns?: Turns): Transport
  /** The kubelets of this process, which the node proxy reaches though they listen on a loopback address. */
  readonly localKubelets: LocalKubelets
  /** Adds a component of this process to what `kubectl get componentstatuses` shows. */
  reportComponent(name: string, check: ComponentCheck): void
  /** Control loops of this process that run now, for `/metrics`: what nobody works on can be told from their names. */
  reportControllers(manager: string, names: readonly string[]): void
  /** Queues of this process, for `/metrics`. */
  readonly queueMetrics: WorkQueueMetrics
  /** More of what this process has for `/metrics`; of one name the last is taken. */
  reportMetrics(sources: readonly MetricSource[]): void
  /** Adds a check of this process to `/healthz`, where the programs that run these loops upstream have it. */
  reportHealth(name: string, check: HealthCheck['check']): void
  /** Serves metrics.k8s.io from what this source knows. */
  serveMetrics(source: UsageSource): void
  /** Shows other certificates from now on; throws an Error for those that cannot be used. */
  useCertificates(tls: TlsFiles): void
  /** Reaches kubelets in another way from now on. */
  useKubeletAccess(access: KubeletAccess): void
  /** Shows another certificate to extension API servers from now on. */
  useFrontProxy(frontProxy: FrontProxy): void
  /** No new requests, running ones finish, watches end, then the sockets close. The storage stays open. */
  close(graceMs: number): Promise<void>
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const EVENT_TTL_SECONDS = 3600
/** Revisions that a start replays, so that watches resume across a restart. */
const REPLAY = 1000

/**
 * The API server on an open store: resolves when it is ready to serve. It is put together in stages, each of what stands above it. The
 * registry is there first and grows, so whoever looks something up in it while requests are served may be made before its kinds are.
 */
export async function startApiServer(o: ApiServerOptions): Promise<ApiServer> {
  const { clock, log, cbor = false } = o
  const isClosed = (gate: AskedGate): boolean => o.closedGates?.has(gate) === true
  const keepsKind = servedWith(isClosed)
  const lifecycle = new Lifecycle()
  let graceMs = 0
  // What is started ends in the opposite order, at the end or when a stage fails.
  await using starting = new AsyncDisposableStack()

  // The port, on which nobody is answered yet.
  const listener = await listen({
    ...{ port: o.port, host: o.bindAddress, tls: o.tls, clock },
    ...{ onlyHttp1: o.disableHttp2, reusePort: o.permitPortSharing, isIdentityHeader: o.isIdentityHeader },
    limits: { maxConcurrentStreams: o.maxStreamsPerConnection },
    onHandlerError: (e) => log.error({ err: traceOf(e) }, 'a handler let an error out'),
  })
  starting.defer(() => listener.close(graceMs))
  const advertise = { address: o.advertiseAddress, port: listener.port }
  const address = `${urlHost(advertise.address)}:${advertise.port}`

  // Storage and caches.
  const timings = new StorageTimings(`${o.keyPrefix}/`)
  const storage = timings.observe(o.storage)
  const feed = new Feed({ storage, prefix: `${o.keyPrefix}/`, clock, log, replay: REPLAY })
  starting.defer(() => feed.close())
  const registry = new Registry({
    storage,
    feed,
    keyPrefix: `${o.keyPrefix}/`,
    builtIn: scheme,
    isServed: (of) => o.isServed?.(of) !== false && keepsKind(of),
  })
  const store = (resource: string): Store => registry.store(resource)

  // Ways to kubelets, pods and servers behind services.
  const localKubelets = new LocalKubelets()
  const forwarder = new Forwarder(o.kubelets, { kubelets: localKubelets, ownPort: listener.port }, o.isIdentityHeader)
  starting.defer(() => forwarder.close())
  const proxied = { forwarder, store, kubelet: o.kubelets }
  const [proxies, streams] = [new Proxies(proxied), new StreamMetrics()]
  const webhookClients = new ClientMetrics()
  const webhookCalls = (credentials?: ClientCredentials): CallWebhook =>
    webhookCaller((namespace, name, port) => resolveWebhookService(store, { namespace, name, port }), credentials, webhookClients)

  // Authentication, and the kinds of the built-in API.
  const tracking = new LegacyTokenTracking({
    ...{ store, clock, fresh: () => feed.fresh() },
    onError: warned(log, 'use of a service account token was not noted'),
  })
  const { authenticator, serviceAccountTokens, metrics: authentication } = o.authentication(authenticationLookups(registry, tracking))
  const requestedDurations = new RequestedDurations()
  const services = serviceNetwork({ ...o, storage, types: scheme }, store)
  const kinds = builtInKinds({
    connect: {
      pods: { ...podConnections({ ...proxied, streams }), proxy: proxies.subresource('pods') },
      nodes: { proxy: proxies.subresource('nodes') },
      services: { proxy: proxies.subresource('services') },
    },
    ...{ services, store, tokens: serviceAccountTokens, tokenExpiration: o.tokenExpiration, requestedDurations },
    ignoresTokenUid: isClosed('TokenRequestServiceAccountUIDValidation'),
    authorize: (user, attributes) => authorizer.authorize(user, attributes),
    eventTtlSeconds: o.eventTtlSeconds ?? EVENT_TTL_SECONDS,
  })
  registry.add(builtInDefinitions(scheme, withClosedGates(kinds, isClosed)))

  // Authorization, and the kinds that ask it.
  const sources = authorizationSources(registry)
  const access = new AccessMetrics()
  const authorizer = new ReplaceableAuthorizer(authorizerOf(o.authorizers, sources, access))
  const reloads = configurationReloads(o, (chosen) => authorizer.replace(authorizerOf(chosen, sources, access)), { clock, log })
  starting.defer(() => reloads.forEach((reload) => reload.stop()))
  const components = new Map<string, ComponentCheck>([['etcd-0', async () => void (await storage.currentRevision())]])
  const pods = (): ServedResource => registry.resource('', 'v1', 'pods')!
  registry.addUnstored(unstoredKinds({ authorizer, authenticator, audiences: serviceAccountTokens?.audiences ?? [], components, pods }))

  // Admission.
  const [webhooks, admissionMetrics] = [new WebhookMetrics(), new AdmissionMetrics(Number(versionInfo.minor))]
  const escalation = escalationCheck({ policy: sources.rbac, authorizer, fresh: () => feed.fresh() })
  const admission = admissionOf(registry, authorizer, o, { webhookCalls, webhookMetrics: webhooks, metrics: admissionMetrics }, escalation)
  const context = serverContext({ clock, admission })

  // What makes kinds of objects: CustomResourceDefinitions and APIServices.
  const [queues, requests] = [new WorkQueueMetrics(), new RequestMetrics()]
  const definitions = new DefinitionController({
    ...{ registry, storage, clock, admission, callWebhook: webhookCalls() },
    queueObserver: queues.observe('crd_naming_condition_controller'),
    objectMeta: once(() => new TypeStructures().of(scheme.type(OBJECT_META)!)),
    onError: warned(log, 'work on a CustomResourceDefinition failed, will be tried again'),
  })
  await definitions.addStored()
  const aggregator = new Aggregator({
    ...{ registry, clock, context, frontProxy: o.frontProxy },
    queueObserver: queues.observe('APIServiceRegistrationController'),
    forward: aggregated(forwarder, isClosed('RemoteRequestHeaderUID')),
    refused: (ctx, code) => requests.terminated(ctx, code, 'aggregator'),
    onError: warned(log, 'work on an APIService failed, will be tried again'),
  })

  // Filters and handlers.
  const [watches, lists] = [new WatchMetrics(), new ListMetrics()]
  const waitGroup = new RequestWaitGroup()
  const controllers = new Map<string, readonly string[]>()
  const reported = {
    metrics: new Map(
      [...reloads, streams, watches, lists, webhookClients, aggregator, services, requestedDurations, ruleMetrics]
        .flatMap((of) => of.sources())
        .map((source) => [source.name, source]),
    ),
    health: new Map<string, HealthCheck>(),
  }
  const checks = lifecycle.checks(storage, feed)
  const inProcess = new WeakSet<UserInfo>()
  const api = apiHandler({
    clock,
    metrics: {
      ...{ registry, feed, storage, timings, requests, access, authentication, webhooks, admission: admissionMetrics, controllers, queues },
      ...{ features: o.features ?? [], handshakeErrors: () => listener.handshakeErrors },
      reported: () => reported.metrics.values(),
    },
    checks: () => [...checks, ...reported.health.values()],
    address,
    ...{ tokens: serviceAccountTokens, jwksUri: o.jwksUri, minRequestTimeoutSeconds: o.minRequestTimeoutSeconds },
    ...{ legacyProxy: proxies.legacy, watches, lists, cbor, profiling: o.profiling ?? true, flags: o.flags ?? {} },
    ...{ withoutHashes: isClosed('StorageVersionHash'), withoutEnums: isClosed('OpenAPIEnums') },
    withoutPages: [...(isClosed('ComponentFlagz') ? ['/flagz'] : []), ...(isClosed('ComponentStatusz') ? ['/statusz'] : [])],
  })
  const handler = buildHandlerChain(api, {
    ...{ clock, authenticator, authorizer, admission, waitGroup, metrics: requests, access },
    ...{ cbor, types: scheme, writeStatus: statusWriter(scheme, cbor) },
    ...{ uncompressed: isClosed('APIResponseCompression'), withoutWatchLists: isClosed('WatchList') },
    uncompressedWatches: isClosed('WatchListCompression'),
    unconstrainedImpersonation: isClosed('ConstrainedImpersonation'),
    ...filterOptions(o),
    unlimited: (user) => inProcess.has(user),
  })

  // Serving. Running requests finish while nothing new is let in; then watches have nobody left to serve.
  listener.serve(handler)
  starting.defer(async () => {
    const idle = waitGroup.close()
    await Promise.race([idle, new Promise<void>((r) => void clock.setTimeout(r, graceMs))])
  })

  // Post-start hooks.
  await lifecycle.postStart(INFORMERS, () => feed.start())
  starting.defer(() => definitions.stop())
  await lifecycle.postStart(CUSTOM_RESOURCES, () => definitions.start())
  const own: BootstrapOptions = {
    ...{ registry, clock, context, advertise, serviceAddress: o.serviceAddress, serviceRanges: services.ranges },
    accounts: o.defaultAccounts !== false,
  }
  await Promise.all([
    lifecycle.postStart('start-system-namespaces-controller', () => ensureSystemNamespaces(own)),
    lifecycle.postStart('scheduling/bootstrap-system-priority-classes', () => ensureSystemPriorityClasses(own)),
    lifecycle.postStart('start-kubernetes-service-cidr-controller', () => ensureServiceRange(own)),
  ])
  // As upstream: a service that cannot be as it should (another family of addresses) keeps nobody from starting.
  const unready = (e: unknown): void => log.warn({ error: messageOf(e) }, 'the service kubernetes could not be set right')
  const endpoints = new KubernetesEndpoints({
    ...{ registry, clock, context, advertise },
    ...{ reconciler: o.endpointReconciler ?? { type: 'alone' }, leases: new ServerLeases(storage, o.keyPrefix) },
    onError: (e) =>
      log.warn({ error: messageOf(e) }, 'the endpoints of the service kubernetes could not be set right, will be tried again'),
  })
  starting.defer(async () => {
    const left = endpoints
      .stop()
      .catch((e: unknown) => log.warn({ error: messageOf(e) }, 'this server is still behind the service kubernetes'))
    await Promise.race([left, new Promise<void>((r) => void clock.setTimeout(r, graceMs))])
  })
  await lifecycle.postStart('bootstrap-controller', () =>
    Promise.all([ensureKubernetesService(own).catch(unready), endpoints.start().catch(unready)]),
  )
  const trust = (): AuthenticationTrust => ({
    clientCa: o.clients.clientCa,
    frontProxyCa: o.frontProxy.ca,
    others: o.clients.proxies,
    withoutUid: isClosed('RemoteRequestHeaderUID'),
  })
  const identities = keepAuthentication(store('configmaps'), context, trust)
  starting.defer(() => identities.stop())
  const identity = new IdentityLease({
    ...{ leases: store('leases.coordination.k8s.io'), clock, context, address },
    onError: warned(log, 'the lease that says that this server runs could not be kept, will be tried again'),
  })
  starting.defer(() => identity.stop())
  starting.defer(() => tracking.stop())
  starting.defer(() => aggregator.stop())
  await Promise.all([
    lifecycle.postStart('rbac/bootstrap-roles', () => ensureRbacPolicy(registry, context, policyWith(isClosed, defaultPolicy()))),
    lifecycle.postStart(AGGREGATION, () => aggregator.start()),
    lifecycle.postStart('start-cluster-authentication-info-controller', () => identities.written),
    lifecycle.postStart('start-legacy-token-tracking-controller', () => tracking.start(context)),
    lifecycle.postStart(IDENTITY, () => (isClosed('APIServerIdentity') ? undefined : identity.start())),
  ])
  const warnings = repairWarnings(localTransport(handler, apiServer), clock)
  starting.defer(() => warnings.stop())
  const repair = await lifecycle.postStart('start-service-ip-repair-controllers', () =>
    services.startRepair(context, warnings.warn, (e) => {
      // What was under way at the end finds the store closed.
      if (!lifecycle.stopping) log.warn({ error: messageOf(e) }, 'repair of service addresses failed')
    }),
  )
  // Whoever asks when this is ready has the rights of the default roles.
  await feed.fresh()

  // Loops.
  const kept = new KeptObjects(own, warned(log, 'an object that every cluster has could not be kept, will be tried again'))
  starting.defer(() => kept.stop())
  kept.start()
  starting.defer(() => repair.cancel())
  starting.use(startLoops({ feed, storage, clock, log, compactionIntervalMs: o.compactionIntervalMs }))

  const started = starting.move()
  return {
    url: `https://${urlHost(LOOPBACK_OF[o.bindAddress] ?? o.bindAddress)}:${listener.port}`,
    port: listener.port,
    ...{ registry, feed, localKubelets, serviceAccountTokens },
    useCertificates(tls) {
      listener.useCertificates(tls)
      identities.changed()
    },
    useKubeletAccess: (access) => forwarder.useKubeletAccess(access),
    useFrontProxy: (frontProxy) => aggregator.useFrontProxy(frontProxy),
    reportComponent: (name, check) => void components.set(name, check),
    reportControllers: (manager, names) => void controllers.set(manager, names),
    queueMetrics: queues,
    reportMetrics: (sources) => sources.forEach((source) => reported.metrics.set(source.name, source)),
    reportHealth: (name, check) => void reported.health.set(name, { name, check, only: ['healthz'] }),
    serveMetrics: (source) => registry.addUnstored(usageKinds(source, store)),
    transport: (user, gate) => {
      inProcess.add(user)
      return localTransport(handler, user, gate)
    },
    close: async (grace) => {
      graceMs = grace
      lifecycle.stop()
      // Load balancers see /readyz and send nothing more.
      if (o.shutdownDelayMs) await new Promise<void>((r) => void clock.setTimeout(r, o.shutdownDelayMs!))
      await started.disposeAsync()
    },
  }
}

type FilterOptions = Pick<
  ChainOptions,
  | 'errorLog'
  | 'unauthenticated'
  | 'requestTimeoutMs'
  | 'maxRequestsInFlight'
  | 'maxMutatingRequestsInFlight'
  | 'accessLog'
  | 'corsAllowedOrigins'
  | 'goawayChance'
  | 'strictTransportSecurity'
>

function filterOptions(o: ApiServerOptions): FilterOptions {
  return {
    errorLog: { error: (e, request) => o.log.error({ ...request, err: traceOf(e) }, 'request failed') },
    unauthenticated: (why) => o.log.error({ err: why }, 'Unable to authenticate the request'),
    requestTimeoutMs: o.requestTimeoutMs,
    maxRequestsInFlight: o.maxRequestsInFlight,
    maxMutatingRequestsInFlight: o.maxMutatingRequestsInFlight,
    ...(o.logRequests ? { accessLog: (entry: object) => o.log.info(entry, 'request') } : {}),
    goawayChance: o.goawayChance ?? 0,
    strictTransportSecurity: o.strictTransportSecurity ?? [],
    ...(o.corsAllowedOrigins.length === 0 ? {} : { corsAllowedOrigins: o.corsAllowedOrigins }),
  }
}

const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e))
const traceOf = (e: unknown): string => (e instanceof Error ? (e.stack ?? e.message) : String(e))
const warned =
  (log: Log, text: string) =>
  (name: string, e: unknown): void =>
    log.warn({ name, error: messageOf(e) }, text)

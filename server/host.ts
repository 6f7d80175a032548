import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { apiServer } from './authn/components.ts'
import { authenticationFileOf, authenticationOf, frontProxyHeadersOf, tokenExpirationOf } from './control-plane/authentication.ts'
import { ClientAuthorities } from './control-plane/client-authorities.ts'
import { authorizationOf } from './control-plane/authorization.ts'
import { pluginConfigurationsOf } from './control-plane/plugin-configurations.ts'
import { startApiServer, type ApiServer } from './control-plane.ts'
import { frontProxyFiles, frontProxyOf, kubeletFiles, kubeletsOf } from './client-certificates.ts'
import type { Log } from './machinery/log.ts'
import { ChangingFile } from './machinery/changing-file.ts'
import type { Clock } from './machinery/clock.ts'
import { makeWritableFolder } from './machinery/folders.ts'
import { startIdleCollection } from './machinery/idle-collection.ts'
import { firstServiceAddress } from './machinery/ip-range.ts'
import { endpointReconciler, nodePortRange, serviceRanges } from './options/network.ts'
import { servedApis } from './options/apis.ts'
import { closedGates, featureStates, openGates } from './options/features.ts'
import { advertiseAddress, certDir, dataDir, ownKubeconfig } from './options/paths.ts'
import { flagTexts, type Options } from './options/parse.ts'
import { keyPrefixOf } from './options/storage.ts'
import { certificateFiles, sniCertificates, tlsBounds } from './options/tls.ts'
import type { SchedulerConfiguration } from './scheduler/config/types.ts'
import { loadCertificates, type Certificates } from './serving/certificates.ts'
import { writeKubeconfig } from './serving/kubeconfig.ts'
import type { TlsFiles } from './serving/tls.ts'
import type { Storage } from './storage/contract.ts'
import { usable } from './usable.ts'
import type { Workloads } from './workloads.ts'

export interface Host {
  readonly api: ApiServer
  readonly certificates: Certificates
  /** Rejects when the store has died for good: only a new start helps. Never resolves. */
  readonly failed: Promise<never>
  /** Ends in order: control loops, then requests and watches, then the store. */
  close(): Promise<void>
}

export interface HostDependencies {
  clock: Clock
  log: Log
}

const GRACE_MS = 10_000

/** Read before anything is started: one that is wrong ends the start with kube-scheduler's sentence. */
async function schedulerConfigurationOf({ loops: { kubeSchedulerConfig: file } }: Options): Promise<SchedulerConfiguration | undefined> {
  if (file === '') return undefined
  const [{ loadConfiguration }, { checkProfiles }] = await Promise.all([
    import('./scheduler/config/load.ts'),
    import('./scheduler/profile.ts'),
  ])
  try {
    const configuration = loadConfiguration(readFileSync(file, 'utf8'))
    checkProfiles(configuration.profiles)
    return configuration
  } catch (e) {
    throw new Error(`--kube-scheduler-config: ${file}: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
  }
}

/** The whole control plane as the options describe it; resolves when /readyz answers ok. Rejects with an Error of one sentence. */
export async function startHost(o: Options, { clock, log }: HostDependencies): Promise<Host> {
  usable(`--data-dir: ${dataDir(o)}`, () => makeWritableFolder(dataDir(o), 0o700))
  const seed = o.local.seed === '' ? undefined : import('./seed.ts')
  const seedObjects = seed?.then((s) => s.readSeed(o.local.seed))
  // Awaited when the server is ready, which may come later than its error.
  seedObjects?.catch(() => undefined)
  const schedulerConfiguration = await schedulerConfigurationOf(o)
  const gates = openGates(o.features)
  const ranges = serviceRanges(o.network)
  const serviceAddress = firstServiceAddress(ranges[0]!)
  const advertise = advertiseAddress(o)
  // A kube-apiserver refuses to start, unless it is told to keep no endpoints.
  if (isIPv6(advertise) !== isIPv6(serviceAddress)) {
    const why = `service IP family "${ranges[0]}" must match public address family "${advertise}" (--advertise-address)`
    log.warn({}, `clients inside of the cluster cannot reach this server by its service: ${why}`)
  }
  const opening = openStorage(o, clock)
  // Certificates are made while the store opens; neither may be left behind when the other fails.
  const certificates = await loaded(o, clock, advertise, serviceAddress, opening)
  const storage = await opening
  let started: ApiServer | undefined
  try {
    const closed = closedGates(o.features)
    const isAlone = o.local.onlyGivenAuthorities && o.authentication.clientCaFile !== ''
    const authorities = new ClientAuthorities({ own: isAlone ? '' : certificates.ca.cert, ...o.authentication })
    const api = await startApiServer({
      storage,
      clock,
      log,
      authentication: authenticationOf(o, {
        ...{ clock, log, signingKey: certificates.serviceAccount.privateKey },
        authorities,
      }),
      tokenExpiration: tokenExpirationOf(o),
      ...authenticationFileOf(o),
      ...authorizationOf(o, { clock, log }),
      tls: tlsOf(o, certificates, authorities),
      bindAddress: o.serving.bindAddress,
      port: o.serving.securePort,
      advertiseAddress: advertise,
      serviceAddress,
      serviceRanges: ranges,
      nodePortRange: nodePortRange(o.network),
      endpointReconciler: endpointReconciler(o.network, o.storage.etcdServers.length > 0),
      keyPrefix: keyPrefixOf(o.storage.etcdPrefix),
      eventTtlSeconds: Math.ceil(o.storage.eventTtlMs / 1000),
      compactionIntervalMs: o.storage.etcdCompactionIntervalMs,
      maxRequestsInFlight: o.limits.maxRequestsInFlight,
      maxMutatingRequestsInFlight: o.limits.maxMutatingRequestsInFlight,
      requestTimeoutMs: o.limits.requestTimeoutMs,
      minRequestTimeoutSeconds: o.limits.minRequestTimeoutSeconds,
      maxStreamsPerConnection: o.limits.http2MaxStreamsPerConnection,
      disableHttp2: o.serving.disableHttp2,
      permitPortSharing: o.serving.permitPortSharing,
      isIdentityHeader: frontProxyHeadersOf(o),
      goawayChance: o.serving.goawayChance,
      strictTransportSecurity: o.serving.strictTransportSecurity,
      shutdownDelayMs: o.serving.shutdownDelayMs,
      corsAllowedOrigins: o.serving.corsAllowedOrigins.map((pattern) => new RegExp(pattern)),
      ...(o.credentials.serviceAccountJwksUri === '' ? {} : { jwksUri: o.credentials.serviceAccountJwksUri }),
      logRequests: o.local.verbosity >= 3,
      profiling: o.serving.profiling,
      enabledPlugins: o.admission.enabledPlugins,
      disabledPlugins: [...o.admission.disabledPlugins, ...(closed.has('PodTopologyLabelsAdmission') ? ['PodTopologyLabels'] : [])],
      plugins: pluginConfigurationsOf(o),
      defaultAccounts: o.local.defaultAccounts,
      isServed: servedApis(o.apis),
      cbor: gates.has('CBORServingAndStorage'),
      features: featureStates(o.features),
      closedGates: closed,
      flags: flagTexts(o),
      kubelets: kubeletsOf(o, certificates),
      frontProxy: frontProxyOf(o, certificates),
      clients: authorities,
    })
    started = api
    const url = api.url
    const { ca, admin } = certificates
    const entry = { server: url, ca: ca.cert, cert: admin.cert, key: admin.key, name: 'binnacle' }
    usable(`--data-dir: ${ownKubeconfig(o)}`, () => writeKubeconfig(ownKubeconfig(o), entry))
    if (o.local.writeKubeconfig !== '')
      usable(`--write-kubeconfig: ${o.local.writeKubeconfig}`, () => writeKubeconfig(o.local.writeKubeconfig, entry))
    if (seedObjects !== undefined) {
      const { createClient } = await import('./client/client.ts')
      const client = createClient(api.transport(apiServer), { userAgent: 'binnacle-seed/v1', clock })
      const objects = await seedObjects
      log.info({ objects: objects.length, created: await (await seed!).applySeed(objects, client) }, 'seed applied')
    }
    let workloads: Promise<Workloads | undefined> | undefined
    if (o.local.controllers.length > 0 || o.local.nodes > 0) {
      // Loaded after the API server is ready: control loops do not belong to its start.
      workloads = import('./workloads.ts').then((w) =>
        w.startWorkloads({
          ...{ api, certificates, tokens: api.serviceAccountTokens!, clock, log },
          ...{ options: o.local, loops: o.loops, gates, dataDir: dataDir(o), schedulerConfiguration },
          serviceCIDRs: ranges,
        }),
      )
      workloads = workloads.catch((e: unknown) => {
        log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'control loops could not be loaded')
        return undefined
      })
    }
    const idle = startIdleCollection(clock)
    const use = (): void => api.useCertificates(tlsOf(o, certificates, authorities))
    const renewals = [
      ...renewed(certificateFiles(o.tls), use, { clock, log }),
      ...renewed(kubeletFiles(o), () => api.useKubeletAccess(kubeletsOf(o, certificates)), { clock, log }),
      ...renewed(frontProxyFiles(o), () => api.useFrontProxy(frontProxyOf(o, certificates)), { clock, log }),
      ...authorities.follow(use, { clock, log }),
    ]
    const close = async (): Promise<void> => {
      idle.close()
      renewals.forEach((file) => file.stop())
      await (await workloads)?.close()
      await api.close(GRACE_MS)
      await storage.close()
    }
    return { api, certificates, failed: storage.failed ?? new Promise<never>(() => undefined), close }
  } catch (e) {
    await started?.close(0).catch(() => undefined)
    await storage.close().catch(() => undefined)
    throw e
  }
}

async function loaded(
  o: Options,
  clock: Clock,
  advertise: string,
  serviceAddress: string,
  opening: Promise<Storage>,
): Promise<Certificates> {
  try {
    return loadCertificates({ dir: certDir(o), now: clock.now(), names: [advertise, serviceAddress], server: o.tls.tlsCertFile === '' })
  } catch (e) {
    await opening.then((s) => s.close()).catch(() => undefined)
    throw e
  }
}

async function openStorage(o: Options, clock: Clock): Promise<Storage> {
  const { etcdServers, etcdCaFile, etcdCertFile, etcdKeyFile } = o.storage
  if (etcdServers.length === 0) {
    const { openSqliteStorage } = await import('./storage/sqlite/open.ts')
    return openSqliteStorage({ path: join(dataDir(o), 'store', 'binnacle.db'), clock })
  }
  const { openEtcdStorage } = await import('./storage/etcd3/open.ts')
  const tls = etcdCaFile === '' && etcdCertFile === '' ? {} : { tls: { caFile: etcdCaFile, certFile: etcdCertFile, keyFile: etcdKeyFile } }
  return openEtcdStorage({ endpoints: [...etcdServers], clock, ...tls })
}

function tlsOf(o: Options, c: Certificates, authorities: ClientAuthorities): TlsFiles {
  const { tlsCertFile, tlsPrivateKeyFile } = o.tls
  const own = tlsCertFile === '' ? c.server! : { cert: readFileSync(tlsCertFile, 'utf8'), key: readFileSync(tlsPrivateKeyFile, 'utf8') }
  return {
    ...{ cert: own.cert, key: own.key, named: sniCertificates(o.tls), bounds: tlsBounds(o.tls) },
    clientCa: authorities.all,
  }
}

const LOOK_MS = 60_000

/**
 * Certificates that are renewed in their files are shown without a new start (apiserver `dynamiccertificates`, client-go `transport`). A key is often written after
 * its certificate: until both are there what was shown before is.
 */
function renewed(files: readonly string[], use: () => void, { clock, log }: HostDependencies): ChangingFile[] {
  return files.map(
    (file) =>
      new ChangingFile(file, {
        ...{ clock, intervalMs: LOOK_MS },
        changed: () => {
          use()
          log.info({ file }, 'the certificate has been read again')
        },
        failed: ({ message: error }) => log.warn({ file, error }, 'the certificate cannot be read again; what it was goes on'),
      }),
  )
}

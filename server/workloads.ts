import { join } from 'node:path'
import { apiServer, controllerAccount, controllerManager, nodeUser, scheduler } from './authn/components.ts'
import type { UserInfo } from './authn/contract.ts'
import { kubeletClient } from './authz/kubelet-client.ts'
import { createClient, type Client } from './client/client.ts'
import { createInformerFactory } from './client/informer.ts'
import { TurnGate } from './client/turn-gate.ts'
import type { ApiServer } from './control-plane.ts'
import { ensureStorageClass } from './controllers/persistentvolume-binder/default-class.ts'
import { persistentVolumeBinderController } from './controllers/persistentvolume-binder/persistentvolume-binder.ts'
import { selectControllers, startControllers } from './controllers/index.ts'
import { GIT_VERSION } from './discovery/version.ts'
import type { Log } from './machinery/log.ts'
import type { Clock } from './machinery/clock.ts'
import { makePrivateFolder } from './machinery/folders.ts'
import { createSimulatedRuntime, startNodeAgents, UsageCollector } from './node/index.ts'
import type { LocalOptions } from './options/local.ts'
import { podRanges, type LoopOptions } from './options/loops.ts'
import type { SchedulerConfiguration } from './scheduler/config/types.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import type { ServiceAccountTokens } from './authn/service-account.ts'
import type { Certificates } from './serving/certificates.ts'
import { issueCertificate } from './serving/x509.ts'

export interface WorkloadsOptions {
  api: ApiServer
  certificates: Certificates
  tokens: ServiceAccountTokens
  /** What the API server shows to kubelets. */
  kubeletClient: { cert: string }
  clock: Clock
  log: Log
  options: LocalOptions
  loops: LoopOptions
  serviceCIDRs: readonly string[]
  /** Undefined: the defaults. */
  schedulerConfiguration: SchedulerConfiguration | undefined
  dataDir: string
}

export interface Workloads {
  /** Ends them, whether they have come up or still wait for their caches to fill. */
  close(): Promise<void>
}

/** Chosen with --controllers like a controller; it is a program of its own upstream. */
const SCHEDULER = 'kube-scheduler'
const MANAGER = 'kube-controller-manager'

/** Starts control loops, scheduler and node agents, each a client of the API server in this process; what fails goes to the log. */
export function startWorkloads(w: WorkloadsOptions): Workloads {
  const { api, clock, log, options } = w
  const abort = new AbortController()
  const { signal } = abort
  const gate = new TurnGate()
  const clientAs = (user: UserInfo, agent: string): Client =>
    createClient(api.transport(user, gate), { userAgent: `${agent}/${GIT_VERSION}`, clock })
  const component = (user: UserInfo, agent: string) => {
    const client = clientAs(user, agent)
    const onError = (error: unknown, what: unknown): void => {
      if (!signal.aborted)
        log.warn({ component: agent, what, error: error instanceof Error ? error.message : String(error) }, 'control loop error')
    }
    return { client, informers: createInformerFactory({ client, signal, clock, onError }), onError }
  }
  const wishes = options.controllers
  const scheduling = !wishes.includes(`-${SCHEDULER}`) && (wishes.includes('*') || wishes.includes(SCHEDULER))
  const selected = selectControllers(wishes.filter((x) => x !== SCHEDULER && x !== `-${SCHEDULER}`))
  const agents = startAgents(w, clientAs)
  agents.catch((e: unknown) =>
    log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'the node agents could not start'),
  )
  if (options.nodes > 0) api.serveMetrics(new UsageCollector({ client: clientAs(kubeletClient, 'metrics-server'), clock, signal }))
  const starting: Promise<unknown>[] = []
  if (selected.length > 0) {
    const { informers, onError } = component(controllerManager, MANAGER)
    const clientOf = (account: string): Client => clientAs(controllerAccount(account), MANAGER)
    const { terminatedPodGCThreshold, enableHostpathProvisioner, legacyServiceAccountTokenCleanUpPeriodMs } = w.loops
    const { nodeMonitorPeriodMs, nodeMonitorGracePeriodMs, nodeStartupGracePeriodMs } = w.loops
    const nodeLifecycle = { nodeMonitorPeriodMs, nodeMonitorGracePeriodMs, nodeStartupGracePeriodMs }
    const hostPath = enableHostpathProvisioner && selected.includes(persistentVolumeBinderController)
    const controllerOptions = {
      ...{ rootCA: w.certificates.ca.cert, signingCA: w.certificates.ca, nodeLifecycle, terminatedPodGCThreshold },
      legacyServiceAccountTokenCleanUpPeriodMs,
      ...(w.loops.allocateNodeCidrs ? { nodeIpam: { clusterCIDRs: podRanges(w.loops), serviceCIDRs: w.serviceCIDRs } } : {}),
      secretToken: w.tokens.issueForSecret.bind(w.tokens),
      ...(hostPath ? { hostPathFolder: join(w.dataDir, 'volumes') } : {}),
    }
    // A default class is the server's to make, not a controller's.
    if (hostPath) starting.push(ensureStorageClass(clientAs(apiServer, 'kube-apiserver'), signal))
    const started = startControllers(selected, { clientOf, informers, clock, signal, onError, options: controllerOptions })
    starting.push(started.then((names) => api.reportControllers(MANAGER, names)))
  }
  if (scheduling) {
    const { client, informers, onError } = component(scheduler, SCHEDULER)
    const configuration = w.schedulerConfiguration
    const started = startScheduler({
      ...{ client, informers, signal, clock, onError },
      ...(configuration === undefined ? {} : { configuration }),
    })
    starting.push(started.then(() => api.reportControllers(SCHEDULER, [SCHEDULER])))
  }
  const running = (): void => signal.throwIfAborted()
  Promise.all(starting).then(
    () => {
      if (selected.length > 0) api.reportComponent('controller-manager', running)
      if (scheduling) api.reportComponent('scheduler', running)
    },
    (e: unknown) => {
      if (!signal.aborted) log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'control loops could not start')
    },
  )
  return {
    async close() {
      abort.abort(new Error('the control plane is stopping'))
      await (await agents.catch(() => undefined))?.close()
    },
  }
}

/** Rejects for whatever stands in the way: control loops do without nodes. */
async function startAgents(
  w: WorkloadsOptions,
  clientAs: (user: UserInfo, agent: string) => Client,
): Promise<Awaited<ReturnType<typeof startNodeAgents>> | undefined> {
  const { options, clock, dataDir } = w
  if (options.nodes === 0) return undefined
  const logDir = join(dataDir, 'log', 'nodes')
  for (const folder of [join(dataDir, 'log'), logDir]) makePrivateFolder(folder)
  return startNodeAgents(options.nodes, {
    clientOf: (nodeName) => clientAs(nodeUser(nodeName), 'kubelet'),
    // No node may read what is others': the one watch that many share is that of a component that reads everything.
    reader: clientAs(controllerManager, 'kubelet'),
    clock,
    logDir,
    clientCA: w.certificates.ca.cert,
    apiServerCertificate: w.kubeletClient.cert,
    onListen: (address, port) => w.api.localKubelets.add(address, port),
    tls: issueCertificate(w.certificates.ca, {
      commonName: 'system:nodes',
      use: 'server',
      names: ['localhost', '127.0.0.1'],
      now: clock.now(),
    }),
    runtimeOf: () => createSimulatedRuntime({ clock, version: GIT_VERSION }),
  })
}

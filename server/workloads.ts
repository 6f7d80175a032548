import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { apiServer, controllerAccount, controllerManager, nodeUser, scheduler } from './authn/components.ts'
import type { UserInfo } from './authn/contract.ts'
import { kubeletClient } from './authz/kubelet-client.ts'
import { createClient, type Client } from './client/client.ts'
import { createCoreRecorder } from './client/event-recorder.ts'
import { runLeaderElection } from './client/leader-election.ts'
import { LeaderMetrics } from './client/leader-metrics.ts'
import { createInformerFactory } from './client/informer.ts'
import { TurnGate, type Turns } from './client/turn-gate.ts'
import type { ApiServer } from './control-plane.ts'
import type { Controller, ControllerOptions } from './controllers/controller.ts'
import { ensureStorageClass } from './controllers/persistentvolume-binder/default-class.ts'
import { persistentVolumeBinderController } from './controllers/persistentvolume-binder/persistentvolume-binder.ts'
import { selectControllers, startControllers } from './controllers/index.ts'
import { GIT_VERSION } from './discovery/version.ts'
import type { Log } from './machinery/log.ts'
import type { Clock } from './machinery/clock.ts'
import { makePrivateFolder } from './machinery/folders.ts'
import { addressRange } from './machinery/ip-range.ts'
import { createSimulatedRuntime, startNodeAgents, UsageCollector } from './node/index.ts'
import type { AskedGate } from './options/feature-gates.ts'
import type { LocalOptions } from './options/local.ts'
import { podRanges, type LoopOptions } from './options/loops.ts'
import type { SchedulerConfiguration } from './scheduler/config/types.ts'
import { SchedulerMetrics } from './scheduler/metrics.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import type { ServiceAccountTokens } from './authn/service-account.ts'
import type { Certificates } from './serving/certificates.ts'
import { issueCertificate } from './serving/x509.ts'

export interface WorkloadsOptions {
  api: ApiServer
  certificates: Certificates
  tokens: ServiceAccountTokens
  clock: Clock
  log: Log
  options: LocalOptions
  loops: LoopOptions
  /** The open ones. */
  gates: ReadonlySet<AskedGate>
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
  const { api, clock, log, options, dataDir } = w
  const abort = new AbortController()
  const { signal } = abort
  const gate = new TurnGate()
  const [electionTurns, nodeTurns] = [gate.lane(), gate.lane()]
  const clientAs = (user: UserInfo, agent: string, turns: Turns = gate): Client =>
    createClient(api.transport(user, turns), { userAgent: `${agent}/${GIT_VERSION}`, clock })
  const errorsOf =
    (agent: string, term = signal) =>
    (error: unknown, what: unknown): void => {
      if (!term.aborted)
        log.warn({ component: agent, what, error: error instanceof Error ? error.message : String(error) }, 'control loop error')
    }
  const component = (user: UserInfo, agent: string, term: AbortSignal) => {
    const client = clientAs(user, agent)
    const onError = errorsOf(agent, term)
    return { client, informers: createInformerFactory({ client, signal: term, clock, onError }), onError, signal: term, clock }
  }
  const leaderMetrics = new LeaderMetrics()
  api.reportMetrics(leaderMetrics.sources())
  const electing: Promise<void>[] = []
  /** Begins at once, or in every term in which this process leads. */
  const lead = (user: UserInfo, name: string, work: (term: AbortSignal) => Promise<void>): void => {
    const begin = (term: AbortSignal): void => {
      term.addEventListener('abort', () => api.reportControllers(name, []), { once: true })
      work(term).catch((e: unknown) => {
        if (!term.aborted) log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'control loops could not start')
      })
    }
    const { leaderElect, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = w.loops
    if (!leaderElect) return begin(signal)
    const client = clientAs(user, name, electionTurns)
    const report = errorsOf(name)
    electing.push(
      runLeaderElection({
        ...{ client, clock, signal, name, leaseDurationMs, renewDeadlineMs, retryPeriodMs, observer: leaderMetrics, lead: begin },
        identity: identityOf(dataDir),
        recorder: createCoreRecorder({ client, clock, signal, component: name, onError: (e) => report(e, 'event') }),
        onError: (e) => report(e, 'leader election'),
      }),
    )
  }
  const running = (): void => signal.throwIfAborted()
  const wishes = options.controllers
  const scheduling = !wishes.includes(`-${SCHEDULER}`) && (wishes.includes('*') || wishes.includes(SCHEDULER))
  const selected = selectControllers(wishes.filter((x) => x !== SCHEDULER && x !== `-${SCHEDULER}`)).filter(
    ({ gate }) => gate === undefined || w.gates.has(gate),
  )
  const agents = startAgents(w, (user, agent) => clientAs(user, agent, nodeTurns))
  agents.catch((e: unknown) =>
    log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'the node agents could not start'),
  )
  if (options.nodes > 0) api.serveMetrics(new UsageCollector({ client: clientAs(kubeletClient, 'metrics-server'), clock, signal }))
  if (selected.length > 0) {
    lead(controllerManager, MANAGER, async (term) => {
      const { informers, onError } = component(controllerManager, MANAGER, term)
      const clientOf = (account: string): Client => clientAs(controllerAccount(account), MANAGER)
      // A default class is the server's to make, not a controller's.
      const started = startControllers(selected, {
        ...{ clientOf, informers, clock, signal: term, onError, options: controllerOptionsOf(w, selected), queueMetrics: api.queueMetrics },
        onStart: (name, error) => api.reportHealth(name, () => healthOf(error)),
      })
      if (hasHostPath(w, selected)) await ensureStorageClass(clientAs(apiServer, 'kube-apiserver'), term)
      const names = await started
      if (term.aborted) return
      api.reportControllers(MANAGER, names)
      api.reportComponent('controller-manager', running)
    })
  }
  if (scheduling) {
    lead(scheduler, SCHEDULER, async (term) => {
      const configuration = w.schedulerConfiguration
      const metrics = new SchedulerMetrics()
      api.reportMetrics(metrics.sources())
      await startScheduler({ ...component(scheduler, SCHEDULER, term), metrics, ...(configuration === undefined ? {} : { configuration }) })
      if (term.aborted) return
      api.reportControllers(SCHEDULER, [SCHEDULER])
      api.reportHealth('sched-handler-sync', () => undefined)
      api.reportComponent('scheduler', running)
    })
  }
  return {
    async close() {
      abort.abort(new Error('the control plane is stopping'))
      await Promise.all([agents.then((a) => a?.close()).catch(() => undefined), ...electing])
    },
  }
}

const hasHostPath = (w: WorkloadsOptions, selected: readonly Controller[]): boolean =>
  w.loops.enableHostpathProvisioner && selected.includes(persistentVolumeBinderController)

function controllerOptionsOf(w: WorkloadsOptions, selected: readonly Controller[]): ControllerOptions {
  const { terminatedPodGCThreshold, legacyServiceAccountTokenCleanUpPeriodMs, disableForceDetachOnTimeout } = w.loops
  const { nodeMonitorPeriodMs, nodeMonitorGracePeriodMs, nodeStartupGracePeriodMs } = w.loops
  const nodeLifecycle = { nodeMonitorPeriodMs, nodeMonitorGracePeriodMs, nodeStartupGracePeriodMs }
  return {
    ...{ rootCA: w.certificates.ca.cert, signingCA: w.certificates.ca, nodeLifecycle, terminatedPodGCThreshold },
    ...{ legacyServiceAccountTokenCleanUpPeriodMs, disableForceDetachOnTimeout },
    ...(w.loops.allocateNodeCidrs ? { nodeIpam: { clusterCIDRs: podRanges(w.loops), serviceCIDRs: w.serviceCIDRs } } : {}),
    isGateOpen: (gate) => w.gates.has(gate),
    secretToken: w.tokens.issueForSecret.bind(w.tokens),
    ...(hasHostPath(w, selected) ? { hostPathFolder: join(w.dataDir, 'volumes') } : {}),
  }
}

/** @throws why the loop does not run */
function healthOf(error: unknown): void {
  if (error !== undefined) throw new Error(`could not start: ${error instanceof Error ? error.message : String(error)}`)
}

/** The same for every run on one folder, so that a server which was killed need not wait for its own Lease to run out. */
function identityOf(dataDir: string): string {
  const hash = createHash('sha256').update(resolve(dataDir)).digest('hex')
  return `${hostname()}_${[hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-')}`
}

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
    apiServerCertificate: w.certificates.kubeletClient.cert,
    onListen: (address, port) => w.api.localKubelets.add(address, port),
    tls: issueCertificate(w.certificates.ca, {
      commonName: 'system:nodes',
      use: 'server',
      names: ['localhost', '127.0.0.1'],
      now: clock.now(),
    }),
    podFamilies: w.serviceCIDRs.map((cidr) => addressRange(cidr).family),
    runtimeOf: () => createSimulatedRuntime({ clock, version: GIT_VERSION }),
  })
}

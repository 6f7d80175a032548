import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { controllerAccount, controllerManager, nodeUser, scheduler } from '../../server/authn/components.ts'
import type { UserInfo } from '../../server/authn/contract.ts'
import { createClient, type Client } from '../../server/client/client.ts'
import { createHttpTransport } from '../../server/client/http-transport.ts'
import { createInformerFactory } from '../../server/client/informer.ts'
import type { Transport, TransportRequest } from '../../server/client/transport.ts'
import { selectControllers, startControllers } from '../../server/controllers/index.ts'
import { GIT_VERSION } from '../../server/discovery/version.ts'
import { systemClock as clock } from '../../server/machinery/clock.ts'
import { createSimulatedRuntime, startNodeAgents } from '../../server/node/index.ts'
import { startScheduler } from '../../server/scheduler/scheduler.ts'
import { createAuthority } from '../../server/serving/x509.ts'

/**
 * Our control loops, scheduler and one simulated node on an API server that is not ours: KUBECONFIG (JSON with a token that may
 * impersonate). Each is the user that it is at home, so that the server's default roles have to be enough. What fails goes to standard
 * error, a line each, as the original's components write it.
 */
interface Kubeconfig {
  clusters: { cluster: { server: string } }[]
  users: { user: { token: string } }[]
}

const { clusters, users } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Kubeconfig
const transport = createHttpTransport({ server: clusters[0]!.cluster.server, token: users[0]!.user.token, insecureSkipTlsVerify: true })

/** Service accounts are in their groups anyway; of a node's groups there is one to name. */
function transportAs({ name, groups }: UserInfo): Transport {
  const [group] = groups.filter((g) => g === 'system:nodes')
  const headers = { 'impersonate-user': name, ...(group === undefined ? {} : { 'impersonate-group': group }) }
  const as = (req: TransportRequest): TransportRequest => ({ ...req, headers: { ...req.headers, ...headers } })
  return { request: (req) => transport.request(as(req)), stream: (req) => transport.stream(as(req)), close: () => Promise.resolve() }
}

const abort = new AbortController()
const { signal } = abort
for (const end of ['SIGTERM', 'SIGINT'] as const) process.on(end, () => process.exit(0))
const onError = (e: unknown, what: unknown): void =>
  console.error(`E ${typeof what === 'string' ? what : JSON.stringify(what)}: ${e instanceof Error ? e.message : String(e)}`)
const clientAs = (user: UserInfo, agent: string): Client => createClient(transportAs(user), { userAgent: `${agent}/${GIT_VERSION}`, clock })
const informersAs = (user: UserInfo, agent: string) => createInformerFactory({ client: clientAs(user, agent), signal, clock, onError })

const MANAGER = 'kube-controller-manager'
const ca = createAuthority('interop', clock.now())
const folder = mkdtempSync(join(tmpdir(), 'binnacle-loops-'))
const [names] = await Promise.all([
  startControllers(selectControllers(['*']), {
    clientOf: (account) => clientAs(controllerAccount(account), MANAGER),
    informers: informersAs(controllerManager, MANAGER),
    options: { rootCA: ca.cert, signingCA: ca, hostPathFolder: join(folder, 'volumes') },
    ...{ clock, signal, onError },
  }),
  startScheduler({
    client: clientAs(scheduler, 'kube-scheduler'),
    informers: informersAs(scheduler, 'kube-scheduler'),
    ...{ clock, signal, onError },
  }),
  startNodeAgents(1, {
    clientOf: (name) => clientAs(nodeUser(name), 'kubelet'),
    reader: clientAs(controllerManager, 'kubelet'),
    clock,
    logDir: join(folder, 'nodes'),
    runtimeOf: () => createSimulatedRuntime({ clock, version: GIT_VERSION }),
  }),
])
console.error(`I ${names.length} controllers, the scheduler and a node run`)

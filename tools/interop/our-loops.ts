import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { controllerAccount, controllerManager, nodeUser, scheduler } from '../../server/authn/components.ts'
import { selectControllers, startControllers } from '../../server/controllers/index.ts'
import { GIT_VERSION } from '../../server/discovery/version.ts'
import { systemClock as clock } from '../../server/machinery/clock.ts'
import { createSimulatedRuntime, startNodeAgents } from '../../server/node/index.ts'
import { startScheduler } from '../../server/scheduler/scheduler.ts'
import { createAuthority } from '../../server/serving/x509.ts'
import { complain as onError, loopClients } from './loop-clients.ts'

/** Our control loops, scheduler and one simulated node on an API server that is not ours: KUBECONFIG (JSON with a token that may impersonate). */
interface Kubeconfig {
  clusters: { cluster: { server: string } }[]
  users: { user: { token: string } }[]
}

const { clusters, users } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Kubeconfig
const abort = new AbortController()
const { signal } = abort
for (const end of ['SIGTERM', 'SIGINT'] as const) process.on(end, () => process.exit(0))
const { clientAs, informersAs } = loopClients(clusters[0]!.cluster.server, users[0]!.user.token, { clock, signal })

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

import { type ChildProcess, spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realLoops } from '../fixtures/real-loops.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

/** One Lease for our scheduler and the original: who has it places pods, the other waits. */
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler'
const TAKEN_OVER_MS = 60_000

const holderOf = async ({ api }: Server): Promise<string> => {
  const { spec } = (await api.get(LEASE)) as unknown as { spec?: { holderIdentity?: string } }
  return spec?.holderIdentity ?? ''
}
const nodeOf = async ({ api }: Server, name: string): Promise<string | undefined> =>
  ((await api.get(`/api/v1/namespaces/default/pods/${name}`)) as unknown as { spec: { nodeName?: string } }).spec.nodeName
const leads = async ({ api }: Server): Promise<boolean> =>
  /^leader_election_master_status\{name="kube-scheduler"\} 1$/m.test((await api.send('GET', '/metrics')).text)

const capacity = { cpu: '4', memory: '8Gi', pods: '110' }
async function addNode({ api }: Server): Promise<void> {
  await api.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: { capacity, allocatable: capacity },
  })
  await api.merge('/api/v1/nodes/n', { spec: { taints: null } })
}
async function isPlaced(server: Server, name: string): Promise<void> {
  const spec = { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] }
  await server.api.create('/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec })
  await until(`${name} has a node`, async () => (await nodeOf(server, name)) === 'n')
}

interface Original extends Disposable {
  readonly log: () => string
}

function startOriginal(folder: string, { kubeconfig }: Server): Original {
  const files = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${kubeconfig}`)
  const child: ChildProcess = spawn(join(folder, 'kube-scheduler'), [...files, '--secure-port=0', '--leader-elect=true'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')))
  return { log: () => log, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

test.skipIf(realLoops === undefined)(
  'the original waits while ours has the Lease, takes it when ours ends, and ours waits for it',
  { timeout: 180_000 },
  async () => {
    using folder = scratch()
    const start = (port: number, ...flags: string[]): Promise<Server> =>
      startServer({ dir: folder.path, port, loops: true, flags: ['--nodes=0', ...flags] })
    let server = await start(0, '--controllers=kube-scheduler')
    const { port } = server
    try {
      const own = await until('a holder', async () => (await holderOf(server)) || undefined)
      const [host, uuid] = own.split('_')
      expect(host).toBe(hostname())
      expect(uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      using original = startOriginal(realLoops!, server)
      await until('the original stands for leader', () => original.log().includes('Attempting to acquire leader lease'))
      await addNode(server)
      await isPlaced(server, 'by-ours')
      expect([await holderOf(server), await leads(server), original.log().includes('Successfully acquired lease')]).toEqual([
        own,
        true,
        false,
      ])

      await server.stop()
      server = await start(port, '--controllers=')
      await until('the original leads', async () => ![own, ''].includes(await holderOf(server)), TAKEN_OVER_MS)
      await isPlaced(server, 'by-the-original')

      const other = await holderOf(server)
      await server.stop()
      server = await start(port, '--controllers=kube-scheduler')
      await isPlaced(server, 'by-the-original-still')
      expect([await holderOf(server), await leads(server)]).toEqual([other, false])

      original[Symbol.dispose]()
      await until('ours leads again', async () => (await holderOf(server)) === own && (await leads(server)), TAKEN_OVER_MS)
      await isPlaced(server, 'by-ours-again')
    } finally {
      await server[Symbol.asyncDispose]()
    }
  },
)

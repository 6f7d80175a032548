import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Api, type List } from '../fixtures/api.ts'
import { foreignAuthority, signingKeys } from '../fixtures/authority.ts'
import { nodeProgram } from '../fixtures/program.ts'
import { scratch } from '../fixtures/scratch.ts'
import { until, within } from '../fixtures/until.ts'

/*
 * The folder of `npm run envtest`, used as controller-runtime's envtest uses it (pkg/internal/testing/controlplane): the same flags, the
 * same questions, certificates of another CA.
 */
const root = join(import.meta.dirname, '../..')

function build(...flags: string[]): string {
  const { status, stdout, stderr } = spawnSync(nodeProgram, [join(root, 'tools/envtest.ts'), ...flags], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Started extends AsyncDisposable {
  readonly stderr: () => string
  /** Exit code after SIGTERM. */
  stop(): Promise<number | null>
}

function start(program: string, flags: readonly string[]): Started {
  const child: ChildProcess = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr!.on('data', (d: Buffer) => (stderr += d.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM')
    return within(`the end of ${program}`, exited)
  }
  return {
    stderr: () => stderr,
    stop,
    async [Symbol.asyncDispose]() {
      await stop().catch(() => child.kill('SIGKILL'))
    },
  }
}

test('a control plane as envtest starts it: no loops, no nodes, other certificates, and the same objects after a restart', async () => {
  const assets = build('--embedded')
  expect(readdirSync(assets)).toEqual(expect.arrayContaining(['etcd', 'kube-apiserver']))
  using dir = scratch()
  const [etcdUrl, port] = [`http://127.0.0.1:${await freePort()}`, await freePort()]
  const certDir = join(dir.path, 'certs')
  const authority = await foreignAuthority()
  const clients = await foreignAuthority()
  const serving = await authority.issue('CN=localhost', ['localhost', '127.0.0.1'])
  const admin = await clients.issue('CN=admin,O=system:masters')
  const accounts = await signingKeys()
  spawnSync('mkdir', [certDir])
  const files = {
    'apiserver.crt': serving.cert,
    'apiserver.key': serving.key,
    'client-cert-auth-ca.crt': clients.cert,
    'sa-signer.crt': accounts.publicKey,
    'sa-signer.key': accounts.privateKey,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(certDir, name), text)

  const help = spawnSync(join(assets, 'etcd'), ['--help'], { encoding: 'utf8' })
  expect(help.stdout).toMatch(/--unsafe-no-fsync\b/)
  const etcdFlags = {
    'listen-peer-urls': 'http://127.0.0.1:0',
    'data-dir': join(dir.path, 'etcd'),
    'advertise-client-urls': etcdUrl,
    'listen-client-urls': etcdUrl,
    'unsafe-no-fsync': 'true',
  }
  const serverFlags = {
    'service-cluster-ip-range': '10.0.0.0/24',
    'allow-privileged': 'true',
    'disable-admission-plugins': 'ServiceAccount',
    'cert-dir': certDir,
    'client-ca-file': join(certDir, 'client-cert-auth-ca.crt'),
    'authorization-mode': 'RBAC',
    'secure-port': port,
    'bind-address': '127.0.0.1',
    'service-account-issuer': `https://127.0.0.1:${port}/`,
    'service-account-key-file': join(certDir, 'sa-signer.crt'),
    'service-account-signing-key-file': join(certDir, 'sa-signer.key'),
    'etcd-servers': etcdUrl,
  }
  const list = (flags: object): string[] => Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  await using etcd = start(join(assets, 'etcd'), list(etcdFlags))
  await until('etcd', async () => {
    const answer = await fetch(`${etcdUrl}/health`)
    return answer.ok && (await answer.json()).health === 'true'
  })

  using api = new Api(`https://127.0.0.1:${port}`, { ca: authority.cert, ...admin })
  const healthy = (): Promise<boolean> => api.send('GET', '/healthz').then(({ status, text }) => status === 200 && text === 'ok')
  const PODS = '/api/v1/namespaces/default/pods'
  {
    await using server = start(join(assets, 'kube-apiserver'), list(serverFlags))
    await until('healthz', healthy)
    // Without the ServiceAccount plugin a pod needs no account, and nothing mounts its token.
    const pod = await api.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    })
    expect(pod.spec).not.toHaveProperty('serviceAccountName')
    for (const resource of ['nodes', 'serviceaccounts']) expect((await api.get<List>(`/api/v1/${resource}`)).items).toEqual([])
    expect(server.stderr()).toContain('--allow-privileged has no effect')
    expect(await server.stop()).toBe(0)
  }
  await using again = start(join(assets, 'kube-apiserver'), list(serverFlags))
  await until('healthz', healthy)
  expect((await api.get<List>(PODS)).items.map((p) => p.metadata.name)).toEqual(['p'])
  expect([await again.stop(), await etcd.stop()]).toEqual([0, 0])
})

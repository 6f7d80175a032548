import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface EtcdBinary {
  path: string
  /** As in `3.4.23`. */
  version: string
}

/** Every etcd on PATH and in $KUBEBUILDER_ASSETS, one per version. */
export function findEtcds(): EtcdBinary[] {
  const folders = [process.env['KUBEBUILDER_ASSETS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)].filter(
    (folder) => folder !== '',
  )
  const found = new Map<string, EtcdBinary>()
  for (const folder of folders) {
    const path = join(folder, 'etcd')
    try {
      accessSync(path, constants.X_OK)
      const version = /etcd Version: (\S+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1]
      if (version !== undefined && !found.has(version)) found.set(version, { path, version })
    } catch {
      // Not here, or not one that runs.
    }
  }
  return [...found.values()]
}

export interface EtcdMember {
  clientUrl: string
  process: ChildProcess
  kill(signal?: NodeJS.Signals): Promise<void>
}

export interface EtcdCluster extends AsyncDisposable {
  endpoints: string[]
  members: EtcdMember[]
}

export interface EtcdTlsFiles {
  caFile: string
  certFile: string
  keyFile: string
}

/** Real etcd members on free loopback ports with their data in a temporary folder. Resolves when all are healthy. */
export async function startEtcd(
  binary: EtcdBinary,
  { members: count = 1, tls }: { members?: number; tls?: EtcdTlsFiles } = {},
): Promise<EtcdCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'etcd-'))
  const scheme = tls === undefined ? 'http' : 'https'
  const ports = await freePorts(count * 2)
  const plans = Array.from({ length: count }, (_, i) => ({
    name: `m${i}`,
    client: `${scheme}://127.0.0.1:${ports[i * 2]}`,
    peer: `http://127.0.0.1:${ports[i * 2 + 1]}`,
  }))
  const initial = plans.map(({ name, peer }) => `${name}=${peer}`).join(',')
  const tlsFlags =
    tls === undefined ? [] : ['--cert-file', tls.certFile, '--key-file', tls.keyFile, '--trusted-ca-file', tls.caFile, '--client-cert-auth']
  const members = plans.map(({ name, client, peer }): EtcdMember => {
    const flags = [
      ['--name', name, '--data-dir', join(folder, name), '--log-level', 'error', '--initial-cluster', initial],
      ['--listen-client-urls', client, '--advertise-client-urls', client],
      ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ].flat()
    const child = spawn(binary.path, [...flags, ...tlsFlags], { stdio: 'ignore' })
    const exited = once(child, 'exit')
    return {
      clientUrl: client,
      process: child,
      async kill(signal = 'SIGKILL') {
        if (child.exitCode === null && child.signalCode === null) child.kill(signal)
        await exited
      },
    }
  })
  await Promise.all(plans.map(({ client }, i) => healthy(client, tls, members[i]?.process)))
  return {
    endpoints: plans.map(({ client }) => client),
    members,
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member.kill()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  for (const server of servers) server.close()
  return ports
}

/** Resolves when the member says that it is healthy, which includes having a leader. */
async function healthy(url: string, tls: EtcdTlsFiles | undefined, child: ChildProcess | undefined): Promise<void> {
  const certificates = tls && { ca: readFileSync(tls.caFile), cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) }
  const ask = () =>
    new Promise<boolean>((resolve) => {
      const get = tls === undefined ? http.get : https.get
      const request = get(`${url}/health`, { ...certificates, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      })
      request.on('error', () => resolve(false))
    })
  while (!(await ask())) {
    if (child === undefined || child.exitCode !== null) throw new Error(`etcd ended with ${child?.exitCode}`)
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

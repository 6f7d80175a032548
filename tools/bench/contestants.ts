import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostEnv, nodeFlagsFor } from '../host-flags.mjs'
import { nodeBin, root } from '../setup.mjs'

/** A running API server under load, with the processes whose memory counts as its own. */
export interface Contestant {
  readonly name: string
  readonly url: string
  readonly token: string
  /** Of a user who has logged in and may do no more than that. */
  readonly viewerToken: string
  /** Milliseconds from the first process's start to /readyz. */
  readonly startMs: number
  readonly pids: readonly number[]
  /** A kubeconfig of its admin. */
  readonly kubeconfig: string
  /** Ends the API server and starts it on the same data. Resolves to the milliseconds from its start to /readyz. */
  restart(): Promise<number>
  stop(): Promise<void>
}

export interface Spec {
  name: string
  start(): Promise<Contestant>
}

const POLL_MS = 5
/** A machine that does other things, too, takes its time. */
const START_LIMIT_MS = 180_000

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = createServer().once('error', reject)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number }
      s.close(() => resolve(port))
    })
  })
}

function ready(url: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const req = request(
      `${url}/readyz`,
      { rejectUnauthorized: false, agent: false, timeout: 2000, headers: { authorization: `Bearer ${token}` } },
      (res) => {
        res.resume()
        resolve(res.statusCode === 200)
      },
    )
    req.once('error', () => resolve(false))
    req.end()
  })
}

async function untilReady(url: string, token: string, child: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + START_LIMIT_MS
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`it ended at once: ${readFileSync(log, 'utf8').slice(-500)}`)
    if (await ready(url, token)) return
    await new Promise((r) => setTimeout(r, POLL_MS))
  }
  throw new Error(`${url}/readyz did not answer ok within ${START_LIMIT_MS / 1000} s`)
}

export interface Running {
  child: ChildProcess
  log: string
}

/** What was started and runs still. */
const alive = new Set<ChildProcess>()

function endThemAll(): void {
  for (const child of alive) child.kill('SIGKILL')
}

/** A process that ends with this one, whatever ends that. */
export function endWithThis(child: ChildProcess): void {
  if (!process.listeners('exit').includes(endThemAll)) {
    process.on('exit', endThemAll)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        // Whoever listens himself ends it in his own way.
        if (process.listenerCount(signal) === 0) process.exit(1)
      })
    }
  }
  alive.add(child)
  child.once('exit', () => alive.delete(child))
}

export function run(dir: string, name: string, command: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const log = join(dir, `${name}.log`)
  const child = spawn('/bin/sh', ['-c', `exec "$0" "$@" >>"${log}" 2>&1`, command, ...args], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  })
  endWithThis(child)
  return { child, log }
}

export async function end({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((r) => child.once('exit', r))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await gone
  clearTimeout(timer)
}

async function startEtcd(dir: string, etcd: string): Promise<Running & { url: string }> {
  const [client, peer] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${client}`
  const peerUrl = `http://127.0.0.1:${peer}`
  const running = run(dir, 'etcd', etcd, [
    `--data-dir=${dir}/etcd`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--log-level=error',
  ])
  return { ...running, url }
}

const NO_LIMITS = ['--max-requests-inflight=0', '--max-mutating-requests-inflight=0']
/** Flags besides addresses, data and credentials: without control loops and nodes, as the reference has none, and without limits. */
const OURS: readonly string[] = ['--controllers=', '--nodes=0', ...NO_LIMITS]
const REFERENCE: readonly string[] = ['--enable-priority-and-fairness=false', ...NO_LIMITS]

interface Tokens {
  token: string
  viewerToken: string
  file: string
}

function tokenFile(dir: string): Tokens {
  const [token, viewerToken] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
  const file = join(dir, 'tokens.csv')
  writeFileSync(file, `${token},admin,1,system:masters\n${viewerToken},viewer,2,dev\n`, { mode: 0o600 })
  return { token, viewerToken, file }
}

/** What a server of this project is run from, and how. */
export interface Program {
  main: string
  nodeFlags: readonly string[]
}

/** The same bundle as `npm run server`. */
const BUNDLE: Program = { main: 'dist/server/main.mjs', nodeFlags: [] }

/** This project's server. */
export function ours(etcd?: string, flags = OURS, program = BUNDLE): Spec {
  const name = etcd === undefined ? 'ours, SQLite' : 'ours, etcd'
  return {
    name,
    async start() {
      const dir = mkdtempSync(join(tmpdir(), 'binnacle-bench-'))
      const tokens = tokenFile(dir)
      const { file } = tokens
      const kubeconfig = join(dir, 'kubeconfig')
      const port = await freePort()
      const url = `https://127.0.0.1:${port}`
      const began = performance.now()
      const store = etcd === undefined ? undefined : await startEtcd(dir, etcd)
      const args = [
        join(root, program.main),
        '--data-dir',
        dir,
        '--secure-port',
        String(port),
        '--token-auth-file',
        file,
        '--write-kubeconfig',
        kubeconfig,
        ...flags,
        ...(store === undefined ? [] : ['--etcd-servers', store.url]),
      ]
      const launch = (): Running => run(dir, 'server', nodeBin, [...nodeFlagsFor(flags), ...program.nodeFlags, ...args], hostEnv)
      return contestant({ name, url, tokens, dir, kubeconfig, began, launch, beside: store })
    },
  }
}

interface Launched {
  name: string
  url: string
  tokens: Tokens
  dir: string
  kubeconfig: string
  /** When the first process was started, in ms. */
  began: number
  launch(): Running
  /** The store's process, where it has one. */
  beside: Running | undefined
}

async function contestant({ tokens: { token, viewerToken }, began, launch, beside, ...at }: Launched): Promise<Contestant> {
  const { name, url, dir, kubeconfig } = at
  let server = launch()
  const running = (): Running[] => (beside === undefined ? [server] : [server, beside])
  const stop = async (): Promise<void> => {
    for (const r of running()) await end(r)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await untilReady(url, token, server.child, server.log)
  } catch (e) {
    await stop()
    throw e
  }
  const startMs = performance.now() - began
  return {
    ...{ name, url, token, viewerToken, kubeconfig, startMs },
    get pids() {
      return running().map((r) => r.child.pid!)
    },
    async restart() {
      await end(server)
      const again = performance.now()
      server = launch()
      await untilReady(url, token, server.child, server.log)
      return performance.now() - again
    },
    stop,
  }
}

/** kube-apiserver and etcd from $KUBEBUILDER_ASSETS, or why there is no comparison. */
export function reference(assets: string | undefined, flags = REFERENCE): Spec | string {
  if (assets === undefined || assets === '')
    return 'KUBEBUILDER_ASSETS is not set: point it at a folder with kube-apiserver and etcd to compare with them'
  const [apiserver, etcd] = [join(assets, 'kube-apiserver'), join(assets, 'etcd')]
  for (const file of [apiserver, etcd]) if (!existsSync(file)) return `${file} is missing, so there is nothing to compare with`
  return { name: 'reference', start: () => startReference(apiserver, etcd, flags) }
}

async function startReference(apiserver: string, etcd: string, flags: readonly string[]): Promise<Contestant> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-reference-'))
  const tokens = tokenFile(dir)
  const { token, file } = tokens
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(join(dir, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  writeFileSync(join(dir, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const port = await freePort()
  const url = `https://127.0.0.1:${port}`
  const began = performance.now()
  const store = await startEtcd(dir, etcd)
  const args = [
    `--etcd-servers=${store.url}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--cert-dir=${dir}/certs`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${file}`,
    `--service-account-key-file=${dir}/sa.pub`,
    `--service-account-signing-key-file=${dir}/sa.key`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--endpoint-reconciler-type=none',
    '--allow-privileged=true',
    '--enable-admission-plugins=NodeRestriction',
    ...flags,
  ]
  const launch = (): Running => run(dir, 'apiserver', apiserver, args)
  return contestant({ name: 'reference', url, tokens, dir, kubeconfig: writeKubeconfig(dir, url, token), began, launch, beside: store })
}

function writeKubeconfig(dir: string, server: string, token: string): string {
  const file = join(dir, 'kubeconfig')
  const named = (kind: string, value: object): object => ({ name: 'bench', [kind]: value })
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'bench' },
    clusters: [named('cluster', { server, 'insecure-skip-tls-verify': true })],
    users: [named('user', { token })],
    contexts: [named('context', { cluster: 'bench', user: 'bench' })],
  }
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  return file
}

/** Resident memory in MB of all its processes: now, and each process's highest so far. */
export function memory(pids: readonly number[]): { now: number; peak: number } {
  let [now, peak] = [0, 0]
  for (const pid of pids) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    now += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
    peak += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  }
  return { now, peak }
}

const TICKS_PER_SECOND = 100

/** Seconds of processor time that these processes have had so far. */
export function processorTime(pids: readonly number[]): number {
  let ticks = 0
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name may hold blanks; what follows its bracket does not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / TICKS_PER_SECOND
}

export const versionOf = (program: string): string => execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')[0]!.trim()

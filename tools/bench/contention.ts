import { readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'
import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { Caller } from './caller.ts'
import { ours, reference, type Contestant } from './contestants.ts'
import { createNamespace, POD } from './load.ts'

/**
 * `npm run bench:contention [-- --idle N]`: creates of pods at once with and without a quota, which must never be exceeded, and what another
 * client waits while very many idle connections are held; beside a kube-apiserver with the same ($KUBEBUILDER_ASSETS). Exit code 1 when this
 * server misses an aim.
 */
const { values: flags } = commandLine(
  'Creates at once under a quota, and a client beside very many idle connections; beside a kube-apiserver.',
  {
    idle: { type: 'number', default: 10_000, help: 'Idle connections.' },
  },
)
const IDLE = flags.idle
const CREATES = 1000
/** Room for all of the first creates, and for half of as many more. */
const LIMIT = CREATES * 1.5
/** Of the creates of a namespace without a quota. */
const LEAST_SHARE = 0.5
const OPENING = 40
const GETS = 4000
const GETS_AT_ONCE = 4
/** Times what another client waited before; below this many milliseconds it is the machine's doing. */
const [MOST_TIMES, LEAST_MS] = [3, 5]
/** The first requests find nothing warm. */
const WARMING = 500

interface Figures {
  readonly unlimited: number
  readonly limited: number
  readonly accepted: number
  readonly used: string
  readonly held: number
  /** Milliseconds of the slowest in a hundred: before, and while connections are held. */
  readonly p99: readonly [number, number]
  /** Bytes that the server's processes have more by each held connection. */
  readonly each: number
}

const pods = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`

async function quota(c: Contestant, caller: Caller): Promise<Omit<Figures, 'held' | 'p99' | 'each'>> {
  const names = ['warm', 'unlimited', 'limited'].map((name) => `contention-${name}`) as [string, string, string]
  for (const name of names) await createNamespace(c.url, c.token, name)
  const [warm, unlimited, limited] = names
  const hard = { pods: String(LIMIT), 'requests.cpu': String(LIMIT / 10) }
  const made = await caller.must('POST', `/api/v1/namespaces/${limited}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } })
  // No control loop runs, and a quota holds from when its status has it.
  const status = { hard, used: { pods: '0', 'requests.cpu': '0' } }
  const path = `/api/v1/namespaces/${limited}/resourcequotas/q`
  await caller.must('PUT', `${path}/status`, { ...(JSON.parse(made) as object), status })
  const statuses: number[] = []
  const create = async (namespace: string): Promise<void> => {
    statuses.push((await caller.call('POST', pods(namespace), JSON.stringify(POD))).status)
  }
  const atOnce = async (namespace: string): Promise<{ rate: number; accepted: number }> => {
    statuses.length = 0
    const rate = await caller.rate(CREATES, () => create(namespace), CREATES)
    return { rate, accepted: statuses.filter((status) => status === 201).length }
  }
  await atOnce(warm)
  const [free, first] = [await atOnce(unlimited), await atOnce(limited)]
  if (free.accepted + first.accepted !== 2 * CREATES) throw new Error(`${c.name}: ${statuses.find((s) => s !== 201)} for a create`)
  const second = await atOnce(limited)
  const list = JSON.parse(await caller.must('GET', pods(limited))) as { items: unknown[] }
  const { status: now } = JSON.parse(await caller.must('GET', path)) as { status: { used: Record<string, string> } }
  if (list.items.length !== first.accepted + second.accepted) throw new Error(`${c.name}: ${list.items.length} pods are there`)
  return { unlimited: free.rate, limited: first.rate, accepted: list.items.length, used: now.used['pods']! }
}

/** The slowest in a hundred, in milliseconds, over connections of their own: Go ends those that were idle for a while. */
async function p99(c: Contestant, path: string): Promise<number> {
  const took: number[] = []
  const caller = new Caller(c.url, c.token)
  await caller.rate(WARMING, () => caller.must('GET', path), GETS_AT_ONCE)
  const one = async (): Promise<void> => {
    const began = performance.now()
    await caller.must('GET', path)
    took.push(performance.now() - began)
  }
  await caller.rate(GETS, one, GETS_AT_ONCE)
  caller.close()
  return took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)]!
}

/** Resident memory of all of a contestant's processes, in bytes. */
const resident = ({ pids }: Contestant): number =>
  pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024, 0)

/** A connection of somebody who has logged in, has asked once and stays. */
function idleConnection({ url, viewerToken }: Contestant): Promise<TLSSocket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    socket.once('error', reject)
    socket.once('data', () => resolve(socket.resume()))
    socket.write(`GET /version HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${viewerToken}\r\n\r\n`)
  })
}

async function idle(c: Contestant, caller: Caller): Promise<Pick<Figures, 'held' | 'p99' | 'each'>> {
  const path = '/api/v1/namespaces/contention-warm/configmaps/read'
  await caller.must('POST', '/api/v1/namespaces/contention-warm/configmaps', { metadata: { name: 'read' }, data: { k: 'x'.repeat(1000) } })
  const [before, memory] = [await p99(c, path), resident(c)]
  const sockets: TLSSocket[] = []
  try {
    await caller.rate(IDLE, async () => void sockets.push(await idleConnection(c)), OPENING)
    for (const socket of sockets) socket.on('error', () => undefined)
    const during = await p99(c, path)
    const held = sockets.filter((socket) => !socket.destroyed).length
    return { held, p99: [before, during], each: (resident(c) - memory) / Math.max(1, held) }
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

const measured: Figures[] = []
for (const spec of [ours(), reference(process.env.KUBEBUILDER_ASSETS)]) {
  if (typeof spec === 'string') {
    say(spec)
    continue
  }
  const c = await spec.start()
  const caller = new Caller(c.url, c.token)
  try {
    const f = { ...(await quota(c, caller)), ...(await idle(c, caller)) }
    measured.push(f)
    say(
      `${c.name}: ${f.unlimited.toFixed(0)} creates/s without a quota, ${f.limited.toFixed(0)} with one; ${f.accepted} pods of ${LIMIT}, ${f.used} in its status`,
    )
    const [before, during] = f.p99.map((ms) => ms.toFixed(1))
    say(
      `${c.name}: p99 of another client's GETs ${before} ms, ${during} ms beside ${f.held} idle connections of ${(f.each / 1024).toFixed(0)} KB`,
    )
  } finally {
    caller.close()
    await c.stop()
  }
}
const [
  {
    unlimited,
    limited,
    accepted,
    used,
    held,
    p99: [before, during],
  },
] = measured as [Figures]
const isGood =
  accepted === LIMIT &&
  used === String(LIMIT) &&
  limited >= unlimited * LEAST_SHARE &&
  held === IDLE &&
  during <= Math.max(before * MOST_TIMES, LEAST_MS)
process.exitCode = isGood ? 0 : 1

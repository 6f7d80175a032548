import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { ToProber, Waits } from '../abuse/prober.ts'
import { memory, type Contestant } from '../bench/contestants.ts'
import { send, type Target } from '../conformance/http.ts'
import { clear, filledIn, identities, makeBases, prepare, type Identity } from './ground.ts'
import type { Random } from './random.ts'
import { keyOf, makeRequest, type FuzzRequest, type Ground } from './requests.ts'

/** A request that got what no request may get. */
export interface Fault {
  request: FuzzRequest
  why: string
}

export interface Outcome {
  faults: Fault[]
  /** Answers by status code. */
  codes: Map<number, number>
  /** MB after each round, when all that the round had made was gone. */
  memory: number[]
  /** The longest waits of a second client, in ms. */
  waits: Waits
}

const ROUND = 5000
const AT_ONCE = 12
const SHOWN_BODY = 2000

/** Sends `count` requests to one server, with a second client beside that asks for a small object all the time. */
export async function fuzz(server: Contestant, random: Random, run: string, count: number, only: RegExp): Promise<Outcome> {
  const target: Target = { name: 'ours', url: server.url, token: server.token }
  let ground = await prepare(target, run, only, false)
  const probed = `/api/v1/namespaces/kube-public`
  const prober = fork(join(import.meta.dirname, '../abuse/prober.ts'), { execArgv: [] })
  const tell = (m: ToProber): boolean => prober.send(m)
  const outcome: Outcome = { faults: [], codes: new Map(), memory: [], waits: { object: 0, livez: 0, failed: 0, ownLag: 0, queued: 0 } }
  try {
    tell({ kind: 'start', url: server.url, token: server.token, path: probed, thread: server.pids[0]! })
    tell({ kind: 'begin' })
    for (let sent = 0; sent < count; sent += ROUND) {
      await round(target, ground, random, Math.min(ROUND, count - sent), outcome)
      await clear(target, ground)
      ground = { ...ground, bases: await makeBases(target, ground) }
      outcome.memory.push(memory(server.pids).now)
      process.stderr.write(
        `${Math.min(sent + ROUND, count)} requests, ${outcome.faults.length} faults, ${outcome.memory.at(-1)!.toFixed(0)} MB\n`,
      )
    }
    const waits = new Promise<Waits>((resolve) => prober.once('message', (m) => resolve(m as Waits)))
    tell({ kind: 'report' })
    outcome.waits = await waits
  } finally {
    prober.kill('SIGKILL')
  }
  return outcome
}

async function round(target: Target, ground: Ground, random: Random, count: number, outcome: Outcome): Promise<void> {
  const own = new Map<string, Identity>(await identities(target, ground))
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const request = makeRequest(random, ground)
      const sample = ground.samples.find((s) => request.label.startsWith(`${keyOf(s)} `))
      const body = request.body === undefined ? undefined : filledIn(request.body, sample && own.get(keyOf(sample)))
      const { status, why } = await answer(target, { ...request, ...(body === undefined ? {} : { body }) })
      outcome.codes.set(status, (outcome.codes.get(status) ?? 0) + 1)
      if (why !== undefined) outcome.faults.push({ request: { ...request, body: (body ?? '').slice(0, SHOWN_BODY) }, why })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** What a handler says when it did not foresee something. Other 500s are kube-apiserver's own: it says so of much that a client did wrong. */
const UNFORESEEN = /Internal error occurred(?!: Object 'apiVersion' is missing)/

async function answer(target: Target, { method, path, headers, body }: FuzzRequest): Promise<{ status: number; why?: string }> {
  try {
    const { status, body: said } = await send(target, { method, path, headers, ...(body === undefined ? {} : { body }) })
    if (status < 500 || status === 504) return { status }
    const text = said.toString()
    const { message = text } = jsonMessage(text)
    return !UNFORESEEN.test(message) ? { status } : { status, why: `${status} ${message.slice(0, 500)}` }
  } catch (e) {
    return { status: 0, why: `no answer: ${e instanceof Error ? e.message : String(e)}` }
  }
}

function jsonMessage(text: string): { message?: string } {
  try {
    return JSON.parse(text) as { message?: string }
  } catch {
    return {}
  }
}

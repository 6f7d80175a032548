import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../bench/contestants.ts'
import { say } from '../setup.mjs'
import { heapMB, heapOf, type HeapSummary, heapTable, snapshotFlags } from './heap.ts'
import { Connection } from './http.ts'
import { ServerUnderTest } from './server.ts'
import { Watcher } from './watcher.ts'
import { listed, NAMESPACE, Writer } from './writer.ts'
import { workloadChurn } from './workloads.ts'

export interface ChurnOptions {
  minutes: number
  /** Writes a second to aim at, by all writers together. */
  rate: number
  watchers: number
  /** The etcd program, or undefined for the embedded store. */
  etcd: string | undefined
  seed: number
  keep: boolean
}

const WRITERS = 8
const CONNECTIONS = 10
const SETTLE_MS = 5000
/** Restarts come in the first part of a run, memory is looked at in the rest. */
const RESTART_SHARE = 0.4
const RESTART_EVERY_MS = 20_000
/** Short, so that as many Events go as come: a run is to stand for hours. */
const EVENT_TTL = '1m'
/** What the heap may grow by between the first and the last mark, besides what is meant to be there: objects, and recent changes for watches. */
const GROWTH_MB = 8
/** An Event as it is held: its bytes, its index, its place in the list. */
const EVENT_KB = 3
/** A recent change besides the object's bytes. */
const CHANGE_KB = 1
const WRONG_IN_LOG = /"level":"error"|\bERROR\b|reached nobody|let an error out/

/** Resolves with what went wrong: nothing, when the run was good. */
export async function churn(o: ChurnOptions): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-soak-'))
  const store = o.etcd === undefined ? undefined : await startEtcd(o.etcd, dir)
  const flags = [
    '--nodes',
    '3',
    '--event-ttl',
    EVENT_TTL,
    '--log-format',
    'text',
    ...(store === undefined ? [] : ['--etcd-servers', store.url]),
  ]
  const server = new ServerUnderTest(dir, flags, snapshotFlags(dir))
  const faults: string[] = []
  const random = generator(o.seed)
  await server.start()
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(server.url, server.token))
  const admin = new Connection(server.url, server.token)
  try {
    await admin.json('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    await pause(SETTLE_MS)
    const watchesBefore = await registeredWatchers(admin)
    const writers = Array.from({ length: WRITERS }, (_, i) => new Writer(i, connections[i % CONNECTIONS]!, random))
    const crowd = new Crowd(o.watchers, connections, random)
    const ends: (() => Promise<void>)[] = writers.map((w) => every((1000 * WRITERS) / o.rate, () => w.step()))
    const load = workloadChurn(new Connection(server.url, server.token), random)
    ends.push(...load.loops.map(({ ms, step }) => every(ms, step)))
    const began = performance.now()
    const minutes = (): number => (performance.now() - began) / 60_000
    const marks: Mark[] = []
    let nextRestart = RESTART_EVERY_MS
    let nextMark = Math.max(1, o.minutes * RESTART_SHARE + 0.5)
    let restarts = 0
    while (minutes() < o.minutes) {
      await pause(1000)
      crowd.stir()
      if (minutes() < o.minutes * RESTART_SHARE && performance.now() - began > nextRestart) {
        nextRestart += RESTART_EVERY_MS
        const code = await server.end(restarts % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
        if (restarts % 2 === 1 && code !== 0) faults.push(`SIGTERM ended the server with ${code}`)
        await server.start()
        restarts++
        say(
          `${minutes().toFixed(1)} min: restart ${restarts} (${restarts % 2 === 1 ? 'kill -9' : 'SIGTERM'}), ready after ${server.startMs.toFixed(0)} ms`,
        )
      }
      if (minutes() < nextMark) continue
      nextMark += Math.max(1, (o.minutes * (1 - RESTART_SHARE)) / 4)
      // A snapshot takes memory itself: resident before the first one is the figure, later ones are above it.
      const [{ rssMB }, files] = [server.usage(), server.files()]
      const heap = await heapOf(server.pid, dir)
      marks.push({ heap, events: await countOf(admin, '/api/v1/events'), ...(await recentChanges(admin)) })
      say(
        `${minutes().toFixed(1)} min: heap ${heapMB(heap).toFixed(1)} MB, resident ${rssMB.toFixed(0)} MB, ` +
          `database ${(files.db / 1e6).toFixed(1)} MB, log of it ${(files.wal / 1e6).toFixed(1)} MB, ` +
          `${writers.reduce((n, w) => n + w.size, 0)} objects, ${marks.at(-1)!.events} events, ` +
          `${marks.at(-1)!.changes} recent changes of ${marks.at(-1)!.changesMB.toFixed(1)} MB, ${load.summary()}`,
      )
    }
    await Promise.all(ends.map((end) => end()))
    await pause(SETTLE_MS)
    const { seqs, resourceVersion } = await listed(admin)
    for (const w of writers) faults.push(...w.differences(seqs))
    for (const w of writers) for (const [text, n] of w.refused) if (!/: 4(09|04) /.test(text)) faults.push(`${n} times ${text}`)
    faults.push(...crowd.verdict(seqs, Number(resourceVersion)))
    const sum = (f: (w: Writer) => number): number => writers.reduce((n, w) => n + f(w), 0)
    say(
      `${sum((w) => w.acknowledged)} writes acknowledged, ${sum((w) => w.unanswered)} without an answer, ${restarts} restarts; ${crowd.summary()}`,
    )
    crowd.leave()
    for (const c of connections) c.close()
    load.close()
    await pause(SETTLE_MS)
    const left = await registeredWatchers(admin)
    if (left > watchesBefore) faults.push(`${left} watchers are registered at the end, ${watchesBefore} were before the load`)
    faults.push(...growth(marks))
    const code = await server.end('SIGTERM')
    if (code !== 0) faults.push(`SIGTERM ended the server with ${code}`)
    const log = readFileSync(server.logFile, 'utf8')
    for (const line of log.split('\n')) if (WRONG_IN_LOG.test(line)) faults.push(`log: ${line.slice(0, 400)}`)
    return faults
  } finally {
    admin.close()
    await server.end('SIGKILL')
    store?.child.kill('SIGKILL')
    if (o.keep || faults.length > 0) say(`kept: ${dir}`)
    else rmSync(dir, { recursive: true, force: true })
  }
}

/** Watchers that come and go. */
class Crowd {
  readonly #connections: readonly Connection[]
  readonly #random: () => number
  #members: Watcher[] = []
  readonly #gone: Watcher[] = []
  readonly #size: number

  constructor(size: number, connections: readonly Connection[], random: () => number) {
    this.#size = size
    this.#connections = connections
    this.#random = random
    this.stir()
  }

  /** Each second about one in twenty leaves, and others take their places; one in ten reads slowly. */
  stir(): void {
    this.#members = this.#members.filter((w) => {
      if (this.#random() > 0.05) return true
      w.leave()
      this.#gone.push(w)
      return false
    })
    while (this.#members.length < this.#size) {
      const place = this.#connections[Math.floor(this.#random() * this.#connections.length)]!
      const w = new Watcher(place, this.#random() < 0.1, this.#random)
      w.start()
      this.#members.push(w)
    }
  }

  /** What anyone saw that should not be; and those who have seen everything must believe what the list says. */
  verdict(seqs: ReadonlyMap<string, number>, version: number): string[] {
    const out = [...this.#gone, ...this.#members].flatMap((w) => w.faults)
    for (const w of this.#members) {
      if (w.state === undefined || w.version < version) continue
      const wrong = [...seqs].filter(([name, seq]) => w.state!.get(name) !== seq).length + Math.max(0, w.state.size - seqs.size)
      if (wrong > 0) out.push(`a watcher at version ${w.version} is wrong about ${wrong} objects`)
    }
    return out
  }

  summary(): string {
    const all = [...this.#gone, ...this.#members]
    const sum = (f: (w: Watcher) => number): number => all.reduce((n, w) => n + f(w), 0)
    return `${all.length} watchers saw ${sum((w) => w.events)} events, resumed ${sum((w) => w.resumed)} times, listed ${sum((w) => w.relisted)} times`
  }

  leave(): void {
    for (const w of this.#members) w.leave()
  }
}

interface Mark {
  heap: HeapSummary
  events: number
  /** Changes that are kept for watches, and the bytes of their objects. */
  changes: number
  changesMB: number
}

function growth(marks: readonly Mark[]): string[] {
  const [first, last] = [marks[0], marks.at(-1)]
  if (first === undefined || last === undefined || first === last) return []
  const grown = heapMB(last.heap) - heapMB(first.heap)
  const more = (of: (m: Mark) => number): number => Math.max(0, of(last) - of(first))
  const events = (more((m) => m.events) * EVENT_KB) / 1000
  const changes = more((m) => m.changesMB) + (more((m) => m.changes) * CHANGE_KB) / 1000
  const allowed = GROWTH_MB + events + changes
  say(
    `the heap grew by ${grown.toFixed(1)} MB between the first mark and the last; allowed: ${GROWTH_MB} and ${events.toFixed(1)} for more Events ` +
      `and ${changes.toFixed(1)} for more recent changes:\n${heapTable(last.heap, 8, first.heap)}`,
  )
  return grown > allowed ? [`the heap grew by ${grown.toFixed(1)} MB, ${allowed.toFixed(1)} were allowed`] : []
}

/** Calls `step` every so many milliseconds, one call at a time; the returned function ends it. */
function every(ms: number, step: () => Promise<void>): () => Promise<void> {
  let over = false
  const loop = (async () => {
    for (let due = performance.now(); !over; due = Math.max(due + ms, performance.now() - 1000)) {
      const wait = due - performance.now()
      if (wait > 0) await pause(wait)
      await step().catch(() => pause(100))
    }
  })()
  return () => {
    over = true
    return loop
  }
}

const pause = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms))

/** The same numbers for the same seed (a linear congruential generator). */
function generator(seed: number): () => number {
  let x = seed >>> 0
  return () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) / 2 ** 32
}

async function countOf(client: Connection, path: string): Promise<number> {
  const { items, metadata } = await client.json<{ items: unknown[]; metadata: { remainingItemCount?: number } }>('GET', `${path}?limit=1`)
  return items.length + (metadata.remainingItemCount ?? 0)
}

async function registeredWatchers(client: Connection): Promise<number> {
  return sumOf(await metrics(client), 'apiserver_registered_watchers')
}

async function recentChanges(client: Connection): Promise<{ changes: number; changesMB: number }> {
  const text = await metrics(client)
  const of = (what: string): number => sumOf(text, `binnacle_watch_cache_recent_${what}`)
  return { changes: of('events'), changesMB: of('bytes') / 1e6 }
}

const metrics = async (client: Connection): Promise<string> => (await client.call('GET', '/metrics')).body.toString()

const sumOf = (text: string, metric: string): number =>
  [...text.matchAll(new RegExp(`^${metric}\\{.*\\} (\\d+)$`, 'gm'))].reduce((n, m) => n + Number(m[1]), 0)

async function startEtcd(program: string, dir: string) {
  const [client, peer] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${client}`
  const peerUrl = `http://127.0.0.1:${peer}`
  mkdirSync(join(dir, 'etcd'))
  const args = [`--data-dir=${dir}/etcd`, `--listen-client-urls=${url}`, `--advertise-client-urls=${url}`, `--listen-peer-urls=${peerUrl}`]
  const cluster = [`--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=default=${peerUrl}`, '--log-level=error']
  return { url, child: spawn(program, [...args, ...cluster], { stdio: 'ignore' }) }
}

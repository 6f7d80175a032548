import { type ChildProcess, fork } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { memory } from '../bench/contestants.ts'
import type { FromAttacker, ToAttacker } from './attacker.ts'
import { RUN_LIMIT_MS } from './attack.ts'
import type { ToProber, Waits } from './prober.ts'
import { PROBED_PATH, type Side } from './side.ts'
import { KEPT_LIMIT_MB, type Row } from './verdict.ts'

const ATTACKER_HEAP = '--max-old-space-size=700'
const PREPARE_LIMIT_MS = 40_000
const SAMPLE_MS = 100
// After an attack its effects are still measured for so long.
const AFTER_MS = 1000
const POLL_MS = 500
// Threads that had work end only a while after it, and so does what they hold.
const SETTLE_LIMIT_MS = 40_000

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The next message of a child; rejects when it ends first or says nothing in time. */
function next<T>(child: ChildProcess, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error(`it said nothing within ${limitMs / 1000} s`)), limitMs)
    const gone = (code: number | null, signal: string | null): void => fail(new Error(`it ended with ${code ?? signal}`))
    const fail = (e: Error): void => {
      clearTimeout(timer)
      child.off('exit', gone)
      reject(e)
    }
    child.once('exit', gone)
    child.once('message', (m) => {
      clearTimeout(timer)
      child.off('exit', gone)
      resolve(m as T)
    })
  })
}

const rss = (side: Side): number => {
  try {
    return memory(side.pids).now
  } catch {
    return 0
  }
}

/** A Node server serves on its first thread; where others do, none can be named. */
function servingThread({ pids: [pid] }: Side): number | undefined {
  try {
    return pid !== undefined && readlinkSync(`/proc/${pid}/exe`).endsWith('/node') ? pid : undefined
  } catch {
    return undefined
  }
}

/** Memory after the attack: what is there once it has fallen below the limit, or else after the whole pause. */
async function settled(side: Side, before: number, pauseMs: number): Promise<number> {
  for (let left = pauseMs; left > 0 && rss(side) - before > KEPT_LIMIT_MB; left -= POLL_MS) await pause(POLL_MS)
  return rss(side)
}

/**
 * Plays one attack on one server, with the second client beside it.
 * @param settles waits for memory that is given back only after a while
 */
export async function play(side: Side, name: string, quick: boolean, settles: boolean): Promise<Row> {
  const [attacker, prober] = [
    fork(join(import.meta.dirname, 'attacker.ts'), { execArgv: [ATTACKER_HEAP] }),
    fork(join(import.meta.dirname, 'prober.ts'), { execArgv: [] }),
  ]
  // Who attacks must not take the processor from those who are measured.
  setPriority(attacker.pid!, 10)
  const tell = (m: ToAttacker): boolean => attacker.connected && attacker.send(m)
  const measure = (m: ToProber): boolean => prober.connected && prober.send(m)
  const row: Row = { attack: name, answers: {}, objectMs: 0, livezMs: 0, failed: 0, ownLagMs: 0, queuedMs: 0, alive: true }
  try {
    measure({ kind: 'start', url: side.target.url, token: side.target.token, path: PROBED_PATH, thread: servingThread(side) })
    tell({ kind: 'prepare', name, target: side.target, quick })
    const prepared = await next<FromAttacker>(attacker, PREPARE_LIMIT_MS)
    if (prepared.kind === 'broken') throw new Error(prepared.why)
    await pause(AFTER_MS)
    const before = rss(side)
    let peak = before
    const sampler = setInterval(() => (peak = Math.max(peak, rss(side))), SAMPLE_MS)
    measure({ kind: 'begin' })
    tell({ kind: 'run' })
    const ran = await next<FromAttacker>(attacker, RUN_LIMIT_MS + 5000).catch(
      (e: Error): FromAttacker => ({ kind: 'broken', why: e.message }),
    )
    if (ran.kind === 'ran') row.answers = ran.answers
    else if (ran.kind === 'broken') row.broken = ran.why
    await pause(AFTER_MS)
    measure({ kind: 'report' })
    const waits = await next<Waits>(prober, 60_000)
    clearInterval(sampler)
    row.objectMs = waits.object
    row.livezMs = waits.livez
    row.failed = waits.failed
    row.ownLagMs = waits.ownLag
    row.queuedMs = waits.queued
    row.alive = await side.alive()
    const cleaned = next<FromAttacker>(attacker, PREPARE_LIMIT_MS).catch(() => undefined)
    tell({ kind: 'cleanUp' })
    await cleaned
    if (side.pids.length > 0 && row.alive)
      row.memory = { before, peak, after: await settled(side, before, !settles ? 0 : quick ? 5000 : SETTLE_LIMIT_MS) }
  } catch (e) {
    row.broken = e instanceof Error ? e.message : String(e)
    row.alive = await side.alive()
  } finally {
    attacker.kill('SIGKILL')
    prober.kill('SIGKILL')
  }
  return row
}

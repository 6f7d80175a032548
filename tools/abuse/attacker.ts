import { setMaxListeners } from 'node:events'
import { RUN_LIMIT_MS, type Arena, type Target } from './attack.ts'
import { attacks } from './attacks/index.ts'

/** One attack in a process of its own, so that its work delays nobody who measures. It ends itself when it holds too much memory. */
export type ToAttacker = { kind: 'prepare'; name: string; target: Target; quick: boolean } | { kind: 'run' } | { kind: 'cleanUp' }
export type FromAttacker =
  | { kind: 'prepared' }
  | { kind: 'ran'; answers: Record<string, number> }
  | { kind: 'cleaned' }
  | { kind: 'broken'; why: string }

const MOST_MEMORY = 900 << 20
const QUICK_HOLD_MS = 2000

const say = (m: FromAttacker): void => void process.send!(m)
const broken = (e: unknown): void => say({ kind: 'broken', why: e instanceof Error ? (e.stack ?? e.message) : String(e) })

const time = new AbortController()
setMaxListeners(0, time.signal)

function arenaOf(target: Target, quick: boolean): Arena {
  return {
    target,
    signal: time.signal,
    times: (n) => (quick ? Math.ceil(n / 10) : n),
    holdMs: (ms) => (quick ? Math.min(ms, QUICK_HOLD_MS) : ms),
  }
}

setInterval(() => {
  if (process.memoryUsage.rss() < MOST_MEMORY) return
  broken('the attack itself holds too much memory')
  process.exit(1)
}, 200).unref()

process.once('disconnect', () => process.exit())
process.once('message', (m: ToAttacker & { kind: 'prepare' }) => {
  const attack = attacks.find((a) => a.name === m.name)!
  const arena = arenaOf(m.target, m.quick)
  const main = async (): Promise<void> => {
    const run = await attack.prepare(arena)
    say({ kind: 'prepared' })
    await new Promise((resolve) => process.once('message', resolve))
    const over = new Promise<'over'>((resolve) => setTimeout(() => resolve('over'), RUN_LIMIT_MS))
    const first = await Promise.race([run(), over])
    time.abort()
    say({ kind: 'ran', answers: first === 'over' ? { 'no answer': 1 } : first.toJSON() })
    await new Promise((resolve) => process.once('message', resolve))
    await attack.cleanUp?.(arena)
    say({ kind: 'cleaned' })
  }
  main().catch(broken)
})
// What a broken connection throws after the attack has counted it is nobody's concern.
process.on('uncaughtException', (e: NodeJS.ErrnoException) => {
  if (e.code === undefined) broken(e)
})

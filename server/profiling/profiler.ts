import { Session } from 'node:inspector/promises'
import type { Clock } from '../machinery/clock.ts'
import { woken } from '../machinery/woken.ts'
import { Resting } from './rest.ts'
import { countProfile, cpuProfile, HEAP_INTERVAL_BYTES, heapProfile, type ProfileFacts, type SampledHeap } from './convert.ts'

/** Thrown while another CPU profile is taken: V8 has one profiler, as Go has. */
export class ProfilerBusyError extends Error {
  constructor() {
    super('cpu profiling already in use')
    this.name = 'ProfilerBusyError'
  }
}

// Go samples at 100 Hz; V8's own default, 1 ms, gives short profiles ten times the detail at little cost.
const CPU_INTERVAL_MICROS = 1000
/** A longer profile samples less often: all of its samples are turned into pprof's format at once. */
const MAX_SAMPLES = 60_000

const COMMENT = 'Node.js process; the API server, its loops and the node agents of one process share this profile.'

let cpuBusy = false
let heapUsers = 0
let heapSession: Session | undefined
let heapSince = 0
/** Of heap profiles: taking one stops the process, collecting garbage before it longer still. */
export const heapResting = new Resting()

const facts = (clock: Clock, durationNanos: number): ProfileFacts => ({
  timeNanos: BigInt(Math.trunc(clock.now())) * 1_000_000n,
  durationNanos,
  executable: process.execPath,
  comments: [COMMENT],
})

/** Profiles this process for `ms` (or until the signal aborts). Throws `ProfilerBusyError` while another is running. */
export async function takeCpuProfile(clock: Clock, ms: number, signal: AbortSignal): Promise<Buffer> {
  if (cpuBusy) throw new ProfilerBusyError()
  cpuBusy = true
  const session = new Session()
  const interval = Math.max(CPU_INTERVAL_MICROS, Math.ceil((ms * 1000) / MAX_SAMPLES))
  try {
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval })
    const { timeNanos, executable, comments } = facts(clock, 0)
    await session.post('Profiler.start')
    await sleep(clock, ms, signal)
    const { profile } = await session.post('Profiler.stop')
    return cpuProfile(profile, interval, { timeNanos, executable, comments })
  } finally {
    session.disconnect()
    cpuBusy = false
  }
}

/** Sampling of allocations runs from the first user's start to the last one's end, one sample in so many bytes as `convert.ts` says. */
export async function startHeapSampling(clock: Clock): Promise<void> {
  if (heapUsers++ === 0) await beginning(clock)
}

async function beginning(clock: Clock): Promise<Session> {
  if (heapSession !== undefined) return heapSession
  const session = new Session()
  session.connect()
  heapSession = session
  heapSince = clock.now()
  await session.post('HeapProfiler.enable')
  await session.post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL_BYTES })
  return session
}

export async function stopHeapSampling(): Promise<void> {
  if (--heapUsers > 0) return
  const session = heapSession
  heapSession = undefined
  if (session === undefined) return
  await session.post('HeapProfiler.stopSampling')
  session.disconnect()
}

/**
 * What is alive of what was allocated since sampling began; `collect` runs the garbage collector before. Throws `RestingError` beside
 * another, and soon after one.
 */
export function takeHeapProfile(clock: Clock, collect: boolean): Promise<Buffer> {
  return heapResting.run(async () => {
    // A process without agents samples from the first question on, so that the next one has something to say.
    const session = heapSession ?? (await beginning(clock))
    if (collect) await session.post('HeapProfiler.collectGarbage')
    const { profile } = await session.post('HeapProfiler.getSamplingProfile')
    return heapProfile(profile as unknown as SampledHeap, facts(clock, (clock.now() - heapSince) * 1e6))
  })
}

/** What keeps the event loop alive, by kind: the nearest that this process has to goroutines. */
export function activeResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map([...counts].sort((a, b) => b[1] - a[1]))
}

export const takeResourceProfile = (clock: Clock): Buffer =>
  countProfile({ type: 'active_resources', unit: 'count' }, activeResources(), facts(clock, 0))

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  let cancel = (): void => undefined
  await woken((wake) => {
    const timer = clock.setTimeout(wake, ms)
    cancel = () => timer.cancel()
  }, signal)
  cancel()
}

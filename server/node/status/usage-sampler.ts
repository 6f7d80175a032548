import type { Clock } from '../../machinery/clock.ts'
import { readUsage, type MachineUsage } from './machine.ts'

/** The machine and this process at one moment. */
export interface Reading {
  machine: MachineUsage
  processCpuNanos: number
  processRssBytes: number
}

const FRESH_MS = 1000
/** A kubelet's eviction manager looks as often for the pressure that a node's conditions tell of (monitoringInterval). */
export const PRESSURE_MS = 10_000
/** Rates are over at least this long, the kubelet's housekeeping interval. */
const WINDOW_MS = 10_000

/**
 * Readings of the machine, shared by all agents of the process: one a second at most, however many ask. Each opens half a dozen files,
 * which is most of what an idle node costs: whoever may be told what was read before says so.
 */
export class UsageSampler {
  readonly #clock: Clock
  readonly #dataDir: string
  #latest: Reading | undefined
  /** Older readings, oldest first, as far back as the window needs. */
  #older: Reading[] = []
  #reading: Promise<Reading> | undefined

  constructor(clock: Clock, dataDir: string) {
    this.#clock = clock
    this.#dataDir = dataDir
  }

  /** A reading that is younger than `freshMs`. */
  read(freshMs = FRESH_MS): Promise<Reading> {
    if (this.#latest !== undefined && this.#clock.now() - this.#latest.machine.time < freshMs) return Promise.resolve(this.#latest)
    this.#reading ??= this.#take().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  /** A reading from about ten seconds before the latest one, or the oldest there is. */
  get before(): Reading | undefined {
    return this.#older[0]
  }

  async #take(): Promise<Reading> {
    const machine = await readUsage(this.#dataDir, this.#clock.now())
    const cpu = process.cpuUsage()
    const reading = { machine, processCpuNanos: (cpu.user + cpu.system) * 1000, processRssBytes: process.memoryUsage.rss() }
    if (this.#latest !== undefined) this.#older.push(this.#latest)
    while (this.#older.length > 1 && machine.time - this.#older[1]!.machine.time >= WINDOW_MS) this.#older.shift()
    this.#latest = reading
    return reading
  }
}

export const cpuNanos = (r: Reading, what: 'machine' | 'process'): number =>
  what === 'machine' ? r.machine.cpuNanoSeconds : r.processCpuNanos

/** Nanocores between two readings; 0 without an earlier one. */
export function rate(now: Reading, before: Reading | undefined, what: 'machine' | 'process'): number {
  const ms = before === undefined ? 0 : now.machine.time - before.machine.time
  return ms <= 0 ? 0 : Math.max(0, Math.round(((cpuNanos(now, what) - cpuNanos(before!, what)) * 1000) / ms))
}

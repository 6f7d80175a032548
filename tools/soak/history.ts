import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { say } from '../setup.mjs'
import { Compactor } from '../../server/cache/compactor.ts'
import { systemClock } from '../../server/machinery/clock.ts'
import { openSqliteStorage } from '../../server/storage/sqlite/open.ts'

/** `npm run soak -- --history [--objects N --revisions N --intervals N]`: the embedded store's file, log and latency under churn with compaction. */
export interface HistoryOptions {
  objects: number
  revisions: number
  /** Compactions to go through; between two, every object is written `revisions / objects / intervals` times. */
  intervals: number
}

const VALUE_BYTES = 1500
const PARALLEL = 64
const NEVER_MS = 2 ** 31 - 1

export async function measureHistory(o: HistoryOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-history-'))
  const path = join(dir, 'store.db')
  const size = (suffix: string): number => (existsSync(path + suffix) ? statSync(path + suffix).size / 1e6 : 0)
  let largestLog = 0
  const value = Buffer.alloc(VALUE_BYTES, 'v')
  try {
    let storage = await openSqliteStorage({ path })
    const revisions = new Float64Array(o.objects)
    const keyOf = (i: number): string => `/registry/configmaps/ns-${i % 100}/object-${i}`
    const inParallel = async (count: number, latencies: number[], write: (i: number) => Promise<void>): Promise<void> => {
      let next = 0
      const worker = async (): Promise<void> => {
        while (next < count) {
          const began = performance.now()
          await write(next++)
          latencies.push(performance.now() - began)
          largestLog = Math.max(largestLog, next % 500 === 0 ? size('-wal') : 0)
        }
      }
      await Promise.all(Array.from({ length: PARALLEL }, worker))
    }
    const created = performance.now()
    await inParallel(o.objects, [], async (i) => void (revisions[i] = await storage.create(keyOf(i), value)))
    say(`${o.objects} objects of ${VALUE_BYTES} bytes in ${seconds(created)} s: ${size('').toFixed(0)} MB`)
    // Ticks are called for here; its own clock never gets there.
    const compactor = new Compactor({ storage, clock: systemClock, intervalMs: NEVER_MS, onError: (e) => say(String(e)) })
    const each = Math.floor(o.revisions / o.intervals)
    let at = 0
    for (let n = 1; n <= o.intervals; n++) {
      const [quiet, busy]: [number[], number[]] = [[], []]
      const update = async (): Promise<void> => {
        const i = at++ % o.objects
        revisions[i] = await storage.update(keyOf(i), value, revisions[i]!)
      }
      const began = performance.now()
      await inParallel(Math.floor(each / 2), quiet, update)
      await compactor.tick()
      await inParallel(Math.ceil(each / 2), busy, update)
      const rate = (each * 1000) / (performance.now() - began)
      say(
        `interval ${n}: ${rate.toFixed(0)} updates/s, before compaction p50 ${quantile(quiet, 0.5)} p99 ${quantile(quiet, 0.99)} ms, ` +
          `after it p50 ${quantile(busy, 0.5)} p99 ${quantile(busy, 0.99)} longest ${quantile(busy, 1)} ms; file ${size('').toFixed(0)} MB, log ${size('-wal').toFixed(0)} MB`,
      )
    }
    compactor.stop()
    say(`largest log seen: ${largestLog.toFixed(0)} MB`)
    await storage.close()
    say(`closed: file ${size('').toFixed(0)} MB, log ${size('-wal').toFixed(0)} MB`)
    const opening = performance.now()
    storage = await openSqliteStorage({ path })
    const opened = seconds(opening)
    const listing = performance.now()
    const { items } = await storage.list('/registry/')
    say(`opened in ${opened} s, ${items.length} objects listed in ${seconds(listing)} s`)
    await storage.close()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(2)

function quantile(latencies: number[], p: number): string {
  latencies.sort((a, b) => a - b)
  return (latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * p))] ?? 0).toFixed(1)
}

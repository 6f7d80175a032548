/** The kubelet's restart back-off: 10 s doubling to 5 min, forgotten after 10 min without a crash (client-go `flowcontrol.Backoff`). */
export const INITIAL_MS = 10_000
export const MAX_MS = 300_000

interface Entry {
  backoffMs: number
  updatedAt: number
}

/** Back-off by container name, for one pod. */
export class CrashBackoff {
  readonly #entries = new Map<string, Entry>()

  /** Milliseconds to wait still before a container that ended at `finishedAt` may start again; 0 when it may. */
  remaining(name: string, finishedAt: number, now: number): number {
    const entry = this.#entries.get(name)
    if (entry === undefined || finishedAt - entry.updatedAt > 2 * MAX_MS) return 0
    return Math.max(0, finishedAt + entry.backoffMs - now)
  }

  currentMs(name: string): number {
    return this.#entries.get(name)?.backoffMs ?? 0
  }

  /** Counts a restart: the next one waits twice as long. */
  next(name: string, finishedAt: number, now: number): void {
    const entry = this.#entries.get(name)
    const fresh = entry === undefined || finishedAt - entry.updatedAt > 2 * MAX_MS
    this.#entries.set(name, { backoffMs: fresh ? INITIAL_MS : Math.min(entry.backoffMs * 2, MAX_MS), updatedAt: now })
  }
}

/** `10s`, `1m20s`, `5m0s`: Go's time.Duration.String for whole seconds. */
export function durationText(ms: number): string {
  const s = Math.round(ms / 1000)
  if (s < 60) return `${s}s`
  const minutes = Math.floor(s / 60)
  return minutes < 60 ? `${minutes}m${s % 60}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m${s % 60}s`
}

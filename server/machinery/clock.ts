/** Time as a dependency: production passes `systemClock`, tests pass a fake one and never sleep. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds since some start that nobody sets: how long something took is told by this, since the time of day may jump. */
  monotonic(): number
  setTimeout(fn: () => void, ms: number): Timer
  setInterval(fn: () => void, ms: number): Timer
}

export interface Timer {
  cancel(): void
}

/** Node takes a longer one for 1 ms. */
const MAX_TIMEOUT = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(fn, ms) {
    let timer: NodeJS.Timeout
    const arm = (left: number): void => {
      timer = left > MAX_TIMEOUT ? setTimeout(() => arm(left - MAX_TIMEOUT), MAX_TIMEOUT) : setTimeout(fn, left)
    }
    arm(ms)
    return { cancel: () => clearTimeout(timer) }
  },
  setInterval(fn, ms) {
    const t = setInterval(fn, ms)
    return { cancel: () => clearInterval(t) }
  },
}

/** What was formatted last: everything that is written within a second has the same text. */
let last = { second: Number.NaN, text: '' }

/** metav1.Time: RFC 3339 in UTC with whole seconds. */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== last.second) last = { second, text: `${new Date(ms).toISOString().slice(0, 19)}Z` }
  return last.text
}

/** metav1.MicroTime: RFC 3339 in UTC with six fractional digits. */
export function formatMicroTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`
}

/** A clock that moves only when a test says so; timers fire in order of their due time. */
export class FakeClock implements Clock {
  #now: number
  /** By how much the time of day has been set back. */
  #behind = 0
  #timers = new Set<{ at: number; fn: () => void; every?: number }>()

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now + this.#behind
  }

  setTimeout(fn: () => void, ms: number): Timer {
    return this.#add({ at: this.#now + ms, fn })
  }

  setInterval(fn: () => void, ms: number): Timer {
    return this.#add({ at: this.#now + ms, fn, every: Math.max(ms, 1) })
  }

  #add(timer: { at: number; fn: () => void; every?: number }): Timer {
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  /** Moves time forward as for a process that stood still meanwhile: what fell due comes at the next `advance`. */
  jump(ms: number): void {
    this.#now += ms
  }

  /** Sets the time of day back (forward by a negative time): timers do not go by that, and wait as long as they would have. */
  setBack(ms: number): void {
    this.#now -= ms
    this.#behind += ms
    for (const timer of this.#timers) timer.at -= ms
  }

  /** Moves time forward, firing what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const due = [...this.#timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#now = Math.max(this.#now, due.at)
      if (due.every === undefined) this.#timers.delete(due)
      else due.at += due.every
      due.fn()
    }
    this.#now = end
  }
}

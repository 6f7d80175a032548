import type { Clock } from '../machinery/clock.ts'

/** Why a pod that waited was not let through. */
export class PermitRefused extends Error {
  override name = 'PermitRefused'
  readonly plugin: string
  constructor(plugin: string, message: string) {
    super(message)
    this.plugin = plugin
  }
}

interface Waiting {
  /** By plugin: the end of its patience. */
  readonly pending: Map<string, { cancel(): void }>
  resolve(): void
  reject(error: Error): void
}

/** A plugin has a pod wait at most so long (framework/runtime maxTimeout). */
const MAX_WAIT_MS = 15 * 60_000

/** Pods that have a node and wait until every permit plugin that asked for it allows them to be bound. */
export class WaitingPods {
  readonly #clock: Clock
  readonly #pods = new Map<string, Waiting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves when all have allowed it; the first that refuses, or runs out of patience, rejects it. @throws PermitRefused */
  wait(uid: string, plugins: ReadonlyMap<string, number>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const pending = new Map<string, { cancel(): void }>()
    const waiting: Waiting = { pending, resolve, reject }
    this.#pods.set(uid, waiting)
    for (const [plugin, ms] of plugins) {
      const late = (): void =>
        this.reject(uid, plugin, `rejected due to timeout after waiting ${Math.min(ms, MAX_WAIT_MS) / 1000}s at plugin ${plugin}`)
      pending.set(plugin, this.#clock.setTimeout(late, Math.min(ms, MAX_WAIT_MS)))
    }
    return promise
  }

  allow(uid: string, plugin: string): void {
    const waiting = this.#pods.get(uid)
    waiting?.pending.get(plugin)?.cancel()
    waiting?.pending.delete(plugin)
    if (waiting?.pending.size === 0) this.#end(uid).resolve()
  }

  /** Does nothing for a pod that does not wait. */
  reject(uid: string, plugin: string, message: string): void {
    if (this.#pods.has(uid)) this.#end(uid).reject(new PermitRefused(plugin, message))
  }

  /** A pod that still waits gives its place up and is tried again later, which costs it less than being deleted. @returns whether it did */
  preempt(uid: string): boolean {
    const waits = this.#pods.has(uid)
    if (waits) this.#end(uid).reject(new Error('preempted'))
    return waits
  }

  #end(uid: string): Waiting {
    const waiting = this.#pods.get(uid)!
    this.#pods.delete(uid)
    for (const timer of waiting.pending.values()) timer.cancel()
    return waiting
  }
}

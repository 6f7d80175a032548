import type { Tally } from './tally.ts'

/** The server under attack and who may ask it. */
export interface Target {
  readonly url: string
  /** Of a member of system:masters. */
  readonly token: string
  /** Of a user without rights. */
  readonly viewerToken: string
  /** A namespace for the objects of attacks; it has a ServiceAccount `default`. */
  readonly namespace: string
}

/** What one attack has to work with. It runs in a process of its own. */
export interface Arena {
  readonly target: Target
  /** Fires when the time of the attack is over; whatever waits has to end then. */
  readonly signal: AbortSignal
  /** That many in a full run, a tenth with --quick. */
  times(n: number): number
  /** Milliseconds for which something is held open. */
  holdMs(ms: number): number
}

/** The attack itself: it resolves with what the server answered. */
export type Run = () => Promise<Tally>

export interface Attack {
  /** `group/what`, for --only. */
  readonly name: string
  /** Before anything is measured: makes bodies, objects, servers, and the attack that uses them. */
  prepare(arena: Arena): Run | Promise<Run>
  /** Removes the objects it made. */
  cleanUp?(arena: Arena): Promise<void>
}

export const RUN_LIMIT_MS = 15_000

import type { Clock, Timer } from '../machinery/clock.ts'
import type { ConnectionTimes } from './connection-times.ts'
import type { ConnectionState, SignsOfLife, WatchSigns } from './contract.ts'
import { GatewayError, type GatewayFault } from './errors.ts'

export interface ConnectionInit {
  context: string
  clock: Clock
  times: ConnectionTimes
  /** Asks the cluster something cheap; resolves with the HTTP status, rejects when no answer came within `limitMs` of sending. */
  probe(signal: AbortSignal, limitMs: number): Promise<number>
  /** Ends every connection to the cluster, and with `why` all that waits on them: half-open ones would wait for ever. */
  reset(why: Error): void
  changed(state: ConnectionState): void
}

/** One request, from the moment somebody wants it. */
export interface Question {
  /** It is on its way: credentials were there. */
  sent(): void
  answered(status: number): void
  failed(e: unknown, cancelled: boolean): void
}

/**
 * Whether a cluster is there, from its own signs of life: every answer and every byte of a stream. Silence is followed by a probe, and
 * so is a request that fails or waits; only the probe decides that a cluster is unreachable, and whatever is heard proves the opposite.
 * One for each cluster, however many windows look at it. Timers run only while somebody looks.
 */
export class ClusterConnection implements SignsOfLife {
  readonly #init: ConnectionInit
  readonly #waiting = new Set<{ at: number; doubted: boolean }>()
  #state: ConnectionState
  #heardAt = 0
  #firstAskedAt = 0
  #usedAt = 0
  #users = 0
  #openWatches = 0
  #plugins: { name: string; since: number }[] = []
  /** The last answer to a request for objects: 401 and 403 say something about the whole. */
  #refusal: 401 | 403 | undefined
  #fault: GatewayError | undefined
  #tries = 0
  #retryAt = 0
  #probing: AbortController | undefined
  #timer: { at: number; timer: Timer } | undefined
  #closed = false

  constructor(init: ConnectionInit) {
    this.#init = init
    this.#state = { context: init.context, phase: 'idle', since: 0 }
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** A request, as method and path decide what its answer says; made as somebody else it says nothing about rights here. */
  ask(method: string, path: string, acting = false): Question {
    const { clock } = this.#init
    const about = acting ? 'other' : subject(method, path)
    const entry = { at: 0, doubted: false }
    this.#used()
    this.#settle()
    return {
      sent: () => {
        entry.at = clock.now()
        this.#waiting.add(entry)
        this.#settle()
      },
      answered: (status) => {
        this.#waiting.delete(entry)
        if (about === 'objects') this.#judge(status)
        this.heard()
        this.#settle()
      },
      failed: (e, cancelled) => {
        this.#waiting.delete(entry)
        if (cancelled) return this.#settle()
        if (e instanceof GatewayError && e.fault === 'Credentials') this.#fail(e)
        // The cluster, or only this request: the probe tells. Of one that is known to be away nothing new is learnt.
        else if (this.#fault === undefined) this.#probe()
        this.#settle()
      },
    }
  }

  watch(): WatchSigns {
    let open = false
    this.#users++
    this.#used()
    return {
      opened: () => {
        open = true
        this.#openWatches++
        this.#settle()
      },
      heard: () => this.heard(),
      ended: () => {
        if (open) this.#openWatches--
        this.#users--
        this.#used()
        this.#settle()
      },
    }
  }

  /** A sign of life. Called for every chunk: nothing but a number is written while all is well. */
  heard(): void {
    this.#heardAt = this.#init.clock.now()
    if (this.#state.phase === 'live') return
    this.#fault = undefined
    this.#tries = 0
    this.#settle()
  }

  /** Returns what ends it. */
  plugin(name: string): () => void {
    const run = { name, since: this.#init.clock.now() }
    this.#plugins.push(run)
    this.#settle()
    return () => {
      this.#plugins = this.#plugins.filter((other) => other !== run)
      this.#settle()
    }
  }

  close(): void {
    this.#probing?.abort()
    this.#timer?.timer.cancel()
    this.#closed = true
    this.#become({ context: this.#init.context, phase: 'idle', since: 0 })
  }

  #used(): void {
    this.#usedAt = this.#init.clock.now()
    if (this.#firstAskedAt === 0) this.#firstAskedAt = this.#usedAt
  }

  #judge(status: number): void {
    if (status === 401 || status === 403) this.#refusal = status
    else if (status < 300) this.#refusal = undefined
  }

  #fail(fault: GatewayError): void {
    this.#fault = fault
    const { again } = this.#init.times
    this.#retryAt = this.#init.clock.now() + (again[Math.min(this.#tries, again.length - 1)] ?? 0)
    this.#tries++
  }

  #probe(): void {
    if (this.#probing !== undefined || this.#closed) return
    const { times } = this.#init
    const probing = new AbortController()
    this.#probing = probing
    const heardBefore = this.#heardAt
    const over = (): boolean => {
      if (this.#probing === probing) this.#probing = undefined
      return !this.#closed && !probing.signal.aborted
    }
    this.#init.probe(probing.signal, times.probeLimit).then(
      (status) => {
        if (!over()) return
        // Whoever may not even ask for the version is signed out; what is refused to them otherwise, only their own requests tell.
        if (status === 401) this.#refusal = 401
        else if (this.#refusal === 401) this.#refusal = undefined
        this.heard()
        this.#settle()
      },
      (e: unknown) => {
        if (!over()) return
        const fault = e instanceof GatewayError ? e : new GatewayError('Connect', e instanceof Error ? e.message : String(e))
        if (this.#heardAt > heardBefore) return this.#settle()
        this.#fail(fault)
        this.#settle()
        if (fault.fault !== 'Credentials') this.#init.reset(fault)
      },
    )
  }

  /** Says what is so now, and wakes up when that may change by itself. */
  #settle(): void {
    if (this.#closed) return
    const now = this.#init.clock.now()
    // A clock that was set back must not make silence of the future.
    if (this.#heardAt > now) this.#heardAt = now
    const looked = this.#users > 0 || this.#waiting.size > 0 || now - this.#usedAt < this.#init.times.interest
    if (looked && this.#probeDue() <= now) {
      for (const entry of this.#waiting) entry.doubted = true
      this.#probe()
    }
    this.#become(this.#look(now, looked))
    this.#wakeAt(looked ? this.#nextDue(now) : Number.POSITIVE_INFINITY)
  }

  /** When the cluster is to be asked; never while that goes on, or while its credentials are missing. */
  #probeDue(): number {
    if (this.#probing !== undefined) return Number.POSITIVE_INFINITY
    if (this.#fault !== undefined) return this.#fault.fault === 'Credentials' ? Number.POSITIVE_INFINITY : this.#retryAt
    const { probeAfter, first } = this.#init.times
    const doubt = this.#heardAt === 0 ? first : this.#init.times.doubt
    let due = this.#heardAt === 0 ? Number.POSITIVE_INFINITY : this.#heardAt + probeAfter
    for (const { at, doubted } of this.#waiting) if (!doubted) due = Math.min(due, Math.max(at, this.#heardAt) + doubt)
    return due
  }

  #nextDue(now: number): number {
    const { plugin, quiet, interest } = this.#init.times
    const dues = [this.#probeDue(), this.#heardAt + quiet, ...this.#plugins.map(({ since }) => since + plugin)]
    if (this.#users === 0) dues.push(this.#usedAt + interest)
    return Math.min(...dues.filter((due) => due > now))
  }

  #wakeAt(at: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at && this.#timer.at > this.#init.clock.now()) return
    this.#timer?.timer.cancel()
    this.#timer = undefined
    if (at === Number.POSITIVE_INFINITY) return
    const timer = this.#init.clock.setTimeout(
      () => {
        this.#timer = undefined
        this.#settle()
      },
      Math.max(1, at - this.#init.clock.now()),
    )
    this.#timer = { at, timer }
  }

  #look(now: number, looked: boolean): ConnectionState {
    const { context, times } = this.#init
    const since = this.#heardAt || this.#firstAskedAt
    if (!looked) return { context, phase: 'idle', since: 0 }
    const plugin = this.#plugins.find((run) => now - run.since >= times.plugin)
    if (plugin !== undefined && this.#openWatches === 0) return { context, phase: 'plugin', since: plugin.since, plugin: plugin.name }
    if (this.#fault !== undefined) {
      return { context, phase: phases[this.#fault.fault] ?? 'unreachable', since, message: this.#fault.message }
    }
    if (this.#heardAt === 0) return { context, phase: 'connecting', since }
    if (now - this.#heardAt >= times.quiet) return { context, phase: 'quiet', since }
    if (this.#refusal === 401) return { context, phase: 'signedOut', since: 0 }
    if (this.#refusal === 403 && this.#openWatches === 0) return { context, phase: 'forbidden', since: 0 }
    return { context, phase: 'live', since: 0 }
  }

  #become(state: ConnectionState): void {
    const known = this.#state
    if (known.phase === state.phase && known.since === state.since && known.plugin === state.plugin && known.message === state.message)
      return
    this.#state = state
    this.#init.changed(state)
  }
}

/** What an answer is about: objects of the API; or something else that says nothing about the person's rights in the cluster. */
function subject(method: string, path: string): 'objects' | 'other' {
  const [plain = ''] = path.split('?', 1)
  // What a pod or a node behind a proxy answers is its own affair.
  return method === 'GET' && /^\/(api|apis\/[^/]+)\/v[^/]+\/./.test(plain) && !/\/proxy(\/|$)/.test(plain) ? 'objects' : 'other'
}

/** What is not a cluster that is away. */
const phases: Partial<Record<GatewayFault, ConnectionState['phase']>> = { Credentials: 'signedOut', BrokenContext: 'unusable' }

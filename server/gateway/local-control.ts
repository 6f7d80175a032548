import type { Clock, Timer } from '../machinery/clock.ts'
import type { LocalControl, LocalLogLine, LocalReach, LocalState, LocalStatus } from './contract.ts'

const LOG_LINES = 200
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000
/** Failures in a row before it stays down. */
const MAX_ATTEMPTS = 6
/** Running this long forgives earlier failures. */
const STABLE_MS = 60_000

/** A control plane that answers /readyz. */
export interface RunningControlPlane {
  url: string
  reach: LocalReach
  /** Rejects when it fails later by itself; never resolves. */
  failed: Promise<never>
  close(): Promise<void>
}

export interface LocalControlOptions {
  store: 'sqlite' | 'etcd'
  /** Where `boot` writes what kubectl needs. */
  kubeconfig: string
  /** Resolves when /readyz answers ok; rejects with a sentence that says what to do. Must stop on abort. */
  boot(signal: AbortSignal): Promise<RunningControlPlane>
  clock: Clock
  /** Told of each other state. */
  changed?(status: Pick<LocalStatus, 'state' | 'message'>): void
}

/**
 * Starts, stops and restarts the control plane inside this process. A failure is followed by a new start after 0.5 s, doubling to 30 s;
 * after six in a row it stays `failed` until a person starts it. Requests run one after the other.
 */
export class InProcessControl implements LocalControl {
  readonly #options: LocalControlOptions
  readonly #log: LocalLogLine[] = []
  #state: LocalState = 'stopped'
  #message: string | undefined
  #running: RunningControlPlane | undefined
  #startedAt = 0
  #restarts = 0
  #failures = 0
  #retry: Timer | undefined
  #abort = new AbortController()
  #queue: Promise<unknown> = Promise.resolve()
  #starting: PromiseWithResolvers<void> | undefined

  constructor(options: LocalControlOptions) {
    this.#options = options
  }

  /** The host's logger calls this, so that the window can show the last lines. */
  record(level: LocalLogLine['level'], message: string): void {
    this.#log.push({ time: new Date(this.#options.clock.now()).toISOString(), level, message })
    if (this.#log.length > LOG_LINES) this.#log.shift()
  }

  status(): LocalStatus {
    const status: LocalStatus = {
      state: this.#state,
      store: this.#options.store,
      url: this.#running?.url ?? '',
      kubeconfig: this.#options.kubeconfig,
      startedAt: this.#startedAt,
      restarts: this.#restarts,
      log: [...this.#log],
    }
    if (this.#message !== undefined) status.message = this.#message
    return status
  }

  reach(): LocalReach | undefined {
    return this.#running?.reach
  }

  async settled(): Promise<void> {
    await this.#starting?.promise
  }

  start(): Promise<void> {
    this.#failures = 0
    this.#cancelRetry()
    return this.#enqueue(() => this.#start())
  }

  stop(): Promise<void> {
    this.#cancelRetry()
    this.#abort.abort()
    return this.#enqueue(() => this.#stop())
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  async #start(): Promise<void> {
    if (this.#running !== undefined) return
    this.#become('starting')
    this.record('info', 'starting')
    this.#abort = new AbortController()
    const { signal } = this.#abort
    try {
      const running = await this.#options.boot(signal)
      if (signal.aborted) {
        await running.close()
        this.#become('stopped')
        return
      }
      this.#running = running
      this.#startedAt = this.#options.clock.now()
      this.#become('running')
      this.record('info', `ready at ${running.url}`)
      running.failed.catch((e: unknown) => this.#onFailure(running, e))
    } catch (e) {
      if (signal.aborted) this.#become('stopped')
      else this.#giveUpOrRetry(e)
      throw e
    }
  }

  async #stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#become('stopped')
    if (running === undefined) return
    this.record('info', 'stopping')
    await running.close()
    this.record('info', 'stopped')
  }

  #onFailure(running: RunningControlPlane, e: unknown): void {
    if (this.#running !== running) return
    this.#running = undefined
    if (this.#options.clock.now() - this.#startedAt >= STABLE_MS) this.#failures = 0
    // In the queue, so that the next start finds the store closed.
    this.#enqueue(() => running.close()).catch((err: unknown) => this.record('warn', `closing after a failure: ${sentence(err)}`))
    this.#giveUpOrRetry(e)
  }

  #giveUpOrRetry(e: unknown): void {
    this.#failures++
    this.#become('failed', sentence(e))
    this.record('error', sentence(e))
    if (this.#failures >= MAX_ATTEMPTS) return
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), MAX_DELAY_MS)
    this.#retry = this.#options.clock.setTimeout(() => {
      this.#retry = undefined
      this.#restarts++
      this.#enqueue(() => this.#start()).catch(() => undefined)
    }, delay)
  }

  #become(state: LocalState, message?: string): void {
    this.#state = state
    if (state === 'starting') this.#starting ??= Promise.withResolvers()
    else {
      this.#starting?.resolve()
      this.#starting = undefined
    }
    this.#message = message
    this.#options.changed?.({ state, ...(message === undefined ? {} : { message }) })
  }

  #cancelRetry(): void {
    this.#retry?.cancel()
    this.#retry = undefined
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(work, work)
    this.#queue = next.catch(() => undefined)
    return next
  }
}

function sentence(e: unknown): string {
  return e instanceof Error ? e.message : String(e)
}

import type { HostLogLine, HostStatus } from '../ipc/contract.ts'

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000
/** Unexpected ends in a row before it stays down. */
const MAX_FAILURES = 6
/** Running this long forgives earlier failures. */
const STABLE_MS = 60_000
/** After the polite request to end. */
const KILL_MS = 10_000
const LOG_LINES = 1000

/** One run of the host. The callbacks are set before anything can happen. */
export interface HostProcess {
  /** It answers; called at most once. */
  onReady(callback: () => void): void
  onLine(callback: (stream: 'stdout' | 'stderr', text: string) => void): void
  /** Called exactly once, also when it could not be started. */
  onExit(callback: (code: number) => void): void
  /** Asks it to finish its requests and end. */
  requestStop(): void
  kill(): void
}

export interface Timers {
  now(): number
  /** Returns what cancels it. */
  after(ms: number, fn: () => void): () => void
}

export interface SupervisorOptions {
  launch(): HostProcess
  timers: Timers
  onStatus(status: HostStatus): void
  onLog(line: HostLogLine): void
}

/**
 * Keeps the host running. An end that nobody asked for is followed by a new start after 0.5 s, doubling to 30 s; after six in a row it
 * stays `failed` with the reason until a person restarts it. Knows nothing of Electron.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #log: HostLogLine[] = []
  #status: HostStatus = { state: 'stopped', startedAt: 0, restarts: 0 }
  #process: HostProcess | undefined
  #failures = 0
  #cancelTimer: () => void = () => {}
  #stopping: { promise: Promise<void>; done: () => void } | undefined
  #lastError = ''

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  status(): HostStatus {
    return { ...this.#status }
  }

  log(): HostLogLine[] {
    return [...this.#log]
  }

  /** Does nothing when it runs already. Also ends a pending delay and forgets earlier failures. */
  start(): void {
    if (this.#process !== undefined) return
    this.#cancelTimer()
    this.#failures = 0
    this.#launch('starting')
  }

  /** Resolves when the process has ended: politely, or by force after ten seconds. */
  stop(): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping.promise
    this.#cancelTimer()
    const running = this.#process
    if (running === undefined) {
      this.#set({ state: 'stopped', message: undefined })
      return Promise.resolve()
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#stopping = { promise, done: resolve }
    this.#cancelTimer = this.#options.timers.after(KILL_MS, () => {
      this.#say(`It did not end within ${KILL_MS / 1000} s and was killed.`)
      running.kill()
    })
    running.requestStop()
    return promise
  }

  async restart(): Promise<void> {
    await this.stop()
    this.start()
  }

  #launch(state: 'starting' | 'restarting'): void {
    this.#set({ state, message: undefined })
    this.#lastError = ''
    const host = this.#options.launch()
    this.#process = host
    host.onLine((stream, text) => {
      if (stream === 'stderr' && text.trim() !== '') this.#lastError = text
      this.#record({ time: this.#options.timers.now(), stream, text })
    })
    host.onReady(() => {
      if (this.#process !== host || this.#stopping !== undefined) return
      this.#set({ state: 'running', startedAt: this.#options.timers.now(), message: undefined })
    })
    host.onExit((code) => this.#exited(host, code))
  }

  #exited(host: HostProcess, code: number): void {
    if (this.#process !== host) return
    this.#process = undefined
    this.#cancelTimer()
    if (this.#stopping !== undefined) {
      const { done } = this.#stopping
      this.#stopping = undefined
      this.#set({ state: 'stopped', message: undefined })
      return done()
    }
    const { now, after } = this.#options.timers
    const { state, startedAt, restarts } = this.#status
    if (state === 'running' && now() - startedAt >= STABLE_MS) this.#failures = 0
    this.#failures++
    const why = `It ended with code ${code}${this.#lastError === '' ? '' : `: ${this.#lastError}`}`
    this.#say(why)
    if (this.#failures >= MAX_FAILURES) return this.#set({ state: 'failed', message: why })
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), MAX_DELAY_MS)
    this.#set({ state: 'restarting', message: why })
    this.#cancelTimer = after(delay, () => {
      this.#set({ restarts: restarts + 1 })
      this.#launch('restarting')
    })
  }

  #set(change: Partial<HostStatus>): void {
    this.#status = { ...this.#status, ...change }
    this.#options.onStatus(this.status())
  }

  #say(text: string): void {
    this.#record({ time: this.#options.timers.now(), stream: 'shell', text })
  }

  #record(line: HostLogLine): void {
    this.#log.push(line)
    if (this.#log.length > LOG_LINES) this.#log.shift()
    this.#options.onLog(line)
  }
}

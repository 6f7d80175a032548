import type { Clock, Timer } from '../../../machinery/clock.ts'
import type { Behaviour } from './behaviour.ts'
import type { LogBuffer } from './log-buffer.ts'
import type { Step } from './shell.ts'

const SIGTERM_EXIT = 128 + 15
const SIGKILL_EXIT = 128 + 9
/** Steps taken before others get their turn; a long `for` must not hold the event loop. */
const STEPS_AT_ONCE = 200

/** One simulated container's life: runs its program's steps on the clock until it exits, once. */
export class SimulatedProcess {
  readonly #clock: Clock
  readonly #behaviour: Behaviour
  readonly #log: LogBuffer
  readonly #onExit: (code: number) => void
  readonly #timers = new Set<Timer>()
  #steps: Iterator<Step, void> | undefined
  #exited = false

  constructor(clock: Clock, behaviour: Behaviour, log: LogBuffer, onExit: (code: number) => void) {
    this.#clock = clock
    this.#behaviour = behaviour
    this.#log = log
    this.#onExit = onExit
  }

  start(env: Readonly<Record<string, string>>): void {
    const b = this.#behaviour
    this.#steps = b.program(env, () => new Date(this.#clock.now()).toUTCString().replace('GMT', 'UTC'))
    if (b.exitAfterMs !== undefined) this.#after(b.exitAfterMs, () => this.#exit(b.exitCode))
    if (b.heartbeatMs !== undefined) this.#heartbeat(b.heartbeatMs, 1)
    this.#run()
  }

  /** SIGTERM: ends at once, unless the pod asks to see what happens to a process that ignores it. */
  terminate(): void {
    if (!this.#behaviour.ignoreSigterm) this.#exit(SIGTERM_EXIT)
  }

  kill(): void {
    this.#exit(SIGKILL_EXIT)
  }

  #print(text: string, stderr = false): void {
    for (const line of text.split('\n')) {
      this.#log.write({ time: this.#clock.now(), stream: stderr ? 'stderr' : 'stdout', text: line })
    }
  }

  #heartbeat(ms: number, count: number): void {
    this.#after(ms, () => {
      this.#print(`simulated: heartbeat ${count}`)
      this.#heartbeat(ms, count + 1)
    })
  }

  #after(ms: number, fn: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#exited) fn()
    }, ms)
    this.#timers.add(timer)
  }

  #run(): void {
    for (let taken = 0; !this.#exited; taken++) {
      if (taken === STEPS_AT_ONCE) return this.#after(0, () => this.#run())
      const { value: step, done } = this.#steps!.next()
      // With exit-after-seconds it is the annotation that decides when it ends, and how.
      if (done === true || step === undefined || step.kind === 'exit') {
        if (this.#behaviour.exitAfterMs === undefined) this.#exit(step?.kind === 'exit' ? step.code : 0)
        return
      }
      if (step.kind === 'print') this.#print(step.text, step.stderr)
      else if (step.kind === 'sleep') return this.#after(step.ms, () => this.#run())
      else return this.#print(`simulated: ${step.program} is not executed; this container stays running until it is stopped`, true)
    }
  }

  #exit(code: number): void {
    if (this.#exited) return
    this.#exited = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#onExit(code)
  }
}

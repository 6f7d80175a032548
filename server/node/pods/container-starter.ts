import { ImagePullError, type ContainerRuntimeStatus } from '../runtime.ts'
import { podText, type Container, type ContainerStatus, type Pod } from '../types.ts'
import type { Waiting } from './container-status.ts'
import { CrashBackoff, durationText } from './crash-backoff.ts'
import type { WorkerHost } from './worker-host.ts'
import { shouldRestart } from './phase.ts'
import { containerRequests } from './resources.ts'

/** 128 + SIGKILL: as a container ends whose machine does. */
const KILLED = 137

/** Pulls, creates and starts the containers of one pod, and makes those wait that failed before. */
export class ContainerStarter {
  /** Why containers are not running, by name. */
  readonly waiting = new Map<string, Waiting>()
  readonly #host: WorkerHost
  readonly #created: number
  readonly #backoff = new CrashBackoff()
  readonly #pullBackoff = new CrashBackoff()
  readonly #pullFailed = new Map<string, { at: number; message: string }>()
  /** Which attempt is the next of containers that were removed from the runtime. */
  readonly #next = new Map<string, number>()

  constructor(host: WorkerHost) {
    this.#host = host
    this.#created = host.clock.now()
  }

  /** The container was removed from the runtime, and waits for its next attempt. */
  startsAnew(name: string, attempt: number, waiting: Waiting): void {
    this.#next.set(name, Math.max(attempt, this.#next.get(name) ?? 0))
    this.waiting.set(name, waiting)
  }

  /**
   * Starts the container, or returns how many milliseconds it must wait still. `attempts` are its own, newest first; `old` is what a
   * predecessor wrote of it.
   */
  async start(
    pod: Pod,
    sandboxId: string,
    c: Container,
    attempts: readonly ContainerRuntimeStatus[],
    old: ContainerStatus | undefined,
  ): Promise<number | undefined> {
    const { clock, runtime } = this.#host
    const [current, ...dead] = attempts
    if (current?.state === 'exited') {
      const wait = this.#backoff.remaining(c.name, current.finishedAt, clock.now())
      if (wait > 0) {
        const text = durationText(this.#backoff.currentMs(c.name))
        const message = `back-off ${text} restarting failed container=${c.name} pod=${podText(pod)}`
        if (this.waiting.get(c.name)?.message !== message) {
          this.#host.event(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${c.name} in pod ${podText(pod)}`, c)
        }
        this.waiting.set(c.name, { reason: 'CrashLoopBackOff', message })
        return wait
      }
    }
    const wait = await this.#pull(pod, c)
    if (wait !== undefined) return wait
    if (current?.state === 'exited') this.#backoff.next(c.name, current.finishedAt, clock.now())
    const requests = containerRequests(c)
    const id = await runtime.createContainer(sandboxId, {
      name: c.name,
      attempt: current === undefined ? (this.#next.get(c.name) ?? this.#firstAttempt(pod, c, old)) : current.attempt + 1,
      image: c.image ?? '',
      command: c.command ?? [],
      args: c.args ?? [],
      env: Object.fromEntries((c.env ?? []).map((e) => [e.name, e.value ?? ''])),
      cpuRequest: Number(requests.cpu?.nano ?? 0n) / 1e9,
      memoryRequest: Number(requests.memory?.nano ?? 0n) / 1e9,
    })
    this.#host.event(pod, 'Normal', 'Created', 'Container created', c)
    this.waiting.delete(c.name)
    await runtime.startContainer(id)
    this.#host.event(pod, 'Normal', 'Started', 'Container started', c)
    this.#host.observe('containerStarted', clock.now() - (current?.finishedAt ?? this.#created))
    // One dead container each is kept, for `logs --previous`: the one before this.
    for (const { id: gone } of dead) await runtime.removeContainer(gone)
    return undefined
  }

  async #pull(pod: Pod, c: Container): Promise<number | undefined> {
    const { clock, runtime } = this.#host
    const image = c.image ?? ''
    const failed = this.#pullFailed.get(c.name)
    if (failed !== undefined) {
      const wait = this.#pullBackoff.remaining(c.name, failed.at, clock.now())
      if (wait > 0) {
        const message = `Back-off pulling image "${image}"`
        if (this.waiting.get(c.name)?.reason !== 'ImagePullBackOff') {
          this.#host.event(pod, 'Normal', 'BackOff', message, c)
          this.#host.event(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', c)
        }
        this.waiting.set(c.name, { reason: 'ImagePullBackOff', message: `${message}: ErrImagePull: ${failed.message}` })
        return wait
      }
    }
    const policy = c.imagePullPolicy ?? 'IfNotPresent'
    try {
      if (policy === 'Always') this.#host.event(pod, 'Normal', 'Pulling', `Pulling image "${image}"`, c)
      const started = clock.now()
      const result = await runtime.pullImage({ image, policy, annotations: pod.metadata.annotations ?? {} })
      const took = `${clock.now() - started}ms`
      const message = result.pulled
        ? `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${result.sizeBytes} bytes.`
        : `Container image "${image}" already present on machine and can be accessed by the pod`
      this.#host.event(pod, 'Normal', 'Pulled', message, c)
      this.#pullFailed.delete(c.name)
      return undefined
    } catch (e) {
      if (!(e instanceof ImagePullError)) throw e
      this.#host.event(pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${e.message}`, c)
      this.#host.event(pod, 'Warning', 'Failed', 'Error: ErrImagePull', c)
      const now = clock.now()
      this.#pullBackoff.next(c.name, now, now)
      this.#pullFailed.set(c.name, { at: now, message: e.message })
      this.waiting.set(c.name, { reason: 'ErrImagePull', message: e.message })
      return 1000
    }
  }

  /**
   * Restarts are counted on from what a predecessor wrote, when this runtime has lost its containers. One that nothing restarts has not
   * been: where a runtime loses containers with its process, it goes on.
   */
  #firstAttempt(pod: Pod, c: Container, old: ContainerStatus | undefined): number {
    if (old?.containerID === undefined) return 0
    const goesOn = this.#host.runtime.volatile === true && !shouldRestart(c, pod, KILLED)
    return old.restartCount + (goesOn ? 0 : 1)
  }
}

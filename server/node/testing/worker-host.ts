import { FakeClock } from '../../machinery/clock.ts'
import { PodWorker } from '../pods/pod-worker.ts'
import type { WorkerHost } from '../pods/worker-host.ts'
import { createSimulatedRuntime } from '../runtimes/simulated/runtime.ts'
import type { Runtime } from '../runtime.ts'
import type { Container, Pod, PodSpec, PodStatus } from '../types.ts'

/** A node with one pod and no API server: what the worker says is kept here. Time passes only by `advance`. */
export class WorkerBench implements WorkerHost {
  readonly clock = new FakeClock()
  readonly runtime: Runtime
  readonly hostIP = '192.0.2.9'
  readonly events: string[] = []
  readonly statuses: PodStatus[] = []
  readonly deleted: string[] = []
  readonly forgotten: string[] = []
  readonly errors: string[] = []
  worker: PodWorker
  #pod: Pod

  constructor(pod: Pod, runtime?: Runtime) {
    this.runtime = runtime ?? createSimulatedRuntime({ clock: this.clock, version: '0' })
    this.#pod = pod
    this.runtime.onEvent((e) => {
      if (e.type === 'stopped') this.worker.poke()
    })
    this.worker = new PodWorker(this, pod)
  }

  async start(): Promise<void> {
    this.worker.poke()
    await settle()
  }

  /** Time in steps of a second, each with its consequences. */
  async advance(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.clock.advance(1000)
      await settle()
    }
  }

  async update(change: (pod: Pod) => Pod): Promise<void> {
    this.#pod = change({ ...this.#pod, status: this.status })
    this.worker.update(this.#pod)
    await settle()
  }

  get status(): PodStatus {
    return this.worker.status
  }

  /** `Running 1/1`-like: each container's state as one word. */
  states(): string {
    return [...(this.status.initContainerStatuses ?? []), ...(this.status.containerStatuses ?? [])]
      .map(
        (s) =>
          `${s.name}:${s.state.waiting?.reason ?? (s.state.running !== undefined ? 'running' : `exit ${s.state.terminated?.exitCode}`)}`,
      )
      .join(' ')
  }

  condition(type: string): string {
    const c = this.status.conditions?.find((x) => x.type === type)
    return `${c?.status}${c?.reason === undefined ? '' : ` ${c.reason}`}`
  }

  podCIDRs(): readonly string[] {
    return ['10.244.7.0/24']
  }

  event(_pod: Pod, type: string, reason: string, message: string, container?: Container): void {
    this.events.push(`${type} ${reason}${container === undefined ? '' : ` {${container.name}}`}: ${message}`)
  }

  setStatus(_pod: Pod, status: PodStatus): void {
    this.statuses.push(status)
  }

  async statusWritten(): Promise<void> {}

  async finishDelete(pod: Pod): Promise<void> {
    this.deleted.push(pod.metadata.uid!)
  }

  gone(uid: string): void {
    this.forgotten.push(uid)
  }

  log(level: string, message: string): void {
    if (level === 'error') this.errors.push(message)
  }

  turn = (): Promise<void> | undefined => undefined

  observe(): void {}
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve()
}

export const testPod = (spec: Partial<PodSpec>, metadata: Partial<Pod['metadata']> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'ns', uid: 'u1', generation: 1, ...metadata },
  spec: { nodeName: 'n1', restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [container('c', 'sleep 1000')], ...spec },
})

export const container = (name: string, script: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'busybox:1.37',
  command: ['sh', '-c', script],
  ...more,
})

import type { Clock } from '../../machinery/clock.ts'
import type { Runtime } from '../runtime.ts'
import type { Container, Pod, PodStatus } from '../types.ts'

/** What a worker needs from its node. */
export interface WorkerHost {
  readonly clock: Clock
  readonly runtime: Runtime
  readonly hostIP: string
  podCIDRs(): readonly string[]
  /** `container` names the one that the event is about. */
  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, container?: Container): void
  setStatus(pod: Pod, status: PodStatus): void
  /** Resolves when the server has the last status that was set, or the pod is gone. */
  statusWritten(pod: Pod): Promise<void>
  /** Deletes the API object at last, by name and uid with no grace. Resolves also when it has gone already. */
  finishDelete(pod: Pod): Promise<void>
  /** The worker holds nothing any more. */
  gone(uid: string): void
  log(level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>): void
  /** A promise when other pods' syncs have filled this turn of the event loop. */
  turn(): Promise<void> | undefined
  observe(what: 'podStarted' | 'containerStarted' | 'sync', ms: number): void
}

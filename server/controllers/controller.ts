import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../client/event-recorder.ts'
import type { InformerFactory } from '../client/informer.ts'
import type { Clock } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import type { WorkQueue, WorkQueueOptions } from '../machinery/work-queue.ts'
import type { WorkerOptions } from '../machinery/workers.ts'
import { GATES, type AskedGate } from '../options/feature-gates.ts'
import type { Authority } from '../serving/x509.ts'
import type { JobLimits } from './job/limits.ts'
import type { NodeIpamOptions } from './node-ipam/options.ts'
import type { AutoscalerOptions } from './horizontal-pod-autoscaler/options.ts'
import type { NodeLifecycleOptions } from './node-lifecycle/options.ts'

/** What a controller gets. It is the same whether the API server is in this process or behind the network. */
export interface ControllerContext {
  /** Its user agent should begin with `kube-controller-manager/`: that names the field manager of what they write. */
  client: Client
  informers: InformerFactory
  clock: Clock
  /** Ends everything that the controller started. */
  signal: AbortSignal
  /** A queue that `/metrics` shows by the original's name. */
  workQueue(name: string, backoff?: Pick<WorkQueueOptions, 'baseDelayMs' | 'maxDelayMs'>): WorkQueue
  /** core/v1 events in the name of a component. */
  recorder(component: string): EventRecorder
  onError(error: unknown, what: string): void
  options: ControllerOptions
}

export interface ControllerOptions {
  /** PEM of the CA that signs the API server's certificate; without it root-ca-certificate-publisher-controller has nothing to do. */
  rootCA?: string
  /** Whether a feature gate is open; undefined for those that are as from the start. It is asked in each round. */
  isGateOpen?(gate: AskedGate): boolean | undefined
  /** Signs approved certificate requests; without it nobody does. */
  signingCA?: Authority
  /** Makes a token for a secret of that name; without it secrets get none. */
  secretToken?(namespace: string, account: { name: string; uid: string }, secret: string): string
  /** What differs from kube-controller-manager's defaults. */
  nodeLifecycle?: Partial<NodeLifecycleOptions>
  horizontalPodAutoscaler?: Partial<AutoscalerOptions>
  job?: Partial<JobLimits>
  /** How many finished pods may stay; 0 for all. Default 12500. */
  terminatedPodGCThreshold?: number
  /** Gives nodes addresses for their pods; without it none get any. */
  nodeIpam?: NodeIpamOptions
  /** How long a token may go unused before it is marked, and marked before it is deleted. Default: 365 days. */
  legacyServiceAccountTokenCleanUpPeriodMs?: number
  /** Volumes of a node that is not ready stay attached until it has unmounted them, however long that takes. */
  disableForceDetachOnTimeout?: boolean
  /** How long a pod may be marked as disrupted and not be deleted; default two minutes. */
  stalePodDisruptionTimeoutMs?: number
  /** Where volumes of the provisioner kubernetes.io/host-path are made; without it there is no such provisioner. */
  hostPathFolder?: string
}

/** Whether kube-controller-manager with the same gates would do it. */
export const isOpen = ({ options }: Pick<ControllerContext, 'options'>, gate: AskedGate): boolean =>
  options.isGateOpen?.(gate) ?? GATES.get(gate)!.isOpen

/** A control loop: informers tell what changed, a queue of keys says what to look at, `sync` makes it so. */
export interface Controller {
  /** As kube-controller-manager calls it: `namespace-controller`. */
  readonly name: string
  /** `*` does not mean it: it runs when it is named (kube-controller-manager's ControllersDisabledByDefault). */
  readonly disabledByDefault?: boolean
  /** The service account in kube-system that it writes as, where that is not called as the controller is; '' for the manager itself. */
  readonly account?: string
  /** It runs while this is open. */
  readonly gate?: AskedGate
  /** Resolves when its caches are filled and its workers run. */
  start(ctx: ControllerContext): Promise<void>
}

/** Reports what went wrong with a key, but for conflicts: the next try sees the newer object. */
export function unlessConflict(ctx: ControllerContext, what: (key: string) => string): WorkerOptions['onError'] {
  return (e, key) => {
    const cause = e instanceof Error ? e.cause : undefined
    if (!isStatusError(e, 'Conflict') && !isStatusError(cause, 'Conflict')) ctx.onError(e, what(key))
  }
}

/** Runs `job` on every item, at most `limit` at a time; resolves with the errors, in no particular order. */
export async function inParallel<T>(items: Iterable<T>, limit: number, job: (item: T) => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = []
  const rest = items[Symbol.iterator]()
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      await job(next.value).catch((e: unknown) => void errors.push(e))
    }
  }
  await Promise.all(Array.from({ length: limit }, lane))
  return errors
}

/** Counters as Go writes them: those at zero are left out. */
export function withoutZeros<T extends Record<string, number | undefined>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== undefined && n !== 0)) as Partial<T>
}

export const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e))

export const asError = (e: unknown): Error => (e instanceof Error ? e : new Error(String(e)))

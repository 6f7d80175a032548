import { formatMicroTime, type Clock, type Timer } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import type { Client, ResourceClient } from './client.ts'
import type { EventRecorder } from './event-recorder.ts'
import type { Lease } from './objects.ts'
import { LEASES } from './resource.ts'
import { delay } from './rest.ts'

/** Times of client-go's leaderelection as kube-controller-manager and kube-scheduler have them by default. */
export interface LeaseTimes {
  /** Others wait that long after they have last seen the Lease change before they take it. */
  leaseDurationMs: number
  /** A leader that has not renewed for that long stops. */
  renewDeadlineMs: number
  retryPeriodMs: number
}

export const LEASE_TIMES: LeaseTimes = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 }

export interface LeaderElectionOptions extends Partial<LeaseTimes> {
  client: Client
  clock: Clock
  /** Ends the term and the candidature; the Lease is given back. */
  signal: AbortSignal
  /** Of the Lease, in kube-system. */
  name: string
  /** Who this is: another process has another one, the same after a restart has the same and need not wait for itself. */
  identity: string
  /** Begins the work of a leader; its signal ends when the Lease is lost, and then with another term it is called again. */
  lead(term: AbortSignal): void
  recorder?: EventRecorder
  observer?: LeaderObserver
  onError(error: unknown): void
  random?: () => number
}

export interface LeaderObserver {
  leads(name: string, isLeader: boolean): void
  /** A renewal that could not be written at once. */
  slowPath(name: string): void
}

const NAMESPACE = 'kube-system'
const JITTER = 1.2
/** What is said at the end may not hold up the end. */
const RELEASE_MS = 2000

/**
 * Stands for leader until the signal ends, and leads in terms: at most one process at a time does, as long as clocks run at one speed.
 * Resolves when the Lease has been given back. The same protocol as client-go's, so that ours and the original's wait for each other.
 */
export async function runLeaderElection(options: LeaderElectionOptions): Promise<void> {
  await new LeaderElector(options).run()
}

class LeaderElector {
  readonly #o: LeaderElectionOptions & LeaseTimes
  readonly #leases: ResourceClient<Lease>
  /** As last read or written. */
  #observed: Lease | undefined
  /** Runs from the moment at which the Lease was seen to have changed: others' clocks are not trusted, nor is ours not to be set. */
  #expiry: Timer | undefined

  constructor(options: LeaderElectionOptions) {
    this.#o = { ...LEASE_TIMES, ...options }
    this.#leases = options.client.resource<Lease>(LEASES)
  }

  async run(): Promise<void> {
    const { signal, observer, name, clock, retryPeriodMs, random = Math.random } = this.#o
    observer?.leads(name, false)
    while (!signal.aborted) {
      if (await this.#tryAcquireOrRenew(signal)) await this.#term()
      else await delay(clock, retryPeriodMs * (1 + random() * JITTER), signal).catch(() => undefined)
    }
    this.#expiry?.cancel()
  }

  async #term(): Promise<void> {
    const { signal, observer, name, clock, retryPeriodMs, lead, onError } = this.#o
    const term = new AbortController()
    const end = (): void => term.abort(signal.reason)
    signal.addEventListener('abort', end, { once: true })
    observer?.leads(name, true)
    this.#say('became leader')
    lead(term.signal)
    while (!signal.aborted) {
      await delay(clock, retryPeriodMs, signal).catch(() => undefined)
      if (signal.aborted || (await this.#renewed())) continue
      onError(new Error('leader election lost'))
      break
    }
    signal.removeEventListener('abort', end)
    term.abort(new Error('leader election lost'))
    observer?.leads(name, false)
    if (signal.aborted) await this.#release()
    else this.#say('stopped leading')
  }

  /** Tries until the deadline. */
  async #renewed(): Promise<boolean> {
    const { clock, signal, renewDeadlineMs, retryPeriodMs } = this.#o
    const deadline = new AbortController()
    const timer = clock.setTimeout(() => deadline.abort(new Error('the Lease could not be renewed in time')), renewDeadlineMs)
    const either = AbortSignal.any([signal, deadline.signal])
    try {
      while (!either.aborted) {
        if (await this.#tryAcquireOrRenew(either)) return true
        await delay(clock, retryPeriodMs, either).catch(() => undefined)
      }
      return signal.aborted
    } finally {
      timer.cancel()
    }
  }

  /** Whether the Lease is this one's now. An error is reported, and is a no. */
  async #tryAcquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const { identity, clock, observer, name, onError } = this.#o
    try {
      const seen = this.#observed
      if (seen?.spec?.holderIdentity === identity && this.#isValid()) {
        try {
          this.#note(await this.#leases.update({ ...seen, spec: this.#renewal(seen, clock.now()) }, { namespace: NAMESPACE, signal }))
          return true
        } catch {
          // Somebody has changed it, or the answer was lost: it is read below.
          observer?.slowPath(name)
        }
      }
      const found = await this.#leases.get(name, { namespace: NAMESPACE, signal }).catch((e: unknown) => {
        if (isStatusError(e, 'NotFound')) return undefined
        throw e
      })
      if (found === undefined) {
        const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: NAMESPACE } }
        this.#note(await this.#leases.create({ ...lease, spec: this.#renewal(undefined, clock.now()) }, { namespace: NAMESPACE, signal }))
        return true
      }
      if (found.metadata.resourceVersion !== this.#observed?.metadata.resourceVersion) this.#note(found)
      const holder = found.spec?.holderIdentity ?? ''
      if (holder !== '' && holder !== identity && this.#isValid()) return false
      this.#note(await this.#leases.update({ ...found, spec: this.#renewal(found, clock.now()) }, { namespace: NAMESPACE, signal }))
      return true
    } catch (e) {
      // Another one was first.
      if (!signal.aborted && !isStatusError(e, 'Conflict') && !isStatusError(e, 'AlreadyExists')) onError(e)
      return false
    }
  }

  #note(lease: Lease): void {
    this.#observed = lease
    this.#expiry?.cancel()
    const timer = this.#o.clock.setTimeout(
      () => {
        if (this.#expiry === timer) this.#expiry = undefined
      },
      (lease.spec?.leaseDurationSeconds ?? 0) * 1000,
    )
    this.#expiry = timer
  }

  #isValid(): boolean {
    return this.#expiry !== undefined
  }

  #renewal(old: Lease | undefined, now: number): NonNullable<Lease['spec']> {
    const { identity, leaseDurationMs } = this.#o
    const mine = old?.spec?.holderIdentity === identity
    const transitions = old?.spec?.leaseTransitions ?? 0
    return {
      ...old?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.round(leaseDurationMs / 1000),
      acquireTime: mine ? old.spec!.acquireTime! : formatMicroTime(now),
      renewTime: formatMicroTime(now),
      leaseTransitions: mine || old === undefined ? transitions : transitions + 1,
    }
  }

  async #release(): Promise<void> {
    const { identity, clock, name } = this.#o
    const deadline = new AbortController()
    const timer = clock.setTimeout(() => deadline.abort(), RELEASE_MS)
    try {
      const call = { namespace: NAMESPACE, signal: deadline.signal }
      const found = await this.#leases.get(name, call)
      if (found.spec?.holderIdentity !== identity) return
      const now = formatMicroTime(clock.now())
      const { leaseTransitions = 0 } = found.spec
      const spec = { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions }
      await this.#leases.update({ ...found, spec }, call)
    } catch {
      // It runs out by itself.
    } finally {
      timer.cancel()
    }
  }

  #say(what: string): void {
    const object = { metadata: { name: this.#o.name, namespace: NAMESPACE } }
    this.#o.recorder?.event(
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', object },
      'Normal',
      'LeaderElection',
      `${this.#o.identity} ${what}`,
    )
  }
}

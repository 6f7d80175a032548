import type { Client } from '../../client/client.ts'
import { PODS } from '../../client/resource.ts'
import type { Clock } from '../../machinery/clock.ts'
import { parseResourceVersion } from '../../machinery/resource-version.ts'
import { isStatusError, StatusError } from '../../machinery/status.ts'
import type { Pod, PodStatus } from '../types.ts'
import { inTurns } from '../../machinery/slice.ts'
import { Turns } from '../turns.ts'
import { statusPatchSteps } from './status-patch.ts'

export interface StatusWriterOptions {
  /** As whom a node writes. */
  clientOf: (nodeName: string) => Client
  clock: Clock
  signal: AbortSignal
  /** Writes in flight at once, for all nodes of the process. */
  concurrency?: number
  onWritten?: (pod: Pod, ms: number) => void
  onError?: (pod: Pod, error: unknown) => void
}

interface Entry {
  pod: Pod
  /** What should be there; undefined when nothing is left to write. */
  wanted: PodStatus | undefined
  since: number
  /** What the server has, as far as this writer put it there. */
  written: PodStatus | undefined
  /** resourceVersion of that write. */
  version: number
  busy: boolean
  waiters: (() => void)[]
}

const RETRY_MS = 1000

/**
 * Pod statuses on their way to the server: the newest of each pod, a bounded number at a time, as strategic merge patches of
 * what differs (as a kubelet sends them). What is set within one turn of the event loop becomes one write.
 */
export class StatusWriter {
  readonly #o: StatusWriterOptions
  readonly #entries = new Map<string, Entry>()
  /** In the order they came; those before `#head` have been taken. */
  #queue: string[] = []
  #head = 0
  #inFlight = 0
  #scheduled = false

  constructor(options: StatusWriterOptions) {
    this.#o = options
  }

  get pending(): number {
    return this.#waiting + this.#inFlight
  }

  set(pod: Pod, status: PodStatus): void {
    const uid = pod.metadata.uid!
    let entry = this.#entries.get(uid)
    if (entry === undefined) {
      entry = { pod, wanted: undefined, since: 0, written: undefined, version: 0, busy: false, waiters: [] }
      this.#entries.set(uid, entry)
    }
    entry.pod = pod
    if (entry.wanted === undefined) entry.since = this.#o.clock.now()
    const queued = entry.wanted !== undefined
    entry.wanted = status
    if (queued || entry.busy) return
    this.#queue.push(uid)
    this.#schedule()
  }

  /** Resolves when nothing of this pod is left to write. */
  written(uid: string): Promise<void> {
    const entry = this.#entries.get(uid)
    if (entry === undefined || (entry.wanted === undefined && !entry.busy)) return Promise.resolve()
    return new Promise((resolve) => entry.waiters.push(resolve))
  }

  forget(uid: string): void {
    const entry = this.#entries.get(uid)
    if (entry === undefined) return
    entry.wanted = undefined
    this.#entries.delete(uid)
    for (const wake of entry.waiters.splice(0)) wake()
  }

  get #waiting(): number {
    return this.#queue.length - this.#head
  }

  /** The first of the queue; what is left moves up only when half of it has been taken. */
  #next(): string | undefined {
    const uid = this.#queue[this.#head]
    if (uid !== undefined && 2 * ++this.#head >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return uid
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#inFlight < (this.#o.concurrency ?? 32)) {
        const uid = this.#next()
        if (uid === undefined) return
        const entry = this.#entries.get(uid)
        if (entry?.wanted !== undefined) void this.#write(uid, entry)
      }
    })
  }

  async #write(uid: string, entry: Entry): Promise<void> {
    const wanted = entry.wanted!
    entry.wanted = undefined
    entry.busy = true
    this.#inFlight++
    let retry = false
    try {
      const { pod } = entry
      const seen = Number(parseResourceVersion(pod.metadata.resourceVersion ?? '0'))
      const base = entry.written === undefined || seen >= entry.version ? (pod.status ?? {}) : entry.written
      const status = await inTurns(statusPatchSteps(base, wanted), new Turns())
      if (status !== undefined) {
        const { name, namespace } = pod.metadata
        const body = { metadata: { uid }, status }
        const options = { namespace: namespace!, subresource: 'status', signal: this.#o.signal }
        const after = await this.#o
          .clientOf(pod.spec.nodeName ?? '')
          .resource(PODS)
          .patch(name!, { type: 'strategic', body }, options)
        entry.version = Number(parseResourceVersion(after.metadata.resourceVersion ?? '0'))
        this.#o.onWritten?.(pod, this.#o.clock.now() - entry.since)
      }
      entry.written = wanted
    } catch (e) {
      // Not found, or another uid under that name: this pod is no more, and its informer will say so.
      const gone = isStatusError(e, 'NotFound') || isStatusError(e, 'Conflict')
      if (!gone && !this.#o.signal.aborted) {
        this.#o.onError?.(entry.pod, e)
        retry = !(e instanceof StatusError) || e.code >= 500 || e.code === 429
      }
    }
    this.#inFlight--
    entry.busy = false
    if (retry && entry.wanted === undefined && this.#entries.get(uid) === entry) {
      entry.wanted = wanted
      this.#o.clock.setTimeout(() => {
        if (entry.wanted === undefined || entry.busy) return
        this.#queue.push(uid)
        this.#schedule()
      }, RETRY_MS)
    } else if (entry.wanted !== undefined) {
      this.#queue.push(uid)
    } else {
      for (const wake of entry.waiters.splice(0)) wake()
    }
    if (this.#waiting > 0) this.#schedule()
  }
}

import { formatMicroTime, formatTime, type Clock } from '../machinery/clock.ts'
import { isStatusError, StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Client, ResourceClient } from './client.ts'
import { CORE_EVENTS, EVENTS } from './resource.ts'
import { delay } from './rest.ts'

export type EventType = 'Normal' | 'Warning'

/** What an event is about. Objects from a list carry no kind, so the caller names it. */
export interface EventSubject {
  apiVersion: string
  kind: string
  object: KubeObject
  /** The part of the object that is meant: `spec.containers{web}`. */
  fieldPath?: string
}

export interface EventRecorder {
  /** Never throws and never waits; repeated events are counted instead of written again. `action` is for events.k8s.io only. */
  event(about: EventSubject, type: EventType, reason: string, message: string, action?: string): void
  /** Resolves when what was recorded so far has been sent or given up. */
  flush(): Promise<void>
}

export interface EventRecorderOptions {
  client: Client
  clock: Clock
  signal: AbortSignal
  /** `deployment-controller`, `default-scheduler`. */
  component: string
  /** `component-hostname` for events.k8s.io. */
  instance?: string
  /** The node that a kubelet speaks for: `source.host` of core/v1 events. */
  host?: string
  onError?: (error: unknown) => void
}

interface ObjectReference {
  kind: string
  namespace?: string
  name?: string
  uid?: string
  apiVersion: string
  resourceVersion?: string
  fieldPath?: string
}

// Events wait for the server in a bounded line; what does not fit is dropped, as client-go's broadcaster does.
const MAX_QUEUED = 10_000
const MAX_TRIES = 12
const RETRY_MS = 10_000
const CONCURRENT_WRITES = 16

function referenceTo(about: EventSubject): ObjectReference {
  const m = about.object.metadata
  return {
    kind: about.kind,
    ...(m.namespace === undefined ? {} : { namespace: m.namespace }),
    ...(m.name === undefined ? {} : { name: m.name }),
    ...(m.uid === undefined ? {} : { uid: m.uid }),
    apiVersion: about.apiVersion,
    ...(m.resourceVersion === undefined ? {} : { resourceVersion: m.resourceVersion }),
    ...(about.fieldPath === undefined ? {} : { fieldPath: about.fieldPath }),
  }
}

interface Write {
  name: string
  send: () => Promise<unknown>
}

/** Two components may speak of the same object in the same millisecond: the names of all that share a clock differ. */
const lastNanos = new WeakMap<Clock, bigint>()

/** Sends events one by one, a bounded number at a time, with retries; shared by both recorders. */
class EventSink {
  readonly #o: EventRecorderOptions
  readonly #resource: ResourceClient
  readonly #waiting: Write[] = []
  /** The last write about each event: a patch must not overtake the create. */
  readonly #inOrder = new Map<string, Promise<void>>()
  readonly #idle: Array<() => void> = []
  #running = 0

  constructor(o: EventRecorderOptions, resource: ResourceClient) {
    this.#o = o
    this.#resource = resource
  }

  /** `<object>.<hex nanoseconds>`, made unique where the clock is coarser than the events. */
  name(object: string | undefined): string {
    const ms = this.#o.clock.now()
    const last = lastNanos.get(this.#o.clock) ?? 0n
    const now = BigInt(ms) * 1_000_000n
    const nanos = now > last ? now : last + 1n
    lastNanos.set(this.#o.clock, nanos)
    return `${object ?? ''}.${nanos.toString(16)}`
  }

  create(event: KubeObject): void {
    this.#enqueue(event, () => this.#resource.create(event))
  }

  /** Patches, or creates when the event has expired meanwhile. */
  patch(event: KubeObject, body: Record<string, unknown>): void {
    this.#enqueue(event, () =>
      this.#resource
        .patch(event.metadata.name ?? '', { type: 'strategic', body }, { namespace: event.metadata.namespace })
        .catch((e: unknown) => {
          if (!isStatusError(e, 'NotFound')) throw e
          return this.#resource.create(event)
        }),
    )
  }

  flush(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #enqueue(event: KubeObject, send: () => Promise<unknown>): void {
    if (this.#waiting.length >= MAX_QUEUED || this.#o.signal.aborted) return
    this.#waiting.push({ name: event.metadata.name ?? '', send })
    if (this.#running < CONCURRENT_WRITES) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#running++
    for (let write = this.#waiting.shift(); write !== undefined; write = this.#waiting.shift()) await this.#after(write)
    this.#running--
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #after({ name, send }: Write): Promise<void> {
    const before = this.#inOrder.get(name)
    const done = before === undefined ? this.#try(send) : before.then(() => this.#try(send))
    this.#inOrder.set(name, done)
    await done
    if (this.#inOrder.get(name) === done) this.#inOrder.delete(name)
  }

  async #try(send: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; !this.#o.signal.aborted; tries++) {
      try {
        await send()
        return
      } catch (e) {
        // What the server answered is final; only a lost connection is worth another try.
        if (e instanceof StatusError || tries >= MAX_TRIES) {
          this.#o.onError?.(e)
          return
        }
        await delay(this.#o.clock, RETRY_MS, this.#o.signal).catch(() => undefined)
      }
    }
  }
}

const SERIES_END_MS = 6 * 60_000

interface SeriesEntry {
  event: KubeObject
  count: number
  last: number
  /** By the monotonic clock. */
  seenAt: number
}

/** events.k8s.io/v1, as kube-scheduler writes: the same event again becomes a series, closed after six quiet minutes. */
export function createEventsV1Recorder(o: EventRecorderOptions): EventRecorder {
  const sink = new EventSink(o, o.client.resource(EVENTS))
  const seen = new Map<string, SeriesEntry>()
  const series = (entry: SeriesEntry) => ({ series: { count: entry.count, lastObservedTime: formatMicroTime(entry.last) } })
  const sweep = o.clock.setInterval(() => {
    const limit = o.clock.monotonic() - SERIES_END_MS
    for (const [key, entry] of seen) {
      if (entry.seenAt >= limit) continue
      if (entry.count > 1) sink.patch({ ...entry.event, ...series(entry) }, series(entry))
      seen.delete(key)
    }
  }, SERIES_END_MS)
  o.signal.addEventListener('abort', () => sweep.cancel(), { once: true })
  const instance = o.instance ?? o.component

  return {
    flush: () => sink.flush(),
    event(about, type, reason, message, action = '') {
      const now = o.clock.now()
      const regarding = referenceTo(about)
      const key = JSON.stringify([type, action, reason, regarding])
      const known = seen.get(key)
      if (known !== undefined) {
        known.count++
        known.last = now
        known.seenAt = o.clock.monotonic()
        if (known.count === 2) sink.patch({ ...known.event, ...series(known) }, series(known))
        return
      }
      const event: KubeObject = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: sink.name(regarding.name), namespace: regarding.namespace ?? 'default' },
        eventTime: formatMicroTime(now),
        reportingController: o.component,
        reportingInstance: instance,
        action,
        reason,
        regarding,
        note: message,
        type,
      }
      seen.set(key, { event, count: 1, last: now, seenAt: o.clock.monotonic() })
      sink.create(event)
    },
  }
}

// client-go tools/record: at most 25 events in a burst about one object, one more every 5 minutes; more than 10 that
// differ only in their message within 10 minutes are combined.
const SPAM_BURST = 25
const SPAM_REFILL_MS = 300_000
const COMBINE_AFTER = 10
const COMBINE_WINDOW_MS = 600_000
const MAX_CACHED = 4096
// Messages hold what clients wrote: a longer one is not remembered, and so neither counted nor told from others that begin alike.
const MAX_MESSAGE = 4096

interface Bucket {
  tokens: number
  at: number
}

interface Similar {
  messages: Set<string>
  at: number
}

interface Observed {
  event: KubeObject
  count: number
}

/** Keeps the newest entries only. */
class Lru<V> extends Map<string, V> {
  override set(key: string, value: V): this {
    this.delete(key)
    super.set(key, value)
    if (this.size > MAX_CACHED) this.delete(this.keys().next().value!)
    return this
  }
}

/** core/v1, as the controllers of kube-controller-manager write: repeats raise `count`, floods are combined or dropped. */
export function createCoreRecorder(o: EventRecorderOptions): EventRecorder {
  const sink = new EventSink(o, o.client.resource(CORE_EVENTS))
  const buckets = new Lru<Bucket>()
  const similar = new Lru<Similar>()
  const observed = new Lru<Observed>()

  function isSpam(key: string): boolean {
    const now = o.clock.monotonic()
    const bucket = buckets.get(key) ?? { tokens: SPAM_BURST, at: now }
    bucket.tokens = Math.min(SPAM_BURST, bucket.tokens + (now - bucket.at) / SPAM_REFILL_MS)
    bucket.at = now
    buckets.set(key, bucket)
    if (bucket.tokens < 1) return true
    bucket.tokens--
    return false
  }

  function isCombined(key: string, message: string): boolean {
    const now = o.clock.monotonic()
    let entry = similar.get(key)
    if (entry === undefined || now - entry.at > COMBINE_WINDOW_MS) entry = { messages: new Set(), at: now }
    entry.messages.add(message.slice(0, MAX_MESSAGE))
    entry.at = now
    similar.set(key, entry)
    if (entry.messages.size < COMBINE_AFTER) return false
    entry.messages.delete(entry.messages.values().next().value!)
    return true
  }

  return {
    flush: () => sink.flush(),
    event(about, type, reason, message) {
      const now = o.clock.now()
      const involvedObject = referenceTo(about)
      const { kind, namespace, name, uid, apiVersion, fieldPath } = involvedObject
      const group = JSON.stringify([kind, namespace, name, uid, apiVersion, fieldPath, type, reason])
      if (isSpam(JSON.stringify([kind, namespace, name, uid, apiVersion]))) return
      const combined = isCombined(group, message)
      const text = combined ? `(combined from similar events): ${message}` : message
      const key = combined ? group : group + message
      const time = formatTime(now)
      const known = observed.get(key)
      if (known !== undefined) {
        known.count++
        const body = { count: known.count, lastTimestamp: time, message: text }
        known.event = { ...known.event, ...body }
        sink.patch(known.event, body)
        return
      }
      const event: KubeObject = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: sink.name(name), namespace: namespace ?? 'default' },
        involvedObject,
        reason,
        message: text,
        source: { component: o.component, ...(o.host === undefined ? {} : { host: o.host }) },
        firstTimestamp: time,
        lastTimestamp: time,
        count: 1,
        type,
        reportingComponent: o.component,
        reportingInstance: o.host ?? '',
      }
      if (message.length <= MAX_MESSAGE) observed.set(key, { event, count: 1 })
      sink.create(event)
    },
  }
}

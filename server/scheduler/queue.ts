import type { Clock, Timer } from '../machinery/clock.ts'
import { EXTENDER, type ClusterEvent, type EventInterest, type Plugin, type QueuedPod } from './framework.ts'
import { Heap } from './heap.ts'
import type { PendingQueue } from './metrics.ts'
import type { PodInfo } from './pod-info.ts'
import { changesOf } from './changes.ts'

/** podInitialBackoffSeconds and podMaxBackoffSeconds of the scheduler's configuration. */
export interface Backoff {
  initialMs: number
  maxMs: number
}

const DEFAULT_BACKOFF: Backoff = { initialMs: 1000, maxMs: 10_000 }
// A refused pod is tried again after 5 minutes even if nothing happened, looked for every 30 s.
const MAX_UNSCHEDULABLE_MS = 5 * 60_000
const FLUSH_EVERY_MS = 30_000

/** gated: held by preEnqueue. taken: handed out by `pop`. backoff: may go early when nothing else waits; penalty: may not. */
type Place = 'active' | 'backoff' | 'penalty' | 'unschedulable' | 'gated' | 'taken'

interface Entry extends QueuedPod {
  place: Place
  readyAt: number
  /** Counts changes of place, so that heaps can tell that what they hold is stale. */
  moves: number
  /** How often it was refused, and how many tries in a row have broken off: each has a backoff of its own. */
  refusals: number
  errors: number
  /** What happened while it was taken: it may help a pod that comes back. */
  missed: ClusterEvent[]
}

interface Slot {
  entry: Entry
  moves: number
}

export interface SchedulingQueueOptions {
  clock: Clock
  sort: Required<Pick<Plugin, 'compare'>>
  backoff?: Backoff
  /** Name of the plugin that holds the pod back, if one does. */
  gate(info: PodInfo): string | undefined
  /** What each plugin of the pod's profile waits for, by plugin name. */
  interests(info: PodInfo): ReadonlyMap<string, readonly EventInterest[]>
  /** Called when `pop` may have something. */
  onReady(): void
}

/**
 * Pods that wait for a node.
 *
 * - `pop` gives the first by the sort plugin; a pod is with one taker until it is settled (`done`, `refused`, `failed`) or removed.
 * - A refused pod waits until something happens that one of the plugins which refused it asked for, or five minutes.
 *   It then comes back behind a backoff of 1 s, doubling to 10 s, which is cut short when nothing else waits.
 * - A pod whose try failed with an error comes back after its full backoff.
 */
export class SchedulingQueue {
  readonly #o: SchedulingQueueOptions
  readonly #pods = new Map<string, Entry>()
  readonly #unschedulable = new Set<Entry>()
  readonly #gated = new Set<Entry>()
  readonly #taken = new Set<Entry>()
  readonly #limits: Backoff
  readonly #active: Heap<Slot>
  readonly #backoff = new Heap<Slot>((a, b) => a.entry.readyAt - b.entry.readyAt)
  readonly #penalty = new Heap<Slot>((a, b) => a.entry.readyAt - b.entry.readyAt)
  readonly #flush: Timer
  #timer: Timer | undefined
  #timerAt = Number.POSITIVE_INFINITY

  constructor(options: SchedulingQueueOptions) {
    this.#o = options
    this.#limits = options.backoff ?? DEFAULT_BACKOFF
    this.#active = new Heap<Slot>((a, b) => options.sort.compare(a.entry, b.entry))
    this.#flush = options.clock.setInterval(() => this.#flushOld(), FLUSH_EVERY_MS)
  }

  get size(): number {
    return this.#pods.size
  }

  /** For metrics: those that somebody has taken are in none of them. */
  counts(): Record<PendingQueue, number> {
    const counts = { active: 0, backoff: 0, unschedulable: 0, gated: 0 }
    for (const { place } of this.#pods.values()) if (place !== 'taken') counts[place === 'penalty' ? 'backoff' : place]++
    return counts
  }

  placeOf(uid: string): Place | undefined {
    return this.#pods.get(uid)?.place
  }

  add(info: PodInfo): void {
    if (this.#pods.has(info.uid)) return
    const now = this.#o.clock.monotonic()
    const entry: Entry = {
      info,
      timestamp: now,
      attempts: 0,
      rejectedBy: new Set(),
      gatedBy: this.#o.gate(info),
      place: 'taken',
      readyAt: now,
      moves: 0,
      refusals: 0,
      errors: 0,
      missed: [],
    }
    this.#pods.set(info.uid, entry)
    this.#put(entry, entry.gatedBy === undefined ? 'active' : 'gated')
  }

  /** The pod changed. Only a change outside its status may let it through. */
  update(info: PodInfo, old: PodInfo): void {
    const entry = this.#pods.get(info.uid)
    if (entry === undefined) return this.add(info)
    entry.info = info
    const event = { type: 'PodUpdate', pod: info, old } as const
    if (entry.place === 'gated') this.#admit(entry)
    else if (this.#taken.has(entry)) entry.missed.push(event)
    else if (entry.place === 'unschedulable' && this.#isHelpedBy(entry, event)) this.#admit(entry)
  }

  /** The pod's status changed: the newer object is kept, its place is not. */
  refresh(info: PodInfo): void {
    const entry = this.#pods.get(info.uid)
    if (entry === undefined) this.add(info)
    else entry.info = info
    // What a gate waits for may be in the status.
    if (entry?.place === 'gated') this.#admit(entry)
  }

  remove(uid: string): void {
    const entry = this.#pods.get(uid)
    if (entry === undefined) return
    entry.moves++
    this.#unschedulable.delete(entry)
    this.#gated.delete(entry)
    this.#taken.delete(entry)
    this.#pods.delete(uid)
  }

  pop(): QueuedPod | undefined {
    this.#endBackoffs()
    const entry = this.#next(this.#active) ?? this.#next(this.#backoff)
    if (entry === undefined) return undefined
    entry.attempts++
    this.#put(entry, 'taken')
    return entry
  }

  /** The pod has a node, or is not to be scheduled any more. */
  done(pod: QueuedPod): void {
    this.remove(pod.info.uid)
  }

  /** It will not be refused any more, so that it need not be known what happens meanwhile, which may take its time. */
  permitted(uid: string): void {
    const entry = this.#pods.get(uid)
    if (entry !== undefined && this.#taken.delete(entry)) entry.missed = []
  }

  /** No node fits. */
  refused(pod: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    const entry = this.#pods.get(pod.info.uid)
    if (entry === undefined) return
    entry.rejectedBy = rejectedBy
    entry.refusals++
    entry.errors = 0
    entry.timestamp = this.#o.clock.monotonic()
    if (entry.missed.some((event) => this.#isHelpedBy(entry, event))) this.#admit(entry)
    else this.#put(entry, 'unschedulable')
  }

  /** The try broke off with an error. */
  failed(pod: QueuedPod): void {
    const entry = this.#pods.get(pod.info.uid)
    if (entry === undefined) return
    entry.errors++
    entry.timestamp = this.#o.clock.monotonic()
    entry.readyAt = entry.timestamp + backoffMs(entry.errors, this.#limits)
    this.#put(entry, 'penalty')
  }

  /** Brings a refused pod back behind its backoff, whatever it waits for. */
  activate(uid: string): void {
    const entry = this.#pods.get(uid)
    if (entry?.place === 'unschedulable' || entry?.place === 'gated') this.#admit(entry)
  }

  /** What held a pod back may do so no longer. */
  reconsider(uid: string): void {
    const entry = this.#pods.get(uid)
    if (entry?.place === 'gated') this.#admit(entry)
  }

  /** Brings back the refused pods that this may help. */
  event(event: ClusterEvent): void {
    for (const entry of this.#taken) entry.missed.push(event)
    for (const entry of [...this.#unschedulable]) if (this.#isHelpedBy(entry, event)) this.#admit(entry)
    for (const entry of [...this.#gated]) {
      const interests = this.#o.interests(entry.info).get(entry.gatedBy ?? '') ?? []
      if (interests.some((i) => interested(i, entry, event))) this.#admit(entry)
    }
  }

  stop(): void {
    this.#flush.cancel()
    this.#timer?.cancel()
  }

  #isHelpedBy(entry: Entry, event: ClusterEvent): boolean {
    // No plugin to ask (there was no node at all): anything may help.
    if (entry.rejectedBy.size === 0) return true
    const interests = this.#o.interests(entry.info)
    for (const name of entry.rejectedBy) {
      // An extender does not say what it waits for: it may be anything.
      if (name === EXTENDER) return true
      if (interests.get(name)?.some((i) => interested(i, entry, event)) === true) return true
    }
    return false
  }

  /** Back to those that wait for their turn, when no gate holds it: a plugin may have found a reason by now. */
  #admit(entry: Entry): void {
    entry.gatedBy = this.#o.gate(entry.info)
    if (entry.gatedBy !== undefined) {
      if (entry.place !== 'gated') this.#put(entry, 'gated')
      return
    }
    entry.readyAt = entry.timestamp + backoffMs(entry.refusals, this.#limits)
    this.#put(entry, this.#isOver(entry.readyAt) ? 'active' : 'backoff')
  }

  #put(entry: Entry, place: Place): void {
    entry.place = place
    const slot = { entry, moves: ++entry.moves }
    if (place === 'unschedulable') this.#unschedulable.add(entry)
    else this.#unschedulable.delete(entry)
    if (place === 'gated') this.#gated.add(entry)
    else this.#gated.delete(entry)
    if (place === 'taken') this.#taken.add(entry)
    else if (this.#taken.delete(entry)) entry.missed = []
    if (place === 'active') this.#active.push(slot)
    else if (place === 'backoff') this.#backoff.push(slot)
    else if (place === 'penalty') {
      this.#penalty.push(slot)
      this.#arm(entry.readyAt)
    }
    if (place === 'active' || place === 'backoff') this.#o.onReady()
  }

  /** Takes the first entry that is still where the heap thinks it is. */
  #next(heap: Heap<Slot>): Entry | undefined {
    for (let slot = heap.pop(); slot !== undefined; slot = heap.pop()) {
      if (slot.entry.moves === slot.moves && this.#pods.get(slot.entry.info.uid) === slot.entry) return slot.entry
    }
    return undefined
  }

  #isOver(at: number): boolean {
    return at <= this.#o.clock.monotonic()
  }

  /** Who has waited long enough goes by the sort plugin again, and need not wait until nobody else does. */
  #endBackoffs(): void {
    for (let slot = this.#backoff.peek(); slot !== undefined; slot = this.#backoff.peek()) {
      const stays = slot.entry.moves === slot.moves
      if (stays && !this.#isOver(slot.entry.readyAt)) return
      this.#backoff.pop()
      if (stays) this.#put(slot.entry, 'active')
    }
  }

  #arm(at: number): void {
    if (at >= this.#timerAt) return
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#o.clock.setTimeout(() => this.#endPenalties(), at - this.#o.clock.monotonic())
  }

  #endPenalties(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    for (let slot = this.#penalty.peek(); slot !== undefined; slot = this.#penalty.peek()) {
      if (slot.entry.moves === slot.moves && !this.#isOver(slot.entry.readyAt)) return this.#arm(slot.entry.readyAt)
      this.#penalty.pop()
      if (slot.entry.moves === slot.moves) this.#put(slot.entry, 'active')
    }
  }

  #flushOld(): void {
    const now = this.#o.clock.monotonic()
    for (const entry of [...this.#unschedulable]) {
      if (entry.timestamp < now - MAX_UNSCHEDULABLE_MS) this.#admit(entry)
    }
  }
}

function interested({ on, changes, helps }: EventInterest, entry: Entry, event: ClusterEvent): boolean {
  if (!on.includes(event.type)) return false
  if (event.type === 'AssignedPodDelete' && event.among?.(entry.info) === false) return false
  if (changes !== undefined && (event.type === 'NodeUpdate' || event.type === 'AssignedPodUpdate' || event.type === 'PodUpdate')) {
    const changed = changesOf(event)
    if (!changes.some((change) => changed.has(change))) return false
  }
  return helps?.(entry.info, event) ?? true
}

export function backoffMs(count: number, { initialMs, maxMs }: Backoff = DEFAULT_BACKOFF): number {
  return count === 0 ? 0 : Math.min(initialMs * 2 ** (count - 1), maxMs)
}

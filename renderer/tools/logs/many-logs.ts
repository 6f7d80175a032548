import type { Clock } from '../../kube/clock.ts'
import { isRecord } from '../../kube/types.ts'
import type { WatchSocket } from '../../kube/watch-socket.ts'
import type { LogBuffer, RunRule } from './log-buffer.ts'
import { splitStamp } from './log-line.ts'

/** One run of one container of one pod. */
export interface LogSource {
  /** Stays the same while the pod does. */
  id: string
  /** Whose lines they are: the same for all runs of a container. */
  of: string
  context: string
  /** How many times the container has been restarted. */
  run: number
  /** How its run before this ended. */
  before?: RunRule['end']
  /** It is read once, and not again when it ends: the run is over. */
  over: boolean
  /** The request for all lines, or for those after a timestamp of the kubelet. */
  path(since: string | undefined): string
}

type Sockets = Pick<WatchSocket, 'watch'>

/** Lines of different pods that come together are put in the order of their times; so long they are gathered, ms. */
const gatherMs = 120
/** At first each pod sends what it has: until all have, or this long, ms. */
const firstMs = 1_500
/** A log that ended is asked for again: its container restarts; ms, doubling. */
const againMs = 1_000
const againMost = 30_000

interface Reading {
  source: LogSource
  /** The number of its container in the buffer. */
  number: number
  /** The run that the open connection reads. */
  run: number
  close(): void
  /** The latest time that has come, and how many of its lines. */
  last: string
  atLast: number
  /** What a log that is asked for again from its latest time sends a second time: older lines, and so many of that time. */
  known: { last: string; left: number } | undefined
  began: boolean
  /** It waits to be asked for again. */
  waits: boolean
  wait: number
  /** Its last line, which has not ended yet. */
  open?: { text: string; bytes: number | undefined }
  error?: { status: number; body: unknown }
}

interface PendingLine {
  at: string
  text: string
  bytes: number | undefined
  reading: Reading
  run: number
}

/** Reads many logs into one buffer, each line with the number of its container, and goes on when a container restarts or a pod joins. */
export class ManyLogs {
  readonly #sockets: Sockets
  readonly #clock: Clock
  readonly #buffer: LogBuffer
  readonly #changed: () => void
  readonly #readings = new Map<string, Reading>()
  readonly #names: string[] = []
  /** The run of each container's last line, by its number. */
  readonly #runs: (number | undefined)[] = []
  #pending: PendingLine[] = []
  #flush: (() => void) | undefined
  readonly #until: number

  constructor(init: { sockets: Sockets; clock: Clock; buffer: LogBuffer; changed: () => void }) {
    this.#sockets = init.sockets
    this.#clock = init.clock
    this.#buffer = init.buffer
    this.#changed = init.changed
    this.#until = init.clock.now() + firstMs
  }

  /** Logs that could not be read at all. */
  get errors(): { id: string; status: number; body: unknown }[] {
    return [...this.#readings.values()].flatMap(({ source, error }) => (error ? [{ id: source.id, ...error }] : []))
  }

  /** All that was asked for has answered. */
  get begun(): boolean {
    return [...this.#readings.values()].every((reading) => reading.began)
  }

  /** Reads these from now on; the lines of those that are no longer among them stay. */
  set(sources: readonly LogSource[]): void {
    const wanted = new Set(sources.map(({ id }) => id))
    for (const [id, reading] of this.#readings) {
      if (wanted.has(id)) continue
      reading.close()
      this.#endOpen(reading)
      this.#readings.delete(id)
    }
    for (const source of sources) {
      const known = this.#readings.get(source.id)
      if (known) this.#update(known, source)
      else this.#begin(source)
    }
  }

  /** The number that a container's lines carry. */
  numberOf(container: string): number {
    return this.#names.indexOf(container)
  }

  close(): void {
    for (const reading of this.#readings.values()) reading.close()
    this.#readings.clear()
    this.#flush?.()
  }

  #begin(source: LogSource): void {
    const known = this.#names.indexOf(source.of)
    const number = known >= 0 ? known : this.#names.push(source.of) - 1
    const { run } = source
    const reading: Reading = {
      source,
      number,
      run,
      close: () => {},
      last: '',
      atLast: 0,
      known: undefined,
      began: false,
      waits: false,
      wait: againMs,
    }
    this.#readings.set(source.id, reading)
    this.#open(reading)
  }

  #update(reading: Reading, source: LogSource): void {
    const restarted = source.run !== reading.source.run
    reading.source = source
    if (!restarted || !reading.waits) return
    // What it waits for has come.
    reading.close()
    reading.wait = againMs
    this.#open(reading)
  }

  #open(reading: Reading): void {
    const { source } = reading
    const since = reading.last || undefined
    // Its run is over: nothing comes of that line any more. Of the same run it comes again.
    if (reading.run !== source.run) this.#endOpen(reading)
    reading.run = source.run
    reading.waits = false
    // sinceTime has whole seconds.
    reading.known = since ? { last: since, left: reading.atLast } : undefined
    const ended = (over = source.over): void => {
      reading.began = true
      if (over) this.#endOpen(reading)
      this.#later()
      if (over) return
      reading.waits = true
      reading.close = this.#clock.after(reading.wait, () => this.#open(reading))
      reading.wait = Math.min(againMost, reading.wait * 2)
    }
    const feed = this.#sockets.watch(source.context, source.path(since), 'application/json', {
      open: () => {},
      data: (lines) => {
        reading.error = undefined
        reading.wait = againMs
        this.#take(reading, lines)
      },
      end: () => ended(),
      error: (status, body) => {
        reading.error = reading.last ? undefined : { status, body }
        ended()
      },
      lost: () => ended(false),
    })
    reading.close = () => feed.close()
  }

  #take(reading: Reading, lines: readonly unknown[]): void {
    reading.began = true
    const { run } = reading
    for (const line of lines) {
      // A line that is too long to be sent comes as its beginning and its length.
      const text = typeof line === 'string' ? line : isRecord(line) ? line.text : undefined
      if (typeof text !== 'string') continue
      const bytes = isRecord(line) && typeof line.bytes === 'number' ? line.bytes : undefined
      if (isRecord(line) && line.open === true) {
        reading.open = { text, bytes }
        continue
      }
      const { at } = splitStamp(text)
      if (cameBefore(reading, at)) continue
      reading.open = undefined
      // Clocks are set back, and lines may share a moment: only what was asked for twice is known already.
      if (at > reading.last) {
        reading.last = at
        reading.atLast = 1
      } else if (at === reading.last) reading.atLast++
      this.#pending.push({ at: at || reading.last, text, bytes, reading, run })
    }
    this.#later()
  }

  /** What there is of a line that will not end is a line. */
  #endOpen(reading: Reading): void {
    const { open, run } = reading
    reading.open = undefined
    if (open) this.#pending.push({ at: splitStamp(open.text).at || reading.last, ...open, reading, run })
    if (open) this.#later()
  }

  #later(): void {
    this.#flush ??= this.#clock.after(gatherMs, () => {
      this.#flush = undefined
      if (!this.begun && this.#clock.now() < this.#until) return this.#later()
      const pending = this.#pending
      this.#pending = []
      // The kubelet's times are of one form and length but for their fraction: as texts they are in order.
      if (this.#readings.size > 1) pending.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
      for (const line of pending) this.#write(line)
      this.#buffer.open = [...this.#readings.values()].flatMap(({ open, number }) => (open ? [{ ...open, source: number }] : []))
      this.#changed()
    })
  }

  #write({ text, bytes, reading: { number, source }, run }: PendingLine): void {
    const last = this.#runs[number]
    if (last !== undefined && run > last) this.#buffer.addRule({ source: number, run, end: run === source.run ? source.before : undefined })
    this.#runs[number] = Math.max(run, last ?? 0)
    this.#buffer.add(text, number, bytes)
  }
}

/** Whether a line comes a second time, since its log was asked for again. */
function cameBefore(reading: Reading, at: string): boolean {
  const { known } = reading
  // A line without a time says nothing of where in the log it is.
  if (!known || at === '') return false
  if (at < known.last) return true
  if (at === known.last && known.left > 0) {
    known.left--
    return true
  }
  reading.known = undefined
  return false
}

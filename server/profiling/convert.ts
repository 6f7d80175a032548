import { gzipSync } from 'node:zlib'
import type { HeapProfiler, Profiler } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { Function as PprofFunction, Line, Location, Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format'

/** What a profile was taken of and when; times in nanoseconds. */
export interface ProfileFacts {
  timeNanos: bigint
  durationNanos: number
  executable: string
  comments: readonly string[]
}

interface Frame {
  functionName: string
  url: string
  /** From 1; 0 when unknown. */
  startLine: number
  line: number
}

interface SampleType {
  type: string
  unit: string
}

/** V8's own entries that are no work: the tree's root, and time with nothing to do. */
const ROOT = '(root)'
const IDLE = '(idle)'

/** Collects functions, locations and samples into a profile (github.com/google/pprof `proto/profile.proto`). */
class Builder {
  readonly #strings = new StringTable()
  readonly #functions = new Map<string, PprofFunction>()
  readonly #locations = new Map<string, Location>()
  readonly #samples: Sample[] = []

  #location(frame: Frame): number {
    const file = fileName(frame.url)
    const functionKey = `${frame.functionName}\0${file}\0${frame.startLine}`
    let fn = this.#functions.get(functionKey)
    if (fn === undefined) {
      const name = this.#strings.dedup(frame.functionName === '' ? '(anonymous)' : frame.functionName)
      fn = new PprofFunction({
        id: this.#functions.size + 1,
        name,
        systemName: name,
        filename: this.#strings.dedup(file),
        startLine: frame.startLine,
      })
      this.#functions.set(functionKey, fn)
    }
    const key = `${fn.id}:${frame.line}`
    let location = this.#locations.get(key)
    if (location === undefined) {
      location = new Location({ id: this.#locations.size + 1, mappingId: 1, line: [new Line({ functionId: fn.id, line: frame.line })] })
      this.#locations.set(key, location)
    }
    return Number(location.id)
  }

  /** `stack` has the innermost frame first. */
  add(stack: readonly Frame[], value: readonly number[]): void {
    if (value.every((v) => v === 0)) return
    this.#samples.push(new Sample({ locationId: stack.map((f) => this.#location(f)), value: [...value] }))
  }

  #type({ type, unit }: SampleType): ValueType {
    return new ValueType({ type: this.#strings.dedup(type), unit: this.#strings.dedup(unit) })
  }

  finish(types: readonly SampleType[], period: SampleType, every: number, facts: ProfileFacts): Buffer {
    const strings = this.#strings
    const profile = new Profile({
      sampleType: types.map((t) => this.#type(t)),
      sample: this.#samples,
      mapping: [
        new Mapping({
          id: 1,
          filename: strings.dedup(facts.executable),
          hasFunctions: true,
          hasFilenames: true,
          hasLineNumbers: true,
          hasInlineFrames: true,
        }),
      ],
      location: [...this.#locations.values()],
      function: [...this.#functions.values()],
      timeNanos: facts.timeNanos,
      durationNanos: facts.durationNanos,
      periodType: this.#type(period),
      period: every,
      comment: facts.comments.map((c) => strings.dedup(c)),
      defaultSampleType: strings.dedup(types.at(-1)!.type),
      stringTable: strings,
    })
    return gzipSync(profile.encode())
  }
}

function fileName(url: string): string {
  if (!url.startsWith('file:')) return url
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}

const frameOf = (f: { functionName: string; url: string; lineNumber: number }, line?: number): Frame => ({
  functionName: f.functionName,
  url: f.url,
  startLine: Math.max(0, f.lineNumber + 1),
  line: line ?? Math.max(0, f.lineNumber + 1),
})

/**
 * V8's CPU profile as a gzipped pprof with samples/count and cpu/nanoseconds. Time without work is left out, as it is in a
 * Go CPU profile. A function's own samples lie on the lines where V8 saw them; its callers on the first line of theirs.
 */
export function cpuProfile(profile: Profiler.Profile, intervalMicros: number, facts: Omit<ProfileFacts, 'durationNanos'>): Buffer {
  const byId = new Map(profile.nodes.map((n) => [n.id, n]))
  const parents = new Map<number, number>()
  for (const n of profile.nodes) for (const child of n.children ?? []) parents.set(child, n.id)
  const hits = new Map<number, { count: number; nanos: number }>()
  const samples = profile.samples ?? []
  const deltas = profile.timeDeltas ?? []
  let at = profile.startTime
  samples.forEach((id, i) => {
    at += deltas[i] ?? 0
    // A sample stands for the time until the next one.
    const micros = Math.max(0, i + 1 < samples.length ? (deltas[i + 1] ?? 0) : profile.endTime - at)
    const hit = hits.get(id) ?? { count: 0, nanos: 0 }
    hit.count++
    hit.nanos += micros * 1000
    hits.set(id, hit)
  })
  const builder = new Builder()
  for (const [id, hit] of hits) {
    const node = byId.get(id)
    if (node === undefined || node.callFrame.functionName === IDLE || node.callFrame.functionName === ROOT) continue
    const callers: Frame[] = []
    for (let p = parents.get(id); p !== undefined; p = parents.get(p)) {
      const frame = byId.get(p)!.callFrame
      if (frame.functionName !== ROOT) callers.push(frameOf(frame))
    }
    for (const part of byLine(node.positionTicks ?? [], hit)) {
      builder.add([frameOf(node.callFrame, part.line), ...callers], [part.count, part.nanos])
    }
  }
  return builder.finish(
    [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    { type: 'cpu', unit: 'nanoseconds' },
    intervalMicros * 1000,
    { ...facts, durationNanos: Math.round((profile.endTime - profile.startTime) * 1000) },
  )
}

interface Part {
  line: number | undefined
  count: number
  nanos: number
}

/** Shares a node's samples out over its lines, in proportion to V8's ticks; sums are kept exactly. */
function byLine(ticks: readonly Profiler.PositionTickInfo[], hit: { count: number; nanos: number }): Part[] {
  const total = ticks.reduce((sum, t) => sum + t.ticks, 0)
  if (total === 0) return [{ line: undefined, count: hit.count, nanos: Math.round(hit.nanos) }]
  let [ticked, count, nanos] = [0, 0, 0]
  return ticks.map((t) => {
    ticked += t.ticks
    const upTo = { count: Math.round((hit.count * ticked) / total), nanos: Math.round((hit.nanos * ticked) / total) }
    const part = { line: t.line, count: upTo.count - count, nanos: upTo.nanos - nanos }
    count = upTo.count
    nanos = upTo.nanos
    return part
  })
}

/** V8 gives ids and samples too, which Node's types leave out. */
export interface SampledHeapNode extends HeapProfiler.SamplingHeapProfileNode {
  id: number
  children: SampledHeapNode[]
}

export interface SampledHeap {
  head: SampledHeapNode
  samples: { size: number; nodeId: number; ordinal: number }[]
}

/** As Go's. With a quarter of it, walking the stack of each sample took 5 % of the processor time of a control plane whose nodes have little to do. */
export const HEAP_INTERVAL_BYTES = 512 * 1024

/**
 * V8's sampling heap profile as a gzipped pprof: inuse_space/bytes, V8's estimate for what was allocated since sampling began
 * and is still alive, and inuse_samples/count, how many allocations were sampled. V8 does not say how many objects there are.
 */
export function heapProfile(profile: SampledHeap, facts: ProfileFacts): Buffer {
  const counts = new Map<number, number>()
  for (const s of profile.samples) counts.set(s.nodeId, (counts.get(s.nodeId) ?? 0) + 1)
  const builder = new Builder()
  const walk = (node: SampledHeapNode, callers: readonly Frame[]): void => {
    const stack = node.callFrame.functionName === ROOT ? callers : [frameOf(node.callFrame), ...callers]
    if (stack.length > 0) builder.add(stack, [counts.get(node.id) ?? 0, node.selfSize])
    for (const child of node.children) walk(child, stack)
  }
  walk(profile.head, [])
  return builder.finish(
    [
      { type: 'inuse_samples', unit: 'count' },
      { type: 'inuse_space', unit: 'bytes' },
    ],
    { type: 'space', unit: 'bytes' },
    HEAP_INTERVAL_BYTES,
    facts,
  )
}

/** Counts by name as a pprof of one-frame stacks: for what has a number and no stack. */
export function countProfile(type: SampleType, counts: ReadonlyMap<string, number>, facts: ProfileFacts): Buffer {
  const builder = new Builder()
  for (const [name, n] of counts) builder.add([{ functionName: name, url: '', startLine: 0, line: 0 }], [n])
  return builder.finish([type], type, 1, facts)
}

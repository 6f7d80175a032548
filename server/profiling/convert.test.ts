import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Profiler } from 'node:inspector'
import { Profile } from 'pprof-format'
import { describe, expect, test } from 'vitest'
import { countProfile, cpuProfile, heapProfile, type SampledHeapNode } from './convert.ts'

const FACTS = { timeNanos: 1_700_000_000_000_000_000n, durationNanos: 5, executable: '/usr/bin/node', comments: ['hello'] }

const frame = (functionName: string, lineNumber: number, url = 'file:///app/a.js') => ({
  functionName,
  url,
  lineNumber,
  columnNumber: 0,
  scriptId: '1',
})

interface Decoded {
  types: string[]
  samples: { stack: string[]; lines: number[]; value: number[] }[]
  profile: Profile
  text: (index: unknown) => string
}

function decode(bytes: Buffer): Decoded {
  const profile = Profile.decode(gunzipSync(bytes))
  const text = (index: unknown): string => profile.stringTable.strings[Number(index)]!
  const functions = new Map(profile.function.map((f) => [Number(f.id), f]))
  const locations = new Map(profile.location.map((l) => [Number(l.id), l]))
  const samples = profile.sample.map((s) => {
    const lines = s.locationId.map((id) => locations.get(Number(id))!.line[0]!)
    return {
      stack: lines.map((l) => text(functions.get(Number(l.functionId))!.name)),
      lines: lines.map((l) => Number(l.line)),
      value: s.value.map(Number),
    }
  })
  return { types: profile.sampleType.map((t) => `${text(t.type)}/${text(t.unit)}`), samples, profile, text }
}

describe('CPU profile', () => {
  const profile: Profiler.Profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', -1, ''), children: [2, 5] },
      { id: 2, callFrame: frame('main', 9), children: [3] },
      {
        id: 3,
        callFrame: frame('', 19),
        positionTicks: [
          { line: 21, ticks: 2 },
          { line: 23, ticks: 1 },
        ],
      },
      { id: 5, callFrame: frame('(idle)', -1, '') },
    ],
    startTime: 1000,
    endTime: 7000,
    samples: [3, 3, 3, 5, 2],
    timeDeltas: [0, 1000, 1000, 1000, 2000],
  }

  test('functions, lines, stacks and sums; idle time is left out', () => {
    const d = decode(cpuProfile(profile, 1000, FACTS))
    expect(d.types).toEqual(['samples/count', 'cpu/nanoseconds'])
    expect(d.samples).toEqual([
      { stack: ['(anonymous)', 'main'], lines: [21, 10], value: [2, 2_000_000] },
      { stack: ['(anonymous)', 'main'], lines: [23, 10], value: [1, 1_000_000] },
      { stack: ['main'], lines: [10], value: [1, 1_000_000] },
    ])
    expect(d.profile.function.map((f) => [d.text(f.filename), Number(f.startLine)])).toContainEqual(['/app/a.js', 20])
    expect(d.text(d.profile.mapping[0]!.filename)).toBe('/usr/bin/node')
    expect([Number(d.profile.period), d.text(d.profile.periodType!.type), d.text(d.profile.periodType!.unit)]).toEqual([
      1_000_000,
      'cpu',
      'nanoseconds',
    ])
    expect(Number(d.profile.durationNanos)).toBe(6_000_000)
    expect(d.profile.comment.map((c) => d.text(c))).toEqual(['hello'])
  })

  test('no sample and no time is lost or invented', () => {
    const depth = 8
    const nodes: Profiler.ProfileNode[] = [{ id: 0, callFrame: frame('(root)', -1, ''), children: [1] }]
    for (let i = 1; i <= depth; i++) nodes.push({ id: i, callFrame: frame(`f${i}`, i), children: i < depth ? [i + 1] : [] })
    const sample = fc.record({ id: fc.integer({ min: 1, max: depth }), delta: fc.nat(5000), line: fc.integer({ min: 1, max: 4 }) })
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1 }), fc.nat(5000), (samples, rest) => {
        const ticks = (id: number): Profiler.PositionTickInfo[] => {
          const lines = new Map<number, number>()
          for (const s of samples) if (s.id === id) lines.set(s.line, (lines.get(s.line) ?? 0) + 1)
          return [...lines].map(([line, n]) => ({ line, ticks: n }))
        }
        const total = samples.reduce((n, s) => n + s.delta, 0)
        const d = decode(
          cpuProfile(
            {
              nodes: nodes.map((n) => ({ ...n, positionTicks: ticks(n.id) })),
              startTime: 0,
              endTime: total + rest,
              samples: samples.map((s) => s.id),
              timeDeltas: samples.map((s) => s.delta),
            },
            1000,
            FACTS,
          ),
        )
        const sum = (i: number): number => d.samples.reduce((n, s) => n + s.value[i]!, 0)
        expect(sum(0)).toBe(samples.length)
        expect(sum(1)).toBe((total - samples[0]!.delta + rest) * 1000)
        for (const s of d.samples) expect(s.stack.at(-1)).toBe('f1')
      }),
    )
  })
})

describe('heap profile', () => {
  test('sizes by stack, sampled counts, the root left out', () => {
    const node = (id: number, name: string, selfSize: number, children: SampledHeapNode[] = []): SampledHeapNode => ({
      id,
      callFrame: frame(name, id),
      selfSize,
      children,
    })
    const head = node(1, '(root)', 0, [node(2, 'a', 100, [node(3, 'b', 50)]), node(4, 'c', 0)])
    const samples = [
      { size: 60, nodeId: 2, ordinal: 1 },
      { size: 40, nodeId: 2, ordinal: 2 },
      { size: 50, nodeId: 3, ordinal: 3 },
    ]
    const d = decode(heapProfile({ head, samples }, FACTS))
    expect(d.types).toEqual(['inuse_samples/count', 'inuse_space/bytes'])
    expect(d.samples.map((s) => [s.stack.join('<'), s.value])).toEqual([
      ['a', [2, 100]],
      ['b<a', [1, 50]],
    ])
    expect(d.text(d.profile.defaultSampleType)).toBe('inuse_space')
  })
})

test('counts by name', () => {
  const counts = new Map([
    ['Timeout', 3],
    ['TCPSocketWrap', 2],
  ])
  const d = decode(countProfile({ type: 'active_resources', unit: 'count' }, counts, FACTS))
  expect(d.samples.map((s) => [s.stack[0], s.value[0]])).toEqual([...counts])
})

import fc from 'fast-check'
import { Function as PprofFunction, Line, Location, Profile as PprofProfile, Sample, StringTable, ValueType } from 'pprof-format'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { buildFlame, flameDepth, formatValue, layoutFlame, topTable } from './flame.ts'
import { decodeProfile, ProfileError, readProfile } from './pprof.ts'

/** A profile as another implementation writes it. Stacks are leaf first. */
function encode(stacks: { stack: string[]; values: number[] }[]): Uint8Array<ArrayBuffer> {
  const strings = new StringTable()
  const functions = new Map<string, PprofFunction>()
  const locations = new Map<string, Location>()
  const locate = (name: string): Location => {
    let location = locations.get(name)
    if (!location) {
      const id = functions.size + 1
      functions.set(name, new PprofFunction({ id, name: strings.dedup(name), filename: strings.dedup(`${name}.go`) }))
      location = new Location({ id, line: [new Line({ functionId: id, line: 7 })] })
      locations.set(name, location)
    }
    return location
  }
  const sample = stacks.map(({ stack, values }) => new Sample({ locationId: stack.map((name) => locate(name).id), value: values }))
  const profile = new PprofProfile({
    sampleType: [
      new ValueType({ type: strings.dedup('samples'), unit: strings.dedup('count') }),
      new ValueType({ type: strings.dedup('cpu'), unit: strings.dedup('nanoseconds') }),
    ],
    sample,
    location: [...locations.values()],
    function: [...functions.values()],
    stringTable: strings,
    durationNanos: 5_000_000_000,
  })
  return new Uint8Array(profile.encode())
}

const stacks = [
  { stack: ['leaf', 'middle', 'main'], values: [2, 20] },
  { stack: ['other', 'main'], values: [1, 10] },
  { stack: ['leaf', 'leaf', 'main'], values: [1, 10] },
]

describe('pprof', () => {
  test('reads what another implementation wrote, plain and gzipped', async () => {
    for (const bytes of [encode(stacks), new Uint8Array(gzipSync(encode(stacks)))]) {
      const profile = await readProfile(bytes)
      expect(profile.sampleTypes).toEqual([
        { type: 'samples', unit: 'count' },
        { type: 'cpu', unit: 'nanoseconds' },
      ])
      expect(profile.durationNanos).toBe(5_000_000_000)
      expect(profile.samples[0]).toEqual({
        stack: [
          { name: 'leaf', file: 'leaf.go', line: 7 },
          { name: 'middle', file: 'middle.go', line: 7 },
          { name: 'main', file: 'main.go', line: 7 },
        ],
        values: [2, 20],
      })
    }
  })

  test('any stacks survive', () => {
    const name = fc.string({ minLength: 1, maxLength: 8 })
    const any = fc.array(
      fc.record({ stack: fc.array(name, { minLength: 1, maxLength: 6 }), values: fc.tuple(fc.nat(), fc.nat()).map((v) => [...v]) }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(any, (list) => {
        const decoded = decodeProfile(encode(list)).samples
        expect(decoded.map((s) => ({ stack: s.stack.map((f) => f.name), values: s.values }))).toEqual(list)
      }),
    )
  })

  test('bytes that are no profile are refused, never read past their end', async () => {
    await expect(readProfile(new Uint8Array([0x1f, 0x8b, 1, 2, 3]))).rejects.toThrow(ProfileError)
    expect(() => decodeProfile(new Uint8Array())).toThrow(ProfileError)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeProfile(bytes)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ProfileError)
        }
      }),
    )
  })
})

describe('flame graph', () => {
  const profile = decodeProfile(encode(stacks))

  test('sums by call path', () => {
    const root = buildFlame(profile, 1)
    const main = root.children.get('main')
    expect([root.total, main?.total, main?.self]).toEqual([40, 40, 0])
    expect(main?.children.get('middle')?.children.get('leaf')).toMatchObject({ total: 20, self: 20 })
  })

  test('the table counts a recursive function once for each sample', () => {
    expect(topTable(profile, 1).map((r) => [r.name, r.self, r.total])).toEqual([
      ['leaf', 30, 30],
      ['other', 10, 10],
      ['main', 0, 40],
      ['middle', 0, 20],
    ])
  })

  test('children stay inside their parent, the heaviest first; zooming puts the callers above', () => {
    const root = buildFlame(profile, 1)
    const rects = layoutFlame(root, 0)
    for (const rect of rects) {
      const parent = rects.find((other) => other.node === rect.node.parent)
      if (!parent) continue
      expect(rect.row).toBe(parent.row + 1)
      expect(rect.x).toBeGreaterThanOrEqual(parent.x)
      expect(rect.x + rect.width).toBeLessThanOrEqual(parent.x + parent.width + 1e-9)
    }
    expect(flameDepth(rects)).toBe(4)
    const middle = root.children.get('main')?.children.get('middle')
    if (!middle) throw new Error('the node is missing')
    expect(layoutFlame(middle, 0).map((r) => [r.node.name, r.x, r.width])).toEqual([
      ['', 0, 1],
      ['main', 0, 1],
      ['middle', 0, 1],
      ['leaf', 0, 1],
    ])
  })

  test.each([
    [1.5e9, 'nanoseconds', '1.50 s'],
    [2.5e6, 'nanoseconds', '2.5 ms'],
    [3 * 2 ** 20, 'bytes', '3.0 MiB'],
    [1234, 'count', '1234'],
  ])('%d %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text)
  })
})

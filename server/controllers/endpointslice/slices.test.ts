import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_PER_SLICE, planSlices, type EndpointSlice, type SliceGroup, type SliceMeta, type SlicePlan } from './slices.ts'

const META: SliceMeta = {
  namespace: 'default',
  name: 'web',
  labels: { 'kubernetes.io/service-name': 'web' },
  owner: { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'u' },
  triggerTime: undefined,
  types: ['IPv4'],
}
const group = (ids: Iterable<number>, port = 80, ready = true): SliceGroup => ({
  addressType: 'IPv4',
  ports: [{ name: '', port, protocol: 'TCP' }],
  endpoints: [...ids].map((i) => ({ addresses: [`10.0.${i >> 8}.${i & 255}`], conditions: { ready }, targetRef: { uid: `p${i}` } })),
})
let next = 0
function apply(slices: EndpointSlice[], plan: SlicePlan): EndpointSlice[] {
  const gone = new Set(plan.delete.map((s) => s.metadata.name))
  const changed = new Map(plan.update.map((s) => [s.metadata.name, s]))
  const created = plan.create.map((s) => ({ ...s, metadata: { ...s.metadata, name: `web-${next++}` } }))
  return [...slices.filter((s) => !gone.has(s.metadata.name)).map((s) => changed.get(s.metadata.name) ?? s), ...created]
}
const writes = (p: SlicePlan): number => p.create.length + p.update.length + p.delete.length
const content = (slices: EndpointSlice[]): string[] =>
  slices.flatMap((s) => (s.endpoints ?? []).map((e) => `${s.ports?.[0]?.port}/${e.addresses[0]}/${e.conditions.ready}`)).sort()

describe('planSlices', () => {
  test('whatever came before, the slices then say exactly what they should, with nothing left to do', () => {
    const state = fc.array(
      fc.record({ ids: fc.uniqueArray(fc.nat(260), { maxLength: 220, size: 'max' }), port: fc.constantFrom(80, 81), ready: fc.boolean() }),
      { maxLength: 3 },
    )
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), (states) => {
        let slices: EndpointSlice[] = []
        for (const parts of states) {
          const groups = [...new Map(parts.map((p) => [p.port, group(p.ids, p.port, p.ready)])).values()]
          slices = apply(slices, planSlices(slices, groups, META))
          const expected = groups
            .flatMap((g) => g.endpoints.map((e) => `${g.ports[0]!.port}/${e.addresses[0]}/${e.conditions.ready}`))
            .sort()
          expect(content(slices)).toEqual(expected)
          expect(slices.length).toBeGreaterThan(0)
          for (const s of slices) expect(s.endpoints!.length).toBeLessThanOrEqual(MAX_PER_SLICE)
          expect(writes(planSlices(slices, groups, META))).toBe(0)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('one pod more or less is one write', () => {
    const many = Array.from({ length: 150 }, (_, i) => i)
    const slices = apply([], planSlices([], [group(many)], META))
    expect(slices.map((s) => s.endpoints!.length)).toEqual([100, 50])
    expect(writes(planSlices(slices, [group([...many, 200])], META))).toBe(1)
    expect(writes(planSlices(slices, [group(many.slice(1))], META))).toBe(1)
  })

  test('a service with nothing behind it has one empty slice', () => {
    const plan = planSlices([], [], META)
    expect(plan.create).toMatchObject([{ addressType: 'IPv4', endpoints: [], ports: [], metadata: { generateName: 'web-' } }])
    const slices = apply([], planSlices([], [group([1, 2])], META))
    const emptied = apply(slices, planSlices(slices, [], META))
    expect(emptied).toMatchObject([{ endpoints: [], ports: [] }])
    expect(emptied[0]!.metadata.name).toBe(slices[0]!.metadata.name)
  })

  const named = (name: string, endpoints: number, port = 80, more: Partial<EndpointSlice['metadata']> = {}): EndpointSlice => ({
    ...planSlices(
      [],
      [
        group(
          Array.from({ length: endpoints }, (_, i) => Number(`${name.length}${i}`)),
          port,
        ),
      ],
      META,
    ).create[0]!,
    metadata: { name, uid: name, labels: META.labels, ownerReferences: [META.owner], ...more },
  })
  const idsOf = (...slices: EndpointSlice[]): number[] => slices.flatMap((s) => s.endpoints!.map((e) => Number(e.targetRef!.uid!.slice(1))))

  test('a slice that would go is written over by one that would be made', () => {
    const slices = [named('a', 2)]
    const plan = planSlices(slices, [group(idsOf(...slices), 81)], { ...META, triggerTime: '2026-01-01T00:00:00Z' })
    expect([plan.create, plan.delete]).toEqual([[], []])
    expect(plan.update).toMatchObject([{ metadata: { name: 'a' }, ports: [{ port: 81 }] }])
    expect(plan.update[0]!.metadata.annotations).toEqual({ 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' })
  })

  test('slices of an earlier service of the same name go, also where they say the right thing', () => {
    const old = named('a', 2, 80, { ownerReferences: [{ ...META.owner, uid: 'earlier' }] })
    const plan = planSlices([old], [group(idsOf(old))], META)
    expect(plan.delete).toEqual([old])
    expect(plan.create).toMatchObject([{ metadata: { ownerReferences: [{ uid: 'u' }] } }])
    const empty = planSlices([{ ...old, endpoints: [], ports: [] }], [], META)
    expect([empty.create.length, empty.update.length, empty.delete.length]).toEqual([1, 0, 1])
  })

  test('newcomers go where all of them fit best, else into a new slice', () => {
    const slices = [named('a', 90), named('bb', 95), named('ccc', 20)]
    const plan = planSlices(slices, [group([...idsOf(...slices), 5000, 5001, 5002])], META)
    expect([plan.create, plan.update.map((s) => s.metadata.name)]).toEqual([[], ['bb']])
    const full = slices.slice(0, 2)
    const more = planSlices(full, [group([...idsOf(...full), ...Array.from({ length: 12 }, (_, i) => 5000 + i)])], META)
    expect([more.update, more.create.map((s) => s.endpoints!.length)]).toEqual([[], [12]])
  })

  test('slices that change anyway are filled first, the fullest of them before others', () => {
    const slices = [named('a', 40), named('bb', 60), named('ccc', 99)]
    const [a, b] = [idsOf(slices[0]!).slice(1), idsOf(slices[1]!).slice(1)]
    const plan = planSlices(slices, [group([...a, ...b, ...idsOf(slices[2]!), ...Array.from({ length: 42 }, (_, i) => 5000 + i)])], META)
    expect(plan.create).toEqual([])
    expect(plan.update.map((s) => [s.metadata.name, s.endpoints!.length])).toEqual([
      ['bb', 100],
      ['a', 40],
    ])
  })

  test('labels of the service are those of its slices', () => {
    const slices = [named('a', 1)]
    const labels = { ...META.labels, app: 'web' }
    expect(planSlices(slices, [group(idsOf(...slices))], { ...META, labels }).update).toMatchObject([{ metadata: { name: 'a', labels } }])
  })

  test('nothing is made for a service that is on its way out', () => {
    const plan = planSlices([], [group([1])], { ...META, deleting: true })
    expect(writes(plan)).toBe(0)
  })

  test('an address type that the service no longer has is removed', () => {
    const six = { ...named('a', 1), addressType: 'IPv6' }
    const plan = planSlices([six], [], META)
    expect([plan.delete, plan.create.map((s) => s.addressType)]).toEqual([[six], ['IPv4']])
  })
})

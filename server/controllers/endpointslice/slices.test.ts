import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_PER_SLICE, planSlices, type EndpointSlice, type SliceGroup, type SliceMeta, type SlicePlan } from './slices.ts'

const META: SliceMeta = {
  namespace: 'default',
  name: 'web',
  labels: { 'kubernetes.io/service-name': 'web' },
  owner: { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'u' },
  triggerTime: undefined,
  always: ['IPv4'],
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
})

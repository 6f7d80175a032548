import { describe, expect, test } from 'vitest'
import type { Node } from '../../client/objects.ts'
import { ZoneHints } from './hints.ts'
import { planSlices, type EndpointSlice, type SliceEndpoint, type SlicePlan } from './slices.ts'
import { allocate, exchanges, isOverloaded, sharesOf } from './zones.ts'

const node = (zone: string | undefined, cpu: string, more: object = {}, ready: 'True' | 'False' = 'True'): Node => ({
  ...{ apiVersion: 'v1', kind: 'Node' },
  metadata: { name: `${zone}-${cpu}`, labels: { ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }), ...more } },
  status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: ready }] },
})
const threeZones = [node('c', '4'), node('a', '2'), node('b', '1500m'), node('b', '500m')]

describe('shares of zones', () => {
  test('are those of the processors of ready nodes that take pods', () => {
    expect([...sharesOf(threeZones)!]).toEqual([
      ['a', 0.25],
      ['b', 0.25],
      ['c', 0.5],
    ])
    expect(
      sharesOf([...threeZones, node('d', '9', {}, 'False'), node(undefined, '9', { 'node-role.kubernetes.io/control-plane': '' })]),
    ).toEqual(sharesOf(threeZones))
  })

  test.each([
    ['a node without a zone', [...threeZones, node(undefined, '1')]],
    ['a node that has none', [...threeZones, node('a', '0')]],
    ['one zone only', [node('a', '1'), node('a', '2')]],
  ])('are not known: %s', (_, nodes) => {
    expect(sharesOf(nodes)).toBeUndefined()
    expect(isOverloaded(new Map([['a', 1]]), sharesOf(nodes))).toBe(true)
  })

  test('a zone may have a fifth less than its share, and no service is looked at that has no hints', () => {
    const shares = sharesOf(threeZones)
    expect(isOverloaded(new Map(), shares)).toBe(false)
    // 12 endpoints: a and b are to have three, c six; five are enough for c.
    expect(
      [6, 5, 4].map((c) =>
        isOverloaded(
          new Map([
            ['a', 3],
            ['b', 9 - c],
            ['c', c],
          ]),
          shares,
        ),
      ),
    ).toEqual([false, false, true])
  })
})

describe('allocations', () => {
  const shares = sharesOf(threeZones)
  test('say why they cannot be had', () => {
    expect(allocate(undefined, 9)).toBe('Insufficient Node information: allocatable CPU or zone not specified on one or more nodes')
    expect(allocate(shares, 2)).toBe('Insufficient number of endpoints (2 endpoints, 3 zones)')
    expect(allocate(sharesOf([node('a', '1'), node('b', '1'), node('c', '4')]), 3)).toBe(
      'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 3 zones)',
    )
  })

  test('endpoints go from where there are most to where there are least, and no half ones', () => {
    const allocations = allocate(shares, 12)
    if (typeof allocations === 'string') throw new Error(allocations)
    expect([...allocations.values()]).toEqual([
      { desired: 3, most: 4 },
      { desired: 3, most: 4 },
      { desired: 6, most: 6 },
    ])
    const moved = exchanges(
      allocations,
      new Map([
        ['a', 6],
        ['b', 3],
        ['c', 3],
      ]),
    )
    expect([[...moved.from], [...moved.to]]).toEqual([[['a', 3]], [['c', 3]]])
    const none = exchanges(
      allocations,
      new Map([
        ['a', 3],
        ['b', 3],
        ['c', 6],
      ]),
    )
    expect([none.from.size, none.to.size]).toEqual([0, 0])
  })
})

describe('hints', () => {
  const META = {
    ...{ namespace: 'd', name: 'web', labels: {}, owner: { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'u' } },
    ...{ triggerTime: undefined, types: ['IPv4'], keepHints: true },
  }
  const endpoint = (i: number, zone: string | undefined): SliceEndpoint => ({
    ...{ addresses: [`10.0.0.${i}`], conditions: { ready: true }, targetRef: { uid: `p${i}` } },
    ...(zone === undefined ? {} : { zone }),
  })
  const plan = (existing: EndpointSlice[], zones: readonly (string | undefined)[]): SlicePlan =>
    planSlices(existing, [{ addressType: 'IPv4', ports: [], endpoints: zones.map((z, i) => endpoint(i, z)) }], META)
  const hintsOf = (s: EndpointSlice | undefined): string => (s?.endpoints ?? []).map((e) => e.hints?.forZones?.[0]?.name ?? '-').join('')
  const stored = (p: SlicePlan): EndpointSlice[] =>
    [...p.create, ...p.update].map((s) => ({ ...s, metadata: { ...s.metadata, uid: 's1' } }))

  test('an endpoint is for its own zone, but where that has too many; what is good enough stays', () => {
    const hints = new ZoneHints()
    expect(hints.resized(sharesOf([node('a', '1'), node('b', '1')]))).toEqual([])
    const first = plan([], [...'aaab'])
    expect(hints.share('d/web', 'IPv4', [], first)).toEqual([
      { type: 'Normal', reason: 'TopologyAwareHintsEnabled', message: 'Topology Aware Hints has been enabled, addressType: IPv4' },
    ])
    expect(hintsOf(first.create[0])).toBe('baab')
    const slices = stored(first)
    const again = plan(slices, [...'aaab'])
    expect([hints.share('d/web', 'IPv4', slices, again), again.update]).toEqual([[], []])
    expect(hints.resized(sharesOf([node('a', '1'), node('b', '9')]))).toEqual(['d/web'])
  })

  test('they go when they cannot be had, or are not wished for any more', () => {
    const hints = new ZoneHints()
    hints.resized(sharesOf([node('a', '1'), node('b', '1')]))
    const first = plan([], [...'ab'])
    hints.share('d/web', 'IPv4', [], first)
    const slices = stored(first)
    hints.resized(undefined)
    const next = plan(slices, [...'ab'])
    const [told] = hints.share('d/web', 'IPv4', slices, next)
    expect(told).toMatchObject({ type: 'Warning', reason: 'TopologyAwareHintsDisabled' })
    expect(hintsOf(next.update[0])).toBe('--')
    expect(hintsOf(slices[0])).toBe('ab')
    expect(hints.stop('d/web', 'IPv4')).toEqual([])
    hints.resized(sharesOf([node('a', '1'), node('b', '1')]))
    const nowhere = plan([], ['a', undefined])
    expect(hints.share('d/web', 'IPv4', [], nowhere)[0]!.message).toBe(
      'One or more endpoints do not have a zone specified, addressType: IPv4',
    )
    expect(hintsOf(nowhere.create[0])).toBe('--')
    hints.share('d/web', 'IPv4', [], plan([], [...'ab']))
    expect(hints.stop('d/web', 'IPv4').map((t) => t.message)).toEqual(['Topology Aware Hints has been disabled, addressType: IPv4'])
  })
})

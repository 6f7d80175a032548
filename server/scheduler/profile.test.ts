import { describe, expect, test } from 'vitest'
import { placing } from './testing/place.ts'
import { makeNode, makePod } from './testing/objects.ts'
import { testHandle, testProfile } from './testing/handle.ts'

const profile = (plugins: object) => testProfile(testHandle(), { profiles: [{ plugins }] })
const names = (list: readonly { name: string }[]): string => list.map((p) => p.name).join()
const args = (name: string, value: object) => ({ profiles: [{ pluginConfig: [{ name, args: value }] }] })

describe('a profile’s plugins', () => {
  test('the point’s own come first where multiPoint has them too, else last', () => {
    const { points, weights } = profile({
      score: { enabled: [{ name: 'ImageLocality', weight: 9 }], disabled: [{ name: 'NodeAffinity' }, { name: 'PodTopologySpread' }] },
    })
    expect(names(points.score)).toBe(
      'ImageLocality,TaintToleration,NodeResourcesFit,VolumeBinding,InterPodAffinity,DynamicResources,NodeResourcesBalancedAllocation',
    )
    expect([weights.get('ImageLocality'), weights.get('TaintToleration')]).toEqual([9, 3])
  })

  test('a point can have its own plugins only', () => {
    const { points } = profile({ filter: { enabled: [{ name: 'NodeName' }], disabled: [{ name: '*' }] } })
    expect(names(points.filter)).toBe('NodeName')
    expect(names(points.bind)).toBe('DefaultBinder')
  })
})

describe('arguments', () => {
  const two = [makeNode('full', { labels: { zone: 'a' } }), makeNode('free', { labels: { zone: 'b' } })]
  const bound = [[makePod('x', { cpu: '2', memory: '4Gi' }), 'full'] as const]
  const where = (configuration: object): string | undefined =>
    placing(makePod('p', { cpu: '1', memory: '1Gi' }), two, bound, {}, undefined, configuration).nodeName

  test('NodeResourcesFit packs or spreads', () => {
    const strategy = (type: string, more = {}) => args('NodeResourcesFit', { scoringStrategy: { type, ...more } })
    expect(where(strategy('LeastAllocated'))).toBe('free')
    expect(where(strategy('MostAllocated'))).toBe('full')
    const rising = [
      { utilization: 0, score: 0 },
      { utilization: 100, score: 10 },
    ]
    expect(where(strategy('RequestedToCapacityRatio', { requestedToCapacityRatio: { shape: rising } }))).toBe('full')
    const falling = [
      { utilization: 0, score: 10 },
      { utilization: 100, score: 0 },
    ]
    expect(where(strategy('RequestedToCapacityRatio', { requestedToCapacityRatio: { shape: falling } }))).toBe('free')
  })

  test('NodeResourcesFit leaves out resources that others look after', () => {
    const pod = makePod('p', { 'example.com/a': '1' })
    expect(placing(pod, two, []).message).toContain('2 Insufficient example.com/a')
    expect(
      placing(pod, two, [], {}, undefined, args('NodeResourcesFit', { ignoredResourceGroups: ['example.com'] })).nodeName,
    ).toBeDefined()
  })

  test('NodeAffinity: what the profile adds goes for every pod', () => {
    const inZone = (zone: string) => ({ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] })
    const added = (zone: string) =>
      args('NodeAffinity', { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [inZone(zone)] } } })
    expect(where(added('a'))).toBe('full')
    expect(placing(makePod('p'), two, [], {}, undefined, added('c')).message).toContain(
      "0/2 nodes are available: 2 node(s) didn't match scheduler-enforced node affinity.",
    )
  })

  test('PodTopologySpread: constraints for pods that have none', () => {
    const constraints = [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }]
    const labels = { app: 'x' }
    const services = [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { selector: labels } }]
    const make = (name: string) => ({ ...makePod(name), metadata: { ...makePod(name).metadata, labels } })
    const there = [[make('one'), 'free'] as const]
    const place = (configuration: object): string | undefined =>
      placing(make('p'), [two[0]!, two[1]!], there, { services }, undefined, configuration).nodeName
    expect(place(args('PodTopologySpread', { defaultingType: 'List', defaultConstraints: constraints }))).toBe('full')
  })
})

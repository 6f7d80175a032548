import { expect, test } from 'vitest'
import { metricLines } from './metrics.ts'

test('each metric stands beside what was measured of it', () => {
  const wanted = [
    { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 70 } } },
    { type: 'ContainerResource', containerResource: { name: 'memory', container: 'app', target: { averageValue: '100Mi' } } },
    { type: 'Object', object: { metric: { name: 'rps' }, describedObject: { kind: 'Ingress', name: 'shop' }, target: { value: '2k' } } },
    { type: 'Novel' },
  ]
  const measured = [
    { type: 'Object', object: { metric: { name: 'rps' }, describedObject: { kind: 'Ingress', name: 'shop' }, current: { value: '1900' } } },
    { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 41, averageValue: '41m' } } },
  ]
  expect(metricLines(wanted, measured)).toEqual([
    { name: 'Resource cpu', target: '70%', current: '41% (41m)' },
    { name: 'ContainerResource memory app', target: '100Mi', current: undefined },
    { name: 'Object rps Ingress/shop', target: '2k', current: '1900' },
    { name: 'Novel ', target: '', current: undefined },
  ])
  expect(metricLines(undefined, null)).toEqual([])
})

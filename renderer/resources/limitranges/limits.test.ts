import { expect, test } from 'vitest'
import { limitLines } from './limits.ts'

test('a line for each type and resource, its bounds in one order', () => {
  expect(
    limitLines({
      metadata: { name: 'l' },
      spec: {
        limits: [
          { type: 'Container', max: { memory: '1Gi', cpu: '2' }, default: { memory: '256Mi' }, defaultRequest: { memory: '64Mi' } },
          { type: 'Pod', min: { cpu: '100m' }, maxLimitRequestRatio: { cpu: '4' } },
          { type: 'PersistentVolumeClaim' },
        ],
      },
    }),
  ).toEqual([
    { type: 'Container', resource: 'memory', values: [undefined, '1Gi', '64Mi', '256Mi', undefined] },
    { type: 'Container', resource: 'cpu', values: [undefined, '2', undefined, undefined, undefined] },
    { type: 'Pod', resource: 'cpu', values: ['100m', undefined, undefined, undefined, '4'] },
  ])
  expect(limitLines({ metadata: { name: 'l' } })).toEqual([])
})

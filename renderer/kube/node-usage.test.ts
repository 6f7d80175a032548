import { expect, test } from 'vitest'
import { usageOfMetrics, usageOfSummary } from './node-usage.ts'

test('what the kubelet tells, in cores and bytes; a figure that is not there is not known, and zero is zero', () => {
  expect(usageOfSummary({ node: { cpu: { usageNanoCores: 250_000_000 }, memory: { workingSetBytes: 1024 } } })).toEqual({
    cpu: 0.25,
    memory: 1024,
  })
  expect(usageOfSummary({ node: { cpu: { usageNanoCores: 0 } } })).toEqual({ cpu: 0, memory: undefined })
  expect(usageOfSummary({ node: { cpu: {} } }).cpu).toBeUndefined()
  expect(usageOfSummary({})).toEqual({ cpu: undefined, memory: undefined })
})

test('what the metrics API tells', () => {
  const usage = usageOfMetrics([{ metadata: { name: 'a' }, usage: { cpu: '137m', memory: '2Ki' } }, { metadata: { name: 'b' } }])
  expect(usage.get('a')).toEqual({ cpu: expect.closeTo(0.137, 9), memory: 2048 })
  expect(usage.get('b')).toEqual({ cpu: undefined, memory: undefined })
})

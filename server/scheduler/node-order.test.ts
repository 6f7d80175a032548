import { expect, test } from 'vitest'
import { SchedulerCache } from './cache.ts'
import { makeNode } from './testing/objects.ts'

const [ZONE, REGION] = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']
const names = (cache: SchedulerCache): string => cache.nodes.map((n) => n.name).join(' ')

/** Of `a1:east a2:east b1:west`: nodes and their zones, in the order in which they come. */
function cacheOf(text: string): SchedulerCache {
  const cache = new SchedulerCache()
  for (const [name = '', zone = ''] of text.split(' ').map((n) => n.split(':'))) cache.setNode(makeNode(name, { labels: { [ZONE]: zone } }))
  return cache
}

// The expected orders are those of kube-scheduler's TestNodeTreeMultiOperations and its like: one of each zone, until all are through.
test.each([
  ['n1: n2: n3:', 'n1 n2 n3'],
  ['a1:a a2:a a3:a b1:b', 'a1 b1 a2 a3'],
  ['a1:a b1:b a2:a c1:c b2:b a3:a', 'a1 b1 c1 a2 b2 a3'],
])('%s are looked at one zone after the other', (nodes, order) => {
  expect(names(cacheOf(nodes))).toBe(order)
})

test('nodes that change their zone, go and come back are looked at in their new places', () => {
  const cache = cacheOf('a1:a a2:a b1:b b2:b')
  cache.setNode(makeNode('a1', { labels: { [ZONE]: 'b' } }))
  expect(names(cache)).toBe('a2 b1 b2 a1')
  cache.removeNode('a2')
  expect(names(cache)).toBe('b1 b2 a1')
  cache.setNode(makeNode('a2', { labels: { [ZONE]: 'a' } }))
  expect(names(cache)).toBe('b1 a2 b2 a1')
})

test('zones of one name in two regions are two', () => {
  const cache = new SchedulerCache()
  for (const name of ['e1', 'e2', 'w1']) {
    cache.setNode(makeNode(name, { labels: { [ZONE]: '1', [REGION]: name.startsWith('e') ? 'east' : 'west' } }))
  }
  expect(names(cache)).toBe('e1 w1 e2')
})

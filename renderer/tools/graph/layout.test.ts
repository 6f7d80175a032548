import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Edge, layout } from './layout.ts'

const size = { width: 200, height: 50 }
const node = fc.integer({ min: 0, max: 12 }).map(String)
const edge: fc.Arbitrary<Edge> = fc.record({ from: node, to: node })

test('no two nodes stand in one place, and each has one', () => {
  fc.assert(
    fc.property(fc.uniqueArray(node), fc.array(edge), (nodes, edges) => {
      const places = layout(nodes, edges, size)
      expect([...places.keys()].sort()).toEqual([...nodes].sort())
      const taken = [...places.values()].map(({ x, y }) => `${x} ${y}`)
      expect(new Set(taken).size).toBe(taken.length)
      for (const { x } of places.values()) expect(x % size.width).toBe(0)
    }),
  )
})

test('without circles every edge leads to the right', () => {
  fc.assert(
    fc.property(fc.array(edge), (edges) => {
      const forward = edges.filter(({ from, to }) => Number(from) < Number(to))
      const nodes = [...new Set(forward.flatMap(({ from, to }) => [from, to]))]
      const places = layout(nodes, forward, size)
      for (const { from, to } of forward) expect(places.get(from)!.x).toBeLessThan(places.get(to)!.x)
    }),
  )
})

test('a chain is a row; what belongs together stands together', () => {
  const chain = layout(
    ['c', 'a', 'b'],
    [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
    ],
    size,
  )
  expect([...chain].sort()).toEqual([
    ['a', { x: 0, y: 0 }],
    ['b', { x: 200, y: 0 }],
    ['c', { x: 400, y: 0 }],
  ])
  const crossed = layout(
    ['a', 'b', 'bs', 'as'],
    [
      { from: 'a', to: 'as' },
      { from: 'b', to: 'bs' },
    ],
    size,
  )
  expect(crossed.get('as')!.y).toBe(crossed.get('a')!.y)
})

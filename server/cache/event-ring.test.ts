import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Entry } from './entry.ts'
import { CacheEvent, EventRing, RingBudget } from './event-ring.ts'
import { keyOf, podSchema } from './testing/fixtures.ts'

const eventOf = (revision: number, size: number): CacheEvent => {
  const json = Buffer.from(JSON.stringify({ metadata: { name: 'p', note: 'x'.repeat(size) } }))
  return new CacheEvent(revision, new Entry(podSchema, keyOf('a/p'), revision, 1, { json, rvStart: 0, rvEnd: 0 }), undefined, false)
}
const sum = (ring: EventRing): number => ring.after(0).reduce((n, e) => n + e.entry.size, 0)

test('holds the newest events within its bounds, and tells from where on', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 400, size: 'max' }), (sizes) => {
      const ring = new EventRing(0, { events: 20, bytes: 2000 })
      const pushed: CacheEvent[] = []
      for (const [i, size] of sizes.entries()) {
        const event = eventOf(i + 1, size)
        pushed.push(event)
        ring.push(event)
        expect(ring.size).toBeLessThanOrEqual(20)
        expect(ring.bytes).toBe(sum(ring))
        expect(ring.bytes).toBeLessThanOrEqual(2000)
        expect(ring.after(0)).toEqual(pushed.filter((e) => e.revision > ring.floor))
      }
    }),
    { numRuns: 30 },
  )
})

test('rings that share a budget stay within it together, and the largest gives way', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 300 })), { maxLength: 400, size: 'max' }),
      (steps) => {
        const budget = new RingBudget(3000)
        const rings = [0, 1, 2].map(() => new EventRing(0))
        for (const ring of rings) budget.include(ring)
        for (const [i, [which, size]] of steps.entries()) {
          const before = rings.map((r) => r.size)
          rings[which]!.push(eventOf(i + 1, size))
          const total = rings.reduce((n, r) => n + sum(r), 0)
          expect(total).toBeLessThanOrEqual(3000)
          // Whoever lost events is none of those that hold little.
          for (const [j, ring] of rings.entries()) if (j !== which && ring.size < before[j]!) expect(ring.bytes).toBeGreaterThan(600)
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('a ring that leaves takes its share along', () => {
  const budget = new RingBudget(1000)
  const [a, b] = [new EventRing(0), new EventRing(0)]
  budget.include(a)
  budget.include(b)
  a.push(eventOf(1, 700))
  budget.exclude(a)
  b.push(eventOf(2, 800))
  expect([a.size, b.size]).toEqual([1, 1])
})

import { expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { startIdleCollection } from './idle-collection.ts'

const MB = 1 << 20

/** Looks once after each of these sizes; tells after which of them a collection was asked for. */
function collections(sizes: readonly number[], collected: readonly number[] = [], resumed: number[] = []): number[] {
  const clock = new FakeClock()
  const asked: number[] = []
  let [used, look] = [30 * MB, 0]
  const idle = startIdleCollection(clock, { used: () => used, collect: () => void asked.push(look), resume: () => void resumed.push(look) })
  for (const size of sizes) {
    used = (asked.at(-1) === look ? (collected[asked.length - 1] ?? size) : size) * MB
    look++
    clock.advance(3000)
  }
  idle.close()
  used = 900 * MB
  clock.advance(30_000)
  return asked
}

test('what a busy time left is collected when it is quiet, once', () => {
  expect(collections([150, 151, 45, 45, 45], [40])).toEqual([2])
})

test('while there is little to do memory counts, afterwards speed again', () => {
  const resumed: number[] = []
  expect(collections([150, 151, 45, 41, 90, 120, 90], [40], resumed)).toEqual([2])
  expect(resumed).toEqual([5])
})

test('what stays is in use, and not asked for again', () => {
  expect(collections([150, 151, 150, 151, 151, 152])).toEqual([2])
  expect(collections([150, 151, 150, 190, 191, 190])).toEqual([2, 5])
})

test('nothing is done while much is allocated, nor for little', () => {
  expect(collections([60, 90, 40, 80, 120, 60, 100])).toEqual([])
  expect(collections([40, 45, 50, 53, 53, 53])).toEqual([])
})

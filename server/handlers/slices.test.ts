import { expect, test } from 'vitest'
import { Slice } from '../machinery/slice.ts'
import { inSlices } from './slices.ts'

test('does all in order, and others get a turn whenever the time is over', async () => {
  let clock = 0
  let turns = 0
  let over = false
  const others = (): void => {
    turns++
    if (!over) setImmediate(others)
  }
  setImmediate(others)
  const all = Array.from({ length: 64 }, (_, i) => i)
  const done: number[] = []
  const seen: number[] = []
  await inSlices(
    all,
    (i) => {
      clock++
      done.push(i)
      seen.push(turns)
    },
    new Slice(() => clock),
  )
  over = true
  expect(done).toEqual(all)
  // Each takes 1 ms, a slice is 8.
  expect(new Set(seen.slice(0, 8)).size).toBe(1)
  for (let i = 8; i < 64; i += 8) expect(seen[i]).toBeGreaterThan(seen[i - 1]!)
})

test('whoever comes when the time of all is over begins in a turn of their own', async () => {
  let clock = 0
  const slice = new Slice(() => clock)
  clock = 100
  let begun = false
  const all = inSlices([1], () => void (begun = true), slice)
  expect(begun).toBe(false)
  await all
  expect(begun).toBe(true)
})

test('a short list is one slice', async () => {
  let turned = false
  setImmediate(() => (turned = true))
  await inSlices([1, 2, 3], () => undefined, new Slice(() => 0))
  expect(turned).toBe(false)
})

test('what is left when the signal fires is not done', async () => {
  const abort = new AbortController()
  const done: number[] = []
  const work = (i: number): void => {
    done.push(i)
    if (i === 2) abort.abort()
  }
  await inSlices([1, 2, 3], work, new Slice(), abort.signal)
  expect(done).toEqual([1, 2])
})

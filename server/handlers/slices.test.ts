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
  // 16 of them take 16 ms: twice a slice.
  expect(new Set(seen.slice(0, 16)).size).toBe(1)
  expect(seen[16]).toBeGreaterThan(seen[15]!)
  expect(seen[48]).toBeGreaterThan(seen[47]!)
})

test('a short list is one slice', async () => {
  let turned = false
  setImmediate(() => (turned = true))
  await inSlices([1, 2, 3], () => undefined)
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

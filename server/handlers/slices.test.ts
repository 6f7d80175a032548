import { expect, test } from 'vitest'
import { inSlices } from './slices.ts'

test('does all in order, and others get turns in between', async () => {
  let turns = 0
  let over = false
  const others = (): void => {
    turns++
    if (!over) setImmediate(others)
  }
  setImmediate(others)
  const done: number[] = []
  await inSlices(
    Array.from({ length: 200 }, (_, i) => i),
    (i) => {
      // Long enough that 200 of them are many slices, whatever the machine.
      for (const end = performance.now() + 1; performance.now() < end; );
      done.push(i)
    },
  )
  over = true
  expect(done).toEqual(Array.from({ length: 200 }, (_, i) => i))
  expect(turns).toBeGreaterThan(2)
})

test('a short list is one slice', async () => {
  let turned = false
  setImmediate(() => (turned = true))
  await inSlices([1, 2, 3], () => undefined)
  expect(turned).toBe(false)
})

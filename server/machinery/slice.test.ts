import { expect, test } from 'vitest'
import { Slice } from './slice.ts'

test('is over after 8 ms, and others run before the next one', async () => {
  let clock = 100
  const slice = new Slice(() => clock)
  clock = 107.9
  expect(slice.over).toBe(false)
  clock = 108
  expect(slice.over).toBe(true)
  let turned = false
  setImmediate(() => (turned = true))
  await slice.next()
  expect([turned, slice.over]).toEqual([true, false])
  clock = 116
  expect(slice.over).toBe(true)
})

import { expect, test, vi } from 'vitest'
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

test('work that begins together shares one slice, later work has its own', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
  const first = new Slice()
  clock.mockReturnValue(1007)
  const second = new Slice()
  clock.mockReturnValue(1008)
  expect([first.over, second.over]).toEqual([true, true])
  await new Promise((resolve) => setImmediate(resolve))
  expect(new Slice().over).toBe(false)
  await second.next()
  clock.mockReturnValue(1015)
  expect(second.over).toBe(false)
  clock.mockRestore()
})

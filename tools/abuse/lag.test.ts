import { expect, test } from 'vitest'
import { Lag } from './lag.ts'

test('what the process came late is summed up, the overdue tick included, and its worst is told once', () => {
  let now = 0
  const lag = new Lag(5, () => now)
  now = 5
  lag.tick()
  expect(lag.total).toBe(0)
  now = 40
  expect(lag.total).toBe(30)
  lag.tick()
  now = 47
  expect(lag.total).toBe(32)
  lag.tick()
  now = 50
  expect(lag.total).toBe(32)
  expect(lag.takeWorst()).toBe(30)
  expect(lag.takeWorst()).toBe(0)
})

import { expect, test } from 'vitest'
import { TurnGate } from './turn-gate.ts'

const nextTurn = (): Promise<void> => new Promise((r) => void setImmediate(r))

test('lets a bounded number begin in each turn, in order, and everything in the end', async () => {
  const gate = new TurnGate()
  const begun: number[] = []
  const all = Array.from({ length: 100 }, async (_, i) => {
    await gate.enter()
    begun.push(i)
  })
  await Promise.resolve()
  const first = begun.length
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(100)
  for (let turn = 2; begun.length < 100; turn++) {
    await nextTurn()
    expect(begun.length).toBeLessThanOrEqual(first * (turn + 1))
  }
  await Promise.all(all)
  expect(begun).toEqual(Array.from({ length: 100 }, (_, i) => i))
})

test('a request alone does not wait', async () => {
  const gate = new TurnGate()
  expect(gate.enter()).toBeUndefined()
  await nextTurn()
  await nextTurn()
  expect(gate.enter()).toBeUndefined()
})

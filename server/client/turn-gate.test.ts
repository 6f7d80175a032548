import { expect, test } from 'vitest'
import { TurnGate } from './turn-gate.ts'

const nextTurn = (): Promise<void> => new Promise((r) => void setImmediate(r))

test('lets a bounded number begin in each turn, in order, and everything in the end', async () => {
  const gate = new TurnGate()
  const begun: number[] = []
  const all = Array.from({ length: 1000 }, async (_, i) => {
    await gate.enter()
    begun.push(i)
    await nextTurn()
    gate.leave()
  })
  await Promise.resolve()
  const first = begun.length
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(100)
  while (begun.length < 1000) {
    const before = begun.length
    await nextTurn()
    expect(begun.length - before).toBeLessThanOrEqual(2 * first)
  }
  await Promise.all(all)
  expect(begun).toEqual(Array.from({ length: 1000 }, (_, i) => i))
})

test('requests that are not answered hold back the others until they are', async () => {
  const gate = new TurnGate()
  let begun = 0
  const all = Array.from({ length: 500 }, async () => {
    await gate.enter()
    begun++
  })
  for (let i = 0; i < 50; i++) await nextTurn()
  const limit = begun
  expect(limit).toBeLessThan(500)
  gate.leave()
  for (let i = 0; i < 3; i++) await nextTurn()
  expect(begun).toBe(limit + 1)
  while (begun < 500) {
    gate.leave()
    await nextTurn()
  }
  await Promise.all(all)
})

test('a request alone does not wait', async () => {
  const gate = new TurnGate()
  for (let i = 0; i < 200; i++) {
    expect(gate.enter()).toBeUndefined()
    gate.leave()
    await nextTurn()
    await nextTurn()
  }
})

import { expect, test } from 'vitest'
import { TurnGate, type Turns } from './turn-gate.ts'

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

test('who waits in one lane keeps no other waiting, whatever stands in it', async () => {
  const gate = new TurnGate()
  const [nodes, loops] = [gate.lane(), gate.lane()]
  const begun: string[] = []
  const ask = async (name: string, turns: Turns): Promise<void> => {
    await turns.enter()
    begun.push(name)
    await nextTurn()
    turns.leave()
  }
  const all = Array.from({ length: 1000 }, () => ask('node', nodes))
  await Promise.resolve()
  const before = begun.length
  all.push(...Array.from({ length: 10 }, () => ask('loop', loops)), ask('other', gate))
  for (let i = 0; i < 3; i++) await nextTurn()
  expect(begun.slice(before).filter((name) => name !== 'node')).toHaveLength(11)
  expect(begun.length).toBeLessThan(500)
  await Promise.all(all)
  expect(begun).toHaveLength(1011)
})

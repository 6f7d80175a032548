import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { nextTurn, turnsWaited } from '../machinery/turns.ts'
import { Closer } from './closer.ts'

test('closes all, a bounded number in each pass of the event loop, also what comes meanwhile', async () => {
  const closer = new Closer()
  let closed = 0
  const socket = { destroy: () => closed++ } as unknown as Socket
  for (let i = 0; i < 300; i++) closer.close(socket)
  expect(closed).toBe(0)
  const passes: number[] = []
  while (turnsWaited() > 0) {
    const before = closed
    await nextTurn()
    passes.push(closed - before)
    if (passes.length === 2) closer.close(socket)
  }
  expect(closed).toBe(301)
  expect(Math.max(...passes)).toBeLessThanOrEqual(48)
})

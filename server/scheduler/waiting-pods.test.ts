import { expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { PermitRefused, WaitingPods } from './waiting-pods.ts'

test('a pod goes on when all that hold it allow it', async () => {
  const waiting = new WaitingPods(new FakeClock())
  const through = waiting.wait('p', new Map(Object.entries({ A: 1000, B: 1000 })))
  waiting.allow('p', 'A')
  waiting.allow('p', 'A')
  waiting.allow('nobody', 'A')
  waiting.allow('p', 'B')
  await expect(through).resolves.toBeUndefined()
})

test('a pod that is preempted breaks off without being refused; one that does not wait is not', async () => {
  const waiting = new WaitingPods(new FakeClock())
  const through = waiting.wait('p', new Map([['A', 1000]]))
  expect(waiting.preempt('p')).toBe(true)
  await expect(through).rejects.toThrow(/^preempted$/)
  await expect(through).rejects.not.toBeInstanceOf(PermitRefused)
  expect(waiting.preempt('p')).toBe(false)
})

test('the first that refuses counts, and so does patience at its end', async () => {
  const clock = new FakeClock()
  const waiting = new WaitingPods(clock)
  const refused = waiting.wait('p', new Map([['A', 1000]]))
  waiting.reject('p', 'A', 'no')
  await expect(refused).rejects.toMatchObject({ plugin: 'A', message: 'no' })
  const late = waiting.wait('q', new Map([['B', 5000]]))
  clock.advance(5000)
  await expect(late).rejects.toMatchObject({ plugin: 'B', message: 'rejected due to timeout after waiting 5s at plugin B' })
})

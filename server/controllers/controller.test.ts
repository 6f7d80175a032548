import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { inParallel } from './controller.ts'
import { Expectations } from './expectations.ts'

test('inParallel keeps to its limit and collects errors', async () => {
  let running = 0
  let most = 0
  const errors = await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
    if (n % 2 === 0) throw new Error(String(n))
  })
  expect(most).toBe(3)
  expect(errors.map(String)).toEqual(['Error: 2', 'Error: 4', 'Error: 6'])
})

describe('Expectations', () => {
  test('are met when everything was seen, or after five minutes', () => {
    const clock = new FakeClock()
    const e = new Expectations(clock)
    expect(e.satisfied('a')).toBe(true)
    e.expectCreations('a', 2)
    e.creationObserved('a')
    expect(e.satisfied('a')).toBe(false)
    e.creationObserved('a')
    expect(e.satisfied('a')).toBe(true)
    e.expectDeletions('a', ['x', 'y'])
    e.deletionObserved('a', 'x')
    e.deletionObserved('a', 'x')
    expect(e.satisfied('a')).toBe(false)
    clock.advance(5 * 60_000 + 1)
    expect(e.satisfied('a')).toBe(true)
  })

  test('add up within a round', () => {
    const e = new Expectations(new FakeClock())
    e.more('a', 1, ['x'])
    e.more('a', 1, ['y'])
    e.creationObserved('a')
    e.deletionObserved('a', 'x')
    e.deletionObserved('a', 'y')
    expect(e.satisfied('a')).toBe(false)
    e.creationObserved('a')
    expect(e.satisfied('a')).toBe(true)
  })
})

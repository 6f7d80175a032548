import { expect, test, vi } from 'vitest'
import { atOnce, awaited, inTurns, type Pausing, Slice } from './slice.ts'

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

test('work that may pause does so where its time is over, and only there', async () => {
  let clock = 0
  let turns = 0
  const seen: number[] = []
  const others = (): void => {
    turns++
    if (seen.length < 4) setImmediate(others)
  }
  setImmediate(others)
  function* work(): Pausing<string> {
    for (const ms of [5, 5, 5, 5]) {
      seen.push(turns)
      clock += ms
      yield
    }
    return 'done'
  }
  expect(await inTurns(work(), new Slice(() => clock))).toBe('done')
  expect(seen[1]).toBe(seen[0])
  expect(seen[2]).toBeGreaterThan(seen[1]!)
  expect(seen[3]).toBe(seen[2])
  expect(atOnce(work())).toBe('done')
})

test('what work that may pause throws is thrown', async () => {
  function* work(): Pausing<string> {
    yield
    throw new Error('no')
  }
  await expect(inTurns(work(), new Slice())).rejects.toThrow('no')
  expect(() => atOnce(work())).toThrow('no')
})

test('work that waits gets what it waited for, or its error', async () => {
  function* work(): Pausing<string> {
    const first = yield* awaited(Promise.resolve('a'))
    try {
      yield* awaited(Promise.reject(new Error('b')))
    } catch (e) {
      return `${first}${(e as Error).message}`
    }
    return first
  }
  expect(await inTurns(work(), new Slice())).toBe('ab')
  expect(() => atOnce(work())).toThrow('cannot wait')
})

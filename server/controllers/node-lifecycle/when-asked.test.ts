import { expect, test } from 'vitest'
import { FakeClock } from '../../machinery/clock.ts'
import { whenAsked } from './when-asked.ts'

const settled = (): Promise<void> => new Promise((r) => setImmediate(r))

function asked(pass: () => Promise<'more' | 'done'>) {
  const clock = new FakeClock(0)
  const [abort, errors] = [new AbortController(), [] as unknown[]]
  const ask = whenAsked({ clock, signal: abort.signal, onError: (e) => errors.push(e) }, 100, 'work', pass)
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await settled()
  }
  return { ask, advance, abort, errors }
}

test('work that nobody asks for has no timer; passes follow each other until nothing is left', async () => {
  let [left, passes] = [0, 0]
  const work = asked(async () => {
    passes++
    return --left > 0 ? 'more' : 'done'
  })
  await work.advance(1000)
  expect(passes).toBe(0)
  left = 2
  work.ask()
  work.ask()
  await work.advance(99)
  expect(passes).toBe(0)
  await work.advance(1)
  expect(passes).toBe(1)
  await work.advance(100)
  await work.advance(100)
  expect(passes).toBe(2)
  work.ask()
  await work.advance(100)
  expect(passes).toBe(3)
})

test('what is asked for during the last pass is not lost, nor what a pass fails at', async () => {
  let passes = 0
  const work = asked(async () => {
    passes++
    if (passes === 1) work.ask()
    if (passes === 2) throw new Error('no server')
    return 'done'
  })
  work.ask()
  for (let i = 0; i < 5; i++) await work.advance(100)
  expect([passes, work.errors.length]).toEqual([3, 1])
})

test('nothing comes after the end', async () => {
  let passes = 0
  const work = asked(async () => {
    passes++
    return 'more'
  })
  work.ask()
  await work.advance(100)
  work.abort.abort()
  await work.advance(1000)
  work.ask()
  await work.advance(1000)
  expect(passes).toBe(1)
})

import { describe, expect, test } from 'vitest'
import { atOnce, inTurns, Slice } from '../machinery/slice.ts'
import { Turns } from './turns.ts'

/** A clock that is `ms` later at each look. */
const ticking = (ms: number): Slice => {
  let now = 0
  return new Slice(() => (now += ms))
}

function* count(n: number, seen: number[]): Generator<undefined, string> {
  for (let i = 0; i < n; i++) {
    seen.push(i)
    yield
  }
  return 'done'
}

describe('work in turns', () => {
  test('short work never waits, whatever the clock says', () => {
    const turns = new Turns(ticking(1000))
    for (let i = 1; i < 64; i++) expect(turns.step()).toBeUndefined()
    expect(turns.step()).toBeInstanceOf(Promise)
  })

  test('long work waits when its slice is over, and only then', async () => {
    const quick = new Turns(ticking(0))
    for (let i = 0; i < 1000; i++) expect(quick.step()).toBeUndefined()
    const seen: number[] = []
    const work = inTurns(count(200, seen), new Turns(ticking(1000)))
    await Promise.resolve()
    expect(seen).toHaveLength(64)
    expect(await work).toBe('done')
    expect(seen).toHaveLength(200)
  })

  test('or is done at once', () => {
    const seen: number[] = []
    expect(atOnce(count(200, seen))).toBe('done')
    expect(seen).toHaveLength(200)
  })
})

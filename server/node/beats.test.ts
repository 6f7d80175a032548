import { expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { BEAT_MS, Beats } from './beats.ts'

/** What beat at which moment, since the clock began. */
function recorded(): { clock: FakeClock; beats: Beats; seen: [string, number][]; join: (name: string) => () => void } {
  const clock = new FakeClock(0)
  const beats = new Beats(clock)
  const seen: [string, number][] = []
  return { clock, beats, seen, join: (name) => beats.join(() => void seen.push([name, clock.now()])) }
}

test('nodes that came one after the other beat together, none later than ten seconds after it joined', () => {
  const { clock, seen, join } = recorded()
  join('a')
  clock.advance(400)
  join('b')
  clock.advance(2 * BEAT_MS)
  expect(seen).toEqual([
    ['a', 10_000],
    ['b', 10_000],
    ['a', 20_000],
    ['b', 20_000],
  ])
})

test('only so many at once: the others have a round of their own', () => {
  const { clock, seen, join } = recorded()
  for (let i = 0; i < 50; i++) join(`first-${i}`)
  clock.advance(400)
  join('second')
  clock.advance(BEAT_MS - 400)
  expect(seen).toHaveLength(50)
  clock.advance(400)
  expect(seen.at(-1)).toEqual(['second', 10_400])
})

test('who has left beats no more, its place is taken by the next, and a round of nobody ends', () => {
  const { clock, seen, join } = recorded()
  const leave = join('a')
  const others = Array.from({ length: 49 }, (_, i) => join(`other-${i}`))
  leave()
  leave()
  clock.advance(400)
  others.push(join('next'))
  clock.advance(BEAT_MS - 400)
  expect(seen.map(([name]) => name)).not.toContain('a')
  expect(seen.at(-1)).toEqual(['next', 10_000])
  for (const other of others) other()
  clock.advance(5000)
  join('late')
  seen.length = 0
  clock.advance(BEAT_MS)
  expect(seen).toEqual([['late', 25_000]])
})

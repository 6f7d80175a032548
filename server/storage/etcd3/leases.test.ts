import { expect, test } from 'vitest'
import { FakeClock } from '../../machinery/clock.ts'
import { Leases } from './leases.ts'

function granting(clock: FakeClock) {
  const granted: number[] = []
  const leases = new Leases(async (ttl) => BigInt(granted.push(ttl)), clock)
  return { granted, leases }
}

test('callers at once share one grant, longer than asked by no more than a twentieth, a minute and a second', async () => {
  const { granted, leases } = granting(new FakeClock())
  expect(new Set(await Promise.all(Array.from({ length: 40 }, () => leases.take(3600))))).toEqual(new Set([1n]))
  await leases.take(10)
  await leases.take(100)
  expect(granted).toEqual([3661, 11, 106])
})

test('a lease is used again while it lasts as long as the key asks', async () => {
  const clock = new FakeClock()
  const { leases } = granting(clock)
  expect(await leases.take(3600)).toBe(1n)
  clock.advance(61_000)
  expect(await leases.take(3600)).toBe(1n)
  clock.advance(1)
  expect(await leases.take(3600)).toBe(2n)
})

test('a lease takes a thousand keys', async () => {
  const { leases } = granting(new FakeClock())
  const ids = await Promise.all(Array.from({ length: 2500 }, () => leases.take(60)))
  for (const id of [1n, 2n]) expect(ids.filter((each) => each === id)).toHaveLength(1000)
  expect(ids.filter((each) => each === 3n)).toHaveLength(500)
})

test('a failed grant is not remembered, and a lost lease is replaced', async () => {
  let fail = true
  let id = 0n
  const leases = new Leases(async () => {
    if (fail) throw new Error('no')
    return ++id
  }, new FakeClock())
  await expect(leases.take(60)).rejects.toThrow('no')
  fail = false
  expect(await leases.take(60)).toBe(1n)
  leases.lost(60)
  expect(await leases.take(60)).toBe(2n)
})

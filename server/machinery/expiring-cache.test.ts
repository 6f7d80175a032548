import { describe, expect, test } from 'vitest'
import { FakeClock } from './clock.ts'
import { ExpiringCache } from './expiring-cache.ts'

const cacheOf = (clock = new FakeClock()): ExpiringCache<string> => new ExpiringCache({ clock, maxEntries: 3, maxBytes: 100 })

describe('a cache whose values end', () => {
  test('a value is there until its time has come, and no longer', () => {
    const clock = new FakeClock()
    const cache = cacheOf(clock)
    cache.set('a', 'x', 10, 1000)
    clock.advance(999)
    expect(cache.get('a')).toBe('x')
    clock.advance(1)
    expect(cache.get('a')).toBeUndefined()
    expect(cache.size).toBe(0)
  })

  test('what has no time is not kept, and takes away what was there', () => {
    const cache = cacheOf()
    cache.set('a', 'x', 10, 1000)
    cache.set('a', 'y', 10, 0)
    expect(cache.get('a')).toBeUndefined()
  })

  test('a clock that is set makes no value live longer', () => {
    const clock = new FakeClock()
    const cache = new ExpiringCache<string>({ clock, maxEntries: 3, maxBytes: 100 })
    cache.set('a', 'x', 10, 1000)
    clock.setBack(3 * 86_400_000)
    clock.advance(999)
    expect(cache.get('a')).toBe('x')
    clock.advance(1)
    expect(cache.get('a')).toBeUndefined()
  })

  test('of too many the one goes that was not asked for longest', () => {
    const cache = cacheOf()
    for (const key of ['a', 'b', 'c']) cache.set(key, key, 1, 1000)
    expect(cache.get('a')).toBe('a')
    cache.set('d', 'd', 1, 1000)
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c', 'd'])
  })

  test('bytes are bounded, and are counted anew for a value that replaces another', () => {
    const cache = cacheOf()
    cache.set('a', 'x', 60, 1000)
    for (let i = 0; i < 5; i++) cache.set('a', 'y', 60, 1000)
    cache.set('b', 'z', 40, 1000)
    expect([cache.get('a'), cache.get('b')]).toEqual(['y', 'z'])
    cache.set('c', 'w', 1, 1000)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 'z', 'w'])
    cache.set('large', 'v', 101, 1000)
    expect(cache.get('large')).toBeUndefined()
    expect(cache.get('b')).toBe('z')
  })
})

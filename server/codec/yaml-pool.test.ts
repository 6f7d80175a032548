import { afterEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { YamlPool, type YamlPoolOptions } from './yaml-pool.ts'
import { stringifyYaml } from './yaml.ts'
import { yamlToJson } from './yaml-read.ts'

const pools: YamlPool[] = []
function poolOf(o: YamlPoolOptions = {}): YamlPool {
  const pool = new YamlPool({ clock: new FakeClock(), ...o })
  pools.push(pool)
  return pool
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((p) => p.close()))
})

const large = '- a\n'.repeat(20_000)

describe('YAML on threads', () => {
  test('the answer is that of a text read at once, faults too', async () => {
    const pool = poolOf()
    const text = 'x: &x {k: "1"}\nd: {k: "0", <<: *x}\n中: "é😀"'
    expect(await pool.read(text)).toEqual(yamlToJson(text))
    await expect(pool.read('a: b: c')).rejects.toThrow('yaml: mapping values are not allowed in this context')
    expect(await pool.read(large)).toEqual(yamlToJson(large))
    expect(pool.size).toBe(1)
  })

  test('threads are started for what comes at once, up to their number', async () => {
    const pool = poolOf({ workers: 2 })
    const all = ['a: 0', 'a: 1', 'a: 2', 'a: 3'].map((text) => pool.read(text))
    expect(pool.size).toBe(2)
    expect((await Promise.all(all)).map((read) => read.json)).toEqual(['{"a":0}', '{"a":1}', '{"a":2}', '{"a":3}'])
    expect(pool.size).toBe(2)
  })

  test('what waits is read in the order in which it came', async () => {
    const pool = poolOf({ workers: 1 })
    const done: number[] = []
    await Promise.all([large, 'a: 1', large, 'a: 3'].map((text, i) => pool.read(text).then(() => done.push(i))))
    expect(done).toEqual([0, 1, 2, 3])
  })

  test('a value is written as it is at once, digits and all', async () => {
    const pool = poolOf()
    const value = { b: [1, 'yes', null, { c: '2026-01-01' }], a: 'two\nlines', n: 9223372036854775807n }
    expect(await pool.write(JSON.stringify(value))).toBe(stringifyYaml(value))
  })

  test('too much that waits is refused with 429', async () => {
    const pool = poolOf({ workers: 1, maxWaiting: 10 })
    const first = pool.read(large)
    const second = pool.read('a: 1')
    await expect(pool.read('b: 23456789')).rejects.toMatchObject({ status: { code: 429, details: { retryAfterSeconds: 1 } } })
    expect((await second).json).toBe('{"a":1}')
    await first
    expect((await pool.read('b: 23456789')).json).toBe('{"b":23456789}')
  })

  test('a thread without work ends, and another one comes when there is some', async () => {
    const clock = new FakeClock()
    const pool = poolOf({ clock, idleMs: 1000 })
    await pool.read('a: 1')
    clock.advance(999)
    await pool.read('a: 1')
    clock.advance(999)
    expect(pool.size).toBe(1)
    clock.advance(1)
    expect(pool.size).toBe(0)
    expect((await pool.read('a: 1')).json).toBe('{"a":1}')
  })

  test('what takes too long is refused, and what waits behind it is read', async () => {
    const clock = new FakeClock()
    const pool = poolOf({ clock, workers: 1, timeLimitMs: 1000 })
    const slow = pool.read(large.repeat(30))
    const next = pool.read('a: 1')
    clock.advance(1000)
    await expect(slow).rejects.toThrow('yaml: document is too complex')
    expect((await next).json).toBe('{"a":1}')
  })

  test('what takes too much memory is refused, and what waits behind it is read', async () => {
    const pool = poolOf({ workers: 1, heapMb: 16 })
    const big = pool.read(large.repeat(10))
    const next = pool.read('a: 1')
    await expect(big).rejects.toThrow('yaml: document is too complex')
    expect((await next).json).toBe('{"a":1}')
  })
})

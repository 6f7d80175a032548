import { describe, expect, test } from 'vitest'
import { FutureRevisionError } from '../contract.ts'
import { compareKeys } from './order.ts'
import { bytes, type Suite } from './suite.ts'

/** Guarantees of reads, now and at a revision. */
export function readTests(suite: Suite): void {
  const { store, fresh } = suite
  describe('reads', () => {
    test('a list has the keys of the suite.prefix in byte order, and only those', async () => {
      fresh()
      const names = ['a', 'a/', 'a0', 'ab', 'b', 'Z', 'é', '\u{ffff}', '\u{1f600}', 'a\u0001']
      for (const name of names) await store().create(suite.prefix + name, bytes(name))
      await store().create(`${suite.prefix.slice(0, -1)}0`, bytes('beside'))
      const { items, more, remaining } = await store().list(suite.prefix)
      expect(items.map((item) => item.key)).toEqual(names.map((name) => suite.prefix + name).sort(compareKeys))
      expect({ more, remaining }).toEqual({ more: false, remaining: 0 })
      expect((await store().list(`${suite.prefix}a`)).items.map((item) => item.key.slice(suite.prefix.length))).toEqual([
        'a',
        'a\u0001',
        'a/',
        'a0',
        'ab',
      ])
      expect((await store().list(`${suite.prefix}none`)).items).toEqual([])
    })

    test('pages join to the whole list, with the exact number that remains', async () => {
      fresh()
      for (let i = 0; i < 25; i++) await store().create(`${suite.prefix}${String(i).padStart(2, '0')}`, bytes(`${i}`))
      const whole = await store().list(suite.prefix)
      const paged: string[] = []
      let after: string | undefined
      for (;;) {
        const page = await store().list(suite.prefix, { limit: 7, revision: whole.revision, after })
        paged.push(...page.items.map((item) => item.key))
        expect(page.remaining).toBe(25 - paged.length)
        expect(page.more).toBe(page.remaining > 0)
        expect(page.revision).toBe(whole.revision)
        if (!page.more) break
        after = page.items.at(-1)?.key
        await store().create(`${suite.prefix}99-${paged.length}`, bytes('later'))
      }
      expect(paged).toEqual(whole.items.map((item) => item.key))
      expect((await store().list(suite.prefix, { limit: 25, revision: whole.revision })).more).toBe(false)
    })

    test('a read at a revision sees what was there then', async () => {
      const key = `${fresh()}a`
      const one = await store().create(key, bytes('1'))
      const two = await store().update(key, bytes('2'), one)
      const three = await store().delete(key, two)
      expect((await store().get(key, { revision: one - 1 })).kv).toBeUndefined()
      expect((await store().get(key, { revision: one })).kv?.value.toString()).toBe('1')
      expect((await store().get(key, { revision: two })).kv?.value.toString()).toBe('2')
      expect((await store().get(key, { revision: three })).kv).toBeUndefined()
      expect((await store().list(suite.prefix, { revision: two })).items.map((item) => item.value.toString())).toEqual(['2'])
      expect((await store().list(suite.prefix, { revision: three })).items).toEqual([])
      expect((await store().get(key, { revision: one })).revision).toBe(one)
    })

    test('a read above the newest revision is FutureRevisionError', async () => {
      const newest = await store().currentRevision()
      await expect(store().get(`${fresh()}a`, { revision: newest + 1 })).rejects.toThrow(FutureRevisionError)
      await expect(store().list(suite.prefix, { revision: newest + 1000 })).rejects.toThrow(FutureRevisionError)
      await expect(store().list(suite.prefix, { revision: newest + 1000 })).rejects.toMatchObject({ currentRevision: newest })
    })

    test('many keys list and page', async () => {
      fresh()
      const count = suite.options.manyKeys ?? 5000
      const key = (i: number) => `${suite.prefix}ns-${i % 10}/name-${String(i).padStart(6, '0')}`
      for (let i = 0; i < count; i += 250)
        await Promise.all(Array.from({ length: 250 }, (_, j) => store().create(key(i + j), Buffer.alloc(300, 'v'))))
      const all = await store().list(suite.prefix)
      expect(all.items).toHaveLength(count)
      const first = await store().list(`${suite.prefix}ns-3/`, { limit: 10 })
      expect(first.remaining).toBe(count / 10 - 10)
      const rest = await store().list(`${suite.prefix}ns-3/`, { after: first.items.at(-1)?.key })
      expect(rest.items).toHaveLength(count / 10 - 10)
    })
  })
}

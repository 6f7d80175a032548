import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scratchFolder } from '../testing/scratch.ts'
import { endOfPrefix } from './key-range.ts'
import { isDiskFull } from './open-errors.ts'
import { CREATE, DELETE, UPDATE, type WriteBatch, type WriteKind } from './protocol.ts'
import { Reader } from './reader.ts'
import { openDatabase } from './schema.ts'
import { Writer } from './writer.ts'

async function opened() {
  const folder = await scratchFolder()
  const path = join(folder.path, 'store.db')
  const db = openDatabase(path)
  return { db, writer: new Writer(db, path), reader: new Reader(db), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

function batch(...writes: { kind: WriteKind; key: string; expected?: number; value?: string; at?: number }[]): WriteBatch {
  const values = writes.map(({ value = '' }) => Buffer.from(value))
  return {
    type: 'writes',
    writes: writes.flatMap(({ kind, key, expected = 0, at = 0 }, i) => [kind, key, expected, at, values[i]?.length ?? 0]),
    values: Uint8Array.from(Buffer.concat(values)),
  }
}

const rows = (db: DatabaseSync) =>
  db
    .prepare('SELECT rev, key, created FROM log ORDER BY rev')
    .all()
    .map((row) => Object.values(row).join(' '))

test('in one group each write is judged after those before it, and a refused one takes no revision', async () => {
  await using store = await opened()
  const { results, refused } = store.writer.commit([
    batch(
      { kind: CREATE, key: 'a', value: '1' },
      { kind: CREATE, key: 'a', value: '2' },
      { kind: UPDATE, key: 'a', expected: 1, value: '3' },
    ),
    batch({ kind: DELETE, key: 'a', expected: 1 }, { kind: DELETE, key: 'a', expected: 2 }, { kind: CREATE, key: 'a', value: '4' }),
  ])
  expect([...results]).toEqual([1, 1, 0, 0, 2, 1, 0, 0, 3, 1, 4, 4])
  expect(refused.map(({ index, current }) => [index, current && Buffer.from(current.value).toString(), current?.revision])).toEqual([
    [1, '1', 1],
    [3, '3', 2],
  ])
  expect(store.reader.get('a', 4)?.value.toString()).toBe('4')
})

test('compaction removes what is superseded and tombstones below, in steps, and keeps what can still be read', async () => {
  await using store = await opened()
  const { db, writer } = store
  for (let i = 0; i < 1000; i++)
    writer.commit([batch(i === 0 ? { kind: CREATE, key: 'hot', value: '0' } : { kind: UPDATE, key: 'hot', expected: i, value: `${i}` })])
  writer.commit([batch({ kind: CREATE, key: 'gone', value: 'x' }, { kind: DELETE, key: 'gone', expected: 1001 })])
  writer.commit([batch({ kind: CREATE, key: 'late', value: 'x' }, { kind: DELETE, key: 'late', expected: 1003 })])
  writer.compact(1004)
  let steps = 1
  while (writer.sweep()) steps++
  expect(steps).toBeGreaterThan(3)
  expect(rows(db)).toEqual(['1000 hot 1', '1004 late 0'])
  writer.commit([batch({ kind: UPDATE, key: 'hot', expected: 1000, value: 'y' })])
  writer.compact(1005)
  expect(writer.sweep()).toBe(false)
  expect(rows(db)).toEqual(['1005 hot 1'])
  expect(writer.sweep()).toBe(false)
})

test('a compaction that was interrupted goes on from where it was', async () => {
  await using store = await opened()
  store.writer.commit([batch(...Array.from({ length: 600 }, (_, i) => ({ kind: CREATE, key: `k${i}`, value: 'x' })))])
  store.writer.commit([batch(...Array.from({ length: 600 }, (_, i) => ({ kind: DELETE, key: `k${i}`, expected: i + 1 })))])
  store.writer.compact(1200)
  expect(store.writer.sweep()).toBe(true)
  const again = new Writer(store.db, ':memory:')
  expect([again.revision, again.compacted]).toEqual([1200, 1200])
  while (again.sweep()) expect(again.revision).toBe(1200)
  expect(rows(store.db)).toEqual(['1200 k599 0'])
})

test('a full disk refuses the whole group, and the store goes on when there is space', async () => {
  await using store = await opened()
  const { db, writer } = store
  writer.commit([batch({ kind: CREATE, key: 'a', value: '1' })])
  const pages = Number(Object.values(db.prepare('PRAGMA page_count').get() ?? {})[0])
  db.exec(`PRAGMA max_page_count = ${pages + 2}`)
  const large = batch({ kind: CREATE, key: 'b', value: 'b' }, { kind: CREATE, key: 'c', value: 'c'.repeat(100_000) })
  let error: unknown
  try {
    writer.commit([large])
  } catch (reason) {
    error = reason
  }
  expect(isDiskFull(error)).toBe(true)
  expect(writer.revision).toBe(1)
  expect(store.reader.get('b', 10)).toBeUndefined()
  db.exec('PRAGMA max_page_count = 100000')
  expect([...writer.commit([large]).results]).toEqual([2, 2, 3, 3])
})

test('only the write that set a lifetime is ended by it', async () => {
  await using store = await opened()
  const { writer } = store
  writer.commit([
    batch(
      { kind: CREATE, key: 'a', value: '1', at: 100 },
      { kind: CREATE, key: 'b', value: '1', at: 50 },
      { kind: UPDATE, key: 'b', expected: 2, value: '2' },
    ),
  ])
  expect(writer.nextExpiry()).toBe(50)
  expect(writer.expire(99)).toEqual([])
  expect(writer.nextExpiry()).toBe(100)
  expect(writer.expire(100)).toEqual([{ key: 'a', revision: 4 }])
  expect(writer.nextExpiry()).toBe(0)
  expect(store.reader.get('b', 4)?.value.toString()).toBe('2')
})

test('the end of a prefix sorts after all its keys and before all others', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'), maxLength: 4 })
  fc.assert(
    fc.property(text, text, (prefix, key) => {
      const end = endOfPrefix(prefix)
      const inside =
        Buffer.compare(Buffer.from(key), Buffer.from(prefix)) >= 0 &&
        (typeof end !== 'string' || Buffer.compare(Buffer.from(key), Buffer.from(end)) < 0)
      expect(inside).toBe(key.startsWith(prefix))
    }),
  )
})

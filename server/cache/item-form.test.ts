import { inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Piece } from './chunk.ts'
import { Entry } from './entry.ts'
import { EntryList } from './entry-list.ts'
import { JSON_ITEMS, protobufItems, type ItemForm } from './item-form.ts'
import { withResourceVersion } from './stored-json.ts'
import { keyOf, podSchema, stored } from './testing/fixtures.ts'

let revision = 0
const entryOf = (path: string): Entry => {
  const rv = ++revision
  return new Entry(podSchema, keyOf(path), rv, rv, withResourceVersion(stored(path), rv))
}

/** A form whose messages are `length` bytes long, and how many were made. */
function counted(length = 300): { form: ItemForm; made: () => number } {
  let made = 0
  const make = (e: Entry): Buffer => {
    made++
    return Buffer.alloc(length, `${e.name}@${e.revision} `)
  }
  return { form: protobufItems('counted', make), made: () => made }
}

function filled(n: number): EntryList {
  const list = new EntryList()
  list.load(Array.from({ length: n }, (_, i) => entryOf(`a/p${1000 + i}`)))
  return list
}

const piecesOf = (list: EntryList, form: ItemForm): Piece[] => list.runs({ namespace: '' }).map((run) => run.cut().piece(form))
const varint = (n: number): number[] => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...varint(n >>> 7)])
const framed = (message: Buffer): Buffer => Buffer.concat([Buffer.from([0x12, ...varint(message.length)]), message])

describe('items in protobuf', () => {
  test.each([0, 1, 127, 128, 16_383, 16_384, 3_000_000])('a message of %i bytes stands behind its tag and length', (length) => {
    const { form } = counted(length)
    const list = filled(2)
    const [a, b] = [...list.entries({ namespace: '' })].map((e) => framed(Buffer.from(form.of(e))))
    expect(piecesOf(list, form)[0]!.bytes.equals(Buffer.concat([a!, b!]))).toBe(true)
  })

  test('only what was written is encoded again, and only its chunk is compressed again', async () => {
    const { form, made } = counted()
    const list = filled(300)
    const before = await Promise.all(piecesOf(list, form).map((p) => p.deflated()))
    expect([before.length, made()]).toEqual([3, 300])
    const again = await Promise.all(piecesOf(list, form).map((p) => p.deflated()))
    expect([again.every((piece, i) => piece === before[i]), made()]).toEqual([true, 300])
    const changed = entryOf('a/p1150')
    list.set(changed)
    const pieces = piecesOf(list, form)
    const after = await Promise.all(pieces.map((p) => p.deflated()))
    expect(after.map((piece, i) => piece === before[i])).toEqual([true, false, true])
    expect(made()).toBe(301)
    expect(pieces[1]!.bytes.includes(`p1150@${changed.revision}`)).toBe(true)
    for (const [i, { bytes }] of after.entries()) expect(inflateRawSync(Buffer.concat([bytes, LAST])).equals(pieces[i]!.bytes)).toBe(true)
  })

  test('entries share the bytes of their chunk; one that was replaced keeps its own', () => {
    const { form, made } = counted()
    const list = filled(100)
    const { buffer } = piecesOf(list, form)[0]!.bytes
    expect([...list.entries({ namespace: '' })].every((e) => form.of(e).buffer === buffer)).toBe(true)
    const old = list.set(entryOf('a/p1007'))!
    expect([form.of(old).buffer === buffer, form.of(old).toString().startsWith(`p1007@${old.revision} `), made()]).toEqual([
      false,
      true,
      100,
    ])
  })

  test('a page encodes no more than it shows, and takes from the chunk what is there', async () => {
    const { form, made } = counted()
    const list = filled(100)
    const page = (): Piece => list.runs({ namespace: '' })[0]!.take(5).cut().piece(form)
    const alone = page()
    expect(made()).toBe(5)
    const [whole] = piecesOf(list, form)
    expect(page().bytes.buffer).toBe(whole!.bytes.buffer)
    expect(page().bytes.equals(alone.bytes)).toBe(true)
    expect(inflateRawSync(Buffer.concat([(await page().deflated()).bytes, LAST])).equals(alone.bytes)).toBe(true)
  })

  test('each form is remembered for itself', async () => {
    const { form } = counted()
    const list = filled(10)
    const [json, protobuf] = [piecesOf(list, JSON_ITEMS)[0]!, piecesOf(list, form)[0]!]
    expect(await json.deflated()).not.toBe(await protobuf.deflated())
    expect(await json.deflated()).toBe(await piecesOf(list, JSON_ITEMS)[0]!.deflated())
    expect(JSON.parse(`[${json.bytes.toString()}]`)).toHaveLength(10)
  })

  test('what is compressed late is what was cut, and is not remembered for what came after it', async () => {
    const { form } = counted()
    const list = filled(10)
    const [cut] = piecesOf(list, form)
    list.set(entryOf('a/p1003'))
    const late = await cut!.deflated()
    expect(inflateRawSync(Buffer.concat([late.bytes, LAST])).equals(cut!.bytes)).toBe(true)
    const [now] = piecesOf(list, form)
    expect(inflateRawSync(Buffer.concat([(await now!.deflated()).bytes, LAST])).equals(now!.bytes)).toBe(true)
    expect(now!.bytes.equals(cut!.bytes)).toBe(false)
  })
})

/** A final block with nothing in it (RFC 1951 §3.2.6). */
const LAST = Buffer.from([0x03, 0x00])

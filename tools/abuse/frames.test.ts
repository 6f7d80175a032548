import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { HpackDecoder } from '../../server/serving/http2/hpack-decoder.ts'
import { block, END_HEADERS, END_STREAM, frame, getBlock, headerFrames, indexed, integer, remembered, settings, type } from './frames.ts'

const decode = (bytes: Buffer): [string, string][] => {
  const fields: [string, string][] = []
  new HpackDecoder().decode(bytes, 0, bytes.length, { onHeader: (name, value) => fields.push([name, value]) })
  return fields
}

describe('HPACK', () => {
  test('integers are those of RFC 7541 C.1', () => {
    expect([...integer(10, 5)]).toEqual([10])
    expect([...integer(1337, 5)]).toEqual([31, 154, 10])
    expect([...integer(42, 8)]).toEqual([42])
    expect([...integer(31, 5, 0x20)]).toEqual([63, 0])
  })

  test('a field of any length is read back', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '~', 'é', '0'), maxLength: 2000 })
    fc.assert(
      fc.property(value, (v) => {
        expect(decode(block({ a: v }))).toEqual([['a', v]])
      }),
    )
  })

  test('what is remembered can be named by its index', () => {
    expect(decode(Buffer.concat([remembered('x', 'y'), indexed(62), indexed(2)]))).toEqual([
      ['x', 'y'],
      ['x', 'y'],
      [':method', 'GET'],
    ])
  })

  test('a request has its pseudo-headers and its token', () => {
    expect(decode(getBlock('/version', 't'))).toEqual([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', '/version'],
      ['authorization', 'Bearer t'],
    ])
  })
})

describe('frames', () => {
  test('have length, type, flags and stream', () => {
    expect([...frame(type.ping, 1, 5, Buffer.from('ab'))]).toEqual([0, 0, 2, 6, 1, 0, 0, 0, 5, 97, 98])
    expect([...settings({ 4: 65_536 })]).toEqual([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0])
  })

  test('a long header block goes out as HEADERS and CONTINUATION, and only the last ends it', () => {
    const bytes = headerFrames(1, Buffer.alloc(40_000))
    const heads: number[][] = []
    for (let at = 0; at < bytes.length; at += 9 + bytes.readUIntBE(at, 3))
      heads.push([bytes.readUIntBE(at, 3), bytes[at + 3]!, bytes[at + 4]!])
    expect(heads).toEqual([
      [16_384, type.headers, END_STREAM],
      [16_384, type.continuation, 0],
      [7232, type.continuation, END_HEADERS],
    ])
  })
})

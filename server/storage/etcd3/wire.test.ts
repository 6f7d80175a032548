import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { describe, expect, test } from 'vitest'
import { prefixRange } from './messages.ts'
import { WireReader, WireWriter } from './wire.ts'

describe('the wire encoding', () => {
  test('reads back what it wrote', () => {
    const field = fc.integer({ min: 1, max: 1000 })
    const entry = fc.oneof(fc.tuple(field, fc.maxSafeNat()), fc.tuple(field, fc.uint8Array({ maxLength: 300 })))
    fc.assert(
      fc.property(fc.array(entry), fc.nat(8), (entries, headroom) => {
        const writer = new WireWriter()
        for (const [number, value] of entries) typeof value === 'number' ? writer.number(number, value) : writer.bytes(number, value)
        const reader = new WireReader(writer.finish(headroom).subarray(headroom))
        for (const [number, value] of entries) {
          if (value === 0) continue
          expect(reader.next()).toBe(true)
          expect(reader.field).toBe(number)
          if (typeof value === 'number') expect(reader.number()).toBe(value)
          else expect([...reader.bytes()]).toEqual([...value])
        }
        expect(reader.next()).toBe(false)
      }),
    )
  })

  test('writes what protobufjs writes, also for the whole int64', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), fc.uint8Array(), (number, bytes) => {
        const low = Number(BigInt.asIntN(32, number))
        const high = Number(BigInt.asIntN(32, number >> 32n))
        const bits = new protobuf.util.LongBits(low, high)
        const theirs = protobuf.Writer.create()
          .uint32(24)
          .uint64(bits.toLong(true))
          .uint32(42)
          .fork()
          .uint32(18)
          .bytes(bytes)
          .ldelim()
          .finish()
        const ours = new WireWriter().number(3, number).message(5, new WireWriter().bytes(2, bytes)).finish()
        expect([...ours]).toEqual([...theirs])
      }),
    )
  })

  test('random bytes are read or refused with a RangeError, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const reader = new WireReader(Buffer.from(bytes))
        try {
          while (reader.next()) reader.skip()
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })
})

test('a range holds exactly the keys under its prefix', () => {
  const bytes = fc.string({ unit: 'binary', maxLength: 4 })
  fc.assert(
    fc.property(bytes, bytes, fc.boolean(), (prefix, text, below) => {
      const key = below ? prefix + text : text
      fc.pre(key !== '' && Buffer.from(key).toString() === key && Buffer.from(prefix).toString() === prefix)
      const { key: start, end } = prefixRange(prefix)
      const bytesOfKey = Buffer.from(key)
      // etcd's rule: an end of one zero byte means no end.
      const inside = Buffer.compare(bytesOfKey, start) >= 0 && (end.equals(Buffer.from([0])) || Buffer.compare(bytesOfKey, end) < 0)
      expect(inside).toBe(key.startsWith(prefix))
    }),
  )
})

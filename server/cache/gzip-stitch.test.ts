import { crc32, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deflatePiece } from './chunk.ts'
import { crc32Combine } from './crc32-combine.ts'
import { gzipOf, storedPiece } from './gzip-stitch.ts'

test('the CRC of two pieces follows from the CRC of each', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 70_000, size: 'max' }), (a, b) => {
      expect(crc32Combine(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])))
    }),
    { numRuns: 50 },
  )
})

test('pieces in any order and kind unzip to what went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 2000, size: 'max' })), { maxLength: 8 }), async (parts) => {
      const pieces = await Promise.all(
        parts.map(([stored, bytes]) => (stored ? Promise.resolve(storedPiece(Buffer.from(bytes))) : deflatePiece(Buffer.from(bytes)))),
      )
      expect(gunzipSync(Buffer.concat(gzipOf(pieces)))).toEqual(Buffer.concat(parts.map(([, b]) => b)))
    }),
    { numRuns: 40 },
  )
})

test('a stored block has a limit, which is said', () => {
  expect(() => storedPiece(Buffer.alloc(70_000))).toThrow(RangeError)
})

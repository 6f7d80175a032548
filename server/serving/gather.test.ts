import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Gather } from './gather.ts'

test('all pieces in their order, in a buffer of at most twice their size', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.array(fc.uint8Array({ maxLength: 2000, size: 'max' })), (expected, pieces) => {
      const gather = new Gather(expected)
      for (const piece of pieces) gather.add(Buffer.concat([Buffer.of(1), piece, Buffer.of(2)]), 1, piece.length + 1)
      const whole = Buffer.concat(pieces)
      expect(gather.length).toBe(whole.length)
      expect(gather.take().equals(whole)).toBe(true)
      expect(gather.take().buffer.byteLength).toBeLessThanOrEqual(Math.max(1024, expected, 2 * whole.length))
    }),
  )
})

test('what it has outgrown, and what nobody wants any more, is given back at once', () => {
  const gather = new Gather(4)
  gather.add(Buffer.alloc(1024), 0, 1024)
  const before = gather.take().buffer
  gather.add(Buffer.alloc(1), 0, 1)
  expect(before.byteLength).toBe(0)
  const now = gather.take().buffer
  expect(now.byteLength).toBe(2048)
  gather.release()
  expect(now.byteLength).toBe(0)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Gather } from './gather.ts'

test('all pieces in their order, in a buffer of at most twice their size', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.array(fc.uint8Array({ maxLength: 2000 })), (expected, pieces) => {
      const gather = new Gather(expected)
      for (const piece of pieces) gather.add(Buffer.concat([Buffer.of(1), piece, Buffer.of(2)]), 1, piece.length + 1)
      const whole = Buffer.concat(pieces)
      expect(gather.length).toBe(whole.length)
      expect(gather.take().equals(whole)).toBe(true)
      expect(gather.take().buffer.byteLength).toBeLessThanOrEqual(Math.max(1024, expected, 2 * whole.length))
    }),
  )
})

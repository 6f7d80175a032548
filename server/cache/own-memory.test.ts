import { expect, test } from 'vitest'
import { unpooled } from './own-memory.ts'

test('bytes cut from a larger block get memory of their own; bytes that have it stay as they are', () => {
  const piece = Buffer.alloc(65_536, 'a').subarray(100, 200)
  const own = unpooled(piece)
  expect(own).toEqual(piece)
  expect(own.buffer.byteLength).toBe(100)
  expect(unpooled(own)).toBe(own)
})

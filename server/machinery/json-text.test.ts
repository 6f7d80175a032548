import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText } from './json-text.ts'

const R = '\ufffd'

// What kube-apiserver 1.37.2 made of these bytes in a string.
test.each<[bytes: number[], text: string]>([
  [[0xe2, 0x82], R + R],
  [[0xf0, 0x9f, 0x98], R + R + R],
  [[0xed, 0xa0, 0x80], R + R + R],
  [[0xff], R],
  [[0xc0, 0x80], R + R],
  [[0xf4, 0x90, 0x80, 0x80], R + R + R + R],
  [[0xe2, 0x41], `${R}A`],
  [[0xe2, 0x82, 0xac], '€'],
  [[0xef, 0xbf, 0xbd, 0xe2], R + R],
])('%j', (bytes, text) => {
  expect(jsonText(Buffer.from([0x78, ...bytes, 0x79]))).toBe(`x${text}y`)
})

test.each([
  ['x\\ud800y', 'x\\ufffdy'],
  ['\\ud83d\\ude00 \\udc00\\ud800', '\\ud83d\\ude00 \\ufffd\\ufffd'],
  ['\\uD800\\u0041', '\\ufffd\\u0041'],
  ['\\ud800\\ud83d\\ude00', '\\ufffd\\ud83d\\ude00'],
  ['\\\\ud800', '\\\\ud800'],
  ['\\\\\\ud800', '\\\\\\ufffd'],
  ['\\ufffd', '\\ufffd'],
  ['\ufeffa', '\ufeffa'],
])('%s is read as %s', (text, read) => {
  expect(jsonText(Buffer.from(text))).toBe(read)
})

test('what is well-formed stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = JSON.stringify(text.toWellFormed())
      expect(jsonText(Buffer.from(json))).toBe(json)
    }),
  )
})

test('any bytes become a well-formed text whose escapes are whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = jsonText(Buffer.from(bytes))
      expect(text.isWellFormed()).toBe(true)
      // One replacement for each byte that is none of UTF-8's.
      expect([...text].length).toBeGreaterThanOrEqual([...Buffer.from(bytes).toString()].length)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinItems } from './representation.ts'

const HEAD = Buffer.from('{"items":[')
const item = fc.string({ maxLength: 12 }).map((s) => JSON.stringify(s))

test('items are joined alike, wherever they stand in memory', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(item, fc.boolean()), { maxLength: 30 }), (items) => {
      // Some of them lie side by side with a comma between, as in a joined chunk; the others on their own.
      const joined = Buffer.from(items.map(([text]) => text).join(','))
      let at = 0
      const buffers = items.map(([text, apart]) => {
        const length = Buffer.byteLength(text)
        const view = joined.subarray(at, at + length)
        at += length + 1
        return apart ? Buffer.from(view) : view
      })
      const out = Buffer.concat(joinItems(HEAD, buffers)).toString()
      expect(JSON.parse(out)).toEqual({ items: items.map(([text]) => JSON.parse(text) as unknown) })
    }),
  )
})

test('a page of one chunk is one piece', () => {
  const joined = Buffer.from('{"a":1},{"b":2},{"c":3}')
  const pieces = joinItems(HEAD, [joined.subarray(0, 7), joined.subarray(8, 15), joined.subarray(16)])
  expect(pieces.map(String)).toEqual(['{"items":[', '{"a":1},{"b":2},{"c":3}', ']}\n'])
})

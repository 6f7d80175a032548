import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WarningRecorder } from './warnings.ts'

function headersOf(...texts: readonly string[]): string[] {
  const w = new WarningRecorder()
  w.push(...texts)
  return w.headers
}

describe('WarningRecorder', () => {
  test('leaves out duplicates, empty and unprintable texts', () => {
    expect(headersOf('a', 'a', '', 'line\nbreak', '\ud800', 'b', 'a')).toEqual(['299 - "a"', '299 - "b"'])
  })

  test('escapes quotes', () => {
    expect(headersOf('a "b" \\')).toEqual(['299 - "a \\"b\\" \\\\"'])
  })

  test('4096 characters are sent whole', () => {
    expect(headersOf('é'.repeat(4095), 'b')).toEqual([`299 - "${'é'.repeat(4095)}"`, '299 - "b"'])
  })

  test('cuts all of them when together they are too long', () => {
    expect(headersOf('é'.repeat(4095), 'bc')).toEqual([`299 - "${'é'.repeat(256)}"`, '299 - "bc"'])
    expect(headersOf('😀'.repeat(4097))).toEqual([`299 - "${'😀'.repeat(256)}"`])
    const many = headersOf(...Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(500, 'é')))
    expect(many.length).toBe(16)
    expect(many.every((h) => [...h].length === '299 - ""'.length + 256)).toBe(true)
  })

  test('short ones end with the one that reaches the limit', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => String(i).padStart(30, 'w'))
    const headers = headersOf(...texts)
    // 136 of 30 characters fit in 4096, the next one begins below it.
    expect(headers).toEqual(texts.slice(0, 137).map((t) => `299 - "${t}"`))
  })

  test('it never matters in how many pieces they come', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('a', 'b'.repeat(300), 'é'.repeat(2000), '😀'.repeat(400)))
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
        const w = new WarningRecorder()
        for (const t of texts) w.push(t)
        expect(w.headers).toEqual(headersOf(...texts))
      }),
    )
  })
})

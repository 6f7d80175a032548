import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapedJson, escapeJson, escapeJsonBytes } from './json-escape.ts'

const cases = [
  ['<', String.raw`"\u003c"`],
  ['>', String.raw`"\u003e"`],
  ['&', String.raw`"\u0026"`],
  ['\u2028', String.raw`"\u2028"`],
  ['\u2029', String.raw`"\u2029"`],
  // The same lead byte, and what Go leaves alone.
  ['\u2014', '"\u2014"'],
  ['\u007f é', '"\u007f é"'],
  ['<a> & <b>', String.raw`"\u003ca\u003e \u0026 \u003cb\u003e"`],
] as const

describe('what Go escapes in JSON', () => {
  test.each(cases)('%j: %s', (text, json) => {
    expect(escapedJson(text)).toBe(json)
    expect(escapeJson(JSON.stringify(text))).toBe(json)
    expect(escapeJsonBytes(Buffer.from(JSON.stringify(text))).toString()).toBe(json)
  })

  test('indented, and in the names of fields', () => {
    expect(escapedJson({ '<k>': ['&'] }, 2)).toBe('{\n  "\\u003ck\\u003e": [\n    "\\u0026"\n  ]\n}')
  })

  test('bytes that need nothing are not copied', () => {
    const bytes = Buffer.from('{"a":"—b"}')
    expect(escapeJsonBytes(bytes)).toBe(bytes)
  })

  test('says the same, and twice is once', () => {
    const text = fc.string({ unit: fc.constantFrom('<', '>', '&', '\u2028', '\u2029', '\\', '"', 'a', '—', '😀', '\n') })
    fc.assert(
      fc.property(fc.dictionary(text, text), (value) => {
        const json = escapedJson(value)
        expect(JSON.parse(json)).toEqual(value)
        expect(json).not.toMatch(/[<>&\u2028\u2029]/)
        expect(escapeJson(json)).toBe(json)
        expect(escapeJsonBytes(Buffer.from(JSON.stringify(value))).toString()).toBe(json)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutDepth, Entries, faultIn, JsonError, hasDuplicateKeys, parseEntries, parseJson } from './json.ts'
import { jsonText } from './json-text.ts'
import { JsonNumber, literalOf } from './numbers.ts'

// Each text is what a kube-apiserver 1.37.2 answered after `json parse error: `.
const refused: [body: string, text: string][] = [
  ['{"a"', 'unexpected end of JSON input'],
  ['{"a":x}', "invalid character 'x' looking for beginning of value"],
  ['{"a":1} x', "invalid character 'x' after top-level value"],
  ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
  ['{"a":"\\u12g4"}', "invalid character 'g' in \\u hexadecimal character escape"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
  ['{"a":[1 2]}', "invalid character '2' after array element"],
  ['{"a":[1,]}', "invalid character ']' looking for beginning of value"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['{"a":nulx}', "invalid character 'x' in literal null (expecting 'l')"],
  ['{"a":-}', "invalid character '}' in numeric literal"],
  ['{"a":-x}', "invalid character 'x' in numeric literal"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"a":1.x}', "invalid character 'x' after decimal point in numeric literal"],
  ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
  ['{"a":1e+x}', "invalid character 'x' in exponent of numeric literal"],
  ['{"a":01}', "invalid character '1' after object key:value pair"],
  ['{"a":"\n"}', "invalid character '\\n' in string literal"],
  ['{"a":"x', 'unexpected end of JSON input'],
  ['{"a":\'x\'}', "invalid character '\\'' looking for beginning of value"],
  ['{"a":\u00e9}', "invalid character '\u00c3' looking for beginning of value"],
  ['{"a":"\t"}', "invalid character '\\t' in string literal"],
  ['{,}', "invalid character ',' looking for beginning of object key string"],
  ['{"a":1}}', "invalid character '}' after top-level value"],
  [' ', 'unexpected end of JSON input'],
  ['{"a":1]', "invalid character ']' after object key:value pair"],
  ['{"a":]', "invalid character ']' looking for beginning of value"],
  ['{"a":\u0001}', "invalid character '\\x01' looking for beginning of value"],
  ['{"a":\\}', "invalid character '\\\\' looking for beginning of value"],
  ['{"a":.5}', "invalid character '.' looking for beginning of value"],
  ['{"a":+1}', "invalid character '+' looking for beginning of value"],
  ['{"a":1}\u0000', "invalid character '\\x00' after top-level value"],
  ['{"a":"\\', "invalid character ' ' in string escape code"],
  ['{"a":1.5.5}', "invalid character '.' after object key:value pair"],
  ['{"a":f', "invalid character ' ' in literal false (expecting 'a')"],
  ['{"a":-01}', "invalid character '1' after object key:value pair"],
  ['{"a":NaN}', "invalid character 'N' looking for beginning of value"],
  ['\ufeff{"a":1}', "invalid character '\u00ef' looking for beginning of value"],
  ['{"a":\u007f}', "invalid character '\\x7f' looking for beginning of value"],
  ['{"a":\u2028}', "invalid character '\u00e2' looking for beginning of value"],
  ['{"a":1}\n\n//x', "invalid character '/' after top-level value"],
]

test.each(refused)('%j is refused in Go words', (body, text) => {
  expect(() => parseJson(body)).toThrow(expect.objectContaining({ name: 'JsonError', message: text }))
})

test.each([
  ['ff', "invalid character 'ÿ' looking for beginning of value"],
  ['7b2261223a22f09f9880ff222c8080', "invalid character '\\u0080' looking for beginning of object key string"],
  ['efbbbf7b7d', "invalid character 'ï' looking for beginning of value"],
  ['7b', 'unexpected end of JSON input'],
])('the bytes %s are refused by the byte that cannot be there', (hex, text) => {
  const bytes = Buffer.from(hex, 'hex')
  let fault: unknown
  try {
    parseJson(jsonText(bytes))
  } catch (e) {
    fault = e
  }
  expect(faultIn(fault as JsonError, bytes)).toBe(text)
})

/** Entries back to what JSON.parse would give. */
function plain(value: unknown): unknown {
  if (value instanceof Entries) return Object.fromEntries(value.list.map(([key, item]) => [key, plain(item)]))
  return Array.isArray(value) ? value.map(plain) : value
}

/** What the engine makes of numbers. */
function asFloats(value: unknown): unknown {
  if (typeof value === 'bigint' || value instanceof JsonNumber) return JSON.parse(literalOf(value)!)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(asFloats)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asFloats(item)]))
}

describe('any text', () => {
  test('is read as the engine reads it, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:0-.eEtrufalsn\\u ') })), (text) => {
        let want: unknown
        try {
          want = JSON.parse(text)
        } catch {
          expect(() => parseJson(text)).toThrow(/^(?:unexpected end of JSON input|invalid character '.+' )/s)
          expect(() => parseEntries(text)).toThrow(JsonError)
          return
        }
        expect(asFloats(parseJson(text))).toEqual(want)
        expect(plain(parseEntries(text))).toEqual(parseJson(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('tells duplicate keys apart from none', () => {
    const dictionary = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
    fc.assert(
      fc.property(dictionary, fc.constantFrom('', ' ', '\n\t'), (object, gap) => {
        const text = JSON.stringify(object, undefined, gap)
        expect(hasDuplicateKeys(text, JSON.parse(text))).toBe(false)
        const key = JSON.stringify(Object.keys(object)[0])
        const twice = text.replace(/\}$/, () => `,${gap}${key}${gap}:${gap}1}`)
        expect(hasDuplicateKeys(twice, JSON.parse(twice))).toBe(true)
        expect((parseEntries(twice) as Entries).list.length).toBe(Object.keys(object).length + 1)
      }),
    )
  })
})

describe('what is nested deeper than any type', () => {
  const nest = (levels: number, inner: string): string => '{"a":['.repeat(levels / 2) + inner + ']}'.repeat(levels / 2)

  test('is emptied', () => {
    const cut = cutDepth(`{"kind":"[[","b":${nest(9000, '"]"')},"c":{"d":${nest(4, '1')}}}`)
    expect(parseJson(cut)).toMatchObject({ kind: '[[', c: { d: { a: [{ a: [1] }] } } })
    expect(cut.length).toBeLessThan(10_000)
  })

  test.each([
    ['not as deep', nest(2000, '')],
    ['too deep for Go as well', nest(10_002, '')],
    ['no JSON', `{"a":"${'['.repeat(5000)}`],
  ])('%s: stays', (_, text) => {
    expect(cutDepth(text)).toBe(text)
  })

  test('as many levels as there may be', () => {
    expect(cutDepth(nest(2002, '1'))).toBe(nest(2000, ''))
    expect(cutDepth(`[${nest(2000, '1')},2]`)).toBe(`[${nest(1998, '{}')},2]`)
  })
})

test('nesting without end is refused before anything recurses into it', () => {
  const deep = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000)
  expect(() => parseJson(deep('[', ']'))).toThrow("invalid character '[' exceeded max depth")
  expect(() => parseJson(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)).toThrow("invalid character '{' exceeded max depth")
  expect(() => parseJson('['.repeat(100_000))).toThrow(JsonError)
  // Many small objects are not deep, nor are brackets in strings.
  expect(parseJson(`[${Array(5000).fill('{}').join(',')}]`)).toHaveLength(5000)
  expect(parseJson(JSON.stringify(['['.repeat(5000)]))).toEqual(['['.repeat(5000)])
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNumbers } from '../machinery/numbers.ts'
import { YamlError, parseYaml, stringifyYaml } from './yaml.ts'

describe('scalars, as the reference reads them', () => {
  test.each<[string, unknown]>([
    ['yes', true],
    ['y', true],
    ['NO', false],
    ['Off', false],
    ['014', 12],
    ['0o14', 12],
    ['08', 8],
    ['0o8', '0o8'],
    ['1_000', 1000],
    ['1:30', '1:30'],
    ['190:20:30', '190:20:30'],
    ['2001-01-01', '2001-01-01'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
    ['~', null],
    ['Null', null],
    ['0x1f', 31],
    ['-0x1', -1],
    ['0b11', 3],
    ['.5', 0.5],
    ['1.', 1],
    ['1e3', 1000],
    ['1e400', '1e400'],
    ['+1', 1],
    ['.', '.'],
    ['"x"', 'x'],
    ['"5"', '5'],
    ['!!str 5', '5'],
    ['!!binary YWJj', 'abc'],
  ])('%s', (text, value) => {
    expect(parseYaml(`a: ${text}`).value).toEqual({ a: value })
  })

  test('keys become strings; merges and aliases are followed', () => {
    expect(parseYaml('{1: a, true: b, 1.5: c}').value).toEqual({ 1: 'a', true: 'b', 1.5: 'c' })
    expect(parseYaml('x: &a {b: 1}\nz:\n  <<: *a\n  c: 2').value).toEqual({ x: { b: 1 }, z: { b: 1, c: 2 } })
  })

  test('the first document counts, and the last of two equal keys', () => {
    expect(parseYaml('a: 1\n---\nb: 2').value).toEqual({ a: 1 })
    expect(parseYaml('x: {a: 1, a: 2}\n')).toEqual({ value: { x: { a: 2 } }, duplicates: ['line 1: key "a" already set in map'] })
  })
})

describe('texts that are no YAML', () => {
  test.each([
    ['\tx: 1', 'yaml: found character that cannot start any token'],
    ['x: *nope', "yaml: unknown anchor 'nope' referenced"],
    ['a: 1\nb: c: d', 'yaml: line 2: mapping values are not allowed in this context'],
    ['a: [1\n', "yaml: line 1: did not find expected ',' or ']'"],
    ['{a: 1', "yaml: line 1: did not find expected ',' or '}'"],
    ['a:\n  b: 1\n c: 2\n', 'yaml: line 2: did not find expected key'],
    ['a: - b', 'yaml: block sequence entries are not allowed in this context'],
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['x: "\\q"', 'yaml: found unknown escape character'],
    ['x: "\\/"', 'yaml: found unknown escape character'],
    ['{"x": "\\ud800"}', 'yaml: found invalid Unicode character escape code'],
    ['{"x": "\\ud83d\\ude00"}', 'yaml: found invalid Unicode character escape code'],
    ['"\\uDFFF": y', 'yaml: found invalid Unicode character escape code'],
    ['a: b\nx: "\\/"', 'yaml: line 2: found unknown escape character'],
    ['x: "\\\\/ \\\\ud800 \\/"', 'yaml: found unknown escape character'],
    ['x: .nan', 'json: unsupported value: NaN'],
  ])('%j', (text, why) => {
    expect(() => parseYaml(text)).toThrow(new YamlError(why))
  })

  test('aliases that expand without end, and nesting', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((n, i) => `${n}: &${n} [${Array(10).fill(`*${'abcdefg'[i]}`).join(',')}]`),
    ]
    expect(() => parseYaml(bomb.join('\n'))).toThrow(YamlError)
    expect(() => parseYaml('['.repeat(20_000))).toThrow(YamlError)
  })

  test('any text is read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'a: -\n[]{}"\'&*!|>#%@,1.~') })), (text) => {
        try {
          parseYaml(text)
        } catch (e) {
          expect(e).toBeInstanceOf(YamlError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('answers', () => {
  test('in the style of the reference', () => {
    const data = { a: 'yes', c: '1', e: '0x1f', g: '', h: 'm\nl\n', i: 'm\nl', j: ' lead', l: 'a: b', o: '2001-01-01', u: 'a\tb', x: '.' }
    expect(stringifyYaml({ spec: { list: [{ b: 1, a: true }, null], empty: {}, none: [] }, data })).toBe(
      [
        'data:\n  a: "yes"\n  c: "1"\n  e: "0x1f"\n  g: ""\n  h: |\n    m\n    l\n  i: |-\n    m\n    l\n  j: \' lead\'\n  l: \'a: b\'\n',
        '  o: "2001-01-01"\n  u: "a\\tb"\n  x: .\n',
        'spec:\n  empty: {}\n  list:\n  - a: true\n    b: 1\n  - null\n  none: []\n',
      ].join(''),
    )
    expect(stringifyYaml({ p443: 1, p80: 1, a_: 1, ab: 1 })).toBe('a_: 1\nab: 1\np80: 1\np443: 1\n')
  })

  test('are read back as they were', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'grapheme' }), (value, text) => {
        const both = parseNumbers(JSON.stringify({ value, text: text.toWellFormed() }))
        expect(parseYaml(stringifyYaml(both)).value).toEqual(both)
      }),
      { numRuns: 300 },
    )
  })
})

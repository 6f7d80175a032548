import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { YamlError, parseYaml } from './yaml.ts'
import { yamlFault } from './yaml-fault.ts'

const long = 'k'.repeat(1100)

describe('JSON with a fault in it, in the words of the reference', () => {
  test.each([
    ['{"a":"b""c":1}', "did not find expected ',' or '}'"],
    ['{"a":[1 {}]}', "did not find expected ',' or ']'"],
    ['{"a":[{"b":1}"c":[2]]}', "did not find expected ',' or ']'"],
    ['{"a":{}b":{"c":1}}', "did not find expected ',' or '}'"],
    ['{"a":1}', undefined],
    ['{"a": "b": 1}', "did not find expected ',' or '}'"],
    ['{"type"{"Normal"}}', "did not find expected ',' or '}'"],
    ['[1,,2]', 'did not find expected node content'],
    ['{"a":"\\ud800"', 'found invalid Unicode character escape code'],
    ['{"a":"\\u12"}', 'did not find expected hexdecimal number'],
    ['{"a":"\\q"}', 'found unknown escape character'],
    ['{"a":"b', 'found unexpected end of stream'],
    ['{"a":@}', 'found character that cannot start any token'],
    // The scanner is still looking for what makes the brace a key when it comes to the quote.
    ['{"a" "b": "c', 'found unexpected end of stream'],
    ["{a: 'it''s', b: c:d}", undefined],
    ['[a: 1, b]', undefined],
    ['{a: &x [1], b: *x}', undefined],
    ['{a: - b}', 'did not find expected node content'],
    [`{"${long}": 1}`, "did not find expected ',' or '}'"],
  ])('%s', (text, why) => {
    expect(yamlFault(text)).toBe(why)
  })

  test.each([
    ['a: b\nkind X\nlist:\n', "line 3: could not find expected ':'"],
    ['a: b\nl', "line 3: could not find expected ':'"],
    ['list:\n- a: b\n  d', "line 4: could not find expected ':'"],
    ['a: b\nmap:\n  x: "y"\n[  z: 1\n', "line 5: could not find expected ':'"],
    ['map:\n  x:"y"\n  z: 1\n', 'line 3: mapping values are not allowed in this context'],
    ['list:\n- a: b\n \\ c: d\n', 'line 2: did not find expected key'],
    ['map:\n ? : "y', 'line 1: did not find expected key'],
    ['%kind: X\n', 'found unexpected non-alphabetical character'],
    ['%{}', 'could not find expected directive name'],
    ['a: |0\n b\n', 'found an indentation indicator equal to 0'],
    ['{: 1}', 'did not find expected node content'],
    ['{a: b, d":{"e":1}}', "did not find expected ',' or '}'"],
    ['{"a": *b}', "unknown anchor 'b' referenced"],
  ])('%j', (text, why) => {
    expect(() => parseYaml(text)).toThrow(new YamlError(`yaml: ${why}`))
  })

  test('what stands behind the first document is another one, which nobody reads', () => {
    expect(parseYaml('"a"} {b').value).toBe('a')
    expect(parseYaml('{"a": 1} [b').value).toEqual({ a: 1 })
  })

  test('the line is the one that Go says', () => {
    expect(() => parseYaml('{"a": 1,\n "b": 2\n "c": 3}')).toThrow(new YamlError("yaml: line 2: did not find expected ',' or '}'"))
    expect(() => parseYaml('a: &a [x]\nb: *a *a\n')).toThrow(new YamlError('yaml: line 1: did not find expected key'))
  })

  test('what JSON is has no fault, and any text is read to an end', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(yamlFault(JSON.stringify(value))).toBeUndefined()
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a: -\n[]{}"\'&*|>#%@,1.~?\\u\t') }), (text) => {
        expect(['undefined', 'string']).toContain(typeof yamlFault(text))
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { yamlToJson } from './yaml-read.ts'
import { yamlText } from './yaml-text.ts'

const read = (text: string): unknown => JSON.parse(yamlToJson(text).json)

// Each as kube-apiserver 1.37.2 read it in a manifest.
describe('within quotes and brackets lines are indented as they like', () => {
  test.each([
    ['d:\n  a: "x\n  y"\n  b: c\n', { d: { a: 'x y', b: 'c' } }],
    ["d:\n  a: \"x\ny\"\n  b: 'it''s'\n", { d: { a: 'x y', b: "it's" } }],
    ["d:\n  a: 'x\ny'\n  b: c\n", { d: { a: 'x y', b: 'c' } }],
    ["d:\n  a: 'x\n\n\n  y'\n", { d: { a: 'x\n\ny' } }],
    ['d:\n  a: "\n\n  x\n\n  y \n"\n', { d: { a: '\nx\ny ' } }],
    ['d: {\na: b\n}\n', { d: { a: 'b' } }],
    ['d:\n  {\na: b,\n c: d }\ne: f\n', { d: { a: 'b', c: 'd' }, e: 'f' }],
    ['d: {a: x\ny}\n', { d: { a: 'x y' } }],
    ['d:\n  a: [\nx,\n[w,\n  z]]\ne:\n- f\n', { d: { a: ['x', ['w', 'z']] }, e: ['f'] }],
  ])('%j', (text, object) => {
    expect(read(text)).toEqual(object)
  })

  test.each(["a: 'x\n---\ny'\n", 'a: "x\n...\ny"\n', 'a: {\n---\nb: c}\n'])('but a document ends there: %j', (text) => {
    expect(() => yamlToJson(text)).toThrow('yaml: ')
  })

  test('the block around them is as strict as ever', () => {
    expect(() => yamlToJson('d:\n    a: "b\nc"\n  e: f\n')).toThrow('yaml: ')
  })
})

describe('directives', () => {
  test.each(['%YAML 1.1\n---\na: b\n', '%TAG ! tag:x,2000:\n---\na: b\n', 'a: b\n...\n%YAML 1.2\n---\nc: d\n'])('%j is read', (text) => {
    expect(read(text)).toEqual({ a: 'b' })
  })

  test.each([
    ['%YAML 1.2\n---\na: b\n', 'found incompatible YAML document'],
    ['# c\n%YAML 1.2\n---\na: b\n', 'line 1: found incompatible YAML document'],
    ['\n\n%YAML 1.2\n---\na: b\n', 'line 2: found incompatible YAML document'],
    ['%YAML 2.0\n---\na: b\n', 'found incompatible YAML document'],
    ['%YAML 1\n---\na: b\n', "did not find expected digit or '.' character"],
    ['%YAML 1.1\n%YAML 1.1\n---\na: b\n', 'line 1: found duplicate %YAML directive'],
    ['%TAG ! tag:x,2000:\n%TAG ! tag:x,2000:\n---\na: b\n', 'line 1: found duplicate %TAG directive'],
    ['%FOO x\n---\na: b\n', 'found unknown directive name'],
    ['%YAML 1.1\na: b\n', 'line 1: did not find expected <document start>'],
    ['...', 'did not find expected node content'],
    ['...\na: b\n', 'did not find expected node content'],
  ])('%j: %s', (text, why) => {
    expect(() => yamlToJson(text)).toThrow(`yaml: ${why}`)
  })
})

test.each([
  ['a:\n  b: "\\x4"\n', 'line 2: did not find expected hexdecimal number'],
  ['a:\n  b: *\n', 'line 2: did not find expected alphabetic or numeric character'],
  ['a:\n  b: &\n', 'line 2: did not find expected alphabetic or numeric character'],
  ['{"a":"\u2028","b":"\\ud800"}', 'line 2: found invalid Unicode character escape code'],
  ['{"a":{"\u2028":"a"}}', "line 1: did not find expected ',' or '}'"],
  ['{"a\u0085b":"a"}', "line 1: did not find expected ',' or '}'"],
  [`{"b":"\u2028\u2029","${'y'.repeat(1023)}":"a"}`, "line 2: did not find expected ',' or '}'"],
  [`{"${'é'.repeat(1023)}":"a"}`, "did not find expected ',' or '}'"],
  [`{"${'y'.repeat(1021)}"  :"a"}`, "did not find expected ',' or '}'"],
  [`{"${'y'.repeat(1100)}":"a","b":"\\ud800"}`, "did not find expected ',' or '}'"],
  [`{"b":"\\ud800","${'y'.repeat(1100)}":"a"}`, 'found invalid Unicode character escape code'],
  ['a: b\nc: {"\u2028": a}\n', "line 2: did not find expected ',' or '}'"],
  ['a: b\nc:\n  "\u2028": a\n', 'line 4: mapping values are not allowed in this context'],
  [`c:\n  "${'y'.repeat(1100)}": a\n`, 'line 2: mapping values are not allowed in this context'],
  [`a: b\nc: {'${'y'.repeat(1100)}': a}\n`, "line 1: did not find expected ',' or '}'"],
  ['a: b\nc: {,d: e}\n', 'line 1: did not find expected node content'],
  ['a: b\nc: {d: e,, f: g}\n', 'line 1: did not find expected node content'],
])('%j: %s', (text, why) => {
  expect(() => yamlToJson(text)).toThrow(`yaml: ${why}`)
})

test('UTF-16, by its mark', () => {
  const text = 'a: é😀\n'
  const little = Buffer.from(`\ufeff${text}`, 'utf16le')
  expect(yamlText(little)).toBe(text)
  expect(yamlText(Buffer.from(little).swap16())).toBe(text)
})

test.each([`{"${'y'.repeat(1022)}":"a"}`, `{"${'é'.repeat(1022)}":"a"}`, '{"a":"\u2028"}', `{"a":"${'y'.repeat(3000)}"}`])(
  '%j is read',
  (text) => {
    expect(read(text)).toEqual(JSON.parse(text))
  },
)

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExpansionError, YamlError, yamlDocuments, yamlToJson } from './yaml-read.ts'

const refused = (text: string): string => {
  try {
    yamlToJson(text)
  } catch (e) {
    expect(e).toBeInstanceOf(YamlError)
    return (e as YamlError).message
  }
  throw new Error('was taken')
}
const bomb = (levels: string, width: number): string =>
  [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...[...levels].map(
      (n, i) =>
        `${n}: &${n} [${Array(width)
          .fill(`*${`a${levels}`[i]}`)
          .join()}]`,
    ),
  ].join('\n')

// Each as a kube-apiserver 1.37.2 read it.
describe('merges and aliases', () => {
  test.each<[text: string, json: string, duplicates: string[]]>([
    [
      'x: &x {k: "1", l: "2"}\nd: {k: "0", <<: *x, l: "3"}',
      '{"d":{"k":"1","l":"3"},"x":{"k":"1","l":"2"}}',
      ['line 1: key "k" already set in map', 'line 2: key "l" already set in map'],
    ],
    [
      'x: &x {k: "1"}\ny: &z {k: "2"}\nd: {<<: *x, <<: *z}',
      '{"d":{"k":"2"},"true":{"k":"2"},"x":{"k":"1"}}',
      ['line 2: key "k" already set in map'],
    ],
    [
      'x: &x {k: "1"}\nz: &z {k: "2", m: "3"}\nd: {<<: [*x, *z]}',
      '{"d":{"k":"1","m":"3"},"x":{"k":"1"},"z":{"k":"2","m":"3"}}',
      ['line 1: key "k" already set in map'],
    ],
    ['x: &x {k: "1"}\nz: &z {<<: *x, l: "2"}\nd: {<<: *z}', '{"d":{"k":"1","l":"2"},"x":{"k":"1"},"z":{"k":"1","l":"2"}}', []],
    ['d: {<<: {a: "1"}, b: "2"}', '{"d":{"a":"1","b":"2"}}', []],
    ['d: {"<<": "v"}', '{"d":{"<<":"v"}}', []],
    ['x: &x k\nd: {*x : "1"}', '{"d":{"k":"1"},"x":"k"}', []],
    ['a: &x 1\nb: &z {c: &x 2, d: *x}\ne: &x 3\nf: *z\ng: *x', '{"a":1,"b":{"c":2,"d":2},"e":3,"f":{"c":2,"d":2},"g":3}', []],
  ])('%j', (text, json, duplicates) => {
    expect(yamlToJson(text)).toEqual({ json, duplicates })
  })

  test.each([
    ['a: &a [*a]', "yaml: anchor 'a' value contains itself"],
    ['a: &a {b: *a}', "yaml: anchor 'a' value contains itself"],
    ['a: *b', "yaml: unknown anchor 'b' referenced"],
    ['d: {<<: 5}', 'yaml: map merge requires map or sequence of maps as the value'],
    ['d: {<<: [5]}', 'yaml: map merge requires map or sequence of maps as the value'],
    ['d: {<<: }', 'yaml: map merge requires map or sequence of maps as the value'],
    [bomb('bcdef', 10), 'yaml: document contains excessive aliasing'],
  ])('%j is refused', (text, why) => {
    expect(refused(text)).toBe(why)
  })

  test('aliases that stand for many are refused before they are written out', () => {
    const list = `a: &a [${Array(3000).fill('0').join()}]\n`
    expect(refused(`${list}b: [${Array(900).fill('*a').join()}]`)).toBe('yaml: document contains excessive aliasing')
    const map = `z: &z {${Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join()}}\n`
    expect(refused(`${map}b: [${Array(900).fill('{<<: *z}').join()}]`)).toBe('yaml: document contains excessive aliasing')
    const long = `a: &a ${'x'.repeat(100_000)}\n`
    expect(refused(`${long}b: [${Array(900).fill('*a').join()}]`)).toBe('yaml: document contains excessive aliasing')
    const { b } = JSON.parse(yamlToJson(`${list}b: [${Array(90).fill('*a').join()}]`).json) as { b: number[][] }
    expect([b.length, b[89]!.length]).toEqual([90, 3000])
  })

  test('a caller may allow less', () => {
    const text = `a: &a [1, 2, 3]\nb: [${Array(10).fill('*a').join()}]`
    const limits = (nodes: number, characters: number) => () => yamlToJson(text, { nodes, characters })
    expect(limits(39, 1000)).toThrow(ExpansionError)
    expect(limits(1000, 29)).toThrow(ExpansionError)
    expect(limits(40, 30)().json).toContain('"b":[[1,2,3],')
  })
})

describe('keys', () => {
  test.each([
    ['{.inf: m, -.inf: l, .nan: o}', '{"-.inf":"l",".inf":"m",".nan":"o"}'],
    [
      '{1e3: a, 1.5: b, 0x10: c, 012: d, 1.0: e, 0.1: f, 1e400: g}',
      '{"0.1":"f","1":"e","1.5":"b","10":"d","1000":"a","16":"c","1e400":"g"}',
    ],
    ['{1e7: a, 16777217.0: b, 99999999999999999999: c, 123456.7: d}', '{"1.6777216e+07":"b","123456.7":"d","1e+07":"a","1e+20":"c"}'],
    [
      '{1e-5: a, 0.00012: b, 3.14159265358979: c, -5: d, +7: e, 0b11: f}',
      '{"-5":"d","0.00012":"b","1e-05":"a","3":"f","3.1415927":"c","7":"e"}',
    ],
    ['{2001-01-01: a, 1:30: b, yes: c}', '{"1:30":"b","2001-01-01":"a","true":"c"}'],
    ['{9223372036854775807: a}', '{"9223372036854775807":"a"}'],
  ])('%s', (text, json) => {
    expect(yamlToJson(text).json).toBe(json)
  })

  test.each([
    ['null: h', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "h"'],
    ['~: {a: b}', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: map[interface {}]interface {}{"a":"b"}'],
    ['d: {null: }', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>'],
    [
      '? \n: [1, null, true, 1.5, "x", {a: null}]',
      'unsupported map key of type: %!s(<nil>), key: <nil>, value: []interface {}{1, interface {}(nil), true, 1.5, "x", map[interface {}]interface {}{"a":interface {}(nil)}}',
    ],
    ['18446744073709551615: m', 'unsupported map key of type: uint64, key: 0xffffffffffffffff, value: "m"'],
    ['{{a: b}: "1"}', 'yaml: invalid map key: map[interface {}]interface {}{"a":"b"}'],
    ['{[a]: "1"}', 'yaml: invalid map key: []interface {}{"a"}'],
  ])('%j is refused', (text, why) => {
    expect(refused(text)).toBe(why)
  })

  test('equal ones are told with the line of the later value, and the last one counts', () => {
    expect(yamlToJson('a: 1\nb: 2\na: 3')).toEqual({ json: '{"a":3,"b":2}', duplicates: ['line 3: key "a" already set in map'] })
    expect(yamlToJson('{1_000: a, 1000: b}')).toEqual({ json: '{"1000":"b"}', duplicates: ['line 1: key 1000 already set in map'] })
    expect(yamlToJson('{"1000": a, 1000: b}').duplicates).toEqual([])
    expect(yamlToJson('{1_000: a}')).toEqual({ json: '{"1000":"a"}', duplicates: [] })
    expect(yamlToJson('a: 1\n'.repeat(3000)).duplicates).toHaveLength(1000)
  })
})

describe('scalars', () => {
  test.each([
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['-9223372036854775809', '-9223372036854776000'],
    ['99999999999999999999', '100000000000000000000'],
    ['0xffffffffffffffff', '18446744073709551615'],
    ['0x1ffffffffffffffff', '"0x1ffffffffffffffff"'],
    ['-0', '0'],
    ['-0.0', '-0'],
    ['1e21', '1e+21'],
    ['1e-7', '1e-7'],
    ['3.0', '3'],
    ['!!float 5', '5'],
    ['!!int "5"', '5'],
    ['!foo 5', '"5"'],
    ['! 5', '"5"'],
    ['!!binary YWJj', '"abc"'],
    [`!!int ${'0'.repeat(100)}7`, '7'],
  ])('%s', (text, json) => {
    expect(yamlToJson(`a: ${text}`).json).toBe(`{"a":${json}}`)
  })

  test.each([
    ['!!int x', 'yaml: cannot decode !!str `x` as a !!int'],
    ['!!binary x', 'yaml: !!binary value contains invalid base64 data'],
    ['.inf', 'json: unsupported value: +Inf'],
    ['-.inf', 'json: unsupported value: -Inf'],
    ['x\x01y', 'yaml: control characters are not allowed'],
    ['x\x7fy', 'yaml: control characters are not allowed'],
  ])('%j is refused', (text, why) => {
    expect(refused(`a: ${text}`)).toBe(why)
  })
})

describe('streams', () => {
  test('the first document counts; what follows it need not even be YAML', () => {
    expect(yamlToJson('a: 1\n---\nb: [').json).toBe('{"a":1}')
    expect(yamlToJson('').json).toBe('null')
    expect(yamlToJson('# nothing\n').json).toBe('null')
  })

  test('each document has its own anchors', () => {
    expect(yamlDocuments('a: &a 1\n---\n---\nb: 2\n...\n').map((d) => d.json)).toEqual(['{"a":1}', 'null', '{"b":2}'])
    expect(() => yamlDocuments('a: &a 1\n---\nb: *a')).toThrow("unknown anchor 'a'")
    expect(() => yamlDocuments('a: 1\n---\nb: [')).toThrow(/^yaml: line 3/)
  })

  test('what JSON says YAML says too', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!/[\x7f-\x84\x86-\x9f\ufffe\uffff]|\\u(?:00|d[89a-f])/i.test(text))
        expect(JSON.parse(yamlToJson(text).json)).toEqual(JSON.parse(text))
      }),
    )
  })
})

/** Numbers in bodies: what kube-apiserver 1.37.2 made of each spelling, or its words for refusing it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { int64 } from '../machinery/testing/numbers.ts'
import { parseNumbers } from '../machinery/numbers.ts'
import { isStatusError } from '../machinery/status.ts'
import { scheme } from '../scheme/index.ts'
import { decodeBody, type Encoding } from './body.ts'
import { decodeObject, encodeObject } from './protobuf/index.ts'
import { builtIn } from './testing/body-kinds.ts'
import { parseYaml, stringifyYaml } from './yaml.ts'

const pod = builtIn('', 'v1', 'Pod')
const deployment = builtIn('apps', 'v1', 'Deployment')
const service = builtIn('', 'v1', 'Service')
const revision = builtIn('apps', 'v1', 'ControllerRevision')

/** The object as JSON, or the text of its refusal without what comes before `json: …`. */
function read(body: string, kind: typeof pod, encoding: Encoding = 'json'): string {
  try {
    return JSON.stringify(decodeBody(Buffer.from(body), encoding, kind, 'Strict', scheme).object)
  } catch (e) {
    if (!isStatusError(e)) throw e
    return e.message.replace(/^.*: (?=json: )/, '')
  }
}

const number = (literal: string, field: string, type: string): string =>
  `json: cannot unmarshal number ${literal} into Go struct field ${field} of type ${type}`

describe('an int64', () => {
  const toleration = (n: string): string => `{"spec":{"tolerations":[{"tolerationSeconds":${n}}],"containers":[]}}`
  const yaml = (n: string): string => `spec: {tolerations: [{tolerationSeconds: ${n}}], containers: []}`
  const field = 'Toleration.spec.tolerations.tolerationSeconds'

  test.each([
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9007199254740993', '9007199254740993'],
    ['9007199254740992', '9007199254740992'],
    ['-1', '-1'],
    ['-0', '0'],
  ])('%s is kept', (literal, kept) => {
    expect(read(toleration(literal), pod)).toContain(`"tolerationSeconds":${kept}}`)
  })

  test.each([
    '9223372036854775808',
    '-9223372036854775809',
    '18446744073709551615',
    '9223372036854775807.0',
    '1e3',
    '1e+2',
    '1e21',
    '3.0',
    '3.50',
    '0.5',
    '-0.0',
    '1E400',
  ])('%s is none', (literal) => {
    expect(read(toleration(literal), pod)).toBe(number(literal, field, 'int64'))
  })

  // YAML is made JSON first, so that a float that is whole is an integer.
  test.each([
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9_007_199_254_740_993', '9007199254740993'],
    ['+9007199254740993', '9007199254740993'],
    ['0x7fffffffffffffff', '9223372036854775807'],
    ['-0x8000000000000000', '-9223372036854775808'],
    ['0o777777777777777777777', '9223372036854775807'],
    ['0777777777777777777777', '9223372036854775807'],
    ['0x20000000000001', '9007199254740993'],
    ['!!int 9007199254740993', '9007199254740993'],
    ['!!float 9007199254740993', '9007199254740992'],
    ['3.0', '3'],
    ['1e3', '1000'],
    ['1e18', '1000000000000000000'],
    ['-0', '0'],
    ['-0.0', '0'],
    ['010', '8'],
  ])('%s in YAML is %s', (literal, kept) => {
    expect(read(yaml(literal), pod, 'yaml')).toContain(`"tolerationSeconds":${kept}}`)
  })

  test.each([
    ['9223372036854775808', '9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['0xffffffffffffffff', '18446744073709551615'],
    ['18446744073709551616', '18446744073709552000'],
    ['-9223372036854775809', '-9223372036854776000'],
    ['1e21', '1e+21'],
    ['3.5', '3.5'],
  ])('%s in YAML is none, and shown as %s', (literal, shown) => {
    expect(read(yaml(literal), pod, 'yaml')).toBe(number(shown, field, 'int64'))
  })

  test('of any value comes through JSON, YAML and protobuf digit for digit', () => {
    const type = scheme.typeOf('', 'v1', 'Pod')!
    fc.assert(
      fc.property(int64, (n) => {
        const digits = String(n)
        const { object } = decodeBody(Buffer.from(toleration(digits)), 'json', pod, 'Strict', scheme)
        const text = JSON.stringify(object)
        expect(text).toContain(`"tolerationSeconds":${digits}}`)
        expect(parseNumbers(text)).toStrictEqual(object)
        const back = stringifyYaml(object)
        expect(back).toContain(`tolerationSeconds: ${digits}\n`)
        expect(parseYaml(back).value).toStrictEqual(object)
        const { tolerations } = object.spec as Record<string, unknown>
        expect(decodeObject(encodeObject(object, type), scheme).spec).toEqual(expect.objectContaining({ tolerations }))
      }),
    )
  })

  test('has the bytes of the reference in protobuf', () => {
    const { object } = decodeBody(Buffer.from(toleration('9223372036854775807')), 'json', pod, 'Strict', scheme)
    expect(encodeObject(object, scheme.typeOf('', 'v1', 'Pod')!).toString('hex')).toContain('28ffffffffffffffff7f')
    const { object: least } = decodeBody(Buffer.from(toleration('-9223372036854775808')), 'json', pod, 'Strict', scheme)
    expect(encodeObject(least, scheme.typeOf('', 'v1', 'Pod')!).toString('hex')).toContain('2880808080808080808001')
  })
})

describe('an int32', () => {
  const replicas = (n: string): string => `{"spec":{"replicas":${n},"selector":null,"template":{}}}`
  test.each(['3.0', '1e1', '1E1', '30e-1', '1.5', '2147483648', '-2147483649', '9007199254740993', '9223372036854775808', '1e400'])(
    '%s is none',
    (literal) => {
      expect(read(replicas(literal), deployment)).toBe(number(literal, 'DeploymentSpec.spec.replicas', 'int32'))
    },
  )

  test('-0 is 0', () => {
    expect(read(replicas('-0'), deployment)).toContain('"replicas":0,')
  })

  test.each(['80.0', '8e1', '99999999999', '9007199254740993', '9223372036854775808'])('%s is no port, by number or name', (literal) => {
    expect(read(`{"spec":{"ports":[{"port":${literal}}]}}`, service)).toBe(number(literal, 'ServicePort.spec.ports.port', 'int32'))
    expect(read(`{"spec":{"ports":[{"port":1,"targetPort":${literal}}]}}`, service)).toBe(
      number(literal, 'ServicePort.spec.ports.targetPort', 'int32'),
    )
  })
})

describe('a number', () => {
  test.each([
    ['1', '"1"'],
    ['1.0', '"1"'],
    ['1.5', '"1500m"'],
    ['1e3', '"1e3"'],
    ['1E3', '"1E3"'],
    ['1e0', '"1e0"'],
    ['100e-2', '"1"'],
    ['0.10', '"100m"'],
    ['1000', '"1k"'],
    ['9007199254740993', '"9007199254740993"'],
    ['9223372036854775807', '"9223372036854775807"'],
    ['9223372036854775808', '"9223372036854775808"'],
    ['-0', '"0"'],
    ['1e21', '"1e21"'],
  ])('%s as a quantity is %s', (literal, kept) => {
    const body = `{"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":${literal}}}}]}}`
    expect(read(body, pod)).toContain(`"cpu":${kept}`)
  })

  // runtime.RawExtension keeps the bytes.
  test.each(['3.0', '1e1', '9223372036854775807', '9223372036854775808', '-0', '-0.0', '1e21', '0.000001', '1e-7', '0.10'])(
    '%s in an object of any form stays so',
    (literal) => {
      expect(read(`{"data":{"b":[${literal}],"a":${literal}},"revision":1}`, revision)).toContain(`{"b":[${literal}],"a":${literal}}`)
    },
  )

  test('beyond float64 is refused there too: no client in Go could read it', () => {
    expect(read('{"data":{"a":[{"b":1E400}]},"revision":1}', revision)).toBe(
      'json: cannot unmarshal number 1E400 into Go value of type float64',
    )
  })

  test.each([
    ['3.0', '3'],
    ['0.10', '0.1'],
    ['9223372036854775808', '9223372036854775808'],
    ['18446744073709551616', '18446744073709552000'],
    ['1e21', '1e+21'],
    ['0.000001', '0.000001'],
    ['1e-7', '1e-7'],
    ['.5', '0.5'],
    ['-0.0', '-0'],
    ['12345678901234567890.5', '12345678901234567000'],
    ['1000000.0', '1000000'],
  ])('%s in YAML of any form is %s', (literal, kept) => {
    expect(read(`{data: {a: ${literal}}, revision: 1}`, revision, 'yaml')).toContain(`"data":{"a":${kept}}`)
  })

  test.each([
    ['3.0', '3'],
    ['1e3', '1000'],
    ['1e6', '1e+06'],
    ['9223372036854775808', '9223372036854775808'],
    ['18446744073709551616', '1.8446744073709552e+19'],
    ['-0.0', '-0'],
    ['12345678901234567890.5', '1.2345678901234567e+19'],
  ])('%s is answered in YAML as %s', (literal, shown) => {
    expect(stringifyYaml(parseNumbers(`{"a":${literal}}`))).toBe(`a: ${shown}\n`)
  })

  test.each([
    ['9007199254740993', '9007199254740993'],
    ['0x10', '16'],
    ['1.0', '1'],
    ['1e3', '1000'],
  ])('%s as a key in YAML is %s', (literal, key) => {
    expect(parseYaml(`${literal}: v`).value).toEqual({ [key]: 'v' })
  })

  test('in the place of an object is refused as any number is', () => {
    expect(read('{"spec":3.0}', pod)).toBe('json: cannot unmarshal number into Go struct field Pod.spec of type v1.PodSpec')
    expect(read('{"metadata":{"labels":9007199254740993}}', pod)).toBe(
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    )
    expect(read('1.0', pod)).toContain('json: cannot unmarshal number into Go value of type struct')
    expect(read('{"kind":1.0}', pod)).toContain('json: cannot unmarshal number into Go struct field .kind of type string')
  })
})

describe('texts', () => {
  const config = builtIn('', 'v1', 'ConfigMap')
  test('half a surrogate pair is U+FFFD', () => {
    expect(read('{"data":{"k":"x\\ud800y"}}', config)).toContain('"k":"x\ufffdy"')
  })
  test('half a surrogate pair stays in JSON that is kept as it was written', () => {
    const revision = builtIn('apps', 'v1', 'ControllerRevision')
    const body =
      '{"metadata":{"name":"a\\udc00","labels":{"\\ud800":"b"}},"revision":9007199254740993,"data":{"\\ud800":["x\\udc00\\ud800"]}}'
    const shown = read(body, revision)
    expect(shown).toContain('"data":{"\\ud800":["x\\udc00\\ud800"]}')
    expect(shown).toContain('"metadata":{"name":"a\ufffd","labels":{"\ufffd":"b"}}')
    expect(shown).toContain('9007199254740993')
  })
  test('a byte order mark is no JSON, and no matter in YAML', () => {
    expect(() => decodeBody(Buffer.from('\ufeff{}'), 'json', config, 'Warn', scheme)).toThrow(
      "couldn't get version/kind; json parse error: invalid character '\u00ef' looking for beginning of value (efbbbf7b7d)",
    )
    expect(read('\ufeffdata: {a: b}', config, 'yaml')).toContain('{"a":"b"}')
    expect(read('{"data":{"k":"\ufeffa"}}', config)).toContain('"k":"\ufeffa"')
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../machinery/status.ts'
import { scheme } from '../scheme/index.ts'
import { type Encoding, decodeBody } from './body.ts'
import { builtIn } from './testing/body-kinds.ts'
import { encodeObject, wrap } from './protobuf/index.ts'

const configMap = builtIn('', 'v1', 'ConfigMap')
const deployment = builtIn('apps', 'v1', 'Deployment')

function refusal(bytes: string | Buffer, encoding: Encoding = 'json', expected = configMap, mode: 'Warn' | 'Strict' = 'Warn'): string {
  try {
    decodeBody(Buffer.from(bytes), encoding, expected, mode, scheme)
  } catch (e) {
    expect(e).toBeInstanceOf(StatusError)
    expect((e as StatusError).status).toMatchObject({ code: 400, reason: 'BadRequest' })
    return (e as StatusError).message
  }
  throw new Error('was taken')
}

const unrecognised = 'the object provided is unrecognized (must be of type ConfigMap): '
const parseError = `${unrecognised}couldn't get version/kind; json parse error: `
const anonymous = 'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

// What a kube-apiserver 1.37.2 answered.
describe('bodies that say no kind', () => {
  test.each([
    ['', `${parseError}unexpected end of JSON input (<empty>)`],
    ['{"a"', `${parseError}unexpected end of JSON input ({"a")`],
    ['a: b', `${parseError}invalid character 'a' looking for beginning of value (613a2062)`],
    [
      '{"apiVersion":"v1","kind":"ConfigMap","data":{"a":x}}',
      `${parseError}invalid character 'x' looking for beginning of value ({"apiVersion":"v1","kind":"Con ...)`,
    ],
    ['[]', `${parseError}json: cannot unmarshal array into ${anonymous} (5b5d)`],
    ['"x"', `${parseError}json: cannot unmarshal string into ${anonymous} (227822)`],
    ['true', `${parseError}json: cannot unmarshal bool into ${anonymous} (74727565)`],
    [
      '{"apiVersion":"v1","kind":5}',
      `${parseError}json: cannot unmarshal number into Go struct field .kind of type string ({"apiVersion":"v1","kind":5})`,
    ],
    ['{"apiVersion":"v2/b/c","kind":"Foo"}', `${unrecognised}unexpected GroupVersion string: v2/b/c ({"apiVersion":"v2/b/c","kind": ...)`],
  ])('%s', (body, text) => {
    expect(refusal(body)).toBe(text)
  })

  test('protobuf', () => {
    expect(refusal('hello', 'protobuf')).toBe(
      `${unrecognised}provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (68656c6c6f)`,
    )
    expect(refusal('', 'protobuf')).toBe(`${unrecognised}empty data (<empty>)`)
    expect(refusal(Buffer.from('6b3873000a05', 'hex'), 'protobuf')).toBe(`${unrecognised}unexpected EOF (6b3873000a05)`)
  })

  test('yaml', () => {
    expect(refusal('\t- a', 'yaml')).toBe(`${unrecognised}yaml: found character that cannot start any token (092d2061)`)
    expect(refusal('- a', 'yaml')).toBe(`${parseError}json: cannot unmarshal array into ${anonymous} (2d2061)`)
  })
})

describe('bodies of another kind', () => {
  test.each([
    [
      '{"apiVersion":"v1","kind":"Pod"}',
      'Pod in version "v1" cannot be handled as a Deployment: converting (v1.Pod) to (apps.Deployment): unknown conversion',
    ],
    [
      '{"apiVersion":"v1","kind":"Status"}',
      'Status in version "v1" cannot be handled as a Deployment: converting (v1.Status) to (apps.Deployment): unknown conversion',
    ],
    [
      '{"apiVersion":"apps/v9"}',
      'Deployment in version "v9" cannot be handled as a Deployment: no kind "Deployment" is registered for version "apps/v9" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      '{"apiVersion":"v1"}',
      'Deployment in version "v1" cannot be handled as a Deployment: no kind "Deployment" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
  ])('%s', (body, text) => {
    expect(refusal(body, 'json', deployment)).toBe(text)
  })

  test('of another version of the group', () => {
    const hpa = builtIn('autoscaling', 'v2', 'HorizontalPodAutoscaler')
    expect(refusal('{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler"}', 'json', hpa)).toBe(
      'the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)',
    )
  })

  test('broken protobuf of the right kind', () => {
    expect(refusal(wrap(Buffer.from([0x0a, 5, 1]), 'v1', 'ConfigMap'), 'protobuf')).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF',
    )
  })
})

describe('bodies that are taken', () => {
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { a: 'b' } }

  test('in any encoding, with apiVersion and kind filled in', () => {
    const type = scheme.type('io.k8s.api.core.v1.ConfigMap')!
    const bodies: [Encoding, Buffer][] = [
      ['json', Buffer.from('{"metadata":{"name":"a","labels":{}},"data":{"a":"b"}}')],
      ['yaml', Buffer.from('metadata: {name: a}\ndata:\n  a: b\n---\nkind: Other')],
      ['protobuf', encodeObject(object, type)],
    ]
    for (const [encoding, bytes] of bodies)
      expect(JSON.stringify(decodeBody(bytes, encoding, configMap, 'Strict', scheme))).toBe(JSON.stringify({ object, warnings: [] }))
    expect(decodeBody(Buffer.from('null'), 'json', configMap, 'Strict', scheme).object).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {},
    })
  })

  test('with warnings, or refused when strict', () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, name: b}\nfoo: 1'
    const { object: made, warnings } = decodeBody(Buffer.from(yaml), 'yaml', configMap, 'Warn', scheme)
    expect(made.metadata.name).toBe('b')
    expect(warnings).toEqual(['line 3: key "name" already set in map', 'unknown field "foo"'])
    expect(refusal(yaml, 'yaml', configMap, 'Strict')).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n' +
        '  line 3: key "name" already set in map, unknown field "foo"',
    )
    expect(refusal('{"data":{"a":1}}')).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    )
  })

  test('or else refused with a 400, whatever the bytes', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.json().map((s) => Buffer.from(s)),
      fc.string().map((s) => Buffer.from(s)),
    )
    fc.assert(
      fc.property(noise, fc.constantFrom<Encoding>('json', 'yaml', 'protobuf'), (bytes, encoding) => {
        try {
          expect(decodeBody(Buffer.from(bytes), encoding, configMap, 'Strict', scheme).object.kind).toBe('ConfigMap')
        } catch (e) {
          expect(e).toBeInstanceOf(StatusError)
          expect((e as StatusError).code).toBe(400)
        }
      }),
      { numRuns: 1500 },
    )
  })
})

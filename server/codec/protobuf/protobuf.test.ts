import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { typeNames } from '../../scheme/facts.ts'
import { scheme } from '../../scheme/index.ts'
import { decodeMessage, decodeObject, encodeList, encodeMessage, encodeObject, unwrap, wrap } from './index.ts'
import { DecodeError, EncodeError, FrameReader, frameWatchEvent, parseWatchEvent } from './index.ts'
import { recorded } from '../../testing/recorded.ts'
import { objectOf } from './testing/objects.ts'

interface Answer {
  apiVersion: string
  kind: string
  metadata: object
}
// A watch of one ConfigMap, as the reference framed it.
const REFERENCE_FRAME = [
  'AAAAcwoFQURERUQSagpoazhzAAoPCgJ2MRIJQ29uZmlnTWFwEk0KSwoBdxIAGgtrdWJlLXB1YmxpYyIAKiQwYTdhMGZlOC1lMzUyLTQ2MWUtYjM3MC05NmNk',
  'Y2RhMDAxODQyAzUyNDgAQggIg5GR2AYQABoAIgA=',
].join('')
const answers = recorded<[string, Answer][]>('protobuf/protobuf').map(([bytes, object]) => ({
  bytes: Buffer.from(bytes, 'base64'),
  object,
}))

function typeOf(object: Answer) {
  const [version, group = ''] = object.apiVersion.split('/').reverse()
  return scheme.typeOf(group, version!, object.kind)!
}

describe("the reference's answers, taken as JSON and as protobuf", () => {
  test.each(answers)('$object.apiVersion $object.kind', ({ bytes, object }) => {
    expect(encodeObject(object, typeOf(object)).equals(bytes)).toBe(true)
    // The text is compared, so that the order of fields counts.
    expect(JSON.stringify(decodeObject(bytes, scheme))).toBe(JSON.stringify(object))
  })

  test('an envelope says its kind, and an unknown one is refused', () => {
    const { bytes } = answers[0]!
    expect(unwrap(bytes)).toMatchObject({ apiVersion: 'v1', kind: 'Pod', contentType: '' })
    expect(() => decodeObject(wrap(Buffer.alloc(0), 'v9', 'Pod'), scheme)).toThrow('no kind "Pod" is registered for version "v9"')
  })
})

describe('lists and watch frames', () => {
  const pod = scheme.type('io.k8s.api.core.v1.Pod')!

  test('a list of encoded items is the encoded list', () => {
    const items = [answers[0]!.object, { metadata: { name: 'b' } }]
    const list = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '7', remainingItemCount: 0 }, items }
    const parts = items.map((item) => encodeMessage(item, pod))
    const type = scheme.typeOf('', 'v1', 'PodList')!
    const bytes = encodeList(list.metadata, parts, { apiVersion: 'v1', kind: 'PodList', type })
    expect(bytes.equals(encodeObject(list, type))).toBe(true)
  })

  test('frames survive any cut of the stream', () => {
    const stream = Buffer.concat(answers.map(({ bytes }) => frameWatchEvent('MODIFIED', bytes)))
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
        const reader = new FrameReader()
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length]
        const frames = at.slice(1).flatMap((end, i) => reader.push(stream.subarray(at[i]!, end)))
        const events = frames.map(parseWatchEvent)
        expect(events.map((e) => e.type)).toEqual(answers.map(() => 'MODIFIED'))
        expect(events.every((e, i) => e.object.equals(answers[i]!.bytes))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('a frame longer than the limit is refused before it is read', () => {
    expect(() => new FrameReader(10).push(Buffer.from([0, 0, 0, 11]))).toThrow(DecodeError)
  })

  test('a frame of the reference', () => {
    const frame = Buffer.from(REFERENCE_FRAME, 'base64')
    const { type, object } = parseWatchEvent(frame.subarray(4))
    expect(type).toBe('ADDED')
    expect(decodeObject(object, scheme)).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'w' } })
    expect(frameWatchEvent('ADDED', object).equals(frame)).toBe(true)
  })
})

describe('any object of any type', () => {
  // Union types and types without protobuf have no message of their own to check.
  const names = typeNames().filter((name) => {
    const type = scheme.type(name)!
    return type.union === undefined && type.fields.some((f) => f.number > 0)
  })

  test('comes back from protobuf as it went in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names).chain((name) => fc.tuple(fc.constant(name), objectOf(name))),
        ([name, object]) => {
          const type = scheme.type(name)!
          const once = decodeMessage(encodeMessage(object, type), type)
          expect(once).toEqual(object)
          expect(encodeMessage(once, type).equals(encodeMessage(object, type))).toBe(true)
        },
      ),
      { numRuns: 1500 },
    )
  })
})

describe('bad input', () => {
  test('garbage is a DecodeError or an object, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, enveloped) => {
        const input = enveloped ? wrap(Buffer.from(bytes), 'v1', 'Pod') : Buffer.concat([Buffer.from('k8s\0'), bytes])
        try {
          expect(decodeObject(input, scheme.type('io.k8s.api.core.v1.Pod')!)).toBeTypeOf('object')
        } catch (e) {
          expect(e).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('a real object with one byte changed or cut short', () => {
    const source = fc.constantFrom(...answers)
    fc.assert(
      fc.property(source, fc.nat(), fc.nat(255), fc.boolean(), ({ bytes, object }, at, value, cut) => {
        const broken = cut ? bytes.subarray(0, at % bytes.length) : Buffer.from(bytes)
        if (!cut) broken[at % bytes.length] = value
        try {
          decodeObject(broken, typeOf(object))
        } catch (e) {
          expect(e).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('says what is wrong', () => {
    expect(() => decodeObject(Buffer.from('{}'), scheme)).toThrow('expected prefix [107 56 115 0]')
    const pod = scheme.type('io.k8s.api.core.v1.Pod')!
    expect(() => decodeMessage(Buffer.from([0x0a, 5, 1]), pod)).toThrow('unexpected EOF')
    expect(() => decodeMessage(Buffer.from([0x08, 5]), pod)).toThrow('wrong wireType = 0 for field 1')
  })

  test('a message nested without end is refused, not a stack overflow', () => {
    const props = scheme.type('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')!
    let schema: object = { type: 'object' }
    for (let i = 0; i < 600; i++) schema = { not: schema }
    expect(() => encodeMessage(schema, props)).toThrow(EncodeError)
    let bytes = Buffer.alloc(0)
    const not = props.field('not')!.number
    for (let i = 0; i < 600; i++) {
      const length = bytes.length
      const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
      bytes = Buffer.concat([Buffer.from([(((not << 3) | 2) & 127) | 128, ((not << 3) | 2) >> 7, ...size]), bytes])
    }
    expect(() => decodeMessage(bytes, props)).toThrow('exceeded max depth')
    // What went wrong leaves nothing behind.
    expect(decodeMessage(encodeMessage({ type: 'object' }, props), props)).toEqual({ type: 'object' })
  })

  test('a value of the wrong type is an EncodeError', () => {
    const pod = scheme.type('io.k8s.api.core.v1.Pod')!
    expect(() => encodeMessage({ metadata: { name: 5 } }, pod)).toThrow('cannot encode number as string')
    expect(() => encodeMessage({ spec: { containers: {} } }, pod)).toThrow('cannot encode object as array')
    expect(() => encodeMessage({ spec: [] }, pod)).toThrow(EncodeError)
    expect(() => encodeMessage({ metadata: { creationTimestamp: 'x' } }, pod)).toThrow(EncodeError)
  })
})

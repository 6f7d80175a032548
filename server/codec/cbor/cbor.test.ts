import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apiVersionOf, parseApiVersion } from '../../machinery/types.ts'
import { JsonNumber, withoutSpellings } from '../../machinery/numbers.ts'
import { MAX_LEVELS } from '../../machinery/depth.ts'
import { scheme } from '../../scheme/index.ts'
import { recorded } from '../../testing/recorded.ts'
import * as cbor from './index.ts'

const hex = (bytes: Buffer): string => bytes.toString('hex')
const decoded = (text: string): unknown => cbor.decodeAny(Buffer.from(text, 'hex'))

describe('values', () => {
  test('every JSON value comes back, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.stringify(cbor.decodeAny(cbor.encodeAny(value)))).toBe(JSON.stringify(sorted(value)).replaceAll('-0', '0'))
      }),
    )
  })

  test('equal objects have equal bytes, in whatever order their fields were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse())
        expect(hex(cbor.encodeAny(turned))).toBe(hex(cbor.encodeAny(object)))
      }),
    )
  })

  test('short keys come before long ones', () => {
    expect(cbor.diagnose(cbor.encodeAny({ bb: 1, a: 2, ä: 3, b: 4 }))).toBe("55799({'a': 2, 'b': 4, 'bb': 1, '\\u00e4': 3})")
  })

  test.each([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [-1, '20'],
    [-257, '390100'],
    [4_294_967_296, '1b0000000100000000'],
    [9_007_199_254_740_993n, '1b0020000000000001'],
    [-9_223_372_036_854_775_808n, '3b7fffffffffffffff'],
    [1.5, 'f93e00'],
    [65_504.5, 'fa477fe080'],
    [1.1, 'fb3ff199999999999a'],
    [5.960464477539063e-8, 'f90001'],
    [1e300, 'fb7e37e43c8800759c'],
    [new JsonNumber('3.0'), 'f94200'],
    [new JsonNumber('-0.0'), 'f98000'],
    [new JsonNumber('-0'), '00'],
    [1e21, 'fb444b1ae4d6e2ef50'],
  ])('%s is %s, and back', (value, bytes) => {
    expect(hex(cbor.encodeAny(value))).toBe(`d9d9f7${bytes}`)
    const back = decoded(bytes)
    const number = (v: unknown): unknown => (v instanceof JsonNumber ? v.value : v)
    expect(number(back)).toEqual(bytes === '00' ? 0 : number(value))
  })

  test('a float without a fraction is no integer', () => {
    expect(decoded('f94200')).toEqual(new JsonNumber('3.0'))
    expect(decoded('03')).toBe(3)
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value).sort(
    (a, b) => Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  )
  const out = {}
  for (const key of keys)
    Object.defineProperty(out, key, {
      value: sorted((value as Record<string, unknown>)[key]),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  return out
}

describe('bytes of any kind', () => {
  test('are read, or refused with a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const value = cbor.decodeAny(Buffer.from(bytes))
          expect(() => JSON.stringify(value)).not.toThrow()
          expect(cbor.diagnose(Buffer.from(bytes))).not.toBe('')
        } catch (e) {
          expect(e).toBeInstanceOf(cbor.CborError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['arrays', '81'],
    ['arrays without an end', '9f'],
    ['tags', 'c6'],
    ['maps', 'a14161'],
  ])('very deep %s are refused, not recursed into', (_, level) => {
    const deep = (n: number): string => `${level.repeat(n)}00${level === '9f' ? 'ff'.repeat(n) : ''}`
    expect(() => decoded(deep(100_000))).toThrow('cbor: exceeded max nested level 10000')
    expect(() => decoded(deep(10_001 + Number(level === 'c6')))).toThrow('cbor: exceeded max nested level 10000')
    if (level === 'c6') expect(decoded(deep(10_000))).toBe(0)
    else for (const n of [MAX_LEVELS + 1, 10_000]) expect(() => decoded(deep(n))).toThrow(`cbor: exceeded max nested level ${MAX_LEVELS}`)
  })

  test('what is not kept may be as deep as the reference lets it', () => {
    const deep = (n: number): Buffer => Buffer.from(`a2426d65${'81'.repeat(n)}00446b696e644178`, 'hex')
    expect(cbor.interpret(deep(9_999))).toEqual({ apiVersion: '', kind: 'x' })
    expect(() => cbor.interpret(deep(10_000))).toThrow('cbor: exceeded max nested level 10000')
    const map = scheme.typeOf('', 'v1', 'ConfigMap')!
    expect(cbor.decodeTypedCbor(deep(9_999), map, 'v1.ConfigMap', true)).toEqual({
      value: { kind: 'x' },
      unknown: 'cbor: found unknown field at map element index 0',
    })
  })

  test('of a long body others have their turn again and again', () => {
    const type = scheme.typeOf('', 'v1', 'ConfigMap')!
    const data = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, `${i}`]))
    const bytes = cbor.encodeObject({ apiVersion: 'v1', kind: 'ConfigMap', data }, type)
    for (const work of [cbor.interpreting(bytes), cbor.decodingMap(bytes), cbor.decodingTypedCbor(bytes, type, 'v1.ConfigMap', true)]) {
      let pauses = 0
      while (work.next().done !== true) pauses++
      expect(pauses).toBeGreaterThan(3)
    }
    expect(cbor.decodeTypedCbor(bytes, type, 'v1.ConfigMap', true).value).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', data })
    let pauses = 0
    const work = cbor.decodingMap(cbor.encodeAny({ a: Array.from({ length: 5_000 }, () => [[]]) }))
    while (work.next().done !== true) pauses++
    expect(pauses).toBeGreaterThan(9)
  })

  test('as deep as a body may be, a value is read', () => {
    expect(JSON.stringify(decoded(`${'81'.repeat(MAX_LEVELS)}00`))).toBe(`${'['.repeat(MAX_LEVELS)}0${']'.repeat(MAX_LEVELS)}`)
    expect(JSON.stringify(decoded(`${'a14161'.repeat(MAX_LEVELS)}00`))).toBe(`${'{"a":'.repeat(MAX_LEVELS)}0${'}'.repeat(MAX_LEVELS)}`)
    expect(cbor.diagnose(Buffer.from(`${'a14161'.repeat(MAX_LEVELS)}00`, 'hex'))).toContain("{'a': {'a': 0}}")
    const revision = scheme.typeOf('apps', 'v1', 'ControllerRevision')!
    const raw = Buffer.from(`a14464617461${'a14161'.repeat(MAX_LEVELS - 1)}00`, 'hex')
    expect(JSON.stringify(cbor.decodeTypedCbor(raw, revision, 'x', true).value).length).toBe(6 * MAX_LEVELS + 4)
    const schema = scheme.type('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')!
    for (const field of ['456974656d73', '436e6f74']) {
      const read = (levels: number): unknown =>
        cbor.decodeTypedCbor(Buffer.from(`${`a1${field}`.repeat(levels - 1)}a0`, 'hex'), schema, 'x', true).value
      expect(JSON.stringify(read(500))).toMatch(/\{\}{500}$/)
      for (const levels of [501, MAX_LEVELS]) expect(() => read(levels)).toThrow(/^exceeded max depth$/)
    }
  })

  test('a field of a prototype is a field', () => {
    const value = cbor.decodeMap(cbor.encodeAny(JSON.parse('{"__proto__":{"a":1},"constructor":2}')))!
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect((value as { a?: unknown }).a).toBeUndefined()
    expect(() => decoded('a2495f5f70726f746f5f5f01495f5f70726f746f5f5f02')).toThrow('duplicate map key "__proto__"')
  })

  test('errors show texts as Go quotes them', () => {
    expect(() => decoded('a2410a01410a02')).toThrow('cbor: found duplicate map key "\\n" at map element index 1')
  })
})

describe('objects with types', () => {
  const answers = recorded<[string, Record<string, unknown> & { apiVersion: string; kind: string }][]>('protobuf/protobuf')
  const typeOf = (apiVersion: string, kind: string) => {
    const { group, version } = parseApiVersion(apiVersion)!
    return scheme.typeOf(group, version, kind)!
  }

  test.each(answers.map(([, object]) => object))('$apiVersion $kind: encoded once, shown in every way', (object) => {
    const { apiVersion, kind, ...rest } = object
    const type = typeOf(apiVersion, kind)
    const whole = cbor.encodeObject(object, type)
    const item = cbor.encodeItem(rest, type)
    expect(hex(cbor.objectOf(item, kind, apiVersion))).toBe(hex(whole))
    expect(hex(cbor.tagged(item))).toBe(hex(cbor.encodeObject(rest, type)))
    expect(withoutSpellings(cbor.decodeAny(whole))).toEqual(withoutSpellings(cbor.decodeAny(cbor.encodeAny(object))))
    expect(cbor.interpret(whole)).toEqual({ apiVersion, kind })
    expect(cbor.decodeTypedCbor(whole, type, kind, true).unknown).toBeUndefined()
  })

  test('kind and apiVersion find their places in any object', () => {
    const type = scheme.typeOf('', 'v1', 'Pod')!
    for (const fields of [{}, { spec: {} }, { metadata: {} }, { spec: null, status: {}, metadata: { name: 'x' } }]) {
      const object = { kind: 'Pod', apiVersion: 'v1', ...fields }
      expect(hex(cbor.objectOf(cbor.encodeItem(fields, type), 'Pod', 'v1'))).toBe(hex(cbor.encodeObject(object, type)))
    }
  })

  test('bytes are tagged, floats stay floats', () => {
    const secret = scheme.typeOf('', 'v1', 'Secret')!
    expect(cbor.diagnose(cbor.encodeObject({ data: { a: 'AP8=', b: null } }, secret))).toBe(
      "55799({'data': {'a': 22(h'00ff'), 'b': null}})",
    )
    const schema = scheme.type('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')!
    expect(cbor.diagnose(cbor.encodeObject({ maximum: 5, default: 5, items: { minimum: 1 } }, schema))).toBe(
      "55799({'items': {'minimum': 1.0}, 'default': 5, 'maximum': 5.0})",
    )
  })

  test('what is of another type than the field is written as it is', () => {
    const secret = scheme.typeOf('', 'v1', 'Secret')!
    expect(cbor.decodeAny(cbor.encodeObject({ data: [1], metadata: 'x' }, secret))).toEqual({ data: [1], metadata: 'x' })
  })
})

describe('around objects', () => {
  test('a list is one item', () => {
    const kind = { group: 'g', version: 'v1', kind: 'ThingList' }
    const items = [1, 2].map((n) => cbor.encodeItem({ n }, undefined))
    const { head, tail } = cbor.encodeListEnds({ resourceVersion: '7' }, items.length, kind)
    const list = { kind: 'ThingList', items: [{ n: 1 }, { n: 2 }], metadata: { resourceVersion: '7' }, apiVersion: apiVersionOf('g', 'v1') }
    expect(hex(Buffer.concat([head, ...items, tail]))).toBe(hex(cbor.encodeAny(list)))
  })

  test('an event has an object with a tag of its own', () => {
    const frame = cbor.frameWatchEvent('ADDED', cbor.encodeAny({ kind: 'X' }))
    expect(cbor.diagnose(frame)).toBe("55799({'type': 'ADDED', 'object': 55799({'kind': 'X'})})")
    expect(cbor.frameWatchEvent('ADDED', cbor.encodeAny({ kind: 'X' }))).toEqual(frame)
  })

  test('what says that it is CBOR is told from JSON and protobuf', () => {
    expect(cbor.isCbor(cbor.encodeAny({}))).toBe(true)
    for (const other of ['{}', 'k8s\0', '\xd9\xd9', '']) expect(cbor.isCbor(Buffer.from(other, 'latin1'))).toBe(false)
  })
})

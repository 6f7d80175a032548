import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CborError, decodeAny, decodeTypedCbor, diagnose, encodeAny, encodeObject, interpret } from '../../../server/codec/cbor/index.ts'
import { normalForm } from '../../../server/machinery/normal-form.ts'
import { parseNumbers } from '../../../server/machinery/numbers.ts'
import { decodeTyped } from '../../../server/scheme/decode-typed.ts'
import { normalize } from '../../../server/scheme/check.ts'
import { scheme } from '../../../server/scheme/index.ts'
import type { TypeFacts } from '../../../server/scheme/contract.ts'
import { objects, type Question } from './questions.ts'

interface Answer {
  json?: unknown
  hex?: string
  diagnostic?: string
  error?: string
  strict?: string
}

const recorded = parseNumbers(readFileSync(new URL('codec.answers.json', import.meta.url), 'utf8')) as readonly (readonly [
  Question,
  Answer,
])[]
const of = (mode: Question['mode']): [string, Question, Answer][] =>
  recorded.filter(([q]) => q.mode === mode).map(([q, a], i) => [`${i} ${q.hex ?? JSON.stringify(q.json)}`.slice(0, 80), q, a])
const bytesOf = ({ hex = '' }: Question): Buffer => Buffer.from(hex, 'hex')
const typeOf = (kind = ''): TypeFacts => scheme.typeOf('', 'v1', kind) ?? scheme.typeOf('apiextensions.k8s.io', 'v1', kind)!

function outcome(work: () => Answer): Answer {
  try {
    return work()
  } catch (e) {
    if (e instanceof CborError) return { error: e.message }
    throw e
  }
}

/** Maps are in no order; that of texts makes them comparable. */
const text = (value: unknown): string => JSON.stringify(normalForm(value))

test.each(of('decode'))('any: %s', (_, q, wanted) => {
  const found = outcome(() => ({ json: decodeAny(bytesOf(q)), diagnostic: diagnose(bytesOf(q)) }))
  expect(text(found)).toBe(text(wanted))
})

test.each(of('object'))('an object: %s', (_, q, wanted) => {
  const type = typeOf(q.kind)
  const found = outcome(() => {
    interpret(bytesOf(q))
    const { value, unknown } = decodeTypedCbor(bytesOf(q), type, `v1.${q.kind}`, true)
    const { object, errors } = decodeTyped(type, value, 'Ignore')
    expect(errors).toEqual([])
    return { json: object, ...(unknown === undefined ? {} : { strict: `strict decoding error: ${unknown}` }) }
  })
  // The answer has a kind of its own, and lists that are there and empty, which are left out here as they are once stored.
  const normal = wanted.json === undefined ? wanted : { ...wanted, json: withoutType(normalize(type, wanted.json as Fields)) }
  expect(text(found.json === undefined ? found : { ...found, json: withoutType(normalize(type, found.json as Fields)) })).toBe(text(normal))
})

test('whatever is read as an object of a type is one', () => {
  fc.assert(
    fc.property(objects, (q) => {
      const type = typeOf(q.kind)
      for (const strict of [true, false]) {
        const { json } = outcome(() => ({ json: decodeTypedCbor(bytesOf(q), type, `v1.${q.kind}`, strict).value }))
        if (json === undefined) continue
        expect(decodeTyped(type, json, 'Ignore').errors).toEqual([])
        // What was read is written so that it is read again.
        const normal = normalize(type, json as Fields)
        expect(text(normalize(type, decodeTypedCbor(encodeObject(normal, type), type, 'x', true).value))).toBe(text(normal))
      }
    }),
    { numRuns: 500 },
  )
})

type Fields = Record<string, unknown>
const withoutType = ({ kind: _k, apiVersion: _a, ...rest }: Fields): object => rest

test.each(of('encode'))('a value: %s', (_, q, wanted) => {
  expect(encodeAny(q.json).toString('hex')).toBe(`d9d9f7${wanted.hex}`)
})

describe('typed', () => {
  test.each(of('typed'))('%s', (_, q, wanted) => {
    const type = typeOf(q.kind)
    const object = normalize(type, q.json as object)
    const bytes = Buffer.from(wanted.hex!, 'hex')
    expect(encodeObject(object, type).toString('hex')).toBe(`d9d9f7${wanted.hex}`)
    expect(normalize(type, decodeTypedCbor(bytes, type, 'x', true).value)).toEqual(object)
  })
})

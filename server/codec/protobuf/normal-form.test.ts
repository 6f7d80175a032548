import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkObject } from '../../scheme/check.ts'
import { decodeTyped } from '../../scheme/decode-typed.ts'
import { typeNames } from '../../scheme/facts.ts'
import { scheme } from '../../scheme/index.ts'
import { decodeMessage, encodeMessage } from './index.ts'
import { objectOf } from './testing/objects.ts'

describe('the typed check on any type', () => {
  const names = typeNames().filter((name) => scheme.type(name)!.union === undefined && scheme.type(name)!.fields.some((f) => f.number > 0))
  const objects = fc.constantFrom(...names).chain((name) => fc.tuple(fc.constant(name), objectOf(name)))

  test('is the form that protobuf gives back, and stays as it is', () => {
    fc.assert(
      fc.property(objects, ([name, object]) => {
        const facts = scheme.type(name)!
        const checked = checkObject(facts, object)
        expect(checked).toMatchObject({ wrong: false, unknown: false })
        expect(checked.object).toEqual(decodeMessage(encodeMessage(object, facts), facts))
      }),
      { numRuns: 700 },
    )
  })

  test('takes any JSON: an object, or a text that says what is wrong', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        const text = JSON.stringify(value)
        const { errors, object } = decodeTyped(scheme.type(name)!, JSON.parse(text), 'Strict', text)
        if (errors.length === 0) expect(object).toBeTypeOf('object')
        else expect(errors[0]).toMatch(/^(?:json: cannot|strict decoding error: |boolean or|parsing time|quantities|unable|illegal|time: )/)
      }),
      { numRuns: 700 },
    )
  })

  test('a broken place in a good object is found', () => {
    fc.assert(
      fc.property(objects, fc.nat(), fc.constantFrom(5, 'x', true, [], { a: 1 }, 3.5), ([name, object], at, junk) => {
        const facts = scheme.type(name)!
        const keys = Object.keys(object)
        fc.pre(keys.length > 0)
        const value: unknown = { ...object, [keys[at % keys.length]!]: junk }
        const checked = checkObject(facts, value)
        const { errors } = decodeTyped(facts, value, 'Ignore')
        expect(errors.length > 0).toBe(checked.wrong)
        if (errors.length > 0) expect(errors[0]).not.toContain('undefined')
      }),
      { numRuns: 700 },
    )
  })
})

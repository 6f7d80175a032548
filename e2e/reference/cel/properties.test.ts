import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PER_CALL_LIMIT } from '../../../server/cel/contract.ts'
import { compile, CompileError, PlanError } from '../../../server/cel/environment.ts'
import { escapeField, unescapeField } from '../../../server/cel/escaping.ts'
import { expressions } from './expressions.ts'
import { CelError, Uint, type CelValue } from '../../../server/cel/values.ts'

const env = { variables: new Map(), structs: new Map() }
const value = (text: string): CelValue => compile(text, env).program().evaluate(new Map(), PER_CALL_LIMIT).value

function holds<T>(property: fc.IProperty<T>): void {
  expect(() => {
    fc.assert(property)
  }).not.toThrow()
}

test('whatever the text: it is compiled, or refused with a place', () => {
  const known = expressions.map(([, text]) => text)
  // Two that are right, cut and put together, and signs in between.
  const piece = fc.tuple(fc.constantFrom(...known), fc.nat(80), fc.nat(80)).map(([text, from, to]) => text.slice(from % 40, to))
  const texts = fc.array(
    fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom('(', ')', '[', '{', '?', '"', '\\')),
    {
      maxLength: 6,
    },
  )
  holds(
    fc.property(texts, (parts) => {
      try {
        compile(parts.join(''), env).program()
        return true
      } catch (error) {
        if (error instanceof PlanError) return true
        return error instanceof CompileError && error.message.startsWith('ERROR: <input>:')
      }
    }),
  )
})

test('field names that can be escaped come back', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_./-]{0,20}$/)
  holds(
    fc.property(fc.oneof(name, fc.constantFrom('in', 'namespace', 'true', 'a__b', '__', 'a.b-c/d')), (text) => {
      const escaped = escapeField(text)
      return escaped === undefined || unescapeField(escaped) === text
    }),
  )
})

test('a text in quotes is that text', () => {
  holds(fc.property(fc.string({ unit: 'binary' }), (text) => value(`[${JSON.stringify(text)}][0]`) === text))
})

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

test('numbers of 64 bits are exact, and what does not fit is an error', () => {
  const ops = { '+': (a: bigint, b: bigint) => a + b, '-': (a: bigint, b: bigint) => a - b, '*': (a: bigint, b: bigint) => a * b }
  const cases = fc.tuple(fc.constantFrom('+', '-', '*'), int64, int64)
  holds(
    fc.property(cases, ([op, a, b]) => {
      const exact = ops[op as '+'](a, b)
      const found = value(`${a} ${op} ${b}`)
      return BigInt.asIntN(64, exact) === exact ? found === exact : found instanceof CelError
    }),
  )
  holds(
    fc.property(fc.tuple(fc.constantFrom('+', '-', '*'), uint64, uint64), ([op, a, b]) => {
      const exact = ops[op as '+'](a, b)
      const found = value(`${a}u ${op} ${b}u`)
      return BigInt.asUintN(64, exact) === exact ? found instanceof Uint && found.value === exact : found instanceof CelError
    }),
  )
})

test('int, uint and double are in one order', () => {
  holds(fc.property(int64, uint64, (a, b) => value(`${a} < ${b}u`) === a < b && value(`dyn(${a}) == dyn(${b}u)`) === (a === b)))
  holds(
    fc.property(int64, fc.double({ noNaN: true, noDefaultInfinity: true }), (a, b) => {
      const text = b.toString().includes('.') || b.toString().includes('e') ? b.toString() : `${b}.0`
      return value(`${a} < ${text}`) === a < b
    }),
  )
})

test('a list is sorted when each element is not less than the one before', () => {
  holds(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 8 }), (list) => {
      const text = `[${list.join(', ')}]`
      const sorted = list.every((x, i) => i === 0 || list[i - 1]! <= x)
      return (
        value(`${text}.isSorted()`) === sorted &&
        value(`${text}.sort().isSorted()`) === true &&
        value(`${text}.max() == ${Math.max(...list)} && ${text}.min() == ${Math.min(...list)}`) === true &&
        value(`${text}.indexOf(${list.at(-1)})`) === BigInt(list.indexOf(list.at(-1)!))
      )
    }),
  )
})

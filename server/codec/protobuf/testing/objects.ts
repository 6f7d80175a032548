/** Random objects of a type, in the normal form that the reference writes: what a round trip must give back unchanged. */
import fc, { type Arbitrary } from 'fast-check'
import { parseNumbers } from '../../../machinery/numbers.ts'
import { parseQuantity } from '../../../machinery/quantity.ts'
import { int64 } from '../../../machinery/testing/numbers.ts'
import type { FieldFacts, ScalarKind, TypeRef } from '../../../scheme/contract.ts'
import { scheme } from '../../../scheme/index.ts'
import { formatDuration } from '../../../machinery/go-duration.ts'
import { formatMicros, formatSeconds } from '../../../machinery/time.ts'

const seconds = fc.integer({ min: -62135596799, max: 253402300799 })
// -0 has no JSON of its own.
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => parseNumbers(JSON.stringify(value)))

const scalars: Record<ScalarKind, Arbitrary<unknown>> = {
  string: fc.string({ unit: 'grapheme', maxLength: 60 }),
  boolean: fc.boolean(),
  int32: fc.integer(),
  int64,
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
  bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  time: seconds.map(formatSeconds),
  microTime: fc.tuple(seconds, fc.nat(999_999)).map(([s, micros]) => formatMicros(s, micros * 1000)),
  duration: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map(formatDuration),
  quantity: fc.tuple(fc.integer(), fc.constantFrom('', 'm', 'k', 'Mi', 'Gi')).map(([n, suffix]) => parseQuantity(`${n}${suffix}`).text),
  intOrString: fc.oneof(fc.integer(), fc.string()),
  raw: json.filter((value) => value !== null),
  json: json.filter((value) => value !== null),
  fieldsV1: fc.dictionary(fc.string(), fc.constant({})),
}

const zeros: Partial<Record<ScalarKind, unknown>> = { string: '', boolean: false, int32: 0, int64: 0, double: 0 }

/** Objects of a message type, at most a few levels deep. */
export function objectOf(name: string, depth = 3): Arbitrary<Record<string, unknown>> {
  const type = scheme.type(name)!
  const parts = type.fields.filter((f) => f.number > 0).map((f) => fieldOf(f, depth))
  return fc.tuple(...parts).map((found) => Object.assign({}, ...found) as Record<string, unknown>)
}

/** The field in an object of its own, or an empty object where the field is left out. */
function fieldOf(field: FieldFacts, depth: number): Arbitrary<object> {
  const { name, type, omitEmpty } = field
  if (name === '' && type.kind === 'ref') return objectOf(type.name, depth - 1)
  const put = (value: Arbitrary<unknown>): Arbitrary<object> => value.map((v) => ({ [name]: v }))
  const nothing = fc.constant({})
  if (type.kind === 'array' || type.kind === 'map') {
    const left = omitEmpty ? nothing : put(fc.constant(null))
    return depth <= 0 ? left : fc.oneof(left, put(valueOf(type, depth)))
  }
  if (field.pointer || type.kind === 'bytes') {
    const left = omitEmpty ? nothing : put(fc.constant(null))
    if (depth <= 0 && type.kind === 'ref') return left
    const some = valueOf(type, depth).filter((v) => v !== null && !(omitEmpty && !field.pointer && v === ''))
    return fc.oneof(left, put(some))
  }
  if (type.kind === 'ref' || !(type.kind in zeros)) {
    const value = valueOf(type, depth)
    return field.omitZero ? value.map((v) => (v === null ? {} : { [name]: v })) : put(value)
  }
  return valueOf(type, depth).map((v) => (omitEmpty && v === zeros[type.kind as ScalarKind] ? {} : { [name]: v }))
}

function valueOf(type: TypeRef, depth: number): Arbitrary<unknown> {
  if (type.kind === 'array') return fc.array(valueOf(type.items, depth - 1), { minLength: 1, maxLength: 3 })
  if (type.kind === 'map') {
    const keys = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((k) => k !== '__proto__')
    return fc.dictionary(keys, valueOf(type.values, depth - 1), { minKeys: 1, maxKeys: 3 })
  }
  if (type.kind !== 'ref') return scalars[type.kind]
  const facts = scheme.type(type.name)!
  if (facts.scalar) return scalars[facts.scalar]
  const schema = type.name.replace(/Or(?:Bool|Array|StringArray)$/, '')
  if (facts.union === 'schemaOrBool') return fc.oneof(fc.boolean(), objectOf(schema, depth - 1))
  if (facts.union === 'schemaOrArray')
    return fc.oneof(objectOf(schema, depth - 1), fc.array(objectOf(schema, 0), { minLength: 1, maxLength: 2 }))
  if (facts.union === 'schemaOrStringArray')
    return fc.oneof(objectOf(schema, depth - 1), fc.array(fc.string(), { minLength: 1, maxLength: 2 }))
  return objectOf(type.name, depth - 1)
}

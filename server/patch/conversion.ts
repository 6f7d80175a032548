import { exactInteger, JsonNumber, jsonKind, withoutSpellings } from '../machinery/numbers.ts'
import type { FieldFacts, ScalarKind, TypeFacts, TypeRef } from '../scheme/contract.ts'
import { explain } from '../scheme/explain.ts'
import { goTypeOf } from './go-text.ts'
import { isRecord } from './values.ts'

/**
 * Upstream does not write and read JSON after a strategic merge patch: it converts maps to structs (apimachinery `runtime/converter.go`),
 * field by field in the order of the struct, and has words of its own for a value of the wrong type.
 * @returns the reference's text for the first one
 */
export function conversionError(value: unknown, facts: TypeFacts): string | undefined {
  if (facts.union !== undefined) return undefined
  if (!isRecord(value)) return `cannot restore struct from: ${kindOf(value)}`
  for (const field of facts.jsonFields) {
    const item = value[field.name]
    if (item === undefined || item === null) continue
    const why = ofValue(item, field.type, field.goType, field)
    if (why !== undefined) return why
  }
  return undefined
}

function ofValue(value: unknown, ref: TypeRef, goType: string, field: FieldFacts): string | undefined {
  if (value === null) return undefined
  switch (ref.kind) {
    case 'array': {
      if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`
      return first(value, (item) => ofValue(item, ref.items, goType.replace(/^\[\]/, ''), field))
    }
    case 'map': {
      if (!isRecord(value)) return `cannot restore map from ${kindOf(value)}`
      return first(Object.values(value), (item) => ofValue(item, ref.values, goType.replace(/^map\[[^\]]*\]/, ''), field))
    }
    case 'ref': {
      const { facts } = ref
      if (facts.scalar === undefined && facts.union === undefined) return conversionError(value, facts)
      return byJson(value, { ...field, type: ref })
    }
    case 'bytes':
      if (Array.isArray(value)) return first(value, (item) => ofScalar(item, 'number', 'uint8', 'uint8'))
      if (typeof value !== 'string') return `cannot restore slice from ${kindOf(value)}`
      return prefixed('error decoding from json: ', byJson(value, { ...field, type: ref }))
  }
  const kind = plain[ref.kind]
  return kind === undefined ? byJson(value, { ...field, type: ref }) : ofScalar(value, kind.json, kind.go, goType)
}

function first<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const why = check(item)
    if (why !== undefined) return why
  }
  return undefined
}

const plain: Partial<Record<ScalarKind, { json: string; go: string }>> = {
  string: { json: 'string', go: 'string' },
  boolean: { json: 'bool', go: 'bool' },
  int32: { json: 'number', go: 'int32' },
  int64: { json: 'number', go: 'int64' },
  double: { json: 'number', go: 'float64' },
}

/** @param go kind of the type `goType` */
function ofScalar(given: unknown, json: string, go: string, goType: string): string | undefined {
  const value = given instanceof JsonNumber ? given.value : given
  const type = goTypeOf(given)
  if (value === null) return undefined
  // Go's reflection can make a string of an integer, though this converter never does.
  if (go === 'string' && type === 'int64') return `cannot convert int64 to ${goType}`
  if (jsonKind(value) !== json) return `unrecognized type: ${go}`
  return type === 'float64' && go !== 'float64' && !Number.isInteger(value) ? `cannot convert float64 to ${goType}` : undefined
}

/** Types that read their own JSON have the words of JSON, without a place. What they read was written anew: a number has lost its spelling. */
function byJson(value: unknown, field: FieldFacts): string | undefined {
  const alone: TypeFacts = { name: 'alone', fields: [field], jsonFields: [field], field: () => field }
  return explain(alone, { [field.name]: withoutSpellings(value) }).typeError?.replace(
    / into Go struct field \S+ of type /,
    ' into Go value of type ',
  )
}

const prefixed = (prefix: string, text: string | undefined): string | undefined => (text === undefined ? undefined : prefix + text)

/** Go's kind of a JSON value. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice'
  return isRecord(value) ? 'map' : goTypeOf(value)
}

const INT64 = 2 ** 63

/** Go's conversion of a number to an int field: a float that does not fit becomes the least int64, and an int32 gets the low half. */
function asInteger(value: number | bigint, bits: 32 | 64): number | bigint {
  const exact = typeof value === 'bigint' ? value : value >= -INT64 && value < INT64 ? BigInt(value) : BigInt(-INT64)
  return exactInteger(BigInt.asIntN(bits, exact))
}

/** A value of which conversionError has nothing to say, with its numbers in the size of their fields. */
export function convertedNumbers(value: unknown, facts: TypeFacts): unknown {
  if (!isRecord(value) || facts.union !== undefined) return value
  const out = { ...value }
  for (const field of facts.jsonFields) {
    if (Object.hasOwn(out, field.name)) out[field.name] = convertedValue(out[field.name], field.type)
  }
  return out
}

function convertedValue(value: unknown, ref: TypeRef): unknown {
  switch (ref.kind) {
    case 'array':
      return Array.isArray(value) ? value.map((item) => convertedValue(item, ref.items)) : value
    case 'map':
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convertedValue(item, ref.values)]))
        : value
    case 'ref': {
      const { facts } = ref
      return facts.scalar !== undefined ? value : convertedNumbers(value, facts)
    }
    case 'int32':
    case 'int64':
      return Number.isInteger(value) || typeof value === 'bigint'
        ? asInteger(value as number | bigint, ref.kind === 'int32' ? 32 : 64)
        : value
    default:
      return value
  }
}

import { describe, expect, test } from 'vitest'
import type { FieldError } from '../../../server/machinery/field-errors.ts'
import { parseNumbers } from '../../../server/machinery/numbers.ts'
import { coerceObject } from '../../../server/extensions/coerce.ts'
import { Correlated } from '../../../server/extensions/correlate.ts'
import { applyDefaults } from '../../../server/extensions/defaults.ts'
import { validateEmbedded } from '../../../server/extensions/embedded.ts'
import type { JsonObject } from '../../../server/machinery/json-values.ts'
import { validatingListTypes } from '../../../server/extensions/list-types.ts'
import { compileSchema, type Schema } from '../../../server/extensions/structural.ts'
import facts from './objects.answers.json' with { type: 'json' }
import { group, kind, objectCases, schemaOf } from './object-cases.ts'
import { validateChange, validateValue } from '../../../server/extensions/validate.ts'
import { atOnce } from '../../../server/machinery/slice.ts'

/** What kube-apiserver answered to the same objects (testing/record.ts). */
interface Fact {
  readonly code: number
  readonly warnings?: readonly string[]
  readonly object?: unknown
  readonly causes?: readonly string[]
  readonly message?: string
}

const recorded = facts as unknown as Readonly<Record<string, Fact>>
const cause = (e: FieldError): string => `${e.type} ${e.field}: ${e.body}`
// As a body comes: with the spelling of its numbers.
const parsed = (value: unknown): JsonObject => parseNumbers(JSON.stringify(value)) as JsonObject

/** The flow of a write: decode, default, validate. */
function answer(schema: Schema, obj: JsonObject, old: JsonObject | undefined): Fact {
  const { unknown, error } = coerceObject(obj, schema)
  if (error !== undefined) return { code: 400, message: `${error.field}: ${error.body}` }
  applyDefaults(obj, schema)
  const errors = [
    ...(old === undefined ? validateValue(schema, obj) : validateChange(schema, obj, new Correlated(obj, old, schema))),
    ...validateEmbedded(obj, schema),
    ...(old === undefined || atOnce(validatingListTypes(old, schema)).length === 0 ? atOnce(validatingListTypes(obj, schema)) : []),
  ]
  const warnings = unknown.length === 0 ? {} : { warnings: unknown.map((path) => `unknown field "${path}"`) }
  if (errors.length > 0) return { code: 422, ...warnings, causes: [...new Set(errors.map(cause))].sort() }
  const { metadata: _, apiVersion: _v, kind: _k, ...object } = obj
  return { code: old === undefined ? 201 : 200, ...warnings, object: JSON.parse(JSON.stringify(object)) }
}

describe.each(objectCases.map((c, i) => ({ ...c, i })))('$name', ({ name, spec, root, objects, i }) => {
  const schema = compileSchema(schemaOf(spec, root))
  const envelope = (value: unknown, more: JsonObject = {}): JsonObject =>
    parsed({ apiVersion: `${group}/v1`, kind: kind(i), metadata: { name: 'a' }, spec: value, ...more })

  test.each(objects)('%s', (label, value, old, more) => {
    const fact = recorded[`${name}: ${label}`]!
    const found = answer(schema, envelope(value, more as JsonObject | undefined), old === undefined ? undefined : envelope(old))
    if (fact.message === undefined || found.message === undefined) expect(found).toEqual(fact)
    else expect({ code: found.code, in: fact.message }).toEqual({ code: fact.code, in: expect.stringContaining(found.message) as string })
  })
})

import { goQuote } from '../machinery/go-quote.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import type { DefinitionSpec } from './definition.ts'
import { compiledOr, keyFieldErrors, schemaAt, setErrors, textAt, TYPES } from './definition-schema.ts'
import { isKnownFormat } from './formats.ts'
import { deepEqual, isObject, type JsonObject } from '../machinery/json-values.ts'
import type { Schema } from './structural.ts'
import { validateStructural } from './structural-validation.ts'
import { prunedDefaults } from './validate-defaults.ts'

// What is asked of all schemas of a definition at once: what is wrong with those that are stored, and what their writer is warned of.

const INNER = ['items', 'allOf', 'anyOf', 'oneOf', 'not', 'additionalProperties', 'additionalItems']
const INNER_BY_NAME = ['properties', 'patternProperties', 'definitions', 'dependencies']

/** Whether one of the schemas within one, itself first, is as wanted. */
function someSchema(s: JsonObject, test: (s: JsonObject) => boolean): boolean {
  if (test(s)) return true
  const isOne = (of: unknown): boolean => typeof of === 'object' && isObject(of) && someSchema(of, test)
  for (const key of INNER) {
    const value = s[key]
    if (value === undefined) continue
    if (Array.isArray(value) ? value.some(isOne) : isOne(value)) return true
  }
  for (const key of INNER_BY_NAME) {
    const value = s[key]
    if (isObject(value)) for (const name in value) if (isOne(value[name])) return true
  }
  return false
}

export function hasSchemaWith(spec: DefinitionSpec, test: (s: JsonObject) => boolean): boolean {
  return (spec.versions ?? []).some(({ schema }) => isObject(schema?.openAPIV3Schema) && someSchema(schema.openAPIV3Schema, test))
}

/** In which ways the schemas of a definition that is stored are wrong. */
export function schemaFaults(spec: DefinitionSpec): Readonly<Record<'types' | 'structure' | 'defaults' | 'sets' | 'keys', boolean>> {
  const has = (check: (errors: FieldError[], s: JsonObject) => void): boolean =>
    hasSchemaWith(spec, (s) => {
      const errors: FieldError[] = []
      check(errors, s)
      return errors.length > 0
    })
  const schemas = (spec.versions ?? []).flatMap((v) => (v.schema?.openAPIV3Schema === undefined ? [] : [v.schema.openAPIV3Schema]))
  return {
    types: hasSchemaWith(spec, (s) => textAt(s, 'type') !== '' && !TYPES.includes(textAt(s, 'type'))),
    structure: schemas.some((s) => {
      const compiled = compiledOr(s)
      return compiled === undefined || validateStructural(compiled, '').length > 0
    }),
    defaults: schemas.some((s) => {
      const compiled = compiledOr(s)
      return compiled !== undefined && validateStructural(compiled, '').length === 0 && !sameDefaults(compiled, prunedDefaults(compiled))
    }),
    sets: has((errors, s) => {
      setErrors(errors, s, '')
    }),
    keys: has((errors, s) => {
      keyFieldErrors(errors, s, '')
    }),
  }
}

function sameDefaults(a: Schema, b: Schema): boolean {
  if (!deepEqual(a.default ?? null, b.default ?? null)) return false
  if (a.items !== undefined && !sameDefaults(a.items, b.items!)) return false
  for (const [name, of] of a.properties) if (!sameDefaults(of, b.properties.get(name)!)) return false
  return typeof a.additionalProperties !== 'object' || sameDefaults(a.additionalProperties, b.additionalProperties as Schema)
}

/** What a writer of a definition is warned of: formats that nothing checks, sets of what is no scalar. `old`: not what it had already. */
export function definitionWarnings(spec: DefinitionSpec, old?: DefinitionSpec): string[] {
  const before = new Set(old === undefined ? [] : [...formatWarnings(old), ...setWarnings(old)])
  return [...formatWarnings(spec), ...setWarnings(spec)].filter((text) => !before.has(text))
}

function formatWarnings(spec: DefinitionSpec): string[] {
  const texts: string[] = []
  hasSchemaWith(spec, (s) => {
    const format = textAt(s, 'format')
    if (format !== '' && !isKnownFormat(textAt(s, 'type'), format)) texts.push(`unrecognized format ${goQuote(format)}`)
    return false
  })
  return texts
}

function setWarnings(spec: DefinitionSpec): string[] {
  const texts = new Set<string>()
  hasSchemaWith(spec, (s) => {
    const type = s['x-kubernetes-list-type'] === 'set' ? schemaAt(s, 'items')?.['type'] : undefined
    if (type === 'object' || type === 'array') {
      texts.add(`x-kubernetes-list-type: set for items of type "${type}" is not supported by server-side apply or CEL validation rules`)
    }
    return false
  })
  return [...texts].sort()
}

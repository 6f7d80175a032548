import { compileRules } from '../cel/index.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { addErrors, type FieldError } from '../machinery/field-errors.ts'
import { coerceEmbedded } from './coerce.ts'
import { validateEmbedded } from './embedded.ts'
import { aggregate, child, invalidValue } from './field-errors.ts'
import { deepEqual, type JsonObject } from '../machinery/json-values.ts'
import { prune } from './prune.ts'
import { asResource, type Schema } from './structural.ts'
import { validateValue } from './validate.ts'

/** The object that a default stands in, as far as its fields are known. */
type Surround = (focus: unknown) => JsonObject

const META_FIELDS = new Set(['metadata', 'kind', 'apiVersion'])
const asRoot: Surround = (focus) => ({ kind: 'Validation', apiVersion: 'validation/v1', ...(focus as JsonObject) })

/**
 * Defaults are values that the schema allows, without unknown fields; those inside of metadata make a metadata that may be
 * (apiextensions-apiserver `schema/defaulting/validation.go`). Those below additionalProperties are not looked at, as there.
 */
export function validateDefaults(schema: Schema, path: string, requirePruned: boolean): FieldError[] {
  const errors: FieldError[] = []
  const root = asResource(relaxed(schema))
  visit(errors, root, root, path, { around: asRoot, insideMeta: false, requirePruned })
  return errors
}

interface Context {
  readonly around: Surround
  readonly insideMeta: boolean
  readonly requirePruned: boolean
}

function visit(errors: FieldError[], s: Schema, rootSchema: Schema, path: string, context: Context): void {
  const at = s.embeddedResource ? { ...context, around: asRoot, insideMeta: false } : context
  const root = s.embeddedResource ? s : rootSchema
  if (s.default !== undefined)
    addErrors(errors, at.insideMeta ? inMetadata(s, root, path, at.around) : ofValue(s, root, path, at.requirePruned))
  if (s.items !== undefined) {
    visit(errors, s.items, root, child(path, 'items'), { ...at, around: (focus) => at.around([focus]) })
  }
  for (const [name, of] of s.properties) {
    const insideMeta = at.insideMeta || (s.embeddedResource && META_FIELDS.has(name))
    visit(errors, of, root, `${child(path, 'properties')}[${name}]`, { ...at, insideMeta, around: (focus) => at.around({ [name]: focus }) })
  }
}

function inMetadata(s: Schema, root: Schema, path: string, around: Surround): FieldError[] {
  const at = child(path, 'default')
  const obj = around(copyJson(s.default))
  const wrong = coerceEmbedded(obj, root, '', { isResource: true, dropInvalid: false })
  if (wrong !== undefined) return [invalidValue(at, s.default, `must result in valid metadata: ${wrong.field}: ${wrong.body}`)]
  const errors = validateEmbedded(obj, root, '', true)
  if (errors.length > 0) return [invalidValue(at, s.default, `must result in valid metadata: ${aggregate(errors)}`)]
  const wrongValue = validateValue(s, s.default, at)
  return wrongValue.length > 0 ? wrongValue : ruleErrors(s, root, at)
}

/** A default may be there before, and may come new. */
function ruleErrors(s: Schema, root: Schema, path: string): FieldError[] {
  const rules = compileRules(s, s === root)
  if (rules === undefined) return []
  const { errors } = rules.validate(s.default, { path, old: s.default })
  return errors.length > 0 ? errors : rules.validate(s.default, { path }).errors
}

function ofValue(s: Schema, root: Schema, path: string, requirePruned: boolean): FieldError[] {
  const at = child(path, 'default')
  const errors: FieldError[] = []
  if (requirePruned) {
    const pruned = copyJson(s.default)
    prune(pruned, s, s.embeddedResource)
    if (!deepEqual(pruned, s.default)) errors.push(invalidValue(at, s.default, 'must not have unknown fields'))
  }
  const value = copyJson(s.default)
  const wrong = coerceEmbedded(value, s, at, { isResource: s.embeddedResource, dropInvalid: false })
  if (wrong !== undefined) return [...errors, wrong]
  const embedded = validateEmbedded(value, s, at, s.embeddedResource)
  if (embedded.length > 0) return errors.concat(embedded)
  const wrongValue = validateValue(s, value, at)
  return errors.concat(wrongValue.length > 0 ? wrongValue : ruleErrors(s, root, at))
}

/** The reference checks defaults without x-kubernetes-int-or-string, and without types of nested validations: any value fits those. */
function relaxed(s: Schema, nested = false): Schema {
  const below = (of: Schema): Schema => relaxed(of, nested)
  const inner = (of: Schema): Schema => relaxed(of, true)
  const { validation: v } = s
  return {
    ...s,
    types: nested || s.type === '' ? [] : [s.type],
    ...(s.items === undefined ? {} : { items: below(s.items) }),
    properties: new Map([...s.properties].map(([name, of]) => [name, below(of)])),
    ...(typeof s.additionalProperties === 'object' ? { additionalProperties: below(s.additionalProperties) } : {}),
    validation: {
      ...v,
      allOf: v.allOf.map(inner),
      anyOf: v.anyOf.map(inner),
      oneOf: v.oneOf.map(inner),
      ...(v.not === undefined ? {} : { not: inner(v.not) }),
    },
  }
}

/** Takes out of the defaults of a schema what it does not know, for use: definitions of old may have such. Returns the schema to use. */
export function prunedDefaults(s: Schema): Schema {
  const value = copyJson(s.default)
  if (value !== undefined) prune(value, s, s.embeddedResource)
  return {
    ...s,
    ...(value === undefined ? {} : { default: value }),
    ...(s.items === undefined ? {} : { items: prunedDefaults(s.items) }),
    properties: new Map([...s.properties].map(([name, of]) => [name, prunedDefaults(of)])),
    ...(typeof s.additionalProperties === 'object' ? { additionalProperties: prunedDefaults(s.additionalProperties) } : {}),
  }
}

import { compileRules } from '../cel/index.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { addErrors, type FieldError } from '../machinery/field-errors.ts'
import { coerceEmbedded } from './coerce.ts'
import { validateEmbedded } from './embedded.ts'
import { aggregate, child, invalidValue } from './field-errors.ts'
import { deepEqual, isObject, type JsonObject } from '../machinery/json-values.ts'
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
  const same = (of: Schema): Schema => relaxed(of, nested)
  const inner = (of: Schema): Schema => relaxed(of, true)
  const { validation: v } = s
  return {
    ...s,
    types: nested || s.type === '' ? [] : [s.type],
    ...(s.items === undefined ? {} : { items: same(s.items) }),
    properties: new Map([...s.properties].map(([name, of]) => [name, same(of)])),
    ...(typeof s.additionalProperties === 'object' ? { additionalProperties: same(s.additionalProperties) } : {}),
    validation: {
      ...v,
      allOf: v.allOf.map(inner),
      anyOf: v.anyOf.map(inner),
      oneOf: v.oneOf.map(inner),
      ...(v.not === undefined ? {} : { not: inner(v.not) }),
    },
  }
}

/** Where a default stands in an object of the kind: makes one with it, and finds it there again. */
interface Setting {
  around(focus: unknown): unknown
  /** Undefined where it is no longer there. */
  within(obj: unknown): unknown
}

const ROOT: Setting = { around: (focus) => focus, within: (obj) => obj }
const below = (s: Setting, name: string): Setting => ({
  around: (focus) => s.around({ [name]: focus }),
  within(obj) {
    const parent = s.within(obj)
    return isObject(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined
  },
})
const inList = (s: Setting): Setting => ({
  around: (focus) => s.around([focus]),
  within: (obj) => (s.within(obj) as unknown[] | undefined)?.[0],
})

/**
 * Takes out of the defaults of a schema what it does not know, and what is no field of a metadata, for use: definitions of old may have such
 * (apiextensions-apiserver `schema/defaulting/prune.go`). Returns the schema to use.
 */
export function prunedDefaults(root: Schema): Schema {
  const pruned = (s: Schema, at: Setting): Schema => {
    const { default: value, ...rest } = s
    const left = value === undefined ? undefined : defaultIn(root, value, at)
    return {
      ...rest,
      ...(left === undefined ? {} : { default: left }),
      ...(s.items === undefined ? {} : { items: pruned(s.items, inList(at)) }),
      properties: new Map([...s.properties].map(([name, of]) => [name, pruned(of, below(at, name))])),
      ...(typeof s.additionalProperties === 'object' ? { additionalProperties: pruned(s.additionalProperties, below(at, '*')) } : {}),
    }
  }
  return pruned(root, ROOT)
}

function defaultIn(root: Schema, value: unknown, at: Setting): unknown {
  const obj = at.around(copyJson(value))
  coerceEmbedded(obj, root, '', { isResource: true, dropInvalid: true })
  prune(obj, root, true)
  return at.within(obj)
}

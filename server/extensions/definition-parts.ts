import { required, type FieldError } from '../machinery/field-errors.ts'
import type { PrinterColumn } from './columns.ts'
import { child, duplicateValue, invalidValue, tooManyValues } from './field-errors.ts'
import type { JsonObject } from '../machinery/json-values.ts'
import type { ScalePaths } from './scale.ts'
import { compileSchema, SchemaError, type Schema } from './structural.ts'

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const MAX_SELECTABLE_FIELDS = 8

/** A printer column. Of its path only the beginning is looked at; one that is no path shows nothing. */
export function columnErrors(column: PrinterColumn, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { name, type, format = '', jsonPath } = column
  if (!name) errors.push(required(child(path, 'name')))
  const types = `must be one of ${COLUMN_TYPES.join(',')}`
  if (!type) errors.push(required(child(path, 'type'), types))
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(child(path, 'type'), type, types))
  if (format !== '' && !COLUMN_FORMATS.includes(format)) {
    errors.push(invalidValue(child(path, 'format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`))
  }
  if (!jsonPath) errors.push(required(child(path, 'JSONPath')))
  else if (!jsonPath.startsWith('.')) errors.push(notSimple(child(path, 'JSONPath'), jsonPath))
  return errors
}

const notSimple = (path: string, value: string): FieldError => invalidValue(path, value, 'must be a simple json path starting with .')

/** subresources.scale; `path` is of the subresources. */
export function scaleErrors(scale: ScalePaths | undefined, path: string): FieldError[] {
  if (scale === undefined || scale === null) return []
  const errors: FieldError[] = []
  const check = (name: keyof ScalePaths, below: readonly string[], text: string): void => {
    const value = scale[name]!
    const at = child(path, `scale.${name}`)
    if (!value.startsWith('.')) errors.push(notSimple(at, value))
    else if (!below.some((prefix) => value.startsWith(prefix))) errors.push(invalidValue(at, value, text))
  }
  for (const [name, part] of [
    ['specReplicasPath', 'spec'],
    ['statusReplicasPath', 'status'],
  ] as const) {
    if (!scale[name]) errors.push(required(child(path, `scale.${name}`)))
    else check(name, [`.${part}.`], `should be a json path under .${part}`)
  }
  if (scale.labelSelectorPath) check('labelSelectorPath', ['.spec.', '.status.'], 'should be a json path under either .spec or .status')
  return errors
}

/** @param keepsMany whether as many were there before */
export function selectableFieldErrors(
  fields: readonly { readonly jsonPath: string }[],
  props: JsonObject,
  path: string,
  keepsMany: boolean,
): FieldError[] {
  const errors: FieldError[] = []
  let schema: Schema | undefined
  try {
    schema = compileSchema(props)
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    errors.push(invalidValue(child(path.slice(0, path.lastIndexOf('.')), 'schema.openAPIV3Schema'), '', error.message))
    return errors
  }
  const seen = new Set<string>()
  fields.forEach(({ jsonPath }, i) => {
    const at = `${path}[${i}].jsonPath`
    if (!jsonPath) {
      errors.push(required(at))
      return
    }
    const found = fieldAt(schema, jsonPath, false)
    if (typeof found === 'string') {
      errors.push(invalidValue(at, jsonPath, `is an invalid path: ${found}`))
      return
    }
    if (found.fields[0] === 'metadata') errors.push(invalidValue(at, jsonPath, 'must not point to fields in metadata'))
    if (!['string', 'boolean', 'integer'].includes(found.schema?.type ?? '')) {
      const text = 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
      errors.push(invalidValue(at, jsonPath, text))
    }
    const name = found.fields.join('.')
    if (seen.has(name)) errors.push(duplicateValue(at, jsonPath))
    seen.add(name)
  })
  if (seen.size > MAX_SELECTABLE_FIELDS && !keepsMany) errors.push(tooManyValues(path, seen.size, MAX_SELECTABLE_FIELDS))
  return errors
}

const TOKEN = /'(?:[^'\\]|\\[^])*'|[.[\]]|[^.[\]]+/g

/** The schema that a path of fields leads to (`.spec.a`, `['b']`), or why it leads nowhere. */
export function fieldAt(root: Schema, path: string, arrays = true): { fields: string[]; schema: Schema | undefined } | string {
  const tokens = path.match(TOKEN) ?? []
  const fields: string[] = []
  let schema: Schema | undefined = root
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token !== '.' && token !== '[') return `expected [ or . but got: ${token}`
    if (token === '[' && !arrays) return 'array notation is not allowed'
    let name: string | undefined = tokens[++i]
    if (name === undefined) return 'unexpected end of JSON path'
    if (token === '[') {
      if (name.length < 2 || !name.startsWith("'") || !name.endsWith("'")) return `expected single quoted string but got ${name}`
      name = name.slice(1, -1).replace(/\\(.)/g, '$1')
    }
    const more: Schema | boolean | undefined = schema?.additionalProperties
    const isNamed: boolean = schema !== undefined && schema.properties.size > 0
    if (!isNamed && more === undefined) return 'does not refer to a valid field'
    const next: Schema | undefined = isNamed ? schema!.properties.get(name) : typeof more === 'object' ? more : undefined
    if (isNamed && next === undefined) return 'does not refer to a valid field'
    schema = next
    fields.push(name)
    if (token === '[') {
      const close = tokens[++i]
      if (close === undefined) return 'unexpected end of JSON path'
      if (close !== ']') return `expected ] but got ${close}`
    }
  }
  return { fields, schema }
}

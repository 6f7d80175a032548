import { isContainer } from '../machinery/copy-json.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import { type Correlated } from './correlate.ts'
import { child, invalidValue, NO_PATH, tooLongValue, tooManyValues, typeInvalid, unsupportedValue } from './field-errors.ts'
import { required } from '../machinery/field-errors.ts'
import { deepEqual, goJson, goText, int64Of, kindOf, type GoKind } from '../machinery/json-values.ts'
import { invalidIssue, isJsonInteger, type Issue } from './issue.ts'
import { atOnce, isTurn, type Pausing } from '../machinery/slice.ts'
import { running, type Steps } from '../machinery/steps.ts'
import { numberIssues } from './validate-number.ts'
import type { Schema } from './structural.ts'

/**
 * Whether a value is as its schema says: types, limits, formats, combinations (kube-openapi `pkg/validation/validate`, with its texts,
 * and apiextensions-apiserver `pkg/apiserver/validation`, which makes field errors of them). The reference goes through maps in no
 * order; here fields are checked in the order of the value.
 */

/** Issues of one value, and how much of it was right: of alternatives, the closest is told. */
interface Outcome {
  issues: Issue[]
  matched: number
}

/** Errors of a value under `path` ('' for a whole object); empty for a valid one. */
export const validateValue = (schema: Schema, value: unknown, path = ''): FieldError[] =>
  atOnce(validatingChange(schema, value, undefined, path))

/**
 * The same for a value that replaces another: what did not change stays allowed, however wrong it is, as long as the schema can tell which
 * old value it is.
 */
export const validateChange = (schema: Schema, value: unknown, correlated: Correlated | undefined, path = ''): FieldError[] =>
  atOnce(validatingChange(schema, value, correlated, path))

/** The same in turns with others. */
export function* validatingChange(schema: Schema, value: unknown, correlated: Correlated | undefined, path = ''): Pausing<FieldError[]> {
  return fieldErrors((yield* running(check(schema, value, '', correlated))).issues, path)
}

function fieldErrors(issues: readonly Issue[], path: string): FieldError[] {
  return issues.map((issue) => {
    if (issue.path === undefined) return issue.error(path === '' ? NO_PATH : path)
    const at = issue.path.startsWith('.') ? issue.path.slice(1) : issue.path
    return issue.error(at === '' ? (path === '' ? NO_PATH : path) : child(path, at))
  })
}

const TYPE_NAMES: Readonly<Record<GoKind, readonly [type: string, format: string]>> = {
  null: ['null', ''],
  bool: ['boolean', ''],
  string: ['string', ''],
  int64: ['integer', 'int64'],
  float64: ['number', 'float64'],
  slice: ['array', ''],
  map: ['object', ''],
}

function* check(s: Schema, value: unknown, path: string, old: Correlated | undefined): Steps<Outcome> {
  const all = yield* checkParts(s, value, path, old)
  if (old !== undefined && all.issues.length > 0 && old.equal) all.issues = []
  return all
}

function* checkParts(s: Schema, value: unknown, path: string, old: Correlated | undefined): Steps<Outcome> {
  if (isLeaf(s, value)) return checkLeaf(s, value, path)
  const out: Outcome = { issues: [], matched: 0 }
  const kind = kindOf(value)
  checkType(out, s, kind, value, path)
  if (hasCombinations(s)) yield* combinations(out, s, value, path, old)
  out.matched += 2
  checkScalar(out, s, kind, value, path)
  if (kind === 'slice') {
    yield* listIssues(out, s, value as unknown[], path, old)
    out.matched += 2
  }
  merge(out, enumIssues(s, value, path))
  out.matched++
  if (kind === 'map') {
    yield* objectIssues(out, s, value as Record<string, unknown>, path, old)
    out.matched++
  }
  out.matched++
  return out
}

/** Whether there is nothing to be looked at but the value itself: most are such, and need no pause. */
const isLeaf = (s: Schema, value: unknown): boolean => value === null || value === undefined || (!isContainer(value) && !hasCombinations(s))

/** What checkParts says of a leaf. */
function checkLeaf(s: Schema, value: unknown, path: string): Outcome {
  const out: Outcome = { issues: [], matched: 0 }
  const kind = kindOf(value)
  if (kind === 'null') {
    if (s.types.length > 0 && !s.types.includes('null') && !s.nullable) out.issues.push(wrongType(path, s.types.join(','), 'null'))
    else out.matched++
    merge(out, enumIssues(s, value, path))
    return out
  }
  checkType(out, s, kind, value, path)
  checkScalar(out, s, kind, value, path)
  merge(out, enumIssues(s, value, path))
  out.matched += 4
  return out
}

function checkType(out: Outcome, s: Schema, kind: GoKind, value: unknown, path: string): void {
  if (s.types.length === 0 && effectiveFormat(s) === '') return
  const issue = typeIssue(s, kind, value, path)
  if (issue === undefined) out.matched += 2
  else {
    add(out, issue)
    out.matched++
  }
}

function checkScalar(out: Outcome, s: Schema, kind: GoKind, value: unknown, path: string): void {
  if (kind === 'string') {
    const issue = textIssue(s, value as string, path)
    if (issue !== undefined) add(out, issue)
    out.matched++
    const { stringFormat } = s.validation
    if (stringFormat !== undefined) {
      if (!stringFormat(value as string)) add(out, wrongType(path, s.format, value))
      out.matched++
    }
  }
  if (kind === 'int64' || kind === 'float64') {
    merge(out, numberIssues(s, value, path))
    out.matched += 2
  }
}

const add = (out: Outcome, issue: Issue): void => {
  if (!out.issues.some((i) => i.text === issue.text)) out.issues.push(issue)
}

function merge(out: Outcome, more: readonly Issue[]): void {
  if (more.length === 0) return
  if (out.issues.length === 0 && more.length === 1) {
    out.issues.push(more[0]!)
    return
  }
  const seen = new Set(out.issues.map((i) => i.text))
  for (const issue of more) {
    if (seen.has(issue.text)) continue
    seen.add(issue.text)
    out.issues.push(issue)
  }
}

const IN = 'in body'

/** `value`: what was found, if it is a text; the type's name for a value of a wrong type. */
export function wrongType(path: string, type: string, value: unknown): Issue {
  const text = `${path} ${IN} must be of type ${type}${typeof value === 'string' ? `: ${quoteText(value)}` : ''}`
  return { path, text, error: (field) => typeInvalid(field, value, text) }
}

const pathless = (text: string): Issue => ({ text, error: (field) => invalidValue(field, '', text) })
const quoteText = (value: string): string => invalidValue('', value, '').body.slice('Invalid value: '.length)

/** Formats that the reference does not know are taken off before a custom resource is checked. */
function effectiveFormat(s: Schema): string {
  if (s.format === '') return ''
  if (s.types.length !== 1 || s.types[0] === 'string') return s.validation.stringFormat === undefined ? '' : s.format
  if (s.types[0] === 'integer') return s.format === 'int32' || s.format === 'int64' ? s.format : ''
  return s.types[0] === 'number' && (s.format === 'float' || s.format === 'double') ? s.format : ''
}

function typeIssue(s: Schema, kind: GoKind, value: unknown, path: string): Issue | undefined {
  const [type, format] = TYPE_NAMES[kind]
  const wanted = effectiveFormat(s)
  const { types } = s
  const fits =
    types.includes(type) ||
    (kind === 'int64' && types.includes('number')) ||
    (kind === 'float64' && types.includes('integer') && isJsonInteger(value))
  if (wanted !== '') {
    const textual = kind === 'string' || kind === 'slice'
    if (!textual && !fits && format !== wanted) return wrongType(path, wanted, format)
    // A list passes as a text with a format; its items are not looked at then.
    if (textual && !types.includes('number') && !types.includes('integer')) return undefined
  }
  return fits ? undefined : wrongType(path, types.join(','), type)
}

/** The length of a text in code points; a lone surrogate counts as one. */
function runeCount(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) count--
  }
  return count
}

/** The first of length and pattern that is wrong. */
function textIssue(s: Schema, value: string, path: string): Issue | undefined {
  const { maxLength, minLength, pattern } = s.validation
  // So few code units are never more code points.
  if (maxLength !== undefined && value.length > maxLength && runeCount(value) > maxLength) {
    const text = `${path} ${IN} should be at most ${maxLength} chars long`
    return { path, text, error: (field) => tooLongValue(field, maxLength) }
  }
  if (minLength !== undefined && runeCount(value) < minLength) {
    return invalidIssue(path, value, `${path} ${IN} should be at least ${minLength} chars long`)
  }
  if (pattern === undefined || pattern.test(value)) return undefined
  const source = pattern.error === undefined ? pattern.source : `${pattern.source}, but pattern is invalid: ${pattern.error}`
  return invalidIssue(path, value, `${path} ${IN} should match '${source}'`)
}

function enumIssues(s: Schema, value: unknown, path: string): Issue[] {
  const allowed = s.validation.enum
  if (allowed === undefined || allowed.some((v) => isEnumValue(value, v))) return []
  const text = `${path} ${IN} should be one of ${goText(allowed)}`
  const names = allowed.map((v) => (typeof v === 'string' ? v : goJson(v)))
  return [{ path, text, error: (field) => unsupportedValue(field, value ?? null, names) }]
}

/** Go converts a value to the type of the allowed one before it compares: 1 and 1.0 are the same. */
function isEnumValue(value: unknown, allowed: unknown): boolean {
  const [kind, wanted] = [kindOf(value), kindOf(allowed)]
  if (wanted === 'null' || kind === 'null') return false
  if (wanted === 'int64' && kind === 'float64') return int64Of(value) === int64Of(allowed)
  if (wanted === 'float64' && kind === 'int64') return Number(value) === Number(allowed)
  return deepEqual(value, allowed)
}

function hasCombinations({ validation: { anyOf, oneOf, allOf, not } }: Schema): boolean {
  return anyOf.length > 0 || oneOf.length > 0 || allOf.length > 0 || not !== undefined
}

function* combinations(out: Outcome, s: Schema, value: unknown, path: string, old: Correlated | undefined): Steps<void> {
  const { anyOf, oneOf, allOf, not } = s.validation
  // What a nested schema says of this very value is not forgiven by itself, but with the value that it belongs to.
  const nested = (alternative: Schema): Steps<Outcome> => checkParts(alternative, value, path, old)
  if (anyOf.length > 0) {
    const { valid, closest } = yield* alternatives(anyOf, nested, true)
    if (valid === 0) add(out, pathless(`${quoteText(path)} must validate at least one schema (anyOf)`))
    absorb(out, closest)
  }
  if (oneOf.length > 0) {
    const { valid, closest } = yield* alternatives(oneOf, nested, false)
    if (valid !== 1) {
      const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
      add(out, pathless(`${quoteText(path)} must validate one and only one schema (oneOf). ${found}`))
    }
    if (valid < 2) absorb(out, closest)
  }
  if (allOf.length > 0) {
    let valid = 0
    for (const schema of allOf) {
      const outcome = yield* nested(schema)
      if (outcome.issues.length === 0) valid++
      absorb(out, outcome)
    }
    if (valid !== allOf.length) {
      add(out, pathless(`${quoteText(path)} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`))
    }
  }
  if (not !== undefined && (yield* nested(not)).issues.length === 0)
    add(out, pathless(`${quoteText(path)} must not validate the schema (not)`))
}

/** How many of the schemas the value satisfies, and the outcome to tell of: of the first that it does, else of the closest. */
function* alternatives(
  schemas: readonly Schema[],
  outcomeOf: (s: Schema) => Steps<Outcome>,
  firstIsEnough: boolean,
): Steps<{ valid: number; closest: Outcome | undefined }> {
  let valid = 0
  let closest: Outcome | undefined
  for (const schema of schemas) {
    const outcome = yield* outcomeOf(schema)
    if (outcome.issues.length === 0) {
      if (valid++ === 0) closest = outcome
      if (firstIsEnough) break
    } else if (valid === 0 && (closest === undefined || outcome.matched > closest.matched)) closest = outcome
  }
  return { valid, closest }
}

function absorb(out: Outcome, other: Outcome | undefined): void {
  if (other === undefined) return
  merge(out, other.issues)
  out.matched += other.matched
}

function* listIssues(out: Outcome, s: Schema, value: readonly unknown[], path: string, old: Correlated | undefined): Steps<void> {
  const { minItems, maxItems, uniqueItems } = s.validation
  const collected: Issue[] = []
  if (s.items !== undefined) {
    for (let i = 0; i < value.length; i++) {
      if (isTurn()) yield
      const [item, at]: [unknown, string] = [value[i], `${path}[${i}]`]
      const outcome = isLeaf(s.items, item)
        ? leafOf(s.items, item, at, () => old?.index(i))
        : ((yield check(s.items, item, at, old?.index(i))) as Outcome)
      for (const issue of outcome.issues) collected.push(issue)
      out.matched += outcome.matched
    }
  }
  if (minItems !== undefined && value.length < minItems) {
    collected.push(invalidIssue(path, value.length, `${path} ${IN} should have at least ${minItems} items`))
  }
  if (maxItems !== undefined && value.length > maxItems) {
    const text = `${path} ${IN} should have at most ${maxItems} items`
    collected.push({ path, text, error: (field) => tooManyValues(field, value.length, maxItems) })
  }
  if (uniqueItems && hasDuplicates(value)) collected.push(invalidIssue(path, '', `${path} ${IN} shouldn't contain duplicates`))
  merge(out, collected)
}

/** Go compares each with each; the text of a value says the same in one look. */
function hasDuplicates(items: readonly unknown[]): boolean {
  return new Set(items.map((item) => `${kindOf(item)} ${goJson(item)}`)).size < items.length
}

function* objectIssues(
  out: Outcome,
  s: Schema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  old: Correlated | undefined,
): Steps<void> {
  const { minProperties, maxProperties, required: wanted } = s.validation
  const collected: Issue[] = []
  if (minProperties !== undefined || maxProperties !== undefined) {
    const size = Object.keys(value).length
    if (minProperties !== undefined && size < minProperties) {
      collected.push(invalidIssue(path, size, `${path} ${IN} should have at least ${minProperties} properties`))
    }
    if (maxProperties !== undefined && size > maxProperties) {
      const text = `${path} ${IN} should have at most ${maxProperties} properties`
      collected.push({ path, text, error: (field) => tooManyValues(field, size, maxProperties) })
    }
  }
  for (const [name, schema, at] of declaredFields(s, value, path)) {
    if (isTurn()) yield
    if (schema === undefined) {
      collected.push(invalidIssue(path, name, `${path}.${name} ${IN} is a forbidden property`))
      continue
    }
    const isTypeMeta = path === '' && (name === 'kind' || name === 'apiVersion')
    const before = (): Correlated | undefined => (isTypeMeta ? undefined : old?.key(name))
    const field = value[name]
    const outcome = isLeaf(schema, field) ? leafOf(schema, field, at, before) : ((yield check(schema, field, at, before())) as Outcome)
    for (const issue of outcome.issues) collected.push(issue)
    out.matched += outcome.matched
  }
  for (const name of wanted) {
    if (Object.hasOwn(value, name)) continue
    const at = `${path}.${name}`
    collected.push({ path: at, text: `${at} ${IN} is required`, error: (field) => required(field) })
  }
  merge(out, collected)
}

/** The outcome of a leaf. What did not change is forgiven. */
function leafOf(s: Schema, value: unknown, path: string, old: () => Correlated | undefined): Outcome {
  const out = checkLeaf(s, value, path)
  if (out.issues.length > 0 && old()?.equal === true) out.issues = []
  return out
}

/** Fields that a schema says something of, with their schema and path; without a schema those that may not be there. Undeclared ones come first. */
function* declaredFields(
  { additionalProperties: more, properties }: Schema,
  value: Readonly<Record<string, unknown>>,
  path: string,
): Generator<readonly [string, Schema | undefined, string]> {
  if (more !== undefined && more !== true) {
    for (const name in value) if (!properties.has(name)) yield [name, more === false ? undefined : more, `${path}.${name}`]
  }
  if (properties.size === 0) return
  for (const name in value) {
    const schema = properties.get(name)
    if (schema !== undefined) yield [name, schema, path === '' ? name : `${path}.${name}`]
  }
}

import { trimSpace } from '../machinery/trim-space.ts'
import type { FieldError } from '../machinery/field-errors.ts'
import { atOnce, type Pausing } from '../machinery/slice.ts'
import { compileRule, environmentsOf, SELF_TYPE, type CompiledRule } from './compiled-rule.ts'
import {
  PER_CALL_LIMIT,
  RUNTIME_COST_BUDGET,
  type CorrelatedValue,
  type RuleOptions,
  type RuleResult,
  type RuleSchema,
  type ValidationRule,
} from './contract.ts'
import { escapeField } from './escaping.ts'
import type { Program } from './environment.ts'
import { COST_LIMIT_MESSAGE } from './limits.ts'
import { shownValue } from './go-values.ts'
import { itemsByKey } from './map-list.ts'
import { ruleMetrics } from './metrics.ts'
import { declTypeOf, withObjectMeta, type DeclType } from './schema-types.ts'
import { valueOf } from './schema-values.ts'
import { CelError, Optional, type CelValue } from './values.ts'

/** The rules of a schema and of all within it (apiextensions-apiserver `schema/cel/validation.go`). Made once; each node compiles when it is first needed. */
export class RuleSet {
  readonly #root: Node

  constructor(root: Node) {
    this.#root = root
  }

  /** Checks a value without a pause. */
  validate(value: unknown, options: RuleOptions = {}): RuleResult {
    return atOnce(this.validating(value, options))
  }

  /** The same in turns with others: it may pause after each rule. */
  *validating(value: unknown, options: RuleOptions = {}): Pausing<RuleResult> {
    const run = new Run(options.budget ?? RUNTIME_COST_BUDGET)
    yield* run.validate(this.#root, options.path ?? '', value, options.old, { here: options.correlated, above: undefined })
    return { errors: run.errors, warnings: run.warnings, budget: run.budget }
  }
}

/** The rules of a schema; undefined where there are none. `isRoot`: it is a whole resource's. */
export function compileRules(schema: RuleSchema, isRoot: boolean): RuleSet | undefined {
  if (!hasRules(schema)) return undefined
  const node = nodeOf(schema, schema, isRoot, declTypeOf(schema, isRoot, SELF_TYPE))
  return node === undefined ? undefined : new RuleSet(node)
}

function hasRules(s: RuleSchema | undefined): boolean {
  if (s === undefined) return false
  if (s.rules.length > 0 || hasRules(s.items)) return true
  if (typeof s.additionalProperties === 'object' && hasRules(s.additionalProperties)) return true
  for (const property of s.properties.values()) if (hasRules(property)) return true
  return false
}

class Node {
  readonly schema: RuleSchema
  readonly isRoot: boolean
  readonly rules: readonly ValidationRule[]
  readonly #type: DeclType | undefined
  #compiled: readonly CompiledRule[] | undefined
  items: Node | undefined
  additional: Node | undefined
  readonly properties = new Map<string, Node>()
  readonly allOf: Node[] = []

  constructor(schema: RuleSchema, isRoot: boolean, rules: readonly ValidationRule[], type: DeclType | undefined) {
    this.schema = schema
    this.isRoot = isRoot
    this.rules = rules
    this.#type = type
  }

  /** No rules can be compiled where the type is none that they know. */
  get isBroken(): boolean {
    return this.rules.length > 0 && this.#type === undefined
  }

  get isEmpty(): boolean {
    return (
      this.rules.length === 0 &&
      this.items === undefined &&
      this.additional === undefined &&
      this.properties.size === 0 &&
      this.allOf.length === 0
    )
  }

  get compiled(): readonly CompiledRule[] {
    if (this.#compiled !== undefined) return this.#compiled
    const envs = environmentsOf(this.#type!)
    const timing = ruleMetrics.compiling()
    this.#compiled = timing.time(() => this.rules.map((rule) => compileRule(rule, this.schema, envs, () => true)))
    timing.end()
    return this.#compiled
  }
}

/** `checks`: where rules are looked for, which for allOf is not where the values have their types from. */
function nodeOf(checks: RuleSchema, schema: RuleSchema, isRoot: boolean, type: DeclType | undefined): Node | undefined {
  const node = new Node(schema, isRoot, checks.rules, type)
  if (checks.items !== undefined && schema.items !== undefined) {
    node.items = nodeOf(checks.items, schema.items, schema.items.embeddedResource, type?.element)
  }
  for (const [name, below] of checks.properties) {
    const property = schema.properties.get(name)
    if (property === undefined) continue
    const escaped = escapeField(name)
    const field = escaped === undefined ? declTypeOf(property, property.embeddedResource, SELF_TYPE) : type?.fields?.get(escaped)
    if (field === undefined) continue
    const made = nodeOf(below, property, property.embeddedResource, field)
    if (made !== undefined) node.properties.set(name, made)
  }
  const [below, values] = [checks.additionalProperties, schema.additionalProperties]
  if (typeof below === 'object' && typeof values === 'object')
    node.additional = nodeOf(below, values, values.embeddedResource, type?.element)
  for (const part of checks.validation.allOf) {
    const made = nodeOf(part, schema, isRoot, type)
    if (made !== undefined) node.allOf.push(made)
  }
  return node.isEmpty ? undefined : node
}

/** What a value replaces, for forgiving: the value's own, or the nearest above that is known. */
interface Ratchet {
  readonly here: CorrelatedValue | undefined
  readonly above: CorrelatedValue | undefined
}

const isForgiven = ({ here, above }: Ratchet): boolean => (here ?? above)?.equal === true

function below(ratchet: Ratchet, at: string | number): Ratchet {
  const { here, above } = ratchet
  if (here === undefined) return ratchet
  if (above === undefined && (at === 'apiVersion' || at === 'kind')) return { here: undefined, above: undefined }
  return { here: typeof at === 'string' ? here.key(at) : here.index(at), above: here }
}

const isMap = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v) && Object.getPrototypeOf(v) === Object.prototype

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run'

/** Once around an object. */
class Run {
  readonly errors: FieldError[] = []
  readonly warnings: string[] = []
  budget: number

  constructor(budget: number) {
    this.budget = budget
  }

  *validate(node: Node, path: string, value: unknown, old: unknown, ratchet: Ratchet): Pausing<void> {
    if (value === null || value === undefined) return
    yield* this.#rules(node, path, value, old ?? null, ratchet)
    for (const part of node.allOf) {
      if (this.budget < 0) return
      yield* this.validate(part, path, value, old, { here: undefined, above: ratchet.above })
    }
    if (this.budget < 0) return
    if (Array.isArray(value)) yield* this.#list(node, path, value, old, ratchet)
    else if (isMap(value)) yield* this.#map(node, path, value, isMap(old) ? old : undefined, ratchet)
  }

  *#list(node: Node, path: string, value: readonly unknown[], old: unknown, ratchet: Ratchet): Pausing<void> {
    if (node.items === undefined) return
    const oldOf = itemsByKey(node.schema, Array.isArray(old) ? old : [])
    for (let i = 0; i < value.length && this.budget >= 0; i++) {
      yield* this.validate(node.items, `${path}[${i}]`, value[i], oldOf(value[i]), below(ratchet, i))
    }
  }

  *#map(
    node: Node,
    path: string,
    value: Readonly<Record<string, unknown>>,
    old: Readonly<Record<string, unknown>> | undefined,
    ratchet: Ratchet,
  ): Pausing<void> {
    const { mapType } = node.schema
    const known = mapType === undefined || mapType === 'granular' || mapType === 'atomic' ? old : undefined
    const oldOf = (name: string): unknown => (known !== undefined && Object.hasOwn(known, name) ? known[name] : undefined)
    if (node.additional !== undefined) {
      for (const name in value) {
        if (this.budget < 0) return
        yield* this.validate(node.additional, `${path}[${name}]`, value[name], oldOf(name), below(ratchet, name))
      }
    }
    if (node.properties.size === 0) return
    for (const name in value) {
      const of = node.properties.get(name)
      if (of === undefined) continue
      if (this.budget < 0) return
      yield* this.validate(of, path === '' ? name : `${path}.${name}`, value[name], oldOf(name), below(ratchet, name))
    }
  }

  #fail(path: string, type: string, detail: string): void {
    this.errors.push({ type: 'FieldValueInvalid', field: shownPath(path), body: `Invalid value: ${shownValue(type)}: ${detail}` })
  }

  *#rules(node: Node, path: string, value: unknown, old: unknown, ratchet: Ratchet): Pausing<void> {
    if (node.rules.length === 0) return
    const { type } = node.schema
    if (node.isBroken) {
      this.#fail(path, type, 'rule compiler initialization error: failed to convert to declType for CEL validation rules')
      return
    }
    if (this.budget <= 0) {
      this.#fail(path, type, OUT_OF_BUDGET)
      this.budget = -1
      return
    }
    const schema = node.isRoot ? withObjectMeta(node.schema) : node.schema
    const variables = variablesOf(valueOf(value, schema), old === null ? undefined : valueOf(old, schema))
    const rules = node.compiled
    const timing = ruleMetrics.evaluating()
    for (const compiled of rules) {
      yield
      timing.time(() => this.#rule(compiled, path, schema.type, value, old, variables, ratchet))
      if (this.budget < 0) break
    }
    timing.end()
  }

  #rule(compiled: CompiledRule, path: string, type: string, value: unknown, old: unknown, variables: Variables, ratchet: Ratchet): void {
    const { rule, program } = compiled
    if (compiled.error !== undefined) {
      this.#fail(path, type, `rule compile error: ${compiled.error}`)
      return
    }
    if (program === undefined) return
    const isOptional = rule.optionalOldSelf === true
    // A rule about a change is asked only where there is one.
    if (compiled.usesOldSelf && old === null && !isOptional) return
    const known = isOptional ? variables.optional : variables.plain
    const result = this.#evaluate(program, known)
    if (result === undefined) {
      this.#fail(path, type, OUT_OF_BUDGET)
      this.budget = -1
      return
    }
    if (result instanceof CelError) this.#failed(rule, path, type, result)
    // The reference's messages know no optional old value, whatever the rule asks for.
    else if (result !== true) this.#broken(compiled, path, type, value, variables.plain, ratchet)
  }

  /** Undefined when the budget is not enough. */
  #evaluate(program: Program, variables: ReadonlyMap<string, CelValue>): CelValue | undefined {
    const { value, cost } = program.evaluate(variables, Math.min(PER_CALL_LIMIT, this.budget))
    if (cost > this.budget) return undefined
    this.budget -= cost
    return value
  }

  #failed(rule: ValidationRule, path: string, type: string, { message }: CelError): void {
    if (message.startsWith('no such overload')) {
      const text = `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`
      this.#fail(path, type, text)
    } else if (message.startsWith(COST_LIMIT_MESSAGE)) {
      this.#fail(
        path,
        type,
        `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${ruleText(rule)}`,
      )
      this.budget = -1
    } else this.#fail(path, type, `${message} evaluating rule: ${ruleText(rule)}`)
  }

  #broken(compiled: CompiledRule, at: string, type: string, value: unknown, known: ReadonlyMap<string, CelValue>, ratchet: Ratchet): void {
    const { rule, fieldPath } = compiled
    const path = fieldPath === '' ? at : at === '' ? fieldPath : `${at}.${fieldPath}`
    const tell = (error: FieldError): void => {
      if (!compiled.usesOldSelf && isForgiven(ratchet)) this.warnings.push(`${error.field}: ${error.body}`)
      else this.errors.push(error)
    }
    const made = compiled.message === undefined ? undefined : this.#message(compiled.message, rule, known)
    if (made?.stop !== undefined) {
      tell({ type: 'FieldValueInvalid', field: shownPath(path), body: `Invalid value: ${shownValue(type)}: ${made.stop}` })
      this.budget = -1
      return
    }
    const { message = '' } = rule
    const detail = made?.text ?? (message === '' ? `failed rule: ${ruleText(rule)}` : trimSpace(message))
    tell(fieldError(shownPath(path), type === 'object' || type === 'array' ? undefined : value, detail, rule.reason))
  }

  /** What a messageExpression says; neither where it says nothing that may be shown. */
  #message(program: Program, rule: ValidationRule, known: ReadonlyMap<string, CelValue>): { text?: string; stop?: string } {
    const result = this.#evaluate(program, known)
    if (result === undefined) {
      return { stop: 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run' }
    }
    if (result instanceof CelError && result.message.startsWith(COST_LIMIT_MESSAGE)) {
      return {
        stop: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${shownValue(rule.messageExpression)}`,
      }
    }
    const text = typeof result === 'string' ? trimSpace(result) : ''
    return text === '' || text.includes('\n') || Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? {} : { text }
  }
}

const MAX_MESSAGE_BYTES = 5 * 1024
const shownPath = (path: string): string => (path === '' ? '<nil>' : path)

interface Variables {
  readonly plain: ReadonlyMap<string, CelValue>
  readonly optional: ReadonlyMap<string, CelValue>
}

function variablesOf(self: CelValue, old: CelValue | undefined): Variables {
  const plain = new Map([['self', self]])
  if (old !== undefined) plain.set('oldSelf', old)
  return {
    plain,
    optional: new Map([
      ['self', self],
      ['oldSelf', old === undefined ? Optional.none : new Optional(old)],
    ]),
  } // prettier-ignore
}

const ruleText = (rule: ValidationRule): string => trimSpace((rule.message ?? '') === '' ? rule.rule : rule.message!)

/** `value` undefined: one that is not shown. */
function fieldError(field: string, value: unknown, detail: string, reason: string | undefined): FieldError {
  const shown = value === undefined ? '' : `: ${shownValue(value)}`
  switch (reason) {
    case 'FieldValueForbidden':
      return { type: reason, field, body: `Forbidden: ${detail}` }
    case 'FieldValueRequired':
      return { type: reason, field, body: `Required value: ${detail}` }
    case 'FieldValueDuplicate':
      return { type: reason, field, body: `Duplicate value${shown}` }
    default:
      return { type: 'FieldValueInvalid', field, body: `Invalid value${shown}: ${detail}` }
  }
}

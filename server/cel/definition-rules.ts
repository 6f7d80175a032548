import type { FieldError } from '../machinery/field-errors.ts'
import { atOnce, type Pausing } from '../machinery/slice.ts'
import { compileRule, environmentsOf, maxCardinality, SELF_TYPE, type CompiledRule } from './compiled-rule.ts'
import type { RuleSchema, ValidationRule } from './contract.ts'
import { ALL } from './estimate-range.ts'
import { goJsonText, shownValue } from './go-values.ts'
import { ruleMetrics } from './metrics.ts'
import { declTypeOf } from './schema-types.ts'

/** What a definition may cost, by the estimates of its rules (apiextensions-apiserver `pkg/apis/apiextensions/validation`). */
const RULE_LIMIT = 10_000_000
const DEFINITION_LIMIT = 100_000_000

export interface DefinitionRuleOptions {
  /** Errors that the schema has otherwise: rules of a node are not looked at when it, or anything below it, is wrong. */
  readonly schemaErrors?: readonly FieldError[]
  /** The schema is the stored one: a rule may cost more than it might today. */
  readonly unchanged?: boolean
  /** Expressions that are stored already: they may use what new ones may not yet. */
  readonly stored?: StoredExpressions
}

/** The node that an error is told by, or one within it: what a list wants of its items does not keep their own rules from being looked at. */
function tellerOf({ field, body }: FieldError): string {
  return OF_LIST.test(body) ? field.slice(0, Math.max(field.lastIndexOf('.items.'), 0)) : field
}
const OF_LIST =
  /x-kubernetes-list-map-keys, so it|parent array's x-kubernetes-list-type|as item of a list with|cannot be nullable when x-kubernetes-list-type/

export interface StoredExpressions {
  readonly rules: ReadonlySet<string>
  readonly messageExpressions: ReadonlySet<string>
}

/** The expressions of schemas that are stored. */
export function storedExpressions(schemas: readonly RuleSchema[]): StoredExpressions {
  const stored = { rules: new Set<string>(), messageExpressions: new Set<string>() }
  const visit = (s: RuleSchema): void => {
    for (const { rule, messageExpression } of s.rules) {
      stored.rules.add(rule)
      if (messageExpression !== undefined) stored.messageExpressions.add(messageExpression)
    }
    for (const below of s.properties.values()) visit(below)
    if (s.items !== undefined) visit(s.items)
    if (typeof s.additionalProperties === 'object') visit(s.additionalProperties)
    for (const part of s.validation.allOf) visit(part)
  }
  for (const s of schemas) visit(s)
  return stored
}

/** What is wrong with the rules of a schema that stands at `path`, e.g. `spec.validation.openAPIV3Schema`. */
export const definitionRuleErrors = (schema: RuleSchema, path: string, options: DefinitionRuleOptions = {}): FieldError[] =>
  atOnce(checkingDefinitionRules(schema, path, options))

/** The same in turns with others: it may pause before each rule. */
export function* checkingDefinitionRules(schema: RuleSchema, path: string, options: DefinitionRuleOptions = {}): Pausing<FieldError[]> {
  const check = new Check(options)
  yield* check.node(schema, path, true, 1, undefined)
  return [...check.errors, ...check.totalErrors(path)]
}

class Check {
  readonly errors: FieldError[] = []
  readonly #options: DefinitionRuleOptions
  readonly #wrong: readonly string[]
  #total = 0
  #expensive: { readonly field: string; readonly cost: number }[] = []

  constructor(options: DefinitionRuleOptions) {
    this.#options = options
    this.#wrong = [...new Set((options.schemaErrors ?? []).map(tellerOf))]
  }

  /**
   * @param cardinality how often the value can be in an object; undefined where nothing limits that
   * @param uncorrelated the first node above whose values cannot be told apart between two versions of an object
   */
  *node(s: RuleSchema, path: string, isRoot: boolean, cardinality: number | undefined, uncorrelated: string | undefined): Pausing<void> {
    const elements = elementsOf(s)
    const count = cardinality === undefined || elements === undefined ? undefined : times(cardinality, elements)
    const more = s.additionalProperties
    if (typeof more === 'object') yield* this.node(more, `${path}.additionalProperties`, false, count, uncorrelated)
    const { mapType, listType, items } = s
    const isApart = mapType !== undefined && mapType !== 'granular' && mapType !== 'atomic'
    for (const [name, property] of s.properties) {
      yield* this.node(property, `${path}.properties[${name}]`, false, count, uncorrelated ?? (isApart ? path : undefined))
    }
    if (items !== undefined) yield* this.node(items, `${path}.items`, false, count, uncorrelated ?? (listType === 'map' ? undefined : path))
    if (s.rules.length === 0 || this.#isWrong(path)) return
    const type = declTypeOf(s, isRoot || s.embeddedResource, SELF_TYPE)
    if (type === undefined) {
      const text =
        'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations'
      this.errors.push({ type: 'InternalError', field: `${path}.x-kubernetes-validations`, body: `Internal error: ${text}` })
      return
    }
    const envs = environmentsOf(type)
    const timing = ruleMetrics.compiling()
    for (let i = 0; i < s.rules.length; i++) {
      yield
      const compiled = timing.time(() => compileRule(s.rules[i]!, s, envs, (text, isMessage) => this.#isStored(text, isMessage)))
      this.#rule(compiled, `${path}.x-kubernetes-validations[${i}]`, cardinality ?? maxCardinality(type), uncorrelated)
    }
    timing.end()
  }

  #isWrong(path: string): boolean {
    return this.#wrong.some((field) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`))
  }

  #isStored(text: string, isMessage: boolean): boolean {
    const { stored } = this.#options
    return stored !== undefined && (isMessage ? stored.messageExpressions : stored.rules).has(text)
  }

  #rule(c: CompiledRule, at: string, cardinality: number, uncorrelated: string | undefined): void {
    const shown = internalRule(c.rule)
    const cost = times(c.maxCost, cardinality)
    this.#limit('estimated rule cost', cost, `${at}.rule`)
    if (c.error !== undefined) this.#invalid(`${at}.rule`, shown, c.error)
    if (c.messageError !== undefined) this.#invalid(`${at}.messageExpression`, shown, c.messageError)
    else if (c.message !== undefined) this.#limit('estimated messageExpression cost', c.messageMaxCost, `${at}.messageExpression`)
    if (c.usesOldSelf) {
      if (uncorrelated === undefined) return
      this.#invalid(
        `${at}.rule`,
        shownValue(c.rule.rule),
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`,
      )
    } else if (c.rule.optionalOldSelf !== undefined && c.rule.optionalOldSelf !== null) {
      this.#invalid(`${at}.optionalOldSelf`, String(c.rule.optionalOldSelf), 'may not be set if oldSelf is not used in rule')
    }
  }

  #limit(what: string, cost: number, field: string): void {
    if (this.#options.unchanged !== true && cost > RULE_LIMIT) {
      this.errors.push({ type: 'FieldValueForbidden', field, body: `Forbidden: ${tooExpensive(what, cost, RULE_LIMIT)}` })
    }
    this.#total = Math.min(this.#total + cost, ALL)
    if (cost < DEFINITION_LIMIT / 100) return
    this.#expensive.push({ field, cost })
    this.#expensive = this.#expensive.sort((a, b) => b.cost - a.cost).slice(0, 4)
  }

  #invalid(field: string, shown: string, detail: string): void {
    this.errors.push({ type: 'FieldValueInvalid', field, body: `Invalid value: ${shown}: ${detail}` })
  }

  totalErrors(path: string): FieldError[] {
    if (this.#total <= DEFINITION_LIMIT) return []
    const part = 'Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
    const whole = tooExpensive(
      'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema',
      this.#total,
      DEFINITION_LIMIT,
    )
    return [
      ...this.#expensive.map(({ field }): FieldError => ({ type: 'FieldValueForbidden', field, body: part })),
      { type: 'FieldValueForbidden', field: path, body: `Forbidden: ${whole}` },
    ]
  }
}

const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : Math.min(a * b, ALL))

/** How many values stand below one of this schema, of each kind; undefined where nothing limits that. */
function elementsOf(s: RuleSchema): number | undefined {
  if (s.type === 'array') return limit(s.validation.maxItems)
  return s.type === 'object' && s.additionalProperties !== undefined ? limit(s.validation.maxProperties) : 1
}
const limit = (n: number | undefined): number | undefined => (n === undefined ? undefined : Math.max(0, n))

function tooExpensive(what: string, cost: number, allowed: number): string {
  const factor = cost / allowed
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${oneDigit(factor)}x`
  const hint = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared'
  return `${what} exceeds budget by factor of ${shown} (${hint})`
}

/** As Go's %.1f, which rounds a tie to the even digit. */
function oneDigit(value: number): string {
  const scaled = value * 20
  if (!Number.isInteger(scaled) || scaled % 2 === 0) return value.toFixed(1)
  const down = (scaled - 1) / 2
  return ((down % 2 === 0 ? down : down + 1) / 10).toFixed(1)
}

/** The reference shows a rule as its internal type is encoded. */
function internalRule(rule: ValidationRule): string {
  return goJsonText({
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  })
}

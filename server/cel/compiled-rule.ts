import { trimSpace } from '../machinery/trim-space.ts'
import { MAX_REQUEST_BYTES, type RuleSchema, type ValidationRule } from './contract.ts'
import { compile, CompileError, PlanError, type Environment, type Program } from './environment.ts'
import { estimateCost } from './estimate.ts'
import type { Range } from './estimate-range.ts'
import { normalizedFieldPath } from './field-path.ts'
import { renamed, structsOf, type DeclType } from './schema-types.ts'
import { optionalOf } from './types.ts'

/** A rule of a schema node, compiled (apiextensions-apiserver `schema/cel/compilation.go`). */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** Absent for an empty rule, and for one that does not compile. */
  readonly program?: Program
  /** Why it does not compile. */
  readonly error?: string
  readonly usesOldSelf: boolean
  readonly maxCost: number
  readonly message?: Program
  readonly messageError?: string
  readonly messageMaxCost: number
  /** Below the node; empty for the node itself. */
  readonly fieldPath: string
}

export interface RuleEnvironments {
  readonly plain: Environment
  readonly optional: Environment
  readonly sizeOf: (path: readonly string[]) => Range | undefined
}

/** The names of objects in error texts begin with it; the reference adds a number of its own to each. */
export const SELF_TYPE = 'selfType'

export function environmentsOf(of: DeclType): RuleEnvironments {
  const type = renamed(of, SELF_TYPE)
  const structs = structsOf(type)
  const env = (oldSelf: typeof type.type): Environment => ({
    structs,
    variables: new Map([
      ['self', type.type],
      ['oldSelf', oldSelf],
    ]),
  }) // prettier-ignore
  return { plain: env(type.type), optional: env(optionalOf(type.type)), sizeOf: (path) => declaredSize(type, path) }
}

/** From `self`, whatever variable a path begins with. */
function declaredSize(root: DeclType, path: readonly string[]): Range | undefined {
  if (path.length === 0) return undefined
  let at: DeclType | undefined = root
  for (const name of path.slice(1)) {
    if (name === '@items' || name === '@values') at = at.element
    else if (name === '@keys') at = at.key
    else at = at.fields?.get(name)
    if (at === undefined) return undefined
  }
  return { min: 0, max: at.maxElements }
}

/** How often a value of this type can be in an object at most, where nothing limits it. */
export const maxCardinality = (type: DeclType): number => Math.floor(MAX_REQUEST_BYTES / (type.minSize + 1))

/** @param isStored rules that are stored may use what new ones may not yet (apiserver `pkg/cel/environment`) */
export function compileRule(
  rule: ValidationRule,
  schema: RuleSchema,
  envs: RuleEnvironments,
  isStored: (expression: string, isMessage: boolean) => boolean,
): CompiledRule {
  const none = { rule, usesOldSelf: false, maxCost: 0, messageMaxCost: 0, fieldPath: '' }
  if (typeof rule.rule !== 'string' || trimSpace(rule.rule) === '') return none
  const env = rule.optionalOldSelf === true ? envs.optional : envs.plain
  const made = compileExpression(rule.rule, env, isStored(rule.rule, false), 'bool', {
    compilation: 'compilation failed',
    wrongType: 'cel expression must evaluate to a bool',
    plan: 'program instantiation failed',
  }) // prettier-ignore
  if ('error' in made) return { ...none, error: made.error, usesOldSelf: made.usesOldSelf }
  const fieldPath = rule.fieldPath === undefined || rule.fieldPath === '' ? '' : (normalizedFieldPath(rule.fieldPath, schema) ?? '')
  const maxCost = estimateCost(made.checked, envs.sizeOf).max
  const compiled = { ...none, program: made.program, usesOldSelf: made.usesOldSelf, maxCost, fieldPath }
  const { messageExpression = '' } = rule
  if (messageExpression === '') return compiled
  const message = compileExpression(messageExpression, env, isStored(messageExpression, true), 'string', {
    compilation: 'messageExpression compilation failed',
    wrongType: 'messageExpression must evaluate to a string',
    plan: 'messageExpression instantiation failed',
  }) // prettier-ignore
  // The reference stops there, before it looks at the path.
  if ('error' in message) return { ...compiled, fieldPath: '', messageError: message.error }
  return { ...compiled, message: message.program, messageMaxCost: estimateCost(message.checked, envs.sizeOf).max }
}

interface Texts {
  readonly compilation: string
  readonly wrongType: string
  readonly plan: string
}

type Expression =
  | { readonly error: string; readonly usesOldSelf: boolean }
  | { readonly program: Program; readonly checked: ReturnType<typeof compile>['checked']; readonly usesOldSelf: boolean }

function compileExpression(text: string, env: Environment, isStored: boolean, wanted: 'bool' | 'string', texts: Texts): Expression {
  let usesOldSelf = false
  try {
    const { checked, type, program } = compile(text, env, isStored)
    if (type.kind !== wanted) return { error: texts.wrongType, usesOldSelf }
    usesOldSelf = [...checked.references.values()].includes('oldSelf')
    return { checked, program: program(), usesOldSelf }
  } catch (error) {
    if (error instanceof CompileError) return { error: `${texts.compilation}: ${error.message}`, usesOldSelf }
    if (error instanceof PlanError) return { error: `${texts.plan}: ${error.message}`, usesOldSelf }
    throw error
  }
}

import { admissionEnvironment } from './admission-environment.ts'
import { compile, CompileError, PlanError, type Program } from './environment.ts'
import { authorizerValue, resourceAuthorizerValue, type AuthorizationAsker, type AuthorizationCheck } from './library/authorizer.ts'
import { jsonValue } from './json-values.ts'
import { PER_CALL_LIMIT } from './contract.ts'
import { typeName } from './types.ts'
import { CelError, type CelValue } from './values.ts'

/**
 * Expressions about a request on its way to the store (apiserver `admission/plugin/cel`): webhooks ask with them whether they are concerned.
 * Costs of all conditions of one webhook, per request.
 */
export const MATCH_CONDITIONS_BUDGET = 2_500_000

/** By whether there are `params`, as in a policy. */
const ENVIRONMENTS = new Map([false, true].map((params) => [params, admissionEnvironment({ params })]))

export interface Condition {
  readonly name: string
  readonly expression: string
}

/**
 * What is wrong with an expression, in the reference's words.
 * @param isStored as `compile` has it
 * @param params whether it is a policy's that has some
 */
export function conditionError(expression: string, isStored: boolean, params = false): string | undefined {
  const made = compiled(expression, isStored, params)
  return 'error' in made ? made.error : undefined
}

function compiled(expression: string, isStored: boolean, params = false): { readonly program: Program } | { readonly error: string } {
  try {
    const { type, program } = compile(expression, ENVIRONMENTS.get(params)!, isStored)
    if (type.kind !== 'bool') return { error: `must evaluate to bool but got ${typeName(type)}` }
    return { program: program() }
  } catch (e) {
    if (e instanceof CompileError) return { error: `compilation failed: ${e.message}` }
    if (e instanceof PlanError) return { error: `program instantiation failed: ${e.message}` }
    throw e
  }
}

/** What conditions are asked about. */
export interface ConditionInput {
  /** In the version that the webhook is sent; null where there is none. */
  readonly object: unknown
  readonly oldObject: unknown
  /** An AdmissionRequest of admission.k8s.io/v1 without uid and objects. */
  readonly request: unknown
  readonly resource: Pick<AuthorizationCheck, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>
  readonly ask: AuthorizationAsker
}

/** `errors`: conditions that could not be answered, while none said no. */
export type ConditionsResult = { readonly matches: boolean } | { readonly errors: readonly string[]; readonly evaluated: boolean }

/**
 * Conditions that must all be true. One that is false decides, whatever is wrong with others. Expressions are compiled when the first request
 * comes: stored ones may be wrong, which is found out then.
 */
export class Conditions {
  readonly #conditions: readonly Condition[]
  #programs: readonly ReturnType<typeof compiled>[] | undefined

  constructor(conditions: readonly Condition[]) {
    this.#conditions = conditions
  }

  get empty(): boolean {
    return this.#conditions.length === 0
  }

  /** @throws what `ask` throws */
  evaluate(input: ConditionInput): ConditionsResult {
    this.#programs ??= this.#conditions.map(({ expression }) => compiled(expression, true))
    const variables = variablesOf(input)
    const errors: string[] = []
    let budget = MATCH_CONDITIONS_BUDGET
    // All are evaluated before the first answer is looked at, since together they must not be too expensive.
    const values: (CelValue | undefined)[] = []
    for (const [i, made] of this.#programs.entries()) {
      if ('error' in made) {
        errors.push(`compilation error: ${made.error}`)
        continue
      }
      const { value, cost } = made.program.evaluate(variables, PER_CALL_LIMIT)
      if (cost > budget) {
        return {
          errors: ['validation failed due to running out of cost budget, no further validation rules will be run'],
          evaluated: false,
        }
      }
      budget -= cost
      if (value instanceof CelError) errors.push(`expression '${this.#conditions[i]!.expression}' resulted in error: ${value.message}`)
      else values.push(value)
    }
    if (values.includes(false)) return { matches: false }
    return errors.length > 0 ? { errors, evaluated: true } : { matches: true }
  }
}

function variablesOf({ object, oldObject, request, resource, ask }: ConditionInput): ReadonlyMap<string, CelValue> {
  return new Map<string, CelValue>([
    ['object', jsonValue(object ?? null)],
    ['oldObject', jsonValue(oldObject ?? null)],
    ['namespaceObject', null],
    ['request', jsonValue(request)],
    ['authorizer', authorizerValue(ask)],
    ['authorizer.requestResource', resourceAuthorizerValue(ask, resource)],
  ])
}

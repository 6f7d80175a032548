import { ADMISSION_STRUCTS, admissionVariables } from './admission-environment.ts'
import { compile, CompileError, type Environment } from './environment.ts'
import { declaredType, VARIABLES } from './policies.ts'
import { structsOf, type DeclType } from './schema-types.ts'
import { DYN, struct, type CelType } from './types.ts'

export interface PolicyTypes {
  /** Of `object` and `oldObject`. */
  readonly object: DeclType | undefined
  /** There is `params`. */
  readonly hasParams: boolean
  /** Undefined: nothing is known of them. */
  readonly params: DeclType | undefined
  readonly variables: readonly { readonly name: string; readonly expression: string }[]
}

/**
 * Checks expressions of a policy against the types of what it is asked about, which nobody knows when a policy is written
 * (apiserver `policy/validating/typechecking.go`). Any result will do.
 */
export function policyTypeCheck({ object, hasParams, params, variables }: PolicyTypes): (expression: string) => string | undefined {
  const fields = new Map<string, CelType>()
  const known = [object, params].flatMap((t) => (t === undefined ? [] : [...structsOf(t)]))
  const typed = admissionVariables({ params: hasParams, authorizer: true })
  // The reference declares it everywhere but here.
  typed.delete('authorizer.requestResource')
  for (const name of ['object', 'oldObject']) typed.set(name, object?.type ?? DYN)
  if (hasParams) typed.set('params', params?.type ?? DYN)
  typed.set('variables', struct(VARIABLES))
  const environment: Environment = { variables: typed, structs: new Map([...ADMISSION_STRUCTS, ...known, [VARIABLES, fields]]) }
  const check = (expression: string): { type?: CelType; error?: string } => {
    try {
      return { type: compile(expression, environment).type }
    } catch (e) {
      if (e instanceof CompileError) return { error: e.message }
      throw e
    }
  }
  for (const { name, expression } of variables) fields.set(name, declaredType(check(expression).type))
  return (expression) => check(expression).error
}

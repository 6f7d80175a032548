import { PER_CALL_LIMIT } from './contract.ts'
import { compile, CompileError, PlanError, type Environment, type Program } from './environment.ts'
import { jsonValue } from './json-values.ts'
import { listOf, mapOf, STRING, struct, typeName, type CelType } from './types.ts'
import { CelError, type CelValue } from './values.ts'

/** What conditions of webhook authorizers see of a SubjectAccessReview (apiserver `authorization/cel/compile.go`). */
const of = (name: string): CelType => struct(`kubernetes.${name}`)
const texts = (names: string): Record<string, CelType> => Object.fromEntries(names.split(' ').map((name) => [name, STRING]))
const selector = { rawSelector: STRING, requirements: listOf(of('SelectorRequirement')) }
const TYPES: Readonly<Record<string, Readonly<Record<string, CelType>>>> = {
  SubjectAccessReviewSpec: {
    ...{ resourceAttributes: of('ResourceAttributes'), nonResourceAttributes: of('NonResourceAttributes') },
    ...{ user: STRING, groups: listOf(STRING), extra: mapOf(STRING, listOf(STRING)), uid: STRING },
  },
  ResourceAttributes: {
    ...texts('namespace verb group version resource subresource name'),
    ...{ fieldSelector: of('FieldSelectorAttributes'), labelSelector: of('LabelSelectorAttributes') },
  },
  FieldSelectorAttributes: selector,
  LabelSelectorAttributes: selector,
  SelectorRequirement: { key: STRING, operator: STRING, values: listOf(STRING) },
  NonResourceAttributes: texts('path verb'),
}
const ENVIRONMENT: Environment = {
  structs: new Map(Object.entries(TYPES).map(([name, fields]) => [`kubernetes.${name}`, new Map(Object.entries(fields))])),
  variables: new Map([['request', of('SubjectAccessReviewSpec')]]),
}

function compiled(expression: string): Program {
  const { type, program } = compile(expression, ENVIRONMENT, true)
  if (type.kind !== 'bool') throw new AccessConditionError(`must evaluate to bool but got ${typeName(type)}`)
  return program()
}

/** What is wrong with an expression, in the reference's words. */
export class AccessConditionError extends Error {}

/** Conditions that must all be true of a request before somebody is asked about it. */
export class AccessConditions {
  readonly #conditions: readonly { readonly expression: string; readonly program: Program }[]

  /** @throws AccessConditionError */
  constructor(expressions: readonly string[]) {
    this.#conditions = expressions.map((expression) => {
      try {
        return { expression, program: compiled(expression) }
      } catch (e) {
        if (e instanceof CompileError) throw new AccessConditionError(`compilation failed: ${e.message}`)
        if (e instanceof PlanError) throw new AccessConditionError(`program instantiation failed: ${e.message}`)
        throw e
      }
    })
  }

  /** One that is false decides, whatever is wrong with others. `spec`: of a SubjectAccessReview, empty fields left out. */
  matches(spec: Readonly<Record<string, unknown>>): boolean | { readonly errors: readonly string[] } {
    const variables = new Map<string, CelValue>([['request', jsonValue(whole(spec))]])
    const errors: string[] = []
    for (const { expression, program } of this.#conditions) {
      const { value } = program.evaluate(variables, PER_CALL_LIMIT)
      if (value instanceof CelError) errors.push(`cel evaluation error: expression '${expression}' resulted in error: ${value.message}`)
      else if (value !== true) return false
    }
    return errors.length === 0 || { errors }
  }
}

const EMPTY = (names: string): Record<string, string> => Object.fromEntries(names.split(' ').map((name) => [name, '']))

/** Texts are there though they are empty, as in the reference; what the request is not about is not. */
function whole({ resourceAttributes: resource, nonResourceAttributes: path, ...who }: Readonly<Record<string, unknown>>): object {
  return {
    ...{ user: '', uid: '', groups: [], extra: {} },
    ...who,
    ...(resource === undefined
      ? {}
      : { resourceAttributes: { ...EMPTY('namespace verb group version resource subresource name'), ...resource } }),
    ...(path === undefined ? {} : { nonResourceAttributes: { ...EMPTY('path verb'), ...path } }),
  }
}

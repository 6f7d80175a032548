import { ADMISSION_STRUCTS, admissionVariables } from './admission-environment.ts'
import type { Structs } from './checker.ts'
import { fn, type FunctionDecl } from './declarations.ts'
import { compile, CompileError, PlanError, type Environment } from './environment.ts'
import { BOOL, DYN, listOf, NULL, sameType, STRING, struct, typeName, type CelType } from './types.ts'
import { CelError, typeNameOf } from './values.ts'

/**
 * Expressions of admission policies, checked when a policy is written (apiserver `admission/plugin/cel`, `policy/validating` and
 * `policy/mutating`).
 */
export type Purpose = 'validation' | 'message' | 'audit annotation' | 'apply configuration' | 'json patch'

const OBJECT = struct('Object')
const JSON_PATCH = struct('JSONPatch')

interface Rules {
  /** What an expression may be; undefined: anything. */
  readonly results: readonly CelType[] | undefined
  readonly authorizer: boolean
  /** `Object{…}` and `JSONPatch{…}` can be written. */
  readonly patches: boolean
}

const RULES: Readonly<Record<Purpose, Rules>> = {
  validation: { results: [BOOL], authorizer: true, patches: false },
  message: { results: [STRING], authorizer: false, patches: false },
  'audit annotation': { results: [STRING, NULL], authorizer: true, patches: false },
  'apply configuration': { results: [OBJECT], authorizer: true, patches: true },
  'json patch': { results: [listOf(JSON_PATCH)], authorizer: true, patches: true },
}

/** What the reference takes a field for that there is not: no value fits it. */
const NO_TYPE = struct('')
const PATCH_FIELDS: ReadonlyMap<string, CelType> = new Map([
  ['op', STRING],
  ['path', STRING],
  ['from', STRING],
  ['value', DYN],
])
const JSON_PATCH_FIELDS = { get: (name: string): CelType => PATCH_FIELDS.get(name) ?? NO_TYPE }
const ANY_FIELD = { get: (): CelType => DYN }

const ESCAPES: Readonly<Record<string, string>> = { '~': '~0', '/': '~1' }
const JSON_PATCH_FUNCTIONS: readonly FunctionDecl[] = [
  {
    name: 'jsonpatch.escapeKey',
    overloads: [
      fn('string_jsonpatch_escapeKey_string', [STRING], STRING, (key) =>
        typeof key === 'string'
          ? key.replace(/[~/]/g, (c) => ESCAPES[c]!)
          : new CelError(`no such overload: jsonpatch.escapeKey(${typeNameOf(key)})`),
      ),
    ],
  },
]

const isObject = (name: string): boolean => name === OBJECT.name || name.startsWith(`${OBJECT.name}.`)
const patchType = (name: string): CelType | undefined => (name === JSON_PATCH.name || isObject(name) ? struct(name) : undefined)

/** The types of patches: `Object` and all that stands below it have any field, whatever the schema of what is patched. */
function patchTypes(structs: Structs): Structs {
  const fieldsOf = (name: string): ReturnType<Structs['get']> => {
    if (name === JSON_PATCH.name) return JSON_PATCH_FIELDS
    return isObject(name) ? ANY_FIELD : structs.get(name)
  }
  return { get: fieldsOf, has: (name) => fieldsOf(name) !== undefined }
}

const KEPT = new Set(['any', 'bool', 'bytes', 'double', 'duration', 'int', 'null', 'string', 'timestamp', 'uint'])

/** What is kept of a variable's type for those that use it: of types with fields, that there are some. */
export function declaredType(type: CelType | undefined): CelType {
  if (type === undefined) return DYN
  if (KEPT.has(type.kind)) return type
  return type.kind === 'list' || type.kind === 'map' ? { ...type, params: type.params.map(declaredType) } : DYN
}

export const VARIABLES = 'kubernetes.variables'

/** The expressions of one policy: later ones see the variables that were declared before. */
export class PolicyExpressions {
  readonly #params: boolean
  readonly #composed: boolean
  readonly #fields = new Map<string, CelType>()
  readonly #structs: Structs
  readonly #patchStructs: Structs

  /** @param composed whether there is `variables` */
  constructor({ params, composed }: { params: boolean; composed: boolean }) {
    this.#params = params
    this.#composed = composed
    this.#structs = new Map([...ADMISSION_STRUCTS, [VARIABLES, this.#fields]])
    this.#patchStructs = patchTypes(this.#structs)
  }

  /** Declares a variable, whatever is wrong with it, which is returned in the reference's words. */
  declare(name: string, expression: string): string | undefined {
    const made = this.#compile(expression, { results: undefined, authorizer: true, patches: false }, false)
    this.#fields.set(name, declaredType(made.type))
    return made.error
  }

  /**
   * What is wrong with an expression, in the reference's words.
   * @param isStored as `compile` has it
   */
  error(expression: string, purpose: Purpose, isStored: boolean): string | undefined {
    return this.#compile(expression, RULES[purpose], isStored).error
  }

  #compile(expression: string, rules: Rules, isStored: boolean): { type?: CelType; error?: string } {
    try {
      const { type, program } = compile(expression, this.#environment(rules), isStored)
      const wrong = wrongResult(type, rules.results)
      if (wrong !== undefined) return { error: wrong }
      // A patch is not made here: its objects have no values yet.
      if (!rules.patches) program()
      return { type }
    } catch (e) {
      if (e instanceof CompileError) return { error: `compilation failed: ${e.message}` }
      if (e instanceof PlanError) return { error: `program instantiation failed: ${e.message}` }
      throw e
    }
  }

  #environment({ authorizer, patches }: Rules): Environment {
    const variables = admissionVariables({ params: this.#params, authorizer })
    if (this.#composed) variables.set('variables', struct(VARIABLES))
    if (!patches) return { variables, structs: this.#structs }
    return { variables, structs: this.#patchStructs, functions: JSON_PATCH_FUNCTIONS, types: patchType }
  }
}

function wrongResult(type: CelType, results: Rules['results']): string | undefined {
  if (results === undefined || results.some((wanted) => sameType(wanted, type))) return undefined
  const wanted = results.length === 1 ? typeName(results[0]!) : `one of [${results.map(typeName).join(' ')}]`
  return `must evaluate to ${wanted} but got ${typeName(type)}`
}

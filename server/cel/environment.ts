import { check, type Checked, type Structs } from './checker.ts'
import { TYPE_NAMES } from './conversions.ts'
import { merge, type FunctionDecl, type Functions } from './declarations.ts'
import { LIBRARIES, LIBRARY_TYPES } from './library/libraries.ts'
import { checkLiterals } from './literals.ts'
import { parse } from './parser.ts'
import { plan, PlanError, type Program } from './plan.ts'
import { issuesText } from './source.ts'
import { STANDARD } from './standard.ts'
import { DURATION, TIMESTAMP, type CelType } from './types.ts'

/** The environment of Kubernetes 1.37 (apiserver `pkg/cel/environment/base.go`): its libraries, and the variables of whoever asks. */
const FUNCTIONS: Functions = merge([...STANDARD, ...LIBRARIES])
/** New expressions must be understood by the release before as well, to which a cluster may go back. */
const NEW_FUNCTIONS: Functions = new Map([...FUNCTIONS].filter(([name]) => name !== 'includes'))
const TYPES: ReadonlyMap<string, CelType> = new Map([...TYPE_NAMES, ...LIBRARY_TYPES])
/** Known to the checker of rules by a short name, but no values when they run. */
const DECLARED: ReadonlyMap<string, CelType> = new Map([...TYPES, ['duration', DURATION], ['timestamp', TIMESTAMP]])

export interface Environment {
  readonly variables: ReadonlyMap<string, CelType>
  readonly structs: Structs
  /** Functions beside those that every expression has. */
  readonly functions?: readonly FunctionDecl[]
  /** Types that can be named beside those that every expression can name. */
  readonly types?: (name: string) => CelType | undefined
}

export interface Compiled {
  readonly checked: Checked
  readonly type: CelType
  program(): Program
}

/** The text is the reference's: `ERROR: <input>:1:5: undefined field 'x'`, with the line and a mark under it. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
}

const withNamed = (named: (name: string) => CelType | undefined): Pick<ReadonlyMap<string, CelType>, 'get' | 'has'> => {
  const get = (name: string): CelType | undefined => DECLARED.get(name) ?? named(name)
  return { get, has: (name) => get(name) !== undefined }
}

const withMore = (functions: Functions, more: readonly FunctionDecl[] | undefined): Functions =>
  more === undefined ? functions : new Map([...functions, ...merge(more)])

/**
 * @param isStored an expression that is stored already: it may use what a server one version older would not know
 * @throws CompileError
 */
export function compile(text: string, env: Environment, isStored = true): Compiled {
  const parsed = parse(text)
  const fail = (issues: typeof parsed.issues): never => {
    throw new CompileError(issuesText(parsed.source, issues))
  }
  if (parsed.issues.length > 0) fail(parsed.issues)
  const { variables, structs, functions: more, types } = env
  const functions = withMore(isStored ? FUNCTIONS : NEW_FUNCTIONS, more)
  const checked = check(parsed, { functions, types: types === undefined ? DECLARED : withNamed(types), variables, structs })
  if (checked.issues.length > 0) fail(checked.issues)
  const issues = checkLiterals(checked, parsed.offsets)
  if (issues.length > 0) fail(issues)
  return { checked, type: checked.types.get(parsed.expr.id)!, program: () => plan(checked, withMore(FUNCTIONS, more), TYPES) }
}

export { PlanError, type Program }

import { childrenOf, walk, type Call, type Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import { checkClauses, misused } from './library/format-string.ts'
import { patternError } from './patterns.ts'
import type { CelIssue } from './source.ts'
import { parseDuration, parseTimestamp, timestampOfSeconds } from './time.ts'
import { sameType, typeText, type CelType, type Kind } from './types.ts'
import { CelError } from './values.ts'

/** What is checked of constants once the types are right (cel-go `cel/validator.go`): so they fail when they are written, not when they run. */
export function checkLiterals(checked: Checked, offsets: ReadonlyMap<number, number>): CelIssue[] {
  const issues: CelIssue[] = []
  const report = (e: { readonly id: number }, message: string): void => void issues.push({ offset: offsets.get(e.id), message })
  const nodes = [...walk(checked.expr)]
  for (const e of nodes) {
    if (e.kind !== 'call') continue
    const arg = e.args[0]
    if (arg?.kind !== 'literal') continue
    const wrong = WRONG[e.fn]
    if (wrong?.(arg.value) === true) report(arg, `invalid ${e.fn} argument`)
  }
  checkAllSameTypes(checked.expr, checked, report)
  for (const e of nodes) if (e.kind === 'call') checkFormat(e, checked, report)
  return issues
}

const WRONG: Readonly<Record<string, (value: unknown) => boolean>> = {
  duration: (v) => typeof v === 'string' && parseDuration(v) === undefined,
  timestamp: (v) => {
    const made = typeof v === 'string' ? parseTimestamp(v) : typeof v === 'bigint' ? timestampOfSeconds(v) : null
    return made === undefined || made instanceof CelError
  },
  matches: (v) => typeof v === 'string' && patternError(v) !== undefined,
}

/** Lists and maps of one type, but for what is formatted as a text. */
function checkAllSameTypes(e: Expr, checked: Checked, report: Report): void {
  if (e.kind === 'call' && e.fn === 'format') return
  checkSameTypes(e, checked, report)
  for (const child of childrenOf(e)) checkAllSameTypes(child, checked, report)
}

/** Elements of a list, keys and values of a map are of one type. */
function checkSameTypes(e: Expr, checked: Checked, report: Report): void {
  const typeOf = (x: Expr, optional: boolean): CelType => {
    const type = checked.types.get(x.id)!
    return optional ? (type.params[0] ?? type) : type
  }
  const compare = (items: readonly (readonly [Expr, boolean])[], onlyFirst: boolean): void => {
    const first = items[0] === undefined ? undefined : typeOf(...items[0])
    for (const [item, optional] of items) {
      const type = typeOf(item, optional)
      if (equivalent(first!, type)) continue
      report(item, `expected type '${typeText(first!)}' but found '${typeText(type)}'`)
      if (onlyFirst) return
    }
  }
  if (e.kind === 'list')
    compare(
      e.elements.map((x, i) => [x, e.optional.has(i)]),
      true,
    ) // prettier-ignore
  if (e.kind !== 'map') return
  compare(
    e.entries.map((x) => [x.key, false]),
    false,
  ) // prettier-ignore
  compare(
    e.entries.map((x) => [x.value, x.optional]),
    false,
  ) // prettier-ignore
}

/** The same but for the names of type variables. */
const equivalent = (a: CelType, b: CelType): boolean => sameType(a, b)

type Report = (e: { readonly id: number }, message: string) => void

/** What each clause of a format string takes. */
const TAKEN: Readonly<Record<string, readonly Kind[]>> = {
  s: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['bool', 'int', 'uint'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
}

/** `'…'.format([…])`: a constant text with as many arguments as it asks for, of types that it takes. */
function checkFormat(e: Call, checked: Checked, report: Report): void {
  const [list] = e.args
  if (e.fn !== 'format' || e.target?.kind !== 'literal' || typeof e.target.value !== 'string' || list?.kind !== 'list') return
  let used = 0
  let isWrong = false
  const wrong = checkClauses(e.target.value, list.elements.length, (i, { verb }) => {
    used = i + 1
    if (isWrong) return
    const bad = unfit(list.elements[i]!, verb, checked)
    if (bad === undefined) return
    isWrong = true
    report(bad, misused(verb, checked.types.get(bad.id)!.name))
  })
  if (isWrong) return
  if (wrong !== undefined) report(e, wrong)
  else if (list.elements.length > used) {
    report(e, `too many arguments supplied to string.format (expected ${used}, got ${list.elements.length})`)
  }
}

/** The part of an argument that the clause does not take. */
function unfit(e: Expr, verb: string, checked: Checked): Expr | undefined {
  const { kind } = checked.types.get(e.id)!
  if (kind !== 'dyn' && !TAKEN[verb]!.includes(kind)) return e
  if (verb !== 's') return undefined
  const parts = e.kind === 'list' ? e.elements : e.kind === 'map' ? e.entries.flatMap((x) => [x.key, x.value]) : []
  for (const part of parts) {
    const bad = unfit(part, verb, checked)
    if (bad !== undefined) return bad
  }
  return undefined
}

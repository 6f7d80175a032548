import { walk, type Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import { patternError } from './patterns.ts'
import type { CelIssue } from './source.ts'
import { parseDuration, parseTimestamp, timestampOfSeconds } from './time.ts'
import { typeText, sameType, type CelType } from './types.ts'
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
  for (const e of nodes) checkSameTypes(e, checked, report)
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

/** Elements of a list, keys and values of a map are of one type. */
function checkSameTypes(e: Expr, checked: Checked, report: (e: Expr, message: string) => void): void {
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

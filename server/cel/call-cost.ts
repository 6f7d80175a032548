import { LIBRARY_COSTS, OVERLOAD_COSTS, type RunTimeCost } from './library/run-time-costs.ts'
import { sizeOf, type CelValue } from './values.ts'

/** What calls cost when they run (cel-go `interpreter/runtimecost.go`, apiserver `pkg/cel/library/cost.go`). */
export const LIST_COST = 10
export const MAP_COST = 30
/** Of each code point that is looked at. */
export const STRING_FACTOR = 0.1
export const REGEX_FACTOR = 0.25

export interface CallCost {
  after(args: readonly CelValue[], result: CelValue): number
  /** At least so much, known before the call; absent where that is little. */
  readonly before?: (args: readonly CelValue[]) => number
}

export const traversal = (size: number): number => Math.ceil(size * STRING_FACTOR)
const both = (args: readonly CelValue[]): number => Math.min(sizeOf(args[0]), sizeOf(args[1]))
const minimum: RunTimeCost = (args) => traversal(both(args))
const whole: RunTimeCost = (args) => traversal(sizeOf(args[0]))
const pattern: RunTimeCost = (args) => Math.ceil((1 + sizeOf(args[0])) * STRING_FACTOR) * Math.ceil(sizeOf(args[1]) * REGEX_FACTOR)
const concatenation: RunTimeCost = (args) => traversal(sizeOf(args[0]) + sizeOf(args[1]))

const RELATIONS = ['less', 'less_equals', 'greater', 'greater_equals'].flatMap((r) => [`${r}_string`, `${r}_bytes`])

const STANDARD: Readonly<Record<string, RunTimeCost>> = {
  starts_with_string: (args) => traversal(sizeOf(args[1])),
  ends_with_string: (args) => traversal(sizeOf(args[1])),
  string_to_bytes: whole,
  bytes_to_string: whole,
  strings_quote: whole,
  string_format: whole,
  in_list: (args) => sizeOf(args[1]),
  equals: minimum,
  not_equals: minimum,
  ...Object.fromEntries(RELATIONS.map((id) => [id, minimum])),
  add_string: concatenation,
  add_bytes: concatenation,
  matches: pattern,
  matches_string: pattern,
  contains_string: (args) => traversal(sizeOf(args[0])) * traversal(sizeOf(args[1])),
}

/** Calls that may cost far more than the reading of their arguments: what they will cost is known before. */
const HEAVY: ReadonlySet<string> = new Set([
  ...['matches', 'matches_string', 'contains_string', 'list_distinct', 'lists_range', 'list_flatten', 'list_flatten_int'],
  ...['add_string', 'add_bytes', 'list_sets_contains_list', 'list_sets_intersects_list', 'list_sets_equivalent_list'],
])
const HEAVY_FUNCTIONS: ReadonlySet<string> = new Set(['find', 'findAll', 'sort', '@sortByAssociatedKeys', 'validate'])

/** The cost of calls of a function; `overload` is empty where several are possible. */
export function callCost(fn: string, overload: string): CallCost {
  const [own, library, standard] = [OVERLOAD_COSTS[overload], LIBRARY_COSTS[fn], STANDARD[overload]]
  if (own === undefined && library === undefined && standard === undefined) return { after: () => 1 }
  const cost = (args: readonly CelValue[], result: CelValue | undefined): number =>
    own?.(args, result, overload) ?? library?.(args, result, overload) ?? standard?.(args, result, overload) ?? 1
  if (!HEAVY.has(overload) && !HEAVY_FUNCTIONS.has(fn)) return { after: cost }
  return { after: cost, before: (args) => cost(args, undefined) }
}

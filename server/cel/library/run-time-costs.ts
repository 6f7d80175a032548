import { CelList, CelMap, Opaque, sizeOf, type CelValue } from '../values.ts'
import { step } from '../limits.ts'
import { patternLengthOf } from './formats.ts'

/**
 * What calls of Kubernetes' libraries cost when they run (apiserver `pkg/cel/library/cost.go` CallCost; cel-go `ext` lists and sets).
 * Without a result (before the call) a cost says as much as the arguments tell. Undefined: as any other call.
 */
export type RunTimeCost = (args: readonly CelValue[], result: CelValue | undefined, overload: string) => number | undefined

const traversal = (size: number): number => Math.ceil(size * 0.1)
const first: RunTimeCost = (args) => (args.length >= 1 ? traversal(sizeOf(args[0])) : undefined)
const twice: RunTimeCost = (args) => (args.length >= 1 ? Math.ceil(sizeOf(args[0]) * 2 * 0.1) : undefined)
const one: RunTimeCost = () => 1
const walked: RunTimeCost = (args) => (args.length > 0 ? walkCost(args[0]!) : 0)
const found: RunTimeCost = (args) =>
  args.length < 2 ? undefined : Math.ceil((1 + sizeOf(args[0])) * 0.1) * Math.ceil(sizeOf(args[1]) * 0.25)

/** A whole value, looked at once; texts are counted in bytes here. */
function walkCost(value: CelValue): number {
  step()
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * 0.1)
  if (value instanceof Uint8Array) return Math.floor(value.length * 0.1)
  let cost = 0
  if (value instanceof CelList) {
    for (const item of value) cost += walkCost(item)
    return cost
  }
  if (!(value instanceof CelMap)) return 1
  for (const key of value.keys()) cost += walkCost(key) + walkCost(value.get(key))
  return cost
}

const containsIp: RunTimeCost = (args, _, overload) => {
  const cost = Math.ceil(2 * sizeOf(args[0]) * 0.1)
  return overload === 'cidr_contains_ip_string' ? cost + traversal(sizeOf(args[1])) : cost
}
const containsCidr: RunTimeCost = (args, _, overload) => {
  const cost = Math.ceil(2 * sizeOf(args[0]) * 0.1) + traversal(sizeOf(args[0])) + 1
  return overload === 'cidr_contains_cidr_string' ? cost + traversal(sizeOf(args[1])) : cost
}

const validated: RunTimeCost = (args) => {
  const length = patternLengthOf(args[0])
  return length === undefined ? undefined : traversal(1 + sizeOf(args[1])) * Math.ceil(length * 0.25)
}

const named = (cost: RunTimeCost, names: string): [string, RunTimeCost][] => names.split(' ').map((name) => [name, cost])

/** By the name of the function. */
export const LIBRARY_COSTS: Readonly<Record<string, RunTimeCost>> = Object.fromEntries([
  ...named(() => 350_000, 'check'),
  ...named(one, 'serviceAccount path group resource subresource namespace name allowed reason error errored'),
  ...named(walked, 'isSorted sum max min indexOf lastIndexOf includes'),
  ...named(first, 'url lowerAscii upperAscii substring trim jsonpatch.escapeKey cidr isIP isCIDR quantity isQuantity semver isSemver'),
  ...named(twice, 'replace split ip.isCanonical'),
  ...named((_, result) => (result === undefined ? 0 : Math.ceil(sizeOf(result) * 2 * 0.1)), 'join'),
  ...named(found, 'find findAll'),
  ...named((args, result, overload) => (overload === 'cidr_ip' ? 1 : first(args, result, overload)), 'ip'),
  ...named(one, 'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast format.named'),
  ...named(validated, 'validate'),
  ...named(containsIp, 'containsIP'),
  ...named(containsCidr, 'containsCIDR'),
  ...named(one, 'sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch'),
  ...named(one, 'getScheme getHostname getHost getPort getEscapedPath getQuery'),
  ...named((args) => (args[0] instanceof Opaque ? 1 : undefined), '_==_'),
])

const allocated = (factor: number, size: number): number => Math.floor(size * (factor < 0 ? 1 : factor)) + 11
const bySize: RunTimeCost = (_, result) => (result === undefined ? 0 : allocated(1, sizeOf(result)))

/** Each element with each other: sorting and the like. */
function selfCompare(list: CelValue | undefined): number {
  const size = sizeOf(list)
  if (!(list instanceof CelList) || size === 0) return allocated(2, 0)
  const isText = typeof list.at(0) === 'string' || list.at(0) instanceof Uint8Array
  return allocated(isText ? 2.1 : 2, size * size)
}

const flattened: RunTimeCost = (args) => allocated(args.length === 2 ? Number(args[1]) : 1, sizeOf(args[0]))
const sets =
  (factor: number): RunTimeCost =>
  (args) =>
    1 + Math.floor(sizeOf(args[0]) * sizeOf(args[1]) * factor) // prettier-ignore

const SORTED = ['int', 'uint', 'double', 'bool', 'google.protobuf.Duration', 'google.protobuf.Timestamp', 'string', 'bytes']

/** A range that is too large is not made. */
const rangeSize = (n: CelValue | undefined): number => (typeof n === 'bigint' && n >= 0n && n <= 1_000_000n ? Number(n) : 1)

/** By the signature; these go before those by name. */
export const OVERLOAD_COSTS: Readonly<Record<string, RunTimeCost>> = {
  list_slice: bySize,
  list_flatten: flattened,
  list_flatten_int: flattened,
  lists_range: (args, result) => allocated(1, result === undefined ? rangeSize(args[0]) : sizeOf(result)),
  list_reverse: bySize,
  list_distinct: (args) => selfCompare(args[0]),
  ...Object.fromEntries(SORTED.map((t) => [`list_${t}_sort`, (args: readonly CelValue[]) => selfCompare(args[0])])),
  ...Object.fromEntries(SORTED.map((t) => [`list_${t}_sortByAssociatedKeys`, (args: readonly CelValue[]) => selfCompare(args[1])])),
  list_sets_contains_list: sets(1),
  list_sets_intersects_list: sets(1),
  list_sets_equivalent_list: sets(2),
}

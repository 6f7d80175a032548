import {
  add,
  ALL,
  fixed,
  ONE,
  scaled,
  times,
  UNKNOWN,
  type CallEstimate,
  type CostNode,
  type Range,
  type SizeOf,
} from '../estimate-range.ts'

/** What calls of Kubernetes' libraries cost at least and at most (apiserver `pkg/cel/library/cost.go` EstimateCallCost; cel-go `ext` lists and sets). */
interface Site {
  readonly overload: string
  readonly target: CostNode | undefined
  readonly args: readonly CostNode[]
  readonly sizeOf: SizeOf
}
type Estimate = (site: Site) => CallEstimate | undefined

function sizeAt(node: CostNode, sizeOf: SizeOf): Range {
  return node.size ?? sizeOf(node.path) ?? UNKNOWN
}

export function estimateLibraryCall(
  fn: string,
  overload: string,
  target: CostNode | undefined,
  args: readonly CostNode[],
  sizeOf: SizeOf,
): CallEstimate | undefined {
  const site: Site = { overload, target, args, sizeOf }
  return OVERLOADS[overload]?.(site) ?? FUNCTIONS[fn]?.(site)
}

const one: Estimate = () => ({ cost: ONE })
const ofTarget = (site: Site): Range | undefined => (site.target === undefined ? undefined : sizeAt(site.target, site.sizeOf))
const ofArg = (site: Site, i: number): Range | undefined => (site.args[i] === undefined ? undefined : sizeAt(site.args[i], site.sizeOf))

/** A text that is read from front to end. */
const readArg =
  (factor: number): Estimate =>
  (site) => {
    const size = ofArg(site, 0)
    return size === undefined ? undefined : { cost: scaled(size, factor) }
  } // prettier-ignore

const sameSizeTarget: Estimate = (site) => {
  const size = ofTarget(site)
  return size === undefined ? undefined : { cost: scaled(size, 0.1), size }
}

const sameSizeArg: Estimate = (site) => {
  const size = ofArg(site, 0)
  return size === undefined || site.args.length !== 1 ? undefined : { cost: scaled(size, 0.1), size }
}

const walked =
  (isIncludes: boolean): Estimate =>
  (site) => {
    const { target, sizeOf } = site
    const size = ofTarget(site)
    if (target === undefined || size === undefined) return undefined
    const element = target.type?.params[0]
    if (element === undefined) return { cost: isIncludes ? size : scaled(size, 0.1) }
    const isText = element.kind === 'string' || element.kind === 'bytes'
    const elementSize = target.path.length > 0 ? sizeOf([...target.path, '@items']) : undefined
    const each = isText ? add(ONE, scaled(elementSize ?? UNKNOWN, 0.1)) : ONE
    return { cost: times(size, each) }
  } // prettier-ignore

const replaced: Estimate = (site) => {
  const [size, from, to] = [ofTarget(site), ofArg(site, 0), ofArg(site, 1)]
  if (size === undefined || from === undefined || to === undefined) return undefined
  return { cost: scaled(size, 0.2), size: replacedSize(size, from, to) }
}

/** Between the shortest and the longest that replacing can give. */
function replacedSize(size: Range, from: Range, to: Range): Range {
  let [count, kept] = [Math.ceil(size.max / from.min), 0]
  if (from.min === 0) [count, kept] = [Math.min(size.max + 1, ALL), size.max]
  else if (to.max <= from.min) [count, kept] = [0, size.max]
  let [fewest, least] = [Math.ceil(size.min / from.max), 0]
  if (from.max === 0) [fewest, least] = [size.min + 1, size.min]
  else if (from.max <= to.min) [fewest, least] = [0, size.min]
  return add(times({ min: fewest, max: count }, to), { min: least, max: kept })
}

const split: Estimate = (site) => {
  const size = ofTarget(site)
  if (size === undefined) return undefined
  const limit = site.args[1]?.expr
  const max = limit?.kind === 'literal' && typeof limit.value === 'bigint' ? Number(BigInt.asUintN(64, limit.value)) : size.max
  return { cost: scaled(size, 0.2), size: { min: 0, max } }
}

const joined: Estimate = (site) => {
  const { target, sizeOf } = site
  const list = ofTarget(site)
  if (target === undefined || list === undefined) return undefined
  const element = target.type?.params[0]
  const elementSize = target.path.length > 0 ? sizeOf([...target.path, '@items']) : undefined
  let size: Range = element === undefined ? fixed(0) : times(list, elementSize ?? UNKNOWN)
  const separator = ofArg(site, 0)
  if (separator !== undefined) size = add(size, times(separator, { min: Math.max(list.min - 1, 0), max: Math.max(list.max - 1, 0) }))
  return { cost: scaled(size, 0.1), size }
}

const found: Estimate = (site) => {
  const [size, pattern] = [ofTarget(site), ofArg(site, 0)]
  if (size === undefined || pattern === undefined) return undefined
  return { cost: times(scaled(add(size, ONE), 0.1), scaled(pattern, 0.25)), size: { min: 0, max: size.max } }
}

const ADDRESS: Range = { min: 4, max: 16 }
const containsIp: Estimate = (site) => {
  const cost = scaled(add(ADDRESS, ADDRESS), 0.1)
  if (site.overload !== 'cidr_contains_ip_string') return { cost }
  return { cost: add(cost, scaled(ofArg(site, 0) ?? UNKNOWN, 0.1)) }
}
const containsCidr: Estimate = (site) => {
  const cost = add(add(scaled(add(ADDRESS, ADDRESS), 0.1), scaled(ADDRESS, 0.1)), ONE)
  if (site.overload !== 'cidr_contains_cidr_string') return { cost }
  return { cost: add(cost, scaled(ofArg(site, 0) ?? UNKNOWN, 0.1)) }
}

const MAX_FORMAT_PATTERN = 128
const validated: Estimate = (site) => {
  const size = ofArg(site, 0)
  return size === undefined ? undefined : { cost: scaled(scaled(size, 0.1), MAX_FORMAT_PATTERN * 0.25) }
}

const selector: Estimate = (site) => {
  const size = ofArg(site, 0)
  if (size === undefined || site.args.length !== 1) return undefined
  return { cost: add(add(fixed(10), scaled(size, 0.1)), scaled(scaled(size, 0.5), 50)) }
}

/** Values of libraries are compared at once. */
const equalTypes: Readonly<Record<string, CallEstimate>> = {
  'net.IP': { cost: ONE },
  'net.CIDR': { cost: ONE },
  'kubernetes.Quantity': { cost: ONE },
  'kubernetes.Semver': { cost: ONE },
  'kubernetes.authorization.Authorizer': { cost: ONE },
  'kubernetes.authorization.PathCheck': { cost: ONE },
  'kubernetes.authorization.GroupCheck': { cost: ONE },
  'kubernetes.authorization.ResourceCheck': { cost: ONE },
  'kubernetes.authorization.Decision': { cost: ONE },
  'kubernetes.NamedFormat': { cost: scaled({ min: 1, max: 64 }, 0.1) },
}
const equality: Estimate = ({ args: [a, b] }) => {
  if (a?.type === undefined || b?.type === undefined || a.type.name !== b.type.name || a.type.params.length > 0) return undefined
  if (a.type.name === 'kubernetes.URL') {
    const size = b.size ?? ONE
    return { cost: scaled({ min: 1, max: size.max }, 0.1) }
  }
  return equalTypes[a.type.name]
}

const named = (estimate: Estimate, names: string): [string, Estimate][] => names.split(' ').map((name) => [name, estimate])

/** By the name of the function. */
const FUNCTIONS: Readonly<Record<string, Estimate>> = Object.fromEntries([
  ...named(() => ({ cost: fixed(350_000) }), 'check'),
  ...named(one, 'serviceAccount path group resource subresource namespace name allowed reason error errored'),
  ...named(selector, 'fieldSelector labelSelector'),
  ...named(walked(false), 'isSorted sum max min indexOf lastIndexOf'),
  ...named(walked(true), 'includes'),
  ...named(sameSizeArg, 'url jsonpatch.escapeKey'),
  ...named(sameSizeTarget, 'lowerAscii upperAscii substring trim'),
  ...named(replaced, 'replace'),
  ...named(split, 'split'),
  ...named(joined, 'join'),
  ...named(found, 'find findAll'),
  ...named(readArg(0.1), 'cidr isIP isCIDR quantity isQuantity semver isSemver'),
  ...named((site) => (site.overload === 'cidr_ip' ? { cost: ONE } : readArg(0.1)(site)), 'ip'),
  ...named(readArg(0.2), 'ip.isCanonical'),
  ...named(one, 'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast format.named'),
  ...named(containsIp, 'containsIP'),
  ...named(containsCidr, 'containsCIDR'),
  ...named(validated, 'validate'),
  ...named(one, 'sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub major minor patch'),
  ...named(one, 'getScheme getHostname getHost getPort getEscapedPath getQuery'),
  ...named(equality, '_==_'),
])

const allocated = (factor: number, size: Range): CallEstimate => ({ cost: add(scaled(size, factor), fixed(11)), size })

/** A constant number of an argument; negative ones count as 0. */
function literal(node: CostNode | undefined, otherwise: number): number {
  const e = node?.expr
  return e?.kind === 'literal' && typeof e.value === 'bigint' ? Math.max(0, Number(e.value)) : otherwise
}

const sliced: Estimate = (site) => {
  const size = ofTarget(site)
  if (size === undefined) return undefined
  const length = literal(site.args[1], size.max) - literal(site.args[0], 0)
  // The difference of two unsigned numbers.
  return allocated(1, fixed(length < 0 ? ALL + length : length))
}
const reversed: Estimate = (site) => {
  const size = ofTarget(site)
  return size === undefined ? undefined : allocated(1, size)
}
const flattened: Estimate = (site) => {
  const size = ofTarget(site)
  return size === undefined ? undefined : allocated(site.args.length === 1 ? literal(site.args[0], ALL) : 1, size)
}
const selfCompared =
  (factor: number, of: (site: Site) => Range | undefined): Estimate =>
  (site) => {
    const size = of(site)
    return size === undefined ? undefined : allocated(factor, times(size, size))
  } // prettier-ignore
const ranged: Estimate = (site) => allocated(1, fixed(literal(site.args[0], ALL)))
const sets =
  (factor: number): Estimate =>
  (site) => {
    const [a, b] = [ofArg(site, 0), ofArg(site, 1)]
    return a === undefined || b === undefined ? undefined : { cost: add(scaled(times(a, b), factor), ONE) }
  } // prettier-ignore

const SORTED: readonly (readonly [string, number])[] = [
  ...['int', 'uint', 'double', 'bool', 'google.protobuf.Duration', 'google.protobuf.Timestamp'].map((t) => [t, 2] as const),
  ['string', 2.1],
  ['bytes', 2.1],
]

/** By the signature; these go before those by name. */
const OVERLOADS: Readonly<Record<string, Estimate>> = {
  list_slice: sliced,
  list_flatten: flattened,
  list_flatten_int: flattened,
  lists_range: ranged,
  list_reverse: reversed,
  list_distinct: selfCompared(2, ofTarget),
  ...Object.fromEntries(SORTED.map(([t, factor]) => [`list_${t}_sort`, selfCompared(factor, ofTarget)])),
  ...Object.fromEntries(SORTED.map(([t, factor]) => [`list_${t}_sortByAssociatedKeys`, selfCompared(factor, (site) => ofArg(site, 0))])),
  list_sets_contains_list: sets(1),
  list_sets_intersects_list: sets(1),
  list_sets_equivalent_list: sets(2),
}

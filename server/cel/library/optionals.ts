import { fn, member, type FunctionDecl } from '../declarations.ts'
import { BOOL, listOf, optionalOf, param } from '../types.ts'
import { CelError, CelList, CelMap, Duration, ListValue, Optional, printed, Timestamp, Uint, type CelValue } from '../values.ts'

/** Values that may be absent (cel-go `cel/library.go` optional types). `or` and `orValue` are evaluated by the planner, which need not look at both sides. */
const V = param('V')
const OPTIONAL = optionalOf(V)
const LIST = listOf(V)

function isZero(value: CelValue): boolean {
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Duration) return value.nanos === 0n
  if (value instanceof Timestamp) return value.nanos === -62135596800n * 1_000_000_000n
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0
  if (value instanceof Uint8Array) return value.length === 0
  if (value instanceof Optional) return value.value === undefined
  return value === null || value === false || value === 0n || value === 0 || value === ''
}

const at = (list: CelList, i: number): Optional => (i < 0 || i >= list.size ? Optional.none : new Optional(list.at(i)))

function unwrap(list: CelValue | undefined): CelValue {
  const values: CelValue[] = []
  for (const item of list as CelList) {
    if (!(item instanceof Optional)) return new CelError(`value ${printed(item)} is not optional`)
    if (item.value !== undefined) values.push(item.value)
  }
  return new ListValue(values)
}

export const optionals: readonly FunctionDecl[] = [
  { name: 'optional.of', overloads: [fn('optional_of', [V], OPTIONAL, (v) => new Optional(v))] },
  {
    name: 'optional.ofNonZeroValue',
    overloads: [fn('optional_ofNonZeroValue', [V], OPTIONAL, (v) => (isZero(v!) ? Optional.none : new Optional(v)))],
  },
  { name: 'optional.none', overloads: [fn('optional_none', [], OPTIONAL, () => Optional.none)] },
  {
    name: 'value',
    overloads: [member('optional_value', [OPTIONAL], V, (o) => (o as Optional).value ?? missing(o as Optional))],
  },
  { name: 'hasValue', overloads: [member('optional_hasValue', [OPTIONAL], BOOL, (o) => (o as Optional).value !== undefined)] },
  { name: 'or', overloads: [member('optional_or_optional', [OPTIONAL, OPTIONAL], OPTIONAL)] },
  { name: 'orValue', overloads: [member('optional_orValue_value', [OPTIONAL, V], V)] },
  { name: 'first', overloads: [member('list_first', [LIST], OPTIONAL, (l) => at(l as CelList, 0))] },
  { name: 'last', overloads: [member('list_last', [LIST], OPTIONAL, (l) => at(l as CelList, (l as CelList).size - 1))] },
  { name: 'optional.unwrap', overloads: [fn('optional_unwrap', [listOf(OPTIONAL)], LIST, unwrap)] },
  { name: 'unwrapOpt', overloads: [member('optional_unwrapOpt', [listOf(OPTIONAL)], LIST, unwrap)] },
]

/** null is a value that an optional may have. */
const missing = (o: Optional): CelValue => (o.value === null ? null : new CelError('optional.none() dereference'))

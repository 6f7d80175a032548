import { goQuote } from '../../machinery/go-quote.ts'
import { goUintError, parseGoUint } from '../../machinery/go-uint.ts'
import { fn, member, type FunctionDecl } from '../declarations.ts'
import { BOOL, INT, STRING, struct } from '../types.ts'
import { CelError, compare, noOverloadFor, Opaque, type CelValue } from '../values.ts'

/** Semantic versions (apiserver `pkg/cel/library/semverlib.go`; blang/semver's errors). */
export const SEMVER = struct('kubernetes.Semver')

class SemverError extends Error {}

/** A part of what stands behind the hyphen: a number goes before a word. */
type Identifier = bigint | string

class SemverValue extends Opaque {
  readonly typeName = SEMVER.name
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint]
  readonly pre: readonly Identifier[]
  constructor(numbers: readonly [bigint, bigint, bigint], pre: readonly Identifier[]) {
    super()
    this.numbers = numbers
    this.pre = pre
  }
  equals(other: CelValue): CelValue {
    return other instanceof SemverValue ? order(this, other) === 0 : noOverloadFor(other)
  }
}

function order(a: SemverValue, b: SemverValue): -1 | 0 | 1 {
  for (let i = 0; i < 3; i++) if (a.numbers[i] !== b.numbers[i]) return a.numbers[i]! < b.numbers[i]! ? -1 : 1
  if (a.pre.length === 0 || b.pre.length === 0) return a.pre.length === b.pre.length ? 0 : a.pre.length === 0 ? 1 : -1
  for (let i = 0; i < a.pre.length && i < b.pre.length; i++) {
    const [x, y] = [a.pre[i]!, b.pre[i]!]
    if (typeof x !== typeof y) return typeof x === 'bigint' ? -1 : 1
    const found = compare(x, y)
    if (found === -1 || found === 1) return found
  }
  return a.pre.length === b.pre.length ? 0 : a.pre.length < b.pre.length ? -1 : 1
}

const DIGITS = /^\d*$/
const WORD = /^[A-Za-z0-9-]*$/

function numberOf(text: string, what: string): bigint {
  const name = what[0]!.toUpperCase() + what.slice(1)
  if (!DIGITS.test(text)) throw new SemverError(`Invalid character(s) found in ${what} number ${goQuote(text)}`)
  if (text.length > 1 && text.startsWith('0')) throw new SemverError(`${name} number must not contain leading zeroes ${goQuote(text)}`)
  return unsigned(text)
}

function unsigned(text: string): bigint {
  const value = parseGoUint(text)
  if (typeof value === 'string') throw new SemverError(goUintError(text))
  return value
}

function identifierOf(text: string): Identifier {
  if (text === '') throw new SemverError('Prerelease is empty')
  if (DIGITS.test(text)) {
    if (text.length > 1 && text.startsWith('0')) {
      throw new SemverError(`Numeric PreRelease version must not contain leading zeroes ${goQuote(text)}`)
    }
    return unsigned(text)
  }
  if (!WORD.test(text)) throw new SemverError(`Invalid character(s) found in prerelease ${goQuote(text)}`)
  return text
}

/** The first two dots divide it. */
function inThree(text: string): string[] {
  const parts = text.split('.')
  return parts.length > 3 ? [parts[0]!, parts[1]!, parts.slice(2).join('.')] : parts
}

function parse(text: string): SemverValue {
  if (text === '') throw new SemverError('Version string empty')
  const parts = inThree(text)
  if (parts.length !== 3) throw new SemverError('No Major.Minor.Patch elements found')
  const [major, minor] = [numberOf(parts[0]!, 'major'), numberOf(parts[1]!, 'minor')]
  const [release, ...build] = cut(parts[2]!, '+')
  const [patch, ...pre] = cut(release!, '-')
  const numbers = [major, minor, numberOf(patch!, 'patch')] as const
  const identifiers = pre.map(identifierOf)
  for (const part of build) {
    if (part === '') throw new SemverError('Build meta data is empty')
    if (!WORD.test(part)) throw new SemverError(`Invalid character(s) found in build meta data ${goQuote(part)}`)
  }
  return new SemverValue(numbers, identifiers)
}

/** What stands before the mark, and the parts of what stands behind it. */
function cut(text: string, mark: string): string[] {
  const at = text.indexOf(mark)
  return at === -1 ? [text] : [text.slice(0, at), ...text.slice(at + 1).split('.')]
}

/** `v1.02` is 1.2.0. */
function normalized(text: string): string {
  const parts = inThree(text.replace(/^v/, '')).map((part) => {
    if (part.length < 2) return part
    const bare = part.replace(/^0+/, '')
    return /^\d/.test(bare) ? bare : `0${bare}`
  })
  if (parts.length >= 3) return parts.join('.')
  if (/[+-]/.test(parts.at(-1)!)) throw new SemverError('short version cannot contain PreRelease/Build meta data')
  return [...parts, '0', '0'].slice(0, 3).join('.')
}

export function semverOf(text: string, normalize: boolean): CelValue {
  try {
    return parse(normalize ? normalized(text) : text)
  } catch (error) {
    if (error instanceof SemverError) return new CelError(error.message)
    throw error
  }
}

const of = (value: CelValue | undefined): SemverValue => value as SemverValue
const isVersion = (text: CelValue | undefined, normalize: boolean): boolean => !(semverOf(text as string, normalize) instanceof CelError)

export const semvers: readonly FunctionDecl[] = [
  {
    name: 'semver',
    overloads: [
      fn('string_to_semver', [STRING], SEMVER, (t) => semverOf(t as string, false)),
      fn('string_bool_to_semver', [STRING, BOOL], SEMVER, (t, normalize) => semverOf(t as string, normalize as boolean)),
    ],
  },
  {
    name: 'isSemver',
    overloads: [
      fn('is_semver_string', [STRING], BOOL, (t) => isVersion(t, false)),
      fn('is_semver_string_bool', [STRING, BOOL], BOOL, (t, normalize) => isVersion(t, normalize as boolean)),
    ],
  },
  { name: 'isGreaterThan', overloads: [member('semver_is_greater_than', [SEMVER, SEMVER], BOOL, (a, b) => order(of(a), of(b)) === 1)] },
  { name: 'isLessThan', overloads: [member('semver_is_less_than', [SEMVER, SEMVER], BOOL, (a, b) => order(of(a), of(b)) === -1)] },
  { name: 'compareTo', overloads: [member('semver_compare_to', [SEMVER, SEMVER], INT, (a, b) => BigInt(order(of(a), of(b))))] },
  ...['major', 'minor', 'patch'].map((name, i) => ({
    name,
    overloads: [member(`semver_${name}`, [SEMVER], INT, (v: CelValue) => BigInt.asIntN(64, of(v).numbers[i]!))],
  })),
]

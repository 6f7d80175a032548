import { dns1035LabelErrors, labelValueErrors, nameIsLabel, nameIsSubdomain, qualifiedNameErrors } from '../../machinery/names.ts'
import { fn, member, type FunctionDecl } from '../declarations.ts'
import { listOf, optionalOf, STRING, struct } from '../types.ts'
import { ListValue, noOverloadFor, Opaque, Optional, Timestamp, type CelValue } from '../values.ts'
import { parseTimestamp } from '../time.ts'
import { uriError } from './url.ts'

/** Named formats of names and values (apiserver `pkg/cel/library/format.go`). */
export const FORMAT = struct('kubernetes.NamedFormat')

class FormatValue extends Opaque {
  readonly typeName = FORMAT.name
  readonly name: string
  readonly errorsOf: (text: string) => readonly string[]
  /** How long the pattern is that costs are counted by. */
  readonly patternLength: number
  constructor(name: string, patternLength: number, errorsOf: (text: string) => readonly string[]) {
    super()
    this.name = name
    this.patternLength = patternLength
    this.errorsOf = errorsOf
  }
  equals(other: CelValue): CelValue {
    return other instanceof FormatValue ? this.name === other.name : noOverloadFor(other)
  }
}

/** The length of a value's pattern, if it is a format. */
export const patternLengthOf = (value: CelValue | undefined): number | undefined =>
  value instanceof FormatValue ? value.patternLength : undefined

const test =
  (holds: (text: string) => boolean, error: string) =>
  (text: string): string[] =>
    holds(text) ? [] : [error] // prettier-ignore
/** What a generated name goes on behind: its last dash and the character before are of no account. */
const unfinished = (text: string): string => (text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text)

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/
const CLOCK = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$/
const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) instanceof Timestamp

function isDateTime(text: string): boolean {
  const [date, clock] = text.toLowerCase().split('t') as [string, string?]
  const m = clock === undefined || !isDate(date) ? null : CLOCK.exec(clock)
  return m !== null && m[1]! <= '23' && m[2]! <= '59' && m[3]! <= '59'
}

function uriErrors(text: string): string[] {
  const error = uriError(text)
  return error === undefined ? [] : [error]
}

const FORMATS: ReadonlyMap<string, FormatValue> = new Map(
  (
    [
      ['dns1123Label', 'DNS1123Label', 30, (t) => nameIsLabel(t, false)],
      ['dns1123Subdomain', 'DNS1123Subdomain', 60, (t) => nameIsSubdomain(t, false)],
      ['dns1035Label', 'DNS1035Label', 30, (t) => dns1035LabelErrors(t)],
      ['qualifiedName', 'QualifiedName', 60, (t) => qualifiedNameErrors(t)],
      ['dns1123LabelPrefix', 'DNS1123LabelPrefix', 30, (t) => nameIsLabel(t, true)],
      ['dns1123SubdomainPrefix', 'DNS1123SubdomainPrefix', 60, (t) => nameIsSubdomain(t, true)],
      ['dns1035LabelPrefix', 'DNS1035LabelPrefix', 30, (t) => dns1035LabelErrors(unfinished(t))],
      ['labelValue', 'LabelValue', 40, (t) => labelValueErrors(t)],
      ['uri', 'URI', 1103, uriErrors],
      ['uuid', 'uuid', 70, test((t) => UUID.test(t), 'does not match the UUID format')],
      ['byte', 'byte', 84, test((t) => BASE64.test(t), 'invalid base64')],
      ['date', 'date', 71, test(isDate, 'invalid date')],
      ['datetime', 'datetime', 71, test(isDateTime, 'invalid datetime')],
    ] satisfies readonly (readonly [string, string, number, (text: string) => readonly string[]])[]
  ).map(([name, shown, length, errorsOf]) => [name, new FormatValue(shown, length, errorsOf)] as const),
)

function validated(format: FormatValue, text: string): CelValue {
  const errors = format.errorsOf(text)
  return errors.length === 0 ? Optional.none : new Optional(new ListValue(errors))
}

export const formats: readonly FunctionDecl[] = [
  ...[...FORMATS].map(([name, value]) => ({ name: `format.${name}`, overloads: [fn(`format.${name}`, [], FORMAT, () => value)] })),
  {
    name: 'format.named',
    overloads: [
      fn('format-named', [STRING], optionalOf(FORMAT), (name) => {
        const found = FORMATS.get(name as string)
        return found === undefined ? Optional.none : new Optional(found)
      }),
    ],
  },
  {
    name: 'validate',
    overloads: [
      member('format-validate', [FORMAT, STRING], optionalOf(listOf(STRING)), (format, text) =>
        validated(format as FormatValue, text as string),
      ),
    ],
  },
]

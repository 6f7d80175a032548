import type { Random } from './random.ts'

/** Values that break assumptions, and ones that nearly fit. */

/** Texts that are to stand as they are in a body: numbers that JavaScript cannot hold, spellings that JSON.stringify has not. */
const RAW = /"\\u0001raw:((?:[^"\\]|\\"|\\\\)*)\\u0001"/g
const raw = (text: string): string => `\u0001raw:${text}\u0001`

/** JSON with the raw texts in it. */
export const jsonOf = (value: unknown): string =>
  (JSON.stringify(value) ?? 'null').replace(RAW, (_, text: string) => JSON.parse(`"${text}"`) as string)

const STRINGS: readonly string[] = [
  ...['', ' ', 'a', 'A', 'a b', '-', '_', '.', '..', '/', 'a/b', 'a/b/c', 'a.b/c', '*', '%', '50%', '101%', '-1', '0', '1', 'true', 'null'],
  ...[
    'x'.repeat(64),
    'x'.repeat(254),
    'y'.repeat(5000),
    'a.'.repeat(130),
    '😀',
    'é',
    '\u202e',
    '\u0000',
    '\u0007',
    '\ud800',
    '\ufeff',
    '\u2028',
  ],
  ...['10.0.0.1', '010.0.0.1', '::1', '::ffff:1.2.3.4', '10.0.0.0/24', '10.0.0.1/24', 'fe80::/10', '256.1.1.1'],
  ...['1Gi', '-1Gi', '1e3', '1.5', '100m', '1E', '0.0000000001', '9999999999999999999999'],
  ...['2020-01-01T00:00:00Z', '2020-13-01T00:00:00Z', '1s', '-1s', '1h2m', 'https://a.b/c', 'http://a b', 'file:///x'],
  ...[
    'kubernetes.io/x',
    'example.com/X',
    'Exists',
    'In',
    'Always',
    'TCP',
    'Equal',
    '$(A)',
    '{{a}}',
    "'",
    '"',
    '\\',
    '<a>&',
    'object.x == 1',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'metadata', 'spec', 'default', 'kube-system'],
]

const NUMBERS: readonly unknown[] = [
  ...[0, 1, -1, 2, 10, 80, 100, 101, 255, 256, 443, 511, 512, 3600, 65535, 65536, 2147483647, 2147483648, -2147483649, 9007199254740991],
  ...['9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '18446744073709551616', '1e400'].map(raw),
  ...['1.0', '1.5', '1e2', '1E-2', '-0', '0.1', '123456789012345678901234567890'].map(raw),
]

const deep = (levels: number, list: boolean): string =>
  raw(list ? '['.repeat(levels) + ']'.repeat(levels) : `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)

export const oddString = (r: Random): string => (r.chance(0.1) ? r.pick(STRINGS) + r.pick(STRINGS) : r.pick(STRINGS))
export const oddNumber = (r: Random): unknown => r.pick(NUMBERS)

/** Something of any type. */
export function oddValue(r: Random): unknown {
  return r.weighted<() => unknown>([
    [5, () => oddString(r)],
    [4, () => oddNumber(r)],
    [2, () => null],
    [2, () => r.chance(0.5)],
    [2, () => []],
    [2, () => ({})],
    [1, () => [oddString(r), oddNumber(r), null, {}]],
    [1, () => ({ [oddString(r)]: oddString(r), [oddString(r)]: oddNumber(r) })],
    [1, () => Array.from({ length: r.below(200) }, () => oddString(r))],
    [0.3, () => deep(r.pick([20, 500, 1950, 3000, 12_000]), r.chance(0.5))],
  ])()
}

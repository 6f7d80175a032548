const VERSION = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/
const STABILITY = ['alpha', 'beta', undefined]

/**
 * Order of preference of two version names: stable before beta before alpha, newer before older; names of another form come last, by
 * alphabet (apimachinery `util/version/version.go`, CompareKubeAwareVersionStrings). Negative when `a` comes first.
 */
export function compareApiVersions(a: string, b: string): number {
  const [x, y] = [VERSION.exec(a), VERSION.exec(b)]
  if (x === null || y === null) return x === y ? (a < b ? -1 : Number(a > b)) : x === null ? 1 : -1
  return STABILITY.indexOf(y[2]) - STABILITY.indexOf(x[2]) || compareDigits(y[1]!, x[1]!) || compareDigits(y[3] ?? '', x[3] ?? '')
}

// Numbers of any length, without leading zeros.
const compareDigits = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : Number(a > b))

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addQuantity,
  compareQuantity,
  integerValue,
  milliValue,
  parseQuantity,
  roundUp,
  subtractQuantity,
  tryQuantity,
} from './quantity.ts'

describe('quantity', () => {
  // Checked against kube-apiserver 1.37.2, with its oddities: no suffix past E, and a text that fits an int64 is kept as given.
  test.each([
    ['0', '0'],
    ['0Mi', '0'],
    ['1', '1'],
    ['1000m', '1'],
    ['100m', '100m'],
    ['1.5', '1500m'],
    ['0.001', '1m'],
    ['1024Ki', '1Mi'],
    ['1025Mi', '1025Mi'],
    ['1000Mi', '1000Mi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['2000', '2k'],
    ['12e6', '12e6'],
    ['1e3', '1e3'],
    ['1E', '1E'],
    ['1000k', '1M'],
    ['0.0000000001', '1n'],
    ['-5Mi', '-5Mi'],
    ['8Mi', '8Mi'],
    ['1000000000000000000000', '1'],
    ['100Ei', '9223372036854775807'],
    ['1.500', '1.500'],
    ['+5Mi', '+5Mi'],
  ])('%s is written %s', (text, canonical) => {
    expect(parseQuantity(text).text).toBe(canonical)
  })

  test.each([
    ['', 'quantities must'],
    ['a', 'quantities must'],
    ['1 ', 'quantities must'],
    ['1x', 'quantities must'],
    ['1mi', 'suffix'],
    ['1ee', 'suffix'],
  ])('%j is refused', (text, part) => expect(() => parseQuantity(text)).toThrow(part))

  test('arithmetic keeps the first format and rounds up', () => {
    expect(addQuantity(parseQuantity('1Gi'), parseQuantity('512Mi')).text).toBe('1536Mi')
    expect(addQuantity(parseQuantity('0'), parseQuantity('1Mi')).text).toBe('1Mi')
    expect(subtractQuantity(parseQuantity('1'), parseQuantity('100m')).text).toBe('900m')
    expect(milliValue(parseQuantity('1u'))).toBe(1n)
    expect(integerValue(parseQuantity('-1500m'))).toBe(-2n)
    expect(roundUp(parseQuantity('1u'), -3).text).toBe('1m')
    expect(compareQuantity(parseQuantity('1Ki'), parseQuantity('1k'))).toBe(1)
    expect(tryQuantity('x')).toBeUndefined()
  })

  test('a canonical text parses to the same amount', () => {
    const suffix = fc.constantFrom('', 'm', 'u', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3', 'e-2')
    // Above the largest suffix, thousands of E, Go loses it when nothing else is left, and so does this.
    expect(parseQuantity('1000000000000G').text).toBe('1')
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 12n) + 1n, max: 10n ** 12n - 1n }), suffix, (n, s) => {
        const q = parseQuantity(`${n}${s}`)
        const again = parseQuantity(q.text)
        expect(again.nano).toBe(q.nano)
        expect(again.text).toBe(q.text)
      }),
    )
  })
})

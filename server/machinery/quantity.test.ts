import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addQuantity,
  compareQuantity,
  int64Value,
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
    ['+', '0'],
    ['.', '0'],
    ['.Ki', '0'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['5.Ki', '5.Ki'],
    ['1e4294967299', '1e4294967299'],
    ['1e9223372036854775807', '100e-3'],
    ['1e0000000000000000000000003', '1e0000000000000000000000003'],
    ['1E3', '1E3'],
    ['1e+3', '1e+3'],
    ['1e5', '100e3'],
    ['10e17', '1e18'],
    ['1e100', '10e99'],
    ['1e300', '1e300'],
    ['123e4', '1230e3'],
    ['5e-1', '500e-3'],
    ['9223372036854775808', '9223372036854775808'],
    ['9223372036854775808Ki', '9223372036854775807'],
    ['1000E', '1'],
    ['1001E', '1001E'],
    ['1.1Ki', '1126400m'],
    ['3.3Mi', '3460300800m'],
    ['0'.repeat(3_000) + '1', '0'.repeat(3_000) + '1'],
    ['1' + '0'.repeat(100), '10'],
    ['1' + '0'.repeat(300), '1'],
    ['1'.repeat(309), '1'.repeat(309)],
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
    ['1e', 'suffix'],
    ['1e-', 'suffix'],
    ['1EE', 'suffix'],
    ['--1', 'suffix'],
    ['1n1', 'suffix'],
    ['1e9223372036854775808', 'suffix'],
    ['1e3Ki', 'quantities must'],
    ['1.5.5', 'quantities must'],
    ['0x10', 'quantities must'],
    ['１', 'quantities must'],
    ['9'.repeat(310), 'numeric part'],
    [`0.${'0'.repeat(318)}`, 'numeric part'],
    ['9'.repeat(100_000), 'numeric part'],
    [`${'9'.repeat(100_000)}x`, 'quantities must'],
    ['1e309', 'numeric part'],
    ['1e5000', 'numeric part'],
    ['1' + '0'.repeat(99_999) + 'e99990', 'numeric part'],
  ])('%j is refused', (text, part) => expect(() => parseQuantity(text)).toThrow(part))

  test('JSON text is trimmed of the spaces that stand in it unescaped, and of no others', () => {
    expect(tryQuantity(' 1\u00a0')?.text).toBe('1')
    expect(tryQuantity('\t1')).toBeUndefined()
    expect(tryQuantity('1\n')).toBeUndefined()
    expect(tryQuantity(1.5)?.text).toBe('1500m')
    expect(tryQuantity(true)).toBeUndefined()
  })

  test('what is computed can be written and read again, however large it was', () => {
    const largest = ['9'.repeat(309), '9e308', '9'.repeat(306) + 'k', '1n', '-9e308', '100Ei', '1'].map(parseQuantity)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...largest), { minLength: 1, maxLength: 20 }), fc.boolean(), (terms, negative) => {
        const sum = terms.reduce((a, b) => (negative ? subtractQuantity(a, b) : addQuantity(a, b)))
        for (const q of [sum, roundUp(sum, -3), roundUp(sum, 0)]) expect(() => parseQuantity(q.text)).not.toThrow()
      }),
    )
  })

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

// Seen in what a kube-apiserver 1.37.2 says of the capacity of a volume.
test.each([
  ['-1', -1n],
  ['-9223372036854775808', 0n],
  ['-9223372036854775809', -1n],
  ['-99999999999999999999', -200376420520687n],
  ['-1Ei', -9223372036854774n],
  ['-1Gi', -1073741824n],
  ['-10E', 0n],
  ['-1e30', 0n],
])('%s below zero is %d in an int64', (text, value) => {
  expect(int64Value(parseQuantity(text))).toBe(value)
})

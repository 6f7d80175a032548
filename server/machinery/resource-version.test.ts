import { describe, expect, test } from 'vitest'
import { goUintError } from './go-uint.ts'
import { goInt64Error } from './query.ts'
import { parseReadVersion, parseResourceVersion } from './resource-version.ts'

describe('a resourceVersion', () => {
  test.each([
    ['', 0],
    ['0', 0],
    ['00', 0],
    ['0012', 12],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    [`${'0'.repeat(50)}18446744073709551615`, 18446744073709551615n],
  ])('%j', (text, expected) => {
    expect(parseResourceVersion(text)).toBe(expected)
    expect(parseReadVersion(text)).toBe(expected)
  })

  test.each([
    ['-1', 'invalid syntax'],
    ['+1', 'invalid syntax'],
    [' 1', 'invalid syntax'],
    ['1.5', 'invalid syntax'],
    ['0x1', 'invalid syntax'],
    ['١', 'invalid syntax'],
    ['18446744073709551616', 'value out of range'],
    ['9'.repeat(100_000), 'value out of range'],
    [`${'9'.repeat(22)}y`, 'value out of range'],
    ['18446744073709551615y', 'invalid syntax'],
  ])('%.30s is none', (text, why) => {
    expect(goUintError(text)).toBe(`strconv.ParseUint: parsing "${text}": ${why}`)
    const whole = `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": ${why}`
    expect(() => parseResourceVersion(text)).toThrow(`invalid resource version: ${whole}`)
    expect(() => parseReadVersion(text)).toThrow(whole)
  })

  test('of the first thing that is wrong Go tells', () => {
    expect(goUintError('65536x', 65_535n)).toBe('strconv.ParseUint: parsing "65536x": value out of range')
    expect(goInt64Error(`-${'9'.repeat(22)}x`)).toBe(`strconv.ParseInt: parsing "-${'9'.repeat(22)}x": value out of range`)
    expect(goInt64Error('9223372036854775808x')).toBe('strconv.ParseInt: parsing "9223372036854775808x": invalid syntax')
    expect(goInt64Error('')).toBe('strconv.ParseInt: parsing "": invalid syntax')
  })
})

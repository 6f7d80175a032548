import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FieldError } from './field-errors.ts'
import { checkAddress, checkCidr, checkCidrFamilies, checkFamilies, isDualStack, parseAddress, parseCidr } from './ip.ts'

const texts = (check: (errors: FieldError[]) => void): string[] => {
  const errors: FieldError[] = []
  check(errors)
  return errors.map((e) => e.body)
}

describe('addresses', () => {
  test('of both families', () => {
    expect(parseAddress('10.0.0.1')).toMatchObject({ family: 4, bits: 0x0a000001n })
    expect(parseAddress('fd00::1')).toMatchObject({ family: 6, bits: (0xfd00n << 112n) | 1n })
    expect(parseAddress('::ffff:1.2.3.4')).toMatchObject({ family: 4, mapped: true, bits: 0x01020304n })
    for (const bad of ['', '1.2.3', '1.2.3.256', '1:2', 'fe80::1%eth0', '::1.2.3', '1.2.3.4:5']) expect(parseAddress(bad)).toBeUndefined()
  })

  test('new values are strict, stored ones are kept', () => {
    expect(texts((e) => checkAddress(e, 'p', '010.0.0.1'))).toEqual(['Invalid value: "010.0.0.1": must not have leading 0s'])
    expect(texts((e) => checkAddress(e, 'p', '::ffff:1.2.3.4'))[0]).toContain('must not be an IPv4-mapped IPv6 address')
    expect(texts((e) => checkAddress(e, 'p', '010.0.0.1', new Set(['010.0.0.1'])))).toEqual([])
  })

  test('any number is an IPv4 address, any text parses or does not', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        const bits = ip.split('.').reduce((n, part) => n * 256n + BigInt(part), 0n)
        expect(parseAddress(ip)?.bits).toBe(bits)
      }),
    )
    fc.assert(fc.property(fc.ipV6(), (ip) => parseAddress(ip) !== undefined))
    fc.assert(fc.property(fc.string(), (s) => [4, 6, undefined].includes(parseAddress(s)?.family)))
  })
})

describe('CIDRs', () => {
  test('prefix and bits', () => {
    expect(parseCidr('10.0.0.0/24')).toMatchObject({ family: 4, prefix: 24 })
    for (const bad of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/-1', '10.0.0.0/']) expect(parseCidr(bad)).toBeUndefined()
    expect(texts((e) => checkCidr(e, 'p', '10.0.0.1/24'))[0]).toContain('must not have bits set beyond the prefix length')
    expect(texts((e) => checkCidr(e, 'p', 'fd00::/64'))).toEqual([])
  })

  test('more than one are two, of each family', () => {
    const many = 'may specify no more than one IP for each IP family'
    expect(texts((e) => checkFamilies(e, 'p', ['x']))).toEqual([])
    expect(texts((e) => checkFamilies(e, 'p', ['10.0.0.1', 'fd00::1']))).toEqual([])
    expect(texts((e) => checkFamilies(e, 'p', ['10.0.0.1', '10.0.0.2'], 1))).toEqual([`Invalid value: 1: ${many}`])
    expect(texts((e) => checkFamilies(e, 'p', ['10.0.0.1', 'x'], 1))).toEqual([
      'Internal error: failed to check for dual stack with error:invalid IP[1]: x',
      `Invalid value: 1: ${many}`,
    ])
    expect(texts((e) => checkCidrFamilies(e, 'p', ['10.0.0.0/8', 'fd00::/8']))).toEqual([])
    expect(texts((e) => checkCidrFamilies(e, 'p', ['x', 'fd00::/8']))).toEqual([
      'Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[0]: <nil> (invalid CIDR address: x)',
      'Invalid value: ["x","fd00::/8"]: may specify no more than one CIDR for each IP family',
    ])
  })

  test('dual stack is one of each', () => {
    expect(isDualStack(['10.0.0.1', 'fd00::1'])).toBe(true)
    expect(isDualStack(['10.0.0.0/8', '11.0.0.0/8'])).toBe(false)
  })
})

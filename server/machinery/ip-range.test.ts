import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressRange, canonicalCidr, contains, firstServiceAddress, formatAddress } from './ip-range.ts'
import { parseAddress } from './ip.ts'

describe('address ranges', () => {
  test('network and broadcast addresses are not given out', () => {
    const r = addressRange('10.0.0.0/24')
    expect([formatAddress('IPv4', r.first), formatAddress('IPv4', r.last)]).toEqual(['10.0.0.1', '10.0.0.254'])
    expect(r.reserved).toBe(16n)
    expect(contains(r, 'IPv4', r.first - 1n)).toBe(false)
    expect(contains(r, 'IPv4', r.last + 1n)).toBe(false)
    expect(contains(r, 'IPv6', r.first)).toBe(false)
  })
  test('IPv6 has no broadcast address', () => {
    const r = addressRange('fd00::/120')
    expect(formatAddress('IPv6', r.last)).toBe('fd00::ff')
  })
  test.each([
    ['10.0.0.0/28', 0n],
    ['10.0.0.0/27', 16n],
    ['10.0.0.0/16', 256n],
    ['10.96.0.0/12', 256n],
  ])('%s keeps %s addresses for requests', (cidr, reserved) => {
    expect(addressRange(cidr).reserved).toBe(reserved)
  })
  test.each([
    ['10.0.0.0/8', '10.0.0.1'],
    ['fd00:10::/108', 'fd00:10::1'],
    ['fd00:10::/64', 'fd00:10::1'],
  ])('the first address of %s is %s', (cidr, first) => expect(firstServiceAddress(cidr)).toBe(first))
  test.each([
    ['10.0.0.9/24', '10.0.0.0/24'],
    ['010.0.0.0/08', '10.0.0.0/8'],
    ['fd00::1:5/112', 'fd00::1:0/112'],
    ['FD00:0:0::/64', 'fd00::/64'],
    ['::ffff:10.0.0.7/120', '10.0.0.0/24'],
    ['::ffff:10.0.0.0/95', undefined],
    ['10.0.0.0', undefined],
    ['10.0.0.0/33', undefined],
  ])('%s as Go writes it: %s', (cidr, canonical) => expect(canonicalCidr(cidr)).toBe(canonical))
  test('text that is no CIDR is an error', () => {
    expect(() => addressRange('10.0.0.0')).toThrow(RangeError)
  })
})

describe('addresses as text', () => {
  test.each(['::', '::1', 'fd00::1', '2001:db8::1:0:0:1', '1:2:3:4:5:6:7:8', '2001:db8:0:1:1:1:1:1'])('%s is canonical', (text) => {
    expect(formatAddress('IPv6', parseAddress(text)!.bits)).toBe(text)
  })
  test('what is written is read back, as the URL standard writes it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (bits) => {
        const text = formatAddress('IPv6', bits)
        expect(new URL(`http://[${text}]`).hostname).toBe(`[${text}]`)
        const parsed = parseAddress(text)!
        if (!parsed.mapped) expect(parsed.bits).toBe(bits)
      }),
    )
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 0xffffffffn }), (bits) => {
        expect(parseAddress(formatAddress('IPv4', bits))?.bits).toBe(bits)
      }),
    )
  })
})

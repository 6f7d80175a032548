import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { expect, test } from 'vitest'
import { selfSigned } from './certificate.ts'

const BEGIN = '-----BEGIN CERTIFICATE-----'
const now = Date.UTC(2026, 0, 1)

test.each([
  ['an address', '10.1.2.3', '10.1.2.3'],
  ['an IPv6 address', 'fd00::1', 'fd00::1'],
  ['a name', 'node.example.com', undefined],
])('a node gets a certificate for its name and %s, good for a year by the clock it is given', (_, address, ip) => {
  const { cert, key } = selfSigned('n1', address, now)
  const [leaf, authority, ...rest] = cert
    .split(BEGIN)
    .slice(1)
    .map((text) => new X509Certificate(BEGIN + text))
  expect(rest).toEqual([])
  expect([leaf!.subject, authority!.subject]).toEqual(['CN=n1@1767225600', 'CN=n1-ca@1767225600'])
  expect([leaf!.checkIssued(authority!), leaf!.verify(authority!.publicKey), authority!.ca, leaf!.ca]).toEqual([true, true, true, false])
  expect([leaf!.checkHost('n1'), leaf!.checkHost('n2')]).toEqual(['n1', undefined])
  expect(ip === undefined ? leaf!.checkHost(address) : leaf!.checkIP(ip)).toBe(address)
  expect([Date.parse(leaf!.validFrom), Date.parse(leaf!.validTo)]).toEqual([now - 3_600_000, now + 365 * 86_400_000])
  expect(leaf!.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  expect(() => createSecureContext({ cert, key })).not.toThrow()
})

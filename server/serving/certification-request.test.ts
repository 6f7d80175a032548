import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseCertificateRequest } from '../machinery/x509/certification-request.ts'
import { makeRequest } from '../machinery/x509/testing/certification-request.ts'
import { createAuthority, signFor } from './x509.ts'

const NOW = Date.UTC(2026, 0, 1)
const names = [
  [0x82, 'host.example'],
  [0x87, Buffer.of(10, 0, 0, 1)],
  [0x81, 'a@b.example'],
  [0x86, 'spiffe://a/b'],
  // A registered id is none of the names that a certificate gets.
  [0x88, Buffer.of(0x2a, 0x03)],
] as const

describe('a certification request', () => {
  test('tells who asks, for which names, and that the key is theirs', () => {
    const { request } = makeRequest({ commonName: 'system:node:n', organizations: ['system:nodes', 'o'], names })
    const asked = parseCertificateRequest(request)
    expect(asked).toMatchObject({
      subject: { commonName: 'system:node:n', organizations: ['system:nodes', 'o'] },
      counts: { dns: 1, ip: 1, email: 1, uri: 1 },
      signatureFault: undefined,
    })
    expect(asked.names.length).toBe(4)
    expect(parseCertificateRequest(makeRequest({ commonName: 'x', forged: true }).request).signatureFault).toBe(
      'x509: ECDSA verification failure',
    )
  })

  test.each([
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'PEM block type must be CERTIFICATE REQUEST'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----', 'asn1: syntax error: sequence truncated'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----', 'asn1: syntax error: truncated tag or length'],
  ])('that is none: %j', (pem, message) => expect(() => parseCertificateRequest(pem)).toThrow(message))
})

describe('a signed request', () => {
  const ca = createAuthority('ca', NOW)
  const signed = (usages: readonly string[], asked = makeRequest({ commonName: 'jane', organizations: ['dev'], names })) => {
    const {
      name,
      publicKey: { key: publicKey },
      names: alternatives,
    } = parseCertificateRequest(asked.request)
    const pem = signFor(ca, { subject: name, publicKey, names: alternatives, usages, from: NOW, until: NOW + 1000 })
    return { certificate: new X509Certificate(pem), key: asked.key }
  }

  test('is a certificate of the CA for the key, the subject and the names, and for no CA', () => {
    const { certificate, key } = signed(['client auth', 'digital signature', 'server auth'])
    expect(certificate.verify(new X509Certificate(ca.cert).publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect([certificate.subject, certificate.ca]).toEqual(['O=dev\nCN=jane', false])
    expect(certificate.subjectAltName).toBe('DNS:host.example, email:a@b.example, IP Address:10.0.0.1, URI:spiffe://a/b')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
  })

  // The bits of the extension, as DER has them: no bits that are not set at the end.
  test.each([
    [['digital signature'], '03020780'],
    [['digital signature', 'key encipherment'], '030205a0'],
    [['encipher only'], '03020001'],
    [['signing', 'decipher only'], '0303078080'],
  ])('%j', (usages, bits) => {
    const id = '0603551d0f'
    expect(signed(usages, makeRequest({ commonName: 'x' })).certificate.raw.toString('hex')).toContain(
      `${id}0101ff04${(bits.length / 2).toString(16).padStart(2, '0')}${bits}`,
    )
  })

  test('is not for usages that there are not', () => {
    expect(() => signed(['client auth', 'fun'])).toThrow('unrecognized usage values: ["fun"]')
  })
})

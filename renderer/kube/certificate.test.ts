import { describe, expect, test } from 'vitest'
import { readCertificates } from './certificate.ts'
import { body } from './testing/certificate.ts'

const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`

describe('certificates', () => {
  test('say whose they are, for which names, and for how long', () => {
    expect(readCertificates(`other text\n${pem(body)}`)).toEqual([
      {
        subject: 'harbour.example.com',
        issuer: 'harbour.example.com',
        notBefore: Date.parse('2026-11-28T21:48:01Z'),
        notAfter: Date.parse('2027-02-26T21:48:01Z'),
        names: ['harbour.example.com', '*.quay.example.com', '192.0.2.7', '2001:db8::1'],
      },
    ])
  })

  test('a chain is read whole, and what is no certificate is left out', () => {
    expect(readCertificates(pem(body) + pem(body))).toHaveLength(2)
    const short = body.replaceAll('\n', '')
    for (const broken of ['', 'AAAA', short.slice(0, 200), short.slice(0, -8), `${short.slice(0, 40)}////${short.slice(44)}`])
      expect(readCertificates(pem(broken)).every((found) => typeof found.subject === 'string')).toBe(true)
    expect(readCertificates('-----BEGIN CERTIFICATE-----')).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { readCertificates } from './certificate.ts'

/** Made with `openssl req -x509` for these names. */
const body = `MIIB1jCCAX2gAwIBAgIURBr4CQY4ZM0X8XngBOCLesI6I1swCgYIKoZIzj0EAwIw
NDEUMBIGA1UECgwLSGFyYm91ciBMdGQxHDAaBgNVBAMME2hhcmJvdXIuZXhhbXBs
ZS5jb20wHhcNMjYxMTI4MjE0ODAxWhcNMjcwMjI2MjE0ODAxWjA0MRQwEgYDVQQK
DAtIYXJib3VyIEx0ZDEcMBoGA1UEAwwTaGFyYm91ci5leGFtcGxlLmNvbTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABDzrdsrCnHstzVwwwy+ULgbj9oWS0cjDU/MT
1jw5N/af2AAFIQGxsv7ZiQUjqaZhKpirR3rH9gUhd3iC/y5pxMyjbTBrMEoGA1Ud
EQRDMEGCE2hhcmJvdXIuZXhhbXBsZS5jb22CEioucXVheS5leGFtcGxlLmNvbYcE
wAACB4cQIAENuAAAAAAAAAAAAAAAATAdBgNVHQ4EFgQUItnYOLHU4RPTYXAtS5Sw
WaWq4UowCgYIKoZIzj0EAwIDRwAwRAIgLDBY9JEm35Cepn3fS9m/sg3hxnlgPgK2
z/yLRuJ9ymkCICwBxqzBZ56zFO8TlJzSvIZKV5O+R7CSBgZOBaLSwUxd`
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

import { describe, expect, test } from 'vitest'
import { newKey } from './certificate-request.ts'
import { readCertificates, readRequest, validity } from './certificate.ts'
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

/** Made with `openssl req -new -addext subjectAltName=…` for a node, and names of every sort. */
const asked = `-----BEGIN CERTIFICATE REQUEST-----
MIIBXTCCAQMCAQAwMjEVMBMGA1UECgwMc3lzdGVtOm5vZGVzMRkwFwYDVQQDDBBz
eXN0ZW06bm9kZTpxdWF5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEE5HTpzL7
34jvNeX8dk8qTRCB6hG91lDux18QJMBFmQ9J1wjudUwNTTPd+W0bwMblmocB8feK
y0TCsOW5/3PEcqBvMG0GCSqGSIb3DQEJDjFgMF4wXAYDVR0RBFUwU4IQcXVheS5l
eGFtcGxlLmNvbYcEwAACB4cQIAENuAAAAAAAAAAAAAAAAYYVc3BpZmZlOi8vaGFy
Ym91ci9xdWF5gRBjcmV3QGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIDJz
918KZz50naGPfAuR0xh8mr52rZ7ZaODd23viv44EAiEA/JgJ3InfSHIbIDXHZLbd
3cGHktZmhSnWj0NGXtqlLwA=
-----END CERTIFICATE REQUEST-----`

describe('certification requests', () => {
  test('say for whom, and for which names, a certificate is asked', async () => {
    expect(readRequest(asked)).toEqual({
      subject: 'O=system:nodes, CN=system:node:quay',
      names: ['quay.example.com', '192.0.2.7', '2001:db8::1', 'spiffe://harbour/quay', 'crew@example.com'],
    })
    const { request } = await newKey('安娜', ['dev', 'web'])
    expect(readRequest(request)).toEqual({ subject: 'O=dev, O=web, CN=安娜', names: [] })
  })

  test('what cannot be read is none', () => {
    const head = '-----BEGIN CERTIFICATE REQUEST-----\n'
    for (const broken of [
      '',
      head,
      `${head}AAAA\n-----END CERTIFICATE REQUEST-----`,
      `${asked.slice(0, 200)}\n-----END CERTIFICATE REQUEST-----`,
    ])
      expect(readRequest(broken)).toBeUndefined()
  })
})

describe('the time of a certificate', () => {
  const day = 86_400_000
  const year = { notBefore: 0, notAfter: 365 * day }
  test.each([
    ['before it begins', year, -1, { word: 'NotYetValid', until: 0 }],
    ['at its begin', year, 0, { word: 'Valid', until: 335 * day }],
    ['a month before its end', year, 335 * day, { word: 'EndsSoon', until: 365 * day }],
    ['at its end', year, 365 * day, { word: 'EndsSoon', until: 365 * day }],
    ['after it', year, 365 * day + 1, { word: 'Expired' }],
    // A month of a certificate of 90 days is when its renewal is due, not when it is late.
    ['of 90 days, with 30 left', { notBefore: 0, notAfter: 90 * day }, 60 * day, { word: 'Valid', until: 67.5 * day }],
    ['of a day, with six hours left', { notBefore: 0, notAfter: day }, 0.75 * day, { word: 'EndsSoon', until: day }],
  ])('%s', (_, certificate, now, expected) => expect(validity(certificate, now)).toEqual(expected))
})

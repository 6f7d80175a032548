import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { formatTime } from '../../../machinery/clock.ts'
import { readCertificationRequest } from '../../../machinery/x509/certification-request.ts'
import { decodePem } from '../../../machinery/x509/pem.ts'
import { makeCertificate, type Leaf } from '../../../machinery/x509/testing/certificate.ts'
import { makeRequest } from '../../../machinery/x509/testing/certification-request.ts'
import { validatePodCertificateRequestStatus } from './podcertificaterequest-status.ts'

const NOW = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const { request } = makeRequest({ commonName: 'x' })
const der = decodePem(request)!.der
const { publicKey } = readCertificationRequest(der)
const old = { spec: { maxExpirationSeconds: 86_400, stubPKCS10Request: der.toString('base64') }, status: {} }
const condition = { type: 'Issued', status: 'True', reason: 'R', message: '', lastTransitionTime: formatTime(NOW) }
const chain = (more: Partial<Leaf> = {}): string => makeCertificate({ publicKey: publicKey.key, from: NOW, until: NOW + 4 * HOUR, ...more })
const issued = (more: object = {}): Record<string, unknown> => ({
  ...old,
  status: {
    ...{ conditions: [condition], certificateChain: chain(), notBefore: formatTime(NOW), notAfter: formatTime(NOW + 4 * HOUR) },
    ...{ beginRefreshAt: formatTime(NOW + 2 * HOUR), ...more },
  },
})
const errors = (obj: Record<string, unknown>): string[] =>
  validatePodCertificateRequestStatus(obj, old, NOW + MINUTE).map(({ field, body }) => `${field}: ${body.replace(/"-----[^"]*"/, '…')}`)

describe('a certificate for a pod', () => {
  test('is one for the key that was asked for', () => {
    expect(errors(issued())).toEqual([])
    expect(errors(issued({ certificateChain: chain() + chain() }))).toEqual([])
  })

  // The reference's words for the same statuses.
  const short = { certificateChain: chain({ until: NOW + 30 * MINUTE }), notAfter: formatTime(NOW + 30 * MINUTE) }
  const long = { certificateChain: chain({ until: NOW + 25 * HOUR }), notAfter: formatTime(NOW + 25 * HOUR) }
  const stale = { certificateChain: chain({ from: NOW - HOUR }), notBefore: formatTime(NOW - HOUR) }
  const other = chain({ publicKey: generateKeyPairSync('ed25519').publicKey })
  const junk = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
  test.each([
    [
      'other key',
      { certificateChain: other },
      ['status.certificateChain: Invalid value: …: leaf certificate was not issued to the requested public key'],
    ],
    ['junk', { certificateChain: junk }, ['status.certificateChain: Invalid value: …: leaf certificate does not parse as valid X.509']],
    [
      'junk behind',
      { certificateChain: chain() + junk },
      ['status.certificateChain: Invalid value: …: intermediate certificate does not parse as valid X.509'],
    ],
    [
      'request behind',
      { certificateChain: chain() + request },
      ['status.certificateChain: Invalid value: …: issued certificate chain must consist entirely of CERTFICATE PEM blocks'],
    ],
    [
      'no times',
      { notBefore: undefined, notAfter: undefined, beginRefreshAt: undefined },
      [
        'status.notBefore: Required value: must be present and consistent with the issued certificate',
        'status.notAfter: Required value: must be present and consistent with the issued certificate',
        'status.beginRefreshAt: Required value: must be present and in the range [notbefore+10min, notafter-10min]',
      ],
    ],
    [
      'other start',
      { notBefore: formatTime(NOW + 1000) },
      ['status.notBefore: Invalid value: "2026-01-01T00:00:01Z": must be set to the NotBefore time encoded in the leaf certificate'],
    ],
    [
      'other end',
      { notAfter: formatTime(NOW + 1000) },
      ['status.notAfter: Invalid value: "2026-01-01T00:00:01Z": must be set to the NotAfter time encoded in the leaf certificate'],
    ],
    [
      'long ago',
      stale,
      ['status.notBefore: Invalid value: "2025-12-31T23:00:00Z": must be set to within 5 minutes of kube-apiserver\'s current time'],
    ],
    ['short', short, ['status.certificateChain: Invalid value: 1800000000000: leaf certificate lifetime must be >= 1 hour']],
    [
      'long',
      long,
      ['status.certificateChain: Invalid value: 90000000000000: leaf certificate lifetime must be <= spec.maxExpirationSeconds (86400)'],
    ],
    [
      'refreshed early',
      { beginRefreshAt: formatTime(NOW + MINUTE) },
      ['status.beginRefreshAt: Invalid value: "2026-01-01T00:01:00Z": must be at least 10 minutes after status.notBefore'],
    ],
    [
      'refreshed late',
      { beginRefreshAt: formatTime(NOW + 4 * HOUR - MINUTE) },
      ['status.beginRefreshAt: Invalid value: "2026-01-01T03:59:00Z": must be at least 10 minutes before status.notAfter'],
    ],
    [
      'names',
      {
        certificateChain: chain({
          names: [
            [0x82, 'a..b'],
            [0x82, '.a'],
            [0x82, ''],
            [0x81, 'a b'],
            [0x81, 'a@b.c'],
          ],
        }),
      },
      [
        "status.certificateChain: Invalid value: \"a..b\": leaf certificate's DNSName should not contain '..'",
        "status.certificateChain: Invalid value: \".a\": leaf certificate's DNSName should not start or end with '.'",
        'status.certificateChain: Invalid value: "": leaf certificate should not contain empty DNSName',
        'status.certificateChain: Invalid value: "a b": leaf certificate should not contain invalid EmailAddress',
      ],
    ],
    ['big', { certificateChain: 'x'.repeat(100 * 1024 + 1) }, ['status.certificateChain: Too long: may not be more than 102400 bytes']],
  ])('%s', (_, more, expected) => expect(errors(issued(more))).toEqual(expected))

  test('stays', () => {
    const changed = issued({ beginRefreshAt: formatTime(NOW + 3 * HOUR) })
    expect(validatePodCertificateRequestStatus(changed, issued(), NOW).map((e) => e.body)).toEqual([
      'Invalid value: immutable after PodCertificateRequest is issued, denied, or failed',
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { createAuthority } from '../serving/x509.ts'
import { withTrustedBefore } from './trusted-before.ts'

const now = Date.UTC(2020, 0, 1)
const DAY = 86_400_000
const [first, second, ended] = [
  createAuthority('first', now, 10).cert,
  createAuthority('second', now, 10).cert,
  createAuthority('ended', now, 1).cert,
]

const count = (pem: string | undefined): number => pem?.match(/BEGIN CERTIFICATE/g)?.length ?? 0

describe('what extension API servers are told to trust', () => {
  test('a CA that was trusted stays beside the one that is now, until it ends', () => {
    const before = withTrustedBefore({}, { 'client-ca-file': `${first}${ended}` }, now)
    expect(count(before['client-ca-file'])).toBe(2)
    const after = withTrustedBefore(before, { 'client-ca-file': second }, now + 5 * DAY)
    expect(count(after['client-ca-file'])).toBe(2)
    for (const ca of [first, second]) expect(after['client-ca-file']).toContain(ca.trim())
    expect(withTrustedBefore(after, { 'client-ca-file': second }, now + 5 * DAY)).toEqual(after)
  })

  test('names and headers are added to those that there were', () => {
    const required = { 'client-ca-file': first, 'requestheader-client-ca-file': second, 'requestheader-allowed-names': '["b","a"]' }
    const before = { 'requestheader-allowed-names': '["a"]', 'requestheader-username-headers': '["X-Other"]', other: 'x' }
    const data = withTrustedBefore(before, required, now)
    expect(data).toMatchObject({
      'requestheader-allowed-names': '["a","b"]',
      'requestheader-username-headers': '["X-Other"]',
      'requestheader-group-headers': '[]',
    })
    expect(data).not.toHaveProperty('requestheader-uid-headers')
  })

  test('what cannot be read counts for nothing', () => {
    const broken = { 'client-ca-file': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----', 'requestheader-allowed-names': '{' }
    const data = withTrustedBefore(broken, { 'client-ca-file': first, 'requestheader-client-ca-file': first }, now)
    expect([count(data['client-ca-file']), data['requestheader-allowed-names']]).toEqual([1, '[]'])
  })
})

import { describe, expect, test } from 'vitest'
import { connectError } from './errors.ts'

describe('a connection that fails', () => {
  test.each([
    ['ECONNREFUSED', 'Connect', 'https://a:1 did not answer: nothing listens at that address (ECONNREFUSED)'],
    ['CERT_HAS_EXPIRED', 'Certificate', 'https://a:1 did not answer: its certificate has expired (CERT_HAS_EXPIRED)'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'Certificate',
      'https://a:1 did not answer: its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
  ])('%s is the fault %s', (code, fault, message) => {
    const wrapped = new Error('fetch failed', { cause: Object.assign(new Error('low'), { code }) })
    expect(connectError('https://a:1', wrapped)).toMatchObject({ fault, message })
  })
  test('an unknown code keeps its own words and blames the connection', () => {
    expect(connectError('https://a:1', new Error('odd'))).toMatchObject({ fault: 'Connect', message: 'https://a:1 did not answer: odd' })
  })
})

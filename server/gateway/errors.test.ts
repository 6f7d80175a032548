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
  test.each([
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'what listens there does not speak TLS: should the address begin with http://? (ERR_SSL_WRONG_VERSION_NUMBER)',
    ],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'TLS ended with tlsv13 alert certificate required'],
  ])('what OpenSSL says with %s is told without its source files', (code, why) => {
    const message = '409DA4D5B47F0000:error:0A00010B:SSL routines:tls_validate_record_header:x:../deps/openssl/tlsany_meth.c:77:\n'
    const reason = code.replace('ERR_SSL_', '').toLowerCase().replaceAll('_', ' ')
    expect(connectError('https://a:1', Object.assign(new Error(message), { code, reason }))).toMatchObject({
      fault: 'Connect',
      message: `https://a:1 did not answer: ${why}`,
    })
  })
  test.each([
    ['ECONNREFUSED', 'low', 'the proxy http://way:2 on the way to it: nothing listens at that address (ECONNREFUSED)'],
    ['UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling', 'the proxy http://way:2 on the way to it answered 407'],
    ['ECONNRESET', 'low', 'the connection was closed (ECONNRESET)'],
  ])('behind a proxy %s is told of whom it is of, without its password', (code, text, why) => {
    const low = Object.assign(new Error(text), { code })
    const proxy = { url: 'http://me:secret@way:2' }
    expect(connectError('https://a:1', low, proxy)).toMatchObject({ message: `https://a:1 did not answer: ${why}` })
    const named = why.replace('way:2', 'way:2 of HTTPS_PROXY')
    expect(connectError('https://a:1', low, { ...proxy, variable: 'HTTPS_PROXY' })).toMatchObject({
      message: `https://a:1 did not answer: ${named}`,
    })
  })
  test('an unknown code keeps its own words and blames the connection', () => {
    expect(connectError('https://a:1', new Error('odd'))).toMatchObject({ fault: 'Connect', message: 'https://a:1 did not answer: odd' })
  })
})

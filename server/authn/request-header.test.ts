import { describe, expect, onTestFinished, test } from 'vitest'
import { createAuthority, issueCertificate } from '../serving/x509.ts'
import type { ConnectionState, RequestHeaders } from '../serving/exchange.ts'
import { authenticatorOf } from './methods.ts'
import { certificateIds, requestHeaderAuthenticator } from './request-header.ts'
import { X509Certificate } from 'node:crypto'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const [proxies, clients] = [createAuthority('proxies', NOW), createAuthority('clients', NOW)]
const id = (pem: string): string => [...certificateIds(pem)][0]!
const connection = (ca: typeof proxies, commonName: string, organizations: string[] = []): ConnectionState => ({
  peerCertificate: new X509Certificate(issueCertificate(ca, { commonName, organizations, use: 'client', now: NOW }).cert).raw,
  peerIssuers: () => new Set(['its own', id(ca.cert)]),
  memo: new Map(),
})
let proxyRoots = certificateIds(proxies.cert)
let clientRoots = certificateIds(clients.cert)
const options = {
  roots: () => proxyRoots,
  allowedNames: ['front-proxy'],
  usernameHeaders: ['X-Remote-User', 'X-Also'],
  uidHeaders: ['X-Remote-Uid'],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
}
const plugin = requestHeaderAuthenticator(options)
const proxy = connection(proxies, 'front-proxy')
const HEADERS: RequestHeaders = {
  'x-remote-user': 'bob',
  'x-remote-uid': '7',
  'x-remote-group': 'a\nb, c\n',
  'x-remote-extra-scopes%2fx': '1\n2',
  'x-remote-extra-bad%zz': 'z',
}

describe('a front proxy', () => {
  test('says who asks', () => {
    expect(plugin.authenticate({ headers: HEADERS, connection: proxy })).toEqual({
      user: { name: 'bob', uid: '7', groups: ['a', 'b, c'], extra: { 'scopes/x': ['1', '2'], 'bad%zz': ['z'] } },
    })
    expect(plugin.authenticate({ headers: { 'x-also': 'ann' }, connection: proxy })).toEqual({ user: { name: 'ann', groups: [] } })
  })

  test('that names nobody is asked for another login', () => {
    expect(plugin.authenticate({ headers: { 'x-remote-group': 'system:masters' }, connection: proxy })).toBeUndefined()
  })

  test('has a certificate of its CA with a name that is allowed', () => {
    const invalid = (why: string): object => ({ invalid: `x509: ${why}` })
    expect(plugin.authenticate({ headers: HEADERS, connection: { peerCertificate: undefined, memo: new Map() } })).toBeUndefined()
    expect(plugin.authenticate({ headers: HEADERS, connection: connection(clients, 'front-proxy') })).toEqual(
      invalid('certificate signed by unknown authority'),
    )
    expect(plugin.authenticate({ headers: HEADERS, connection: connection(proxies, 'other') })).toEqual(
      invalid('subject with cn=other is not in the allowed list'),
    )
    const anybody = requestHeaderAuthenticator({ ...options, allowedNames: [] })
    expect(anybody.authenticate({ headers: HEADERS, connection: connection(proxies, 'other') })).toMatchObject({ user: { name: 'bob' } })
  })
})

describe('with other methods', () => {
  const whole = authenticatorOf({
    ...{ tokenAuthFile: '', anonymous: true, audiences: [] },
    ...{ clientRoots: () => clientRoots, frontProxy: options },
  })
  const who = (headers: RequestHeaders, from: ConnectionState): unknown => whole.authenticate({ headers, connection: from })

  test('headers mean nothing without the certificate', () => {
    expect(who(HEADERS, connection(clients, 'jane', ['devs']))).toMatchObject({
      user: { name: 'jane', groups: ['devs', 'system:authenticated'] },
    })
    expect(who(HEADERS, { peerCertificate: undefined, memo: new Map() })).toMatchObject({ user: { name: 'system:anonymous' } })
  })

  test('a certificate of a front proxy is no login of a client', () => {
    expect(who({}, connection(proxies, 'eve', ['system:masters']))).toEqual({
      invalid: '[x509: subject with cn=eve is not in the allowed list, x509: certificate signed by unknown authority]',
    })
    expect(who({}, proxy)).toHaveProperty('invalid')
    expect(who(HEADERS, proxy)).toMatchObject({ user: { name: 'bob', groups: ['a', 'b, c', 'system:authenticated'] } })
  })

  test('authorities that change are those that count, for connections that are there too', () => {
    const [jane, front] = [connection(clients, 'jane'), connection(proxies, 'front-proxy')]
    expect([who({}, jane), who(HEADERS, front)]).toMatchObject([{ user: { name: 'jane' } }, { user: { name: 'bob' } }])
    ;[clientRoots, proxyRoots] = [proxyRoots, clientRoots]
    onTestFinished(() => void ([clientRoots, proxyRoots] = [proxyRoots, clientRoots]))
    expect(who({}, jane)).toHaveProperty('invalid')
    expect(who(HEADERS, front)).toMatchObject({ user: { name: 'front-proxy' } })
  })
})

import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConnectionState } from '../serving/exchange.ts'
import { oid, sequence, tag, tlv } from '../machinery/x509/der.ts'
import { createAuthority, issueCertificate, signFor } from '../serving/x509.ts'
import { anonymousAuthenticator } from './anonymous.ts'
import { bearerAuthenticator, forServer } from './bearer.ts'
import { localUser, type Authenticator, type Credentials } from './contract.ts'
import { parseCsv } from './csv.ts'
import { authenticatorOf } from './methods.ts'
import { parseTokens, readTokenFile } from './token-file.ts'
import { unionAuthenticator } from './union.ts'
import { clientCertificates, x509Authenticator } from './x509.ts'

const shown = (authorization?: string, connection: Partial<ConnectionState> = {}): Credentials => ({
  headers: { authorization },
  connection: { peerCertificate: undefined, memo: new Map(), ...connection },
})
const tokens = parseTokens('t1,bob,u1,"dev,ops"\n\nt2,eve,u2\r\n,skipped,u3\nt2,eva,u2,\n', 'tokens.csv')
const bearer = bearerAuthenticator([forServer(tokens, [])], [])

describe('token file', () => {
  test('the columns are token, user, uid, groups; the last line of a token wins; an empty column is a group, as in Go', () => {
    expect(bearer.authenticate(shown('Bearer t1'))).toEqual({ user: { name: 'bob', uid: 'u1', groups: ['dev', 'ops'] }, audiences: [] })
    expect(bearer.authenticate(shown('bearer t2'))).toEqual({ user: { name: 'eva', uid: 'u2', groups: [''] }, audiences: [] })
  })

  test('unknown tokens are failed logins, other schemes are none', () => {
    expect(bearer.authenticate(shown('Bearer nope'))).toEqual({ invalid: 'invalid bearer token' })
    expect(bearer.authenticate(shown('Bearer __proto__'))).toEqual({ invalid: 'invalid bearer token' })
    for (const header of ['Basic t1', 'Bearer', 'Bearer ', '', 't1', undefined]) expect(bearer.authenticate(shown(header))).toBeUndefined()
  })

  test('bad files are refused with their name', () => {
    expect(() => parseTokens('a,b', 'f')).toThrow("token file 'f' must contain at least 3 columns (token, user name, user uid), found 2")
    expect(() => parseTokens('"a,b,c', 'f')).toThrow(`token file 'f': line 1: extraneous or missing " in quoted-field`)
    expect(() => readTokenFile('/nonexistent/x')).toThrow(/cannot read the token file \/nonexistent\/x .*; check --token-auth-file/)
  })

  test('CSV: whatever is quoted comes back', () => {
    const field = fc.string({ maxLength: 12, unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é') })
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n'),
        (rows, newline) => {
          const text = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join(newline)
          expect(parseCsv(text)).toEqual(rows)
        },
      ),
    )
    expect(() => parseCsv('a,b"c')).toThrow('line 1: bare "')
    expect(() => parseCsv('a\n"b"c')).toThrow('line 2: extraneous')
  })
})

describe('x509', () => {
  const now = Date.UTC(2026, 0, 1)
  const ca = createAuthority('ca', now)
  const peer = (commonName: string, organizations: string[]): Partial<ConnectionState> => ({
    peerCertificate: new X509Certificate(issueCertificate(ca, { commonName, organizations, use: 'client', now }).cert).raw,
  })

  test('the common name is the user, organizations are groups; read once a connection', () => {
    const credentials = shown(undefined, peer('bob', ['system:masters', 'dev']))
    const first = x509Authenticator.authenticate(credentials)
    expect(first).toMatchObject({ user: { name: 'bob', groups: ['system:masters', 'dev'] } })
    expect(JSON.stringify(first)).toMatch(/"authentication.kubernetes.io\/credential-id":\["X509SHA256=[0-9a-f]{64}"\]/)
    expect(x509Authenticator.authenticate(credentials)).toBe(first)
  })

  test('a certificate may name one UID, unless the gate is closed', () => {
    const value = (id: string, text: string): Buffer => tlv(tag.set, sequence(oid(id), tlv(tag.utf8String, Buffer.from(text))))
    const uidOf = (authenticator: Authenticator, ...uids: string[]): unknown => {
      const subject = sequence(value('2.5.4.3', 'bob'), ...uids.map((uid) => value('1.3.6.1.4.1.57683.2', uid)))
      const publicKey = new X509Certificate(ca.cert).publicKey
      const cert = signFor(ca, { subject, publicKey, names: [], usages: ['client auth'], from: now, until: now + 1000 })
      const result = authenticator.authenticate(shown(undefined, { peerCertificate: new X509Certificate(cert).raw }))
      if (result === undefined || result instanceof Promise) return undefined
      return 'user' in result ? [result.user.name, result.user.uid] : result.invalid
    }
    const closed = clientCertificates(undefined, undefined, false)
    expect([uidOf(x509Authenticator, 'u'), uidOf(closed, 'u')]).toEqual([
      ['bob', 'u'],
      ['bob', undefined],
    ])
    for (const uids of [['u', 'v'], ['']]) {
      expect(uidOf(x509Authenticator, ...uids)).toBe('x509: the certificate has no one uid')
      expect(uidOf(closed, ...uids)).toEqual(['bob', undefined])
    }
  })

  test('the end of a certificate is told with every request, of whatever authority it is', () => {
    const ends: number[] = []
    const authenticator = clientCertificates(
      () => new Set(),
      (end) => void ends.push(end),
    )
    const credentials = shown(undefined, peer('bob', []))
    for (let i = 0; i < 2; i++) expect(authenticator.authenticate(credentials)).toHaveProperty('invalid')
    expect(authenticator.authenticate(shown(undefined, { peerCertificate: Buffer.from('3003', 'hex') }))).toHaveProperty('invalid')
    const end = Date.parse(new X509Certificate(credentials.connection.peerCertificate!).validTo)
    expect(ends).toEqual([end, end])
    expect(end).toBeGreaterThan(now)
  })

  test('what this server shows to kubelets is no login, whatever groups it names', () => {
    for (const organizations of [['system:kubelet-api-admin'], ['system:masters'], []]) {
      expect(x509Authenticator.authenticate(shown(undefined, peer('kube-apiserver-kubelet-client', organizations)))).toEqual({
        invalid: 'x509: the certificate is for kubelets only',
      })
    }
  })

  test('no certificate, or one without a name, is none; one that does not count is a failed login', () => {
    expect(x509Authenticator.authenticate(shown())).toBeUndefined()
    expect(x509Authenticator.authenticate(shown(undefined, peer('', ['system:masters'])))).toBeUndefined()
    expect(x509Authenticator.authenticate(shown(undefined, { peerCertificateError: 'EXPIRED' }))).toEqual({ invalid: 'EXPIRED' })
    expect(x509Authenticator.authenticate(shown(undefined, { peerCertificate: Buffer.from('3003', 'hex') }))).toEqual({
      invalid: 'x509: malformed certificate',
    })
  })
})

describe('union', () => {
  const union = authenticatorOf({ tokenAuthFile: '', anonymous: true, audiences: ['me'], bootstrapTokens: tokens })

  test('users join system:authenticated, anonymous ones do not', () => {
    expect(union.authenticate(shown('Bearer t1'))).toMatchObject({ user: { name: 'bob', groups: ['dev', 'ops', 'system:authenticated'] } })
    expect(union.authenticate(shown())).toEqual({ user: { name: 'system:anonymous', groups: ['system:unauthenticated'] } })
    const user = { name: 'controller', groups: ['system:masters'] }
    expect(union.authenticate(shown(undefined, { memo: new Map([[localUser, user]]) }))).toMatchObject({
      user: { name: 'controller', groups: ['system:masters', 'system:authenticated'] },
    })
    const bob = (): unknown => (union.authenticate(shown('Bearer t1')) as { user: unknown }).user
    expect(bob()).toBe(bob())
  })

  test('what somebody should know of his credentials is told with who he is', () => {
    const warning = { user: { name: 'a', groups: [] }, audiences: ['me'], warnings: ['old'] }
    const one = unionAuthenticator([bearerAuthenticator([{ authenticateToken: () => warning }], ['me'])])
    expect(one.authenticate(shown('Bearer t'))).toMatchObject({ user: { name: 'a' }, audiences: ['me'], warnings: ['old'] })
  })

  test('a wrong credential fails, unless another one is right', () => {
    expect(union.authenticate(shown('Bearer nope'))).toEqual({ invalid: 'invalid bearer token' })
    expect(union.authenticate(shown(undefined, { peerCertificateError: 'x' }))).toEqual({ invalid: 'x' })
    expect(union.authenticate(shown('Bearer t1', { peerCertificateError: 'x' }))).toMatchObject({ user: { name: 'bob' } })
  })

  test('without anonymous access nothing shown is no answer', () => {
    expect(authenticatorOf({ tokenAuthFile: '', anonymous: false, audiences: [] }).authenticate(shown())).toBeUndefined()
    expect(authenticatorOf({ tokenAuthFile: '', anonymous: true, audiences: [] }).authenticate(shown('Bearer t1'))).toEqual({
      invalid: 'invalid bearer token',
    })
    expect(unionAuthenticator([bearer]).authenticate(shown())).toBeUndefined()
  })

  test('methods and token sources may take their time', async () => {
    const later: Authenticator = { authenticate: () => Promise.resolve(undefined) }
    const remote = bearerAuthenticator(
      [
        {
          authenticateToken: (t, audiences) => Promise.resolve(t === 'r' ? { user: { name: 'remote', groups: [] }, audiences } : undefined),
        },
        forServer(tokens, ['me']),
      ],
      ['me'],
    )
    const slow = unionAuthenticator([later, remote], anonymousAuthenticator())
    expect(await slow.authenticate(shown('Bearer r'))).toMatchObject({ user: { name: 'remote' } })
    expect(await slow.authenticate(shown('Bearer t1'))).toMatchObject({ user: { name: 'bob' } })
    expect(await slow.authenticate(shown('Bearer x'))).toEqual({ invalid: 'invalid bearer token' })
    expect(await slow.authenticate(shown())).toMatchObject({ user: { name: 'system:anonymous' } })
  })
})

test('tokens that say nothing of audiences are for the server itself', async () => {
  const own = forServer(tokens, ['api', 'second'])
  expect(own.authenticateToken('t1', ['second', 'third'])).toMatchObject({ audiences: ['second'] })
  expect(own.authenticateToken('t1', ['third'])).toBeUndefined()
  const both = bearerAuthenticator(
    [own, { authenticateToken: () => ({ error: 'expired' }) }, { authenticateToken: () => Promise.resolve({ error: 'EOF' }) }],
    ['api'],
  )
  const asked = (token: string, audiences?: readonly string[]): unknown =>
    both.authenticate({ ...shown(`Bearer ${token}`), ...(audiences === undefined ? {} : { audiences }) })
  expect(asked('t1')).toMatchObject({ user: { name: 'bob' }, audiences: ['api'] })
  expect(await asked('t1', ['third'])).toEqual({ invalid: '[invalid bearer token, expired, EOF]' })
})

import { administrator } from '../authn/components.ts'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServiceAccountTokens } from '../authn/service-account.ts'
import { isStatusError } from '../machinery/status.ts'
import { FakeClock } from '../machinery/clock.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'
import type { RequestContext } from '../request/context.ts'
import { openId, type OpenIdProvider } from './openid.ts'

interface Answered {
  served: boolean
  status?: number
  headers?: Record<string, unknown>
  body?: string
}

function ask(provider: OpenIdProvider | undefined, path: string, method = 'GET'): Answered {
  const answered: Answered = { served: false }
  const exchange = {
    ...{ path, method, headers: {} },
    respond: (status: number, headers: Record<string, unknown>, body: Buffer) =>
      Object.assign(answered, { status, headers, body: String(body) }),
  }
  answered.served = openId(() => provider)({ exchange, requestInfo: { path } } as unknown as RequestContext)
  return answered
}

const provider: OpenIdProvider = {
  issuer: 'https://issuer.example',
  jwksUri: 'https://10.0.0.1:6443/openid/v1/jwks',
  keys: [
    { kid: 'a', alg: 'RS256' },
    { kid: 'b', alg: 'ES256' },
    { kid: 'c', alg: 'RS256' },
  ],
}

describe('the provider', () => {
  test('says who issues tokens and where the keys are', () => {
    expect(ask(provider, '/.well-known/openid-configuration')).toEqual({
      served: true,
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' },
      body: '{"issuer":"https://issuer.example","jwks_uri":"https://10.0.0.1:6443/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["ES256","RS256"]}',
    })
    expect(ask(provider, '/openid/v1/jwks/')).toMatchObject({
      headers: { 'content-type': 'application/jwk-set+json' },
      body: JSON.stringify({ keys: provider.keys }),
    })
  })

  test('is there for reading only', () => {
    try {
      ask(provider, '/openid/v1/jwks', 'POST')
      expect.unreachable()
    } catch (e) {
      expect(isStatusError(e) && e.code).toBe(405)
    }
  })

  test.each(['kubernetes/serviceaccount', 'http://issuer', 'https://', 'https://a/?b', 'https://a#b'])(
    'is none with the issuer %s',
    (issuer) => {
      expect(ask({ ...provider, issuer }, '/.well-known/openid-configuration').served).toBe(false)
    },
  )

  test('has no other paths', () => {
    expect(ask(provider, '/openid/v1').served).toBe(false)
    expect(ask(undefined, '/openid/v1/jwks').served).toBe(false)
  })
})

test.each([
  ['RS256', 'sha256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ES256', 'sha256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ES384', 'sha384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['ES512', 'sha512', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
] as const)('a token of a %s key is checked with the published key', (alg, digest, make) => {
  const signingKey = make().privateKey.export({ type: 'pkcs8', format: 'pem' })
  const tokens = new ServiceAccountTokens({
    signingKey: String(signingKey),
    issuers: ['https://i'],
    clock: new FakeClock(),
    lookup: { find: () => undefined },
  })
  const { token } = tokens.issue(
    { sub: 's', aud: ['a'], 'kubernetes.io': { namespace: 'n', serviceaccount: { name: 'a', uid: 'u' } } },
    600,
  )
  const [head, body, signature] = token.split('.') as [string, string, string]
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string; kid: string }
  const [key] = tokens.publicKeys
  expect(header).toEqual({ alg, kid: key!.kid })
  expect(key).toMatchObject({ use: 'sig', alg })
  const publicKey = createPublicKey({ key: key!, format: 'jwk' })
  expect(
    verify(digest, Buffer.from(`${head}.${body}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')),
  ).toBe(true)
})

describe('over a server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())

  test('the index names both', async () => {
    const { paths } = JSON.parse(
      String((await server.api.transport(administrator).request({ method: 'GET', path: '/', headers: {} })).body),
    ) as {
      paths: string[]
    }
    expect(paths).toEqual(expect.arrayContaining(['/.well-known/openid-configuration', '/openid/v1/jwks']))
  })
})

import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import type { TokenVerdict } from './bearer.ts'
import type { UserInfo } from './contract.ts'
import { AuthenticationMetrics } from './metrics.ts'
import { ServiceAccountTokens } from './service-account.ts'
import type { AccountLookup, FoundObject } from './service-account-bound.ts'

const pem = (pair: ReturnType<typeof generateKeyPairSync>): string =>
  (pair.privateKey as unknown as { export(o: object): string }).export({ type: 'pkcs8', format: 'pem' })
const ec = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }) as never)
const otherEc = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }) as never)
const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }) as never)

const objects: Record<string, FoundObject> = {
  'serviceaccounts/ns/a': { uid: 'u1' },
  'pods/ns/p': { uid: 'u2' },
}
const lookup: AccountLookup = { find: (kind, ns, name) => objects[`${kind}/${ns}/${name}`] }
const claims = {
  sub: 'system:serviceaccount:ns:a',
  aud: ['me'],
  'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'a', uid: 'u1' } },
}

function tokens(clock: FakeClock, signingKey = ec, issuers = ['me']): ServiceAccountTokens {
  return new ServiceAccountTokens({ signingKey, issuers, clock, lookup })
}

/** What was counted, with its labels in their order. */
async function counted(metrics: AuthenticationMetrics, metric: string): Promise<Record<string, number>> {
  const { values } = await metrics
    .sources()
    .find(({ name }) => name === metric)!
    .get()
  const shown = values.filter(({ metricName }) => metricName === undefined || metricName.endsWith('_count'))
  return Object.fromEntries(shown.map(({ labels, value }) => [Object.values(labels).join(' '), value]))
}

/** The user of a token that is good. */
function login(t: ServiceAccountTokens, token: string): UserInfo | undefined | Promise<UserInfo | undefined> {
  const user = (v: TokenVerdict | undefined): UserInfo | undefined => (v !== undefined && 'user' in v ? v.user : undefined)
  const verdict = t.authenticateToken(token)
  return verdict instanceof Promise ? verdict.then(user) : user(verdict)
}

const part = (token: string, i: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[i]!, 'base64url').toString()) as Record<string, unknown>

describe('service account tokens', () => {
  test.each([
    ['ES256', ec],
    ['RS256', rsa],
  ])('%s: what is signed is accepted, as the account', async (algorithm, key) => {
    const clock = new FakeClock()
    const t = tokens(clock, key)
    const { token } = t.issue(claims, 600)
    expect(part(token, 0)).toEqual({ alg: algorithm, kid: expect.any(String) as unknown })
    const now = clock.now() / 1000
    expect(part(token, 1)).toMatchObject({ iss: 'me', aud: ['me'], iat: now, nbf: now, exp: now + 600, sub: claims.sub })
    const jti = part(token, 1).jti as string
    expect(await login(t, token)).toEqual({
      name: 'system:serviceaccount:ns:a',
      uid: 'u1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] },
    })
  })

  // Each is "invalid bearer token" from a kube-apiserver 1.37.2.
  test('what is not strict base64url without padding is no token', () => {
    const t = tokens(new FakeClock())
    const { token } = t.issue(claims, 600)
    expect(login(t, token)).toBeDefined()
    const [header, body, signature] = token.split('.') as [string, string, string]
    const changed = [
      [header, body, `${signature}!`],
      [header, body, `${signature} `],
      [header, body, `${signature}=`],
      [header, body, `${signature}\n`],
      [header, body, `!!!!${signature}`],
      [header, body, `${signature}${'~'.repeat(100_000)}`],
      [header, `${body}*`, signature],
      [`${header}+`, body, signature],
      [header, body, ''],
      [header, body, signature, ''],
    ]
    for (const parts of changed) expect(login(t, parts.join('.'))).toBeUndefined()
    expect(login(t, token)).toBeDefined()
  })

  test('a long token is good each time it comes', () => {
    const t = tokens(new FakeClock())
    const { token } = t.issue({ ...claims, aud: ['me', 'x'.repeat(10_000)] }, 600)
    expect(login(t, token)).toEqual(expect.objectContaining({ uid: 'u1' }))
    expect(login(t, token)).toEqual(expect.objectContaining({ uid: 'u1' }))
  })

  test('a token ends with its time, and a minute that clocks may differ', () => {
    const clock = new FakeClock()
    const t = tokens(clock)
    const { token } = t.issue(claims, 600)
    clock.advance(599_000)
    expect(login(t, token)).toMatchObject({ uid: 'u1' })
    clock.advance(61_000)
    expect(login(t, token)).toMatchObject({ uid: 'u1' })
    clock.advance(1000)
    expect(login(t, token)).toBeUndefined()
  })

  test('a token for others, of others, or changed is refused', () => {
    const clock = new FakeClock()
    const t = tokens(clock)
    const good = t.issue(claims, 600).token
    expect(login(t, t.issue({ ...claims, aud: ['other'] }, 600).token)).toBeUndefined()
    expect(login(t, tokens(clock, ec, ['stranger']).issue(claims, 600).token)).toBeUndefined()
    expect(login(t, tokens(clock, rsa).issue(claims, 600).token)).toBeUndefined()
    const [head, , signature] = good.split('.')
    const more = Buffer.from(JSON.stringify({ ...part(good, 1), exp: 9e9 })).toString('base64url')
    expect(login(t, `${head}.${more}.${signature}`)).toBeUndefined()
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(login(t, `${none}.${good.split('.')[1]}.`)).toBeUndefined()
    for (const text of ['', 'a.b.c', 'x', `${head}.e30.${signature}`]) expect(login(t, text)).toBeUndefined()
  })

  test('claims stand in the order of their names, as a Go map is written', () => {
    const withPod = { ...claims, 'kubernetes.io': { ...claims['kubernetes.io'], pod: { name: 'p', uid: 'u2' } } }
    const { token } = tokens(new FakeClock()).issue(withPod, 600)
    const read = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, object>
    expect(Object.keys(read)).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'kubernetes.io', 'nbf', 'sub'])
    expect(Object.keys(read['kubernetes.io']!)).toEqual(['namespace', 'pod', 'serviceaccount'])
  })

  test('a token dies with its account and with its pod', () => {
    const clock = new FakeClock()
    const t = tokens(clock)
    const withPod = { ...claims, 'kubernetes.io': { ...claims['kubernetes.io'], pod: { name: 'p', uid: 'u2' } } }
    const { token } = t.issue(withPod, 3600)
    expect(login(t, token)).toMatchObject({ uid: 'u1' })
    objects['pods/ns/p'] = { uid: 'u2', deletionTimestamp: new Date(clock.now()).toISOString() }
    expect(login(t, token)).toMatchObject({ uid: 'u1' })
    clock.advance(61_000)
    expect(login(t, token)).toBeUndefined()
    objects['pods/ns/p'] = { uid: 'another' }
    expect(login(t, token)).toBeUndefined()
    objects['pods/ns/p'] = { uid: 'u2' }
    objects['serviceaccounts/ns/a'] = { uid: 'new' }
    expect(login(t, token)).toBeUndefined()
    objects['serviceaccounts/ns/a'] = { uid: 'u1' }
    expect(login(t, token)).toMatchObject({ uid: 'u1' })
  })

  test('a token that a secret keeps has no end but its secret’s and its account’s', async () => {
    const clock = new FakeClock()
    const t = tokens(clock)
    const token = t.issueForSecret('ns', { name: 'a', uid: 'u1' }, 's')
    expect(part(token, 1)).toEqual({
      iss: 'kubernetes/serviceaccount',
      sub: claims.sub,
      'kubernetes.io/serviceaccount/namespace': 'ns',
      'kubernetes.io/serviceaccount/secret.name': 's',
      'kubernetes.io/serviceaccount/service-account.name': 'a',
      'kubernetes.io/serviceaccount/service-account.uid': 'u1',
    })
    const is = (more?: Partial<FoundObject>) => {
      if (more === undefined) delete objects['secrets/ns/s']
      else objects['secrets/ns/s'] = { uid: 'u3', token: Buffer.from(token).toString('base64'), ...more }
      return login(t, token)
    }
    expect(is({})).toEqual({
      name: 'system:serviceaccount:ns:a',
      uid: 'u1',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ns'],
    })
    clock.advance(10 * 365 * 86_400_000)
    expect(is({})).toBeDefined()
    expect(await t.authenticateToken(token, ['me'])).toMatchObject({ audiences: ['me'] })
    for (const change of [{ token: 'b3RoZXI=' }, { invalid: true }, { deletionTimestamp: '2020-01-01T00:00:00Z' }, undefined]) {
      expect(is(change)).toBeUndefined()
    }
    objects['serviceaccounts/ns/a'] = { uid: 'new' }
    expect(is({})).toBeUndefined()
    objects['serviceaccounts/ns/a'] = { uid: 'u1' }
    expect(is({})).toBeDefined()
    expect(login(tokens(clock, rsa), token)).toBeUndefined()
  })

  test('uses are counted by what the token is, and a signature that is remembered as such', async () => {
    const clock = new FakeClock()
    const metrics = new AuthenticationMetrics(clock)
    const t = new ServiceAccountTokens({ signingKey: ec, issuers: ['me'], clock, lookup, observer: metrics })
    const uses = async (name: string): Promise<number> => (await counted(metrics, `serviceaccount_${name}`))['']!
    const warnafter = clock.now() / 1000 + 60
    const { token } = t.issue({ ...claims, 'kubernetes.io': { ...claims['kubernetes.io'], warnafter } }, 600)
    expect(login(t, token)).toBeDefined()
    clock.advance(60_000)
    expect(login(t, token)).toBeDefined()
    expect([await uses('valid_tokens_total'), await uses('stale_tokens_total')]).toEqual([2, 0])
    clock.advance(1)
    expect(login(t, token)).toBeDefined()
    // Without a time to warn after it is neither.
    expect(login(t, t.issue(claims, 600).token)).toBeDefined()
    expect([await uses('valid_tokens_total'), await uses('stale_tokens_total')]).toEqual([2, 1])
    expect(await counted(metrics, 'authentication_token_cache_request_total')).toEqual({ miss: 2, hit: 2 })
    expect(login(t, tokens(clock, otherEc).issue(claims, 600).token)).toBeUndefined()
    expect(await counted(metrics, 'authentication_token_cache_fetch_total')).toEqual({ ok: 2, error: 1 })
    expect(login(t, 'a.b.c')).toBeUndefined()
    expect(await counted(metrics, 'authentication_token_cache_request_total')).toEqual({ miss: 3, hit: 2 })
  })

  test('a token that a secret keeps is told apart by who made the secret, and one of old warns', async () => {
    const clock = new FakeClock()
    const metrics = new AuthenticationMetrics(clock)
    const secret: FoundObject = { uid: 's' }
    const account: FoundObject = { uid: 'u1' }
    const find: AccountLookup['find'] = (kind) => (kind === 'secrets' ? secret : account)
    const t = new ServiceAccountTokens({ signingKey: ec, issuers: ['me'], clock, lookup: { find }, observer: metrics })
    const token = t.issueForSecret('ns', { name: 'a', uid: 'u1' }, 'kept')
    secret.token = Buffer.from(token).toString('base64')
    const uses = (): Promise<number[]> =>
      Promise.all(
        ['legacy_tokens', 'legacy_manual_token_uses', 'legacy_auto_token_uses', 'invalid_legacy_auto_token_uses'].map(
          async (name) => (await counted(metrics, `serviceaccount_${name}_total`))['']!,
        ),
      )
    expect(t.authenticateToken(token)).not.toHaveProperty('warnings')
    expect(await uses()).toEqual([1, 1, 0, 0])
    account.secrets = ['kept']
    expect(t.authenticateToken(token)).toHaveProperty('warnings', [
      'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.',
    ])
    expect(await uses()).toEqual([2, 1, 1, 0])
    secret.invalid = true
    expect(t.authenticateToken(token)).toHaveProperty('error', expect.stringContaining('has been marked invalid'))
    expect(await uses()).toEqual([3, 1, 1, 1])
  })

  test('a review says which audiences a token is for', async () => {
    const t = tokens(new FakeClock())
    const { token } = t.issue({ ...claims, aud: ['x', 'y'] }, 600)
    expect(await t.authenticateToken(token, ['y', 'z'])).toMatchObject({ audiences: ['y'] })
    expect(await t.authenticateToken(token, ['me'])).toEqual({
      error: 'token audiences ["x" "y"] is invalid for the target audiences ["me"]',
    })
  })
})

/** Each with the words of a kube-apiserver 1.37.2. */
describe('a token that is none', () => {
  const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'))
  const now = clock.now() / 1000
  const t = tokens(clock)
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const good = { iss: 'me', exp: now + 600, iat: now, nbf: now, jti: 'j', ...claims }
  const k = claims['kubernetes.io']
  const CRYPTO = 'go-jose/go-jose: error in cryptographic primitive'

  function signed(payload: object, header: object = { alg: 'ES256' }, key: string = ec): string {
    const body = `${encode(header)}.${encode(payload)}`
    return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }

  test.each<[string, string, string | undefined]>([
    ['expired', signed({ ...good, exp: now - 61 }), 'service account token has expired'],
    ['not yet valid', signed({ ...good, nbf: now + 61 }), 'service account token is not valid yet'],
    ['from the future', signed({ ...good, iat: now + 61 }), 'service account token is issued in the future'],
    ['for others', signed({ ...good, aud: ['vault'] }), 'token audiences ["vault"] is invalid for the target audiences ["me"]'],
    ['of another issuer', signed({ ...good, iss: 'stranger' }), undefined],
    ['without an algorithm', `${encode({ alg: 'none' })}.${encode(good)}.`, CRYPTO],
    ['with the public key as a secret', signed(good, { alg: 'HS256' }), CRYPTO],
    ['of another algorithm', signed(good, { alg: 'ES384' }), CRYPTO],
    ['of another key', signed(good, { alg: 'ES256' }, otherEc), CRYPTO],
    ['of a key that nobody knows', signed(good, { alg: 'ES256', kid: 'x' }, otherEc), 'invalid signature, no keys found'],
    [
      'of an account of before',
      signed({ ...good, 'kubernetes.io': { ...k, serviceaccount: { name: 'a', uid: 'x' } } }),
      'service account UID (u1) does not match claim (x)',
    ],
    [
      'of no account',
      signed({ ...good, 'kubernetes.io': { ...k, serviceaccount: { name: 'z', uid: 'x' } } }),
      'serviceaccounts "z" not found',
    ],
    ['of nobody', signed({ ...good, 'kubernetes.io': undefined }), 'resource name may not be empty'],
    [
      'of a pod that is gone',
      signed({ ...good, 'kubernetes.io': { ...k, pod: { name: 'z', uid: 'x' } } }),
      'service account token has been invalidated',
    ],
    [
      'of a secret that is gone',
      signed({ ...good, 'kubernetes.io': { ...k, secret: { name: 'z', uid: 'x' } } }),
      'service account token has been invalidated',
    ],
    [
      'of a node that is gone',
      signed({ ...good, 'kubernetes.io': { ...k, node: { name: 'z', uid: 'x' } } }),
      'service account token has been invalidated',
    ],
  ])('%s', async (_, token, error) => {
    expect(await t.authenticateToken(token, ['me'])).toEqual(error === undefined ? undefined : { error })
    expect(login(t, token)).toBeUndefined()
  })

  test.each<[string, object]>([
    ['its audience as one text', { ...good, aud: 'me' }],
    ['no audience', { ...good, aud: undefined }],
    ['no times', { ...good, exp: undefined, nbf: undefined, iat: undefined }],
    ['another subject, which nobody looks at', { ...good, sub: 'system:serviceaccount:kube-system:x' }],
  ])('but one with %s is good', async (_, payload) => {
    expect(await t.authenticateToken(signed(payload), ['me'])).toMatchObject({
      user: { name: 'system:serviceaccount:ns:a' },
      audiences: ['me'],
    })
  })
})

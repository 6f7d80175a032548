import { createHmac, generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api, Obj } from '../fixtures/api.ts'
import { Setting } from '../fixtures/setting.ts'
import {
  anonymousCases,
  AUDIENCES,
  HEALTH,
  ISSUER,
  MAX,
  OLD_ISSUER,
  preparations,
  tokenCases,
  tokenRequests,
  type TokenCase,
} from '../reference/credentials.cases.ts'
import { Answers, answeringWith, type Request } from '../reference/play.ts'

type Json = Record<string, unknown>

/** Keys, issuers, audiences, bounds and nobody at all: what becomes of a token is what the reference makes of it. */
const answers = new Answers('credentials')
const setting = new Setting()
const keys = { first: generateKeyPairSync('rsa', { modulusLength: 2048 }), second: generateKeyPairSync('rsa', { modulusLength: 2048 }) }
const unknown = generateKeyPairSync('rsa', { modulusLength: 2048 })
const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string
const idOf = (key: KeyObject): string => hash('sha256', key.export({ type: 'spki', format: 'der' }), 'base64url')
const ids: Record<string, string> = { FIRST: idOf(keys.first.publicKey), SECOND: idOf(keys.second.publicKey) }

let server: Awaited<ReturnType<typeof answeringWith>> | undefined
let api: Api
let account: Obj
beforeAll(async () => {
  const condition = (path: string): object => ({ path })
  const flags = [
    setting.tokens(),
    `--service-account-signing-key-file=${setting.file('first.key', keys.first.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)}`,
    `--service-account-key-file=${setting.file('keys.pub', spki(keys.first.publicKey) + spki(keys.second.publicKey))}`,
    ...[ISSUER, OLD_ISSUER].map((issuer) => `--service-account-issuer=${issuer}`),
    `--api-audiences=${AUDIENCES.join(',')}`,
    `--service-account-max-token-expiration=${MAX}`,
    '--service-account-extend-token-expiration=false',
    `--authentication-config=${setting.file('authentication.yaml', {
      ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' },
      anonymous: { enabled: true, conditions: HEALTH.map(condition) },
    })}`,
  ]
  server = await answeringWith(answers, { flags, token: setting.token })
  api = server.api
  answers.masks.set(api.url, 'SERVER')
  for (const [name, pair] of Object.entries(keys)) {
    answers.masks.set(idOf(pair.publicKey), `ID of ${name}`)
    answers.masks.set(pair.publicKey.export({ format: 'jwk' }).n as string, `modulus of ${name}`)
  }
  for (const request of preparations) await answers.play(api, request)
  account = await api.get(`/api/v1/namespaces/${answers.namespace}/serviceaccounts/rights`)
})
afterAll(async () => {
  await server?.close()
  setting[Symbol.dispose]()
})

function tokenOf({
  header = {},
  claims = {},
  own = {},
  times = {},
  key = 'first',
  digest = 'sha256',
  text = (t) => t,
  change = (t) => t,
}: TokenCase): string {
  const now = Math.floor(Date.now() / 1000)
  const relative: Json = { iat: 0, nbf: 0, exp: 3600, ...times }
  const encode = (value: object, as = (json: string): string => json): string =>
    Buffer.from(as(JSON.stringify(value))).toString('base64url')
  const pair = key === 'first' || key === 'second' ? keys[key] : unknown
  const { kid, ...others } = { alg: 'RS256', kid: idOf(pair.publicKey) as unknown, ...header }
  const serviceaccount = { name: account.metadata.name, uid: account.metadata.uid }
  const body = `${encode({ ...others, kid: ids[kid as string] ?? kid })}.${encode(
    {
      ...{ iss: ISSUER, sub: `system:serviceaccount:${answers.namespace}:rights`, aud: ['api'], jti: 'one' },
      ...Object.fromEntries(Object.entries(relative).map(([name, at]) => [name, at === undefined ? undefined : now + (at as number)])),
      'kubernetes.io': { namespace: answers.namespace, serviceaccount, ...own },
      ...claims,
    },
    text,
  )}`
  const signature =
    key === 'none'
      ? ''
      : key === 'hmac'
        ? createHmac('sha256', spki(keys.first.publicKey)).update(body).digest('base64url')
        : sign(digest, Buffer.from(body), pair.privateKey).toString('base64url')
  return change(`${body}.${signature}`)
}

const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

const play = async (request: Request): Promise<void> => {
  const { answer, wanted } = await answers.play(api, request)
  expect(answer).toStrictEqual(wanted)
}

describe('a token', () => {
  test.each(tokenCases)('$name', async (made) => {
    const token = tokenOf(made)
    const path = '/apis/authentication.k8s.io/v1/tokenreviews'
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }
    const { status, text } = await api.send('POST', path, { body })
    const { answer, wanted } = answers.compare(`review of a token ${made.name}`, { status, body: (JSON.parse(text) as Json).status })
    expect(answer).toStrictEqual(wanted)
    const who = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    await play({ name: `login with a token ${made.name}`, method: 'POST', path: SELF, body: who, token })
  })
})

describe('without credentials', () => {
  test.each(anonymousCases)('$name', play)
})

describe('a token that is asked for', () => {
  test.each(tokenRequests)('$name', async ({ spec: _, ...request }) => {
    const path = request.path.replaceAll('{ns}', answers.namespace)
    const { status, text, headers } = await api.send('POST', path, { body: request.body })
    const body = JSON.parse(text) as Json & { status?: { token?: string; expirationTimestamp?: string }; metadata: Json }
    const { token = '', expirationTimestamp = '' } = body.status ?? {}
    const claims = token === '' ? {} : (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, number>)
    const { iat = 0, exp = 0, nbf = 0, iss, aud, sub } = claims
    const own = (claims as { 'kubernetes.io'?: Json })['kubernetes.io']
    const told =
      token === '' ? body : { spec: body.spec, seconds: exp - iat, before: nbf - iat, iss, aud, sub, own: Object.keys(own ?? {}).sort() }
    // Both are taken from clocks that run on between them.
    if (token !== '') expect(Math.abs(Date.parse(expirationTimestamp) / 1000 - exp)).toBeLessThanOrEqual(1)
    const { warning } = headers
    const { answer, wanted } = answers.compare(request.name, { status, ...(warning === undefined ? {} : { warning }), body: told })
    expect(answer).toStrictEqual(wanted)
  })
})

test('the keys and the issuer are told', async () => {
  await play({ name: 'keys', method: 'GET', path: '/openid/v1/jwks' })
  await play({ name: 'issuer', method: 'GET', path: '/.well-known/openid-configuration' })
})

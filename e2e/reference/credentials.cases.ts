import type { Request } from './play.ts'

type Json = Record<string, unknown>

/** Flags of the suite: two issuers and keys, two audiences, a bound on what is asked for, and health only for whoever shows nothing. */
export const ISSUER = 'https://issuer.example.com'
export const OLD_ISSUER = 'https://old.example.com'
export const AUDIENCES = ['api', 'second']
export const HEALTH = ['/healthz', '/livez', '/readyz']
export const MAX = '2h'

/** What a token is made of, of which a case changes something. Times are in seconds from now. */
export interface TokenCase {
  readonly name: string
  readonly header?: Json
  readonly claims?: Json
  /** Of `kubernetes.io`. */
  readonly own?: Json
  readonly times?: Json
  readonly key?: 'first' | 'second' | 'unknown' | 'none' | 'hmac'
  /** What is signed with, where it is not SHA-256. */
  readonly digest?: string
  /** What becomes of the text of the claims before it is signed. */
  readonly text?: (claims: string) => string
  /** What becomes of the whole. */
  readonly change?: (token: string) => string
}

const HOUR = 3600
const part =
  (i: number, to: (part: string) => string) =>
  (token: string): string => {
    const parts = token.split('.')
    parts[i] = to(parts[i]!)
    return parts.join('.')
  }
const json = (text: string): string => Buffer.from(text).toString('base64url')

export const tokenCases: readonly TokenCase[] = [
  { name: 'good' },
  { name: 'of the older key', key: 'second' },
  { name: 'of the older issuer', claims: { iss: OLD_ISSUER } },
  { name: 'without a key id', header: { kid: undefined } },
  { name: 'with a type', header: { typ: 'JWT' } },
  { name: 'with an unknown header', header: { x: 1 } },
  { name: 'of an unknown key', key: 'unknown' },
  { name: 'of an unknown key, under the id of a known one', key: 'unknown', header: { kid: 'FIRST' } },
  { name: 'under an unknown key id', header: { kid: 'x' } },
  { name: 'under the id of the other key', header: { kid: 'SECOND' } },
  { name: 'with a key of its own', key: 'unknown', header: { jwk: { kty: 'oct', k: 'AAAA' }, kid: undefined } },
  { name: 'with an address of keys', key: 'unknown', header: { jku: 'https://127.0.0.1:1/keys', kid: undefined } },
  { name: 'critical about something', header: { crit: ['x'], x: 1 } },
  { name: 'not signed', key: 'none', header: { alg: 'none' } },
  { name: 'not signed, in capitals', key: 'none', header: { alg: 'NONE' } },
  { name: 'not signed, as signed', key: 'none' },
  { name: 'signed with the public key as a secret', key: 'hmac', header: { alg: 'HS256' } },
  { name: 'of another algorithm', header: { alg: 'RS384' } },
  { name: 'of an algorithm of more bits', header: { alg: 'RS512' }, digest: 'sha512' },
  { name: 'with a number for a key id', header: { kid: 7 } },
  { name: 'with a number for a nonce', header: { nonce: 7 } },
  { name: 'with its issuer twice, in another case', claims: { Iss: 'https://elsewhere.example.com' } },
  { name: 'with our issuer in another case only', claims: { iss: undefined, ISS: ISSUER } },
  { name: 'with claims in another case', claims: { EXP: 1, Aud: ['other'] } },
  { name: 'with a claim twice', text: (claims) => claims.replace('{', '{"exp":1,') },
  { name: 'of the issuer of secrets', claims: { iss: 'kubernetes/serviceaccount' } },
  { name: 'of another kind of algorithm', header: { alg: 'ES256' } },
  { name: 'of an algorithm that is none', header: { alg: 'X' } },
  { name: 'without an algorithm', header: { alg: undefined } },
  { name: 'expired', times: { exp: -HOUR } },
  { name: 'expired half a minute ago', times: { exp: -30 } },
  { name: 'not yet valid', times: { nbf: HOUR } },
  { name: 'valid in half a minute', times: { nbf: 30 } },
  { name: 'issued tomorrow', times: { iat: 24 * HOUR } },
  { name: 'without an end', times: { exp: undefined } },
  { name: 'without times', times: { exp: undefined, nbf: undefined, iat: undefined } },
  { name: 'with an end in words', claims: { exp: 'tomorrow' } },
  { name: 'with an end beyond numbers', claims: { exp: 1e300 } },
  { name: 'with a fraction of an end', claims: { exp: 4e9 + 0.5 } },
  { name: 'of nobody we know', claims: { iss: 'https://elsewhere.example.com' } },
  { name: 'without an issuer', claims: { iss: undefined } },
  { name: 'with a number for an issuer', claims: { iss: 1 } },
  { name: 'for somebody else', claims: { aud: ['other'] } },
  { name: 'for us among others', claims: { aud: ['other', 'second'] } },
  { name: 'for one text', claims: { aud: 'api' } },
  { name: 'for nobody', claims: { aud: [] } },
  { name: 'without an audience', claims: { aud: undefined } },
  { name: 'for a number', claims: { aud: 1 } },
  { name: 'for its issuer', claims: { aud: [ISSUER] } },
  { name: 'without a subject', claims: { sub: undefined } },
  { name: 'with another subject', claims: { sub: 'system:serviceaccount:default:other' } },
  { name: 'without an id', claims: { jti: undefined } },
  { name: 'of an account that was made anew', own: { serviceaccount: { name: 'rights', uid: 'other' } } },
  { name: 'of an account that is not there', own: { serviceaccount: { name: 'nobody', uid: 'x' } } },
  { name: 'of an account without a name', own: { serviceaccount: { name: '', uid: 'x' } } },
  { name: 'of a namespace that is not there', own: { namespace: 'nowhere' } },
  { name: 'without claims of ours', claims: { 'kubernetes.io': undefined } },
  { name: 'with a text for claims of ours', claims: { 'kubernetes.io': 'x' } },
  { name: 'of a pod that is not there', own: { pod: { name: 'p', uid: 'x' } } },
  { name: 'of a secret that is not there', own: { secret: { name: 's', uid: 'x' } } },
  { name: 'of a node that is not there', own: { node: { name: 'n', uid: 'x' } } },
  { name: 'of a pod and a secret', own: { pod: { name: 'p', uid: 'x' }, secret: { name: 's', uid: 'x' } } },
  { name: 'of two parts', change: (t) => t.split('.').slice(0, 2).join('.') },
  { name: 'of four parts', change: (t) => `${t}.x` },
  { name: 'of five parts', change: (t) => `${t}.x.y` },
  { name: 'with padding', change: (t) => `${t}=` },
  { name: 'with a changed end', change: part(1, (p) => json(Buffer.from(p, 'base64url').toString().replace('{', '{"exp":9999999999,'))) },
  { name: 'with claims that are no JSON', change: part(1, () => json('{')) },
  { name: 'with claims that are a list', change: part(1, () => json('[]')) },
  { name: 'with a header that is no JSON', change: part(0, () => json('{')) },
  { name: 'with a header that is a list', change: part(0, () => json('[]')) },
  { name: 'cut off', change: (t) => t.slice(0, -2) },
  { name: 'that is a text', change: () => 'x' },
  { name: 'that is empty parts', change: () => '..' },
]

const ask = (name: string, path: string, more: Partial<Request> = {}): Request => ({ name, method: 'GET', path, token: '', ...more })

/** Whoever shows nothing is let in where it was said, and nowhere else. */
export const anonymousCases: readonly Request[] = [
  ...['/healthz', '/livez', '/readyz', '/%68ealthz', '/healthz%3f'].map((path) => ask(`nobody asks for ${path}`, path)),
  ...['/healthz/', '/healthz/ping', '/HEALTHZ', '//healthz', '/x/../healthz', '/healthz%2f', '/version', '/api', '/', '/openapi/v2'].map(
    (path) => ask(`nobody asks for ${path}`, path),
  ),
  ask('nobody posts to /healthz', '/healthz', { method: 'POST', body: {} }),
  ask('nobody asks for /healthz with a bad token', '/healthz', { token: 'bad' }),
  ask('nobody reads pods', '/api/v1/pods'),
  ask('nobody asks for /healthz as somebody', '/healthz', { headers: { 'impersonate-user': 'admin' } }),
  ask('nobody says that he is somebody', '/api/v1/pods', { headers: { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' } }),
]

const pod = { metadata: { name: 'holder' }, spec: { serviceAccountName: 'rights', containers: [{ name: 'c', image: 'i' }] } }
const bound = { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'holder' } }
const TOKENS = '/api/v1/namespaces/{ns}/serviceaccounts/rights/token'

export const preparations: readonly Request[] = [
  { name: 'a namespace', method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: '{ns}' } } },
  { name: 'an account', method: 'POST', path: '/api/v1/namespaces/{ns}/serviceaccounts', body: { metadata: { name: 'rights' } } },
  { name: 'a pod', method: 'POST', path: '/api/v1/namespaces/{ns}/pods', body: { apiVersion: 'v1', kind: 'Pod', ...pod } },
]

/** What is asked for a token. */
export const tokenRequests: readonly (Request & { spec: Json })[] = [
  {},
  { expirationSeconds: 599 },
  { expirationSeconds: 600 },
  { expirationSeconds: 7200 },
  { expirationSeconds: 7201 },
  { expirationSeconds: 2 ** 32 },
  { expirationSeconds: 2 ** 32 + 1 },
  { expirationSeconds: 3607 },
  { expirationSeconds: 3607, ...bound },
  { expirationSeconds: 3607, audiences: ['other'], ...bound },
  { expirationSeconds: 100_000, ...bound },
  ...['v2', '', 'a/b/c', 'apps/v1'].map((apiVersion) => ({ boundObjectRef: { ...bound.boundObjectRef, apiVersion } })),
  { boundObjectRef: { kind: 'Pod', name: 'holder' } },
  { audiences: ['other'] },
  { audiences: ['api'] },
  { audiences: [] },
].map((spec) => ({
  ...{ name: `token with ${JSON.stringify(spec)}`, method: 'POST', path: TOKENS, spec },
  body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
}))

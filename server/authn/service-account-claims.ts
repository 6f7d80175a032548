/** What tokens of service accounts claim, and the users that they are. */
import { isJsonObject } from '../machinery/json-walk.ts'
import type { UserInfo } from './contract.ts'

/** An object that a token is bound to: the token dies with it. */
export interface BoundObject {
  name: string
  uid: string
}

/** The claims of upstream's bound service account tokens (pkg/serviceaccount/claims.go). Times in seconds since the epoch. */
export interface TokenClaims {
  iss: string
  sub: string
  aud: string[]
  exp?: number
  iat?: number
  nbf?: number
  jti: string
  'kubernetes.io': {
    namespace: string
    serviceaccount: BoundObject
    pod?: BoundObject
    secret?: BoundObject
    /** Of a pod's node that was not there it has only the name. */
    node?: { name: string; uid?: string }
    /** When the client should have asked for a new token, though this one is still good. */
    warnafter?: number
  }
}

/** The claims of tokens that are kept in secrets (pkg/serviceaccount/legacy.go): good for as long as their secret. */
export interface SecretClaims {
  iss: string
  sub: string
  'kubernetes.io/serviceaccount/namespace': string
  'kubernetes.io/serviceaccount/secret.name': string
  'kubernetes.io/serviceaccount/service-account.name': string
  'kubernetes.io/serviceaccount/service-account.uid': string
}

export const SECRETS_ISSUER = 'kubernetes/serviceaccount'
const USER_PREFIX = 'system:serviceaccount:'
const GROUP = 'system:serviceaccounts'

/** A claim of a wrong type, in the words of the reference's decoders. */
export class ClaimError extends Error {}

const MIN_INT64 = -(2 ** 63)
const goTypeOf = (v: unknown): string => (Array.isArray(v) ? 'array' : typeof v === 'boolean' ? 'bool' : typeof v)

function textClaim(v: unknown): string {
  if (v === undefined || v === null) return ''
  if (typeof v !== 'string') throw new ClaimError(`json: cannot unmarshal ${goTypeOf(v)} into Go value of type string`)
  return v
}

function objectClaim(v: unknown, type: string): Record<string, unknown> | undefined {
  if (v === undefined || v === null) return undefined
  if (!isJsonObject(v)) throw new ClaimError(`json: cannot unmarshal ${goTypeOf(v)} into Go value of type serviceaccount.${type}`)
  return v
}

/** Seconds since the epoch: whole ones, as Go makes them of any number. */
function dateClaim(v: unknown): number | undefined {
  if (v === undefined || v === null) return undefined
  if (typeof v !== 'number') throw new ClaimError('go-jose/go-jose/jwt: expected number value to unmarshal NumericDate')
  return Math.abs(v) < 2 ** 63 ? Math.trunc(v) : MIN_INT64
}

function audienceClaim(v: unknown): string[] {
  if (v === undefined) return []
  if (typeof v === 'string') return [v]
  if (Array.isArray(v) && v.every((a) => typeof a === 'string')) return v
  throw new ClaimError('go-jose/go-jose/jwt: expected string or array value to unmarshal to Audience')
}

function boundClaim(v: unknown): BoundObject | undefined {
  const o = objectClaim(v, 'ref')
  return o === undefined ? undefined : { name: textClaim(o.name), uid: textClaim(o.uid) }
}

/** Claims of a bound token; who may sign may leave out what it likes. @throws ClaimError */
export function claimsOf(c: Record<string, unknown>): TokenClaims {
  const [exp, iat, nbf] = [dateClaim(c.exp), dateClaim(c.iat), dateClaim(c.nbf)]
  const known = { iss: textClaim(c.iss), sub: textClaim(c.sub), aud: audienceClaim(c.aud), jti: textClaim(c.jti) }
  const k = objectClaim(c['kubernetes.io'], 'kubernetes') ?? {}
  const warnafter = dateClaim(k.warnafter)
  const [pod, secret, node] = [boundClaim(k.pod), boundClaim(k.secret), boundClaim(k.node)]
  return {
    ...known,
    ...(exp === undefined ? {} : { exp }),
    ...(iat === undefined ? {} : { iat }),
    ...(nbf === undefined ? {} : { nbf }),
    'kubernetes.io': {
      namespace: textClaim(k.namespace),
      serviceaccount: boundClaim(k.serviceaccount) ?? { name: '', uid: '' },
      ...(pod === undefined ? {} : { pod }),
      ...(secret === undefined ? {} : { secret }),
      ...(node === undefined ? {} : { node }),
      ...(warnafter === undefined ? {} : { warnafter }),
    },
  }
}

/** Who says that he made it, as Go's own decoder reads it: names in any case, the last one counts. Undefined where it is no text. */
export function issuerOf(c: Record<string, unknown>): string | undefined {
  const said = Object.keys(c).flatMap((name) => (/^iss$/iu.test(name) && c[name] !== null ? [c[name]] : []))
  return said.every((issuer) => typeof issuer === 'string') ? (said.at(-1) ?? '') : undefined
}

/** Of these each must be there, in the order in which they are missed. */
const OF_SECRET = {
  namespace: 'kubernetes.io/serviceaccount/namespace',
  secretName: 'kubernetes.io/serviceaccount/secret.name',
  serviceAccountName: 'kubernetes.io/serviceaccount/service-account.name',
  serviceAccountUID: 'kubernetes.io/serviceaccount/service-account.uid',
} as const

/** As claims of today's tokens: for this API server. @throws ClaimError */
export function ofSecret(c: Record<string, unknown>): TokenClaims {
  const iss = textClaim(c.iss)
  const sub = textClaim(c.sub)
  if (sub === '') throw new ClaimError('sub claim is missing')
  const needed = (of: keyof typeof OF_SECRET): string => {
    const claim = textClaim(c[OF_SECRET[of]])
    if (claim === '') throw new ClaimError(`${of} claim is missing`)
    return claim
  }
  const [namespace, secretName, name, uid] = [
    ...[needed('namespace'), needed('secretName')],
    ...[needed('serviceAccountName'), needed('serviceAccountUID')],
  ] as [string, string, string, string]
  if (sub !== serviceAccountUser(namespace, name)) throw new ClaimError('sub claim is invalid')
  const secret = { name: secretName, uid: '' }
  return { iss, sub, aud: [], jti: '', 'kubernetes.io': { namespace, serviceaccount: { name, uid }, secret } }
}

/** Name of the user that a service account is. */
export const serviceAccountUser = (namespace: string, name: string): string => `${USER_PREFIX}${namespace}:${name}`

export function userOf(claims: TokenClaims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io']
  const groups = [GROUP, `${GROUP}:${namespace}`]
  const name = serviceAccountUser(namespace, serviceaccount.name)
  if (claims.jti === '') return { name, uid: serviceaccount.uid, groups }
  const extra: Record<string, readonly string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] }
  const add = (kind: 'pod' | 'node', o: { name: string; uid?: string } | undefined): void => {
    if (o === undefined) return
    extra[`authentication.kubernetes.io/${kind}-name`] = [o.name]
    if (o.uid !== undefined && o.uid !== '') extra[`authentication.kubernetes.io/${kind}-uid`] = [o.uid]
  }
  add('pod', pod)
  add('node', node)
  return { name, uid: serviceaccount.uid, groups, extra }
}

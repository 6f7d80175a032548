import { createPrivateKey, createPublicKey, hash, randomUUID, sign, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Clock } from '../machinery/clock.ts'
import { goQuote } from '../machinery/go-quote.ts'
import type { TokenAuthenticator, TokenVerdict } from './bearer.ts'
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

export type BoundKind = 'serviceaccounts' | 'pods' | 'secrets' | 'nodes'

/** Where the objects that tokens speak of are looked up; undefined for one that is not there. */
export interface AccountLookup {
  find(kind: BoundKind, namespace: string, name: string): Found | Promise<Found>
}
type Found = FoundObject | undefined
export interface FoundObject {
  uid: string
  deletionTimestamp?: string | null
  /** The token that a secret holds, in base64. */
  token?: string
  /** The secret's token is not good any more (kubernetes.io/legacy-token-invalid-since). */
  invalid?: boolean
  /** Of a secret: its token has been used. */
  noteUse?(): void
}

export interface ServiceAccountTokenOptions {
  /** PEM of the private key that signs. */
  signingKey: string
  /** PEM of further keys whose signatures count. */
  verificationKeys?: readonly string[]
  /** The first one signs; all are accepted. */
  issuers: readonly string[]
  /** Whom tokens must be for to be accepted here; default: the issuers. */
  audiences?: readonly string[]
  clock: Clock
  lookup: AccountLookup
}

/** The claims of tokens that are kept in secrets (pkg/serviceaccount/legacy.go): good for as long as their secret. */
interface SecretClaims {
  iss: string
  sub: string
  'kubernetes.io/serviceaccount/namespace': string
  'kubernetes.io/serviceaccount/secret.name': string
  'kubernetes.io/serviceaccount/service-account.name': string
  'kubernetes.io/serviceaccount/service-account.uid': string
}

const SECRETS_ISSUER = 'kubernetes/serviceaccount'
const USER_PREFIX = 'system:serviceaccount:'
const GROUP = 'system:serviceaccounts'
/** Clocks may differ by this (go-jose's leeway), and a pod that is being deleted keeps its token for as long. */
const LEEWAY_MS = 60_000
/** Tokens that are remembered, and the length in characters up to which one is: with their claims some 60 MB at the very most. */
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'
const MAX_REMEMBERED = 4096
const MAX_REMEMBERED_LENGTH = 8192

interface Remembered {
  claims: TokenClaims
  /** The token itself, in base64, when it is one that a secret must hold. */
  kept?: string
  user: UserInfo
}

/** Signs and accepts the tokens of service accounts. */
export class ServiceAccountTokens implements TokenAuthenticator {
  readonly audiences: readonly string[]
  readonly #clock: Clock
  readonly #issuers: readonly string[]
  readonly #signingKey: KeyObject
  readonly #algorithm: Algorithm
  readonly #keyId: string
  readonly #keys: readonly KeyObject[]
  /** Tokens whose signature was checked, by their SHA-256: a client sends one and the same with every request. */
  readonly #seen = new Map<string, Remembered>()
  readonly #ids = new WeakMap<KeyObject, string>()
  readonly #lookup: AccountLookup

  constructor(o: ServiceAccountTokenOptions) {
    this.#clock = o.clock
    this.#lookup = o.lookup
    this.#issuers = o.issuers
    this.audiences = o.audiences ?? o.issuers
    this.#signingKey = createPrivateKey(o.signingKey)
    const publicKey = createPublicKey(this.#signingKey)
    this.#algorithm = algorithmOf(publicKey)
    this.#keyId = keyId(publicKey)
    this.#keys = [publicKey, ...(o.verificationKeys ?? []).map((pem) => createPublicKey(pem))]
  }

  /** The issuer that signs. */
  get issuer(): string {
    return this.#issuers[0]!
  }

  /** The keys whose signatures count, as JSON Web Keys (RFC 7517), in the order of go-jose's members. */
  get publicKeys(): Record<string, string>[] {
    const seen = new Map<string, Record<string, string>>()
    for (const key of this.#keys) {
      const { kty, crv, n, e, x, y } = key.export({ format: 'jwk' }) as Record<string, string>
      const kid = keyId(key)
      const alg = algorithmOf(key)
      const own: Record<string, string> = kty === 'RSA' ? { alg, n: n!, e: e! } : { crv: crv!, alg, x: x!, y: y! }
      seen.set(kid, { use: 'sig', kty: kty!, kid, ...own })
    }
    return [...seen.values()]
  }

  /** A signed token; `iss`, `iat`, `nbf` and `jti` are filled in. */
  issue(claims: Pick<TokenClaims, 'sub' | 'aud' | 'kubernetes.io'>, lifetimeSeconds: number): { token: string; claims: TokenClaims } {
    const now = Math.floor(this.#clock.now() / 1000)
    const whole: TokenClaims = { iss: this.#issuers[0]!, iat: now, nbf: now, exp: now + lifetimeSeconds, jti: randomUUID(), ...claims }
    return { token: this.#sign(whole), claims: whole }
  }

  /** A token to be kept in a secret. */
  issueForSecret(namespace: string, account: BoundObject, secret: string): string {
    const claims: SecretClaims = {
      iss: SECRETS_ISSUER,
      sub: serviceAccountUser(namespace, account.name),
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': secret,
      'kubernetes.io/serviceaccount/service-account.name': account.name,
      'kubernetes.io/serviceaccount/service-account.uid': account.uid,
    }
    return this.#sign(claims)
  }

  #sign(claims: object): string {
    const body = `${encode({ alg: this.#algorithm, kid: this.#keyId })}.${encode(claims)}`
    const signature = sign(DIGESTS[this.#algorithm], Buffer.from(body), { key: this.#signingKey, dsaEncoding: 'ieee-p1363' })
    return `${body}.${signature.toString('base64url')}`
  }

  /** Checks in upstream's order: issuer, signature, audiences, times, and whether everything is still there. */
  authenticateToken(token: string, audiences: readonly string[] = this.audiences): TokenVerdict | undefined | Promise<TokenVerdict> {
    const known = this.#verified(token)
    if (known === undefined || typeof known === 'string') return known === undefined ? undefined : { error: known }
    const { claims } = known
    const own = claims.aud.length === 0 ? this.audiences : claims.aud
    const shared = audiences.filter((a) => own.includes(a))
    if (shared.length === 0) {
      return { error: `token audiences ${goQuoted(own)} is invalid for the target audiences ${goQuoted(audiences)}` }
    }
    const now = this.#clock.now()
    const early = untimely(claims, now / 1000)
    if (early !== undefined) return { error: early }
    const found = this.#lookedUp(claims)
    const judged = (list: readonly Found[]): TokenVerdict => {
      const error = known.kept === undefined ? whyGone(claims, list, now) : whySecretGone(claims, list, known.kept)
      return error === undefined ? { user: known.user, audiences: shared } : { error }
    }
    return found instanceof Promise ? found.then(judged) : judged(found)
  }

  /** A text for a token that is one of ours by its claims and none by its signature. */
  #verified(token: string): Remembered | string | undefined {
    const id = token.length > MAX_REMEMBERED_LENGTH ? undefined : hash('sha256', token, 'base64url')
    const seen = id === undefined ? undefined : this.#seen.get(id)
    if (seen !== undefined) return seen
    const claims = this.#read(token)
    if (claims === undefined || typeof claims === 'string') return claims
    const known: Remembered = { claims, user: userOf(claims) }
    if (claims.iss === SECRETS_ISSUER) known.kept = Buffer.from(token).toString('base64')
    if (id !== undefined) this.#remember(id, known)
    return known
  }

  #remember(id: string, known: Remembered): void {
    if (this.#seen.size >= MAX_REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!)
    this.#seen.set(id, known)
  }

  #read(token: string): TokenClaims | string | undefined {
    const parts = token.split('.', 4)
    if (parts.length !== 3 || !(isBase64Url(parts[0]!) && isBase64Url(parts[1]!) && (parts[2] === '' || isBase64Url(parts[2]!))))
      return undefined
    const header = decode(parts[0]!)
    if (!isObject(header) || !hasUsableKey(header)) return undefined
    const decoded = decode(parts[1]!)
    const kept = isSecretClaims(decoded) ? ofSecret(decoded) : undefined
    const issuer = isObject(decoded) ? decoded.iss : undefined
    if (kept === undefined && !(typeof issuer === 'string' && this.#issuers.includes(issuer))) return undefined
    const { alg, kid } = header
    const keys = typeof kid !== 'string' || kid === '' ? this.#keys : this.#keys.filter((key) => this.#idOf(key) === kid)
    if (keys.length === 0) return 'invalid signature, no keys found'
    const body = Buffer.from(`${parts[0]}.${parts[1]}`)
    const signature = Buffer.from(parts[2]!, 'base64url')
    // The key decides on the algorithm, never the token; what must be understood of it and is not spoils it.
    const isGood = (key: KeyObject, own: Algorithm): boolean =>
      own === alg && verify(DIGESTS[own], body, { key, dsaEncoding: 'ieee-p1363' }, signature)
    if (header.crit !== undefined || !keys.some((key) => isGood(key, algorithmOf(key)))) return BAD_SIGNATURE
    try {
      return kept ?? claimsOf(decoded as Record<string, unknown>)
    } catch (e) {
      if (e instanceof ClaimError) return e.message
      throw e
    }
  }

  #idOf(key: KeyObject): string {
    let id = this.#ids.get(key)
    if (id === undefined) this.#ids.set(key, (id = keyId(key)))
    return id
  }

  /** The account, and what the token is bound to. At once when the lookup is. */
  #lookedUp(claims: TokenClaims): readonly Found[] | Promise<readonly Found[]> {
    const found = boundTo(claims).map(([kind, namespace, o]) => (o.name === '' ? undefined : this.#lookup.find(kind, namespace, o.name)))
    return found.some((f) => f instanceof Promise) ? Promise.all(found.map((f) => Promise.resolve(f))) : (found as Found[])
  }
}

const goQuoted = (list: readonly string[]): string => `[${list.map(goQuote).join(' ')}]`

function untimely({ exp, nbf, iat }: TokenClaims, now: number): string | undefined {
  const leeway = LEEWAY_MS / 1000
  if (nbf !== undefined && now + leeway < nbf) return 'service account token is not valid yet'
  if (exp !== undefined && now - leeway > exp) return 'service account token has expired'
  if (iat !== undefined && now + leeway < iat) return 'service account token is issued in the future'
  return undefined
}

/** The account first. A pod's node is only told of. */
function boundTo(claims: TokenClaims): readonly [BoundKind, string, BoundObject][] {
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io']
  const list: [BoundKind, string, BoundObject][] = [['serviceaccounts', namespace, serviceaccount]]
  if (secret !== undefined) list.push(['secrets', namespace, secret])
  if (pod !== undefined) list.push(['pods', namespace, pod])
  else if (node !== undefined) list.push(['nodes', '', { uid: '', ...node }])
  return list
}

const WORDS = { secrets: 'secret', pods: 'pod', nodes: 'node', serviceaccounts: 'service account' } as const
const INVALIDATED = 'service account token has been invalidated'

function whyGone(claims: TokenClaims, found: readonly Found[], now: number): string | undefined {
  const gone = (o: FoundObject): boolean => o.deletionTimestamp != null && now - Date.parse(o.deletionTimestamp) > LEEWAY_MS
  const { namespace, serviceaccount } = claims['kubernetes.io']
  const [account] = found
  if (account === undefined)
    return serviceaccount.name === '' ? 'resource name may not be empty' : `serviceaccounts ${goQuote(serviceaccount.name)} not found`
  if (account.uid !== serviceaccount.uid) return `service account UID (${account.uid}) does not match claim (${serviceaccount.uid})`
  if (gone(account)) return `service account ${namespace}/${serviceaccount.name} has been deleted`
  const bound = boundTo(claims)
  for (let i = 1; i < bound.length; i++) {
    const [kind, , { uid }] = bound[i]!
    const there = found[i]
    if (there === undefined) return INVALIDATED
    const word = WORDS[kind]
    if (there.uid !== uid) return `${word} UID (${there.uid}) does not match service account ${word} ref claim (${uid})`
    if (gone(there)) return INVALIDATED
  }
  return undefined
}

/** Of a token that a secret keeps. */
function whySecretGone(claims: TokenClaims, [account, secret]: readonly Found[], kept: string): string | undefined {
  const { namespace, serviceaccount, secret: bound } = claims['kubernetes.io']
  const who = `${namespace}/${serviceaccount.name}`
  if (secret === undefined || secret.deletionTimestamp != null) return 'Token has been invalidated'
  if (secret.token !== kept) return "Token does not match server's copy"
  if (account === undefined) return `serviceaccounts ${goQuote(serviceaccount.name)} not found`
  if (account.deletionTimestamp != null) return `ServiceAccount ${who} has been deleted`
  if (account.uid !== serviceaccount.uid) return `ServiceAccount UID (${account.uid}) does not match claim (${serviceaccount.uid})`
  secret.noteUse?.()
  if (secret.invalid !== true) return undefined
  const instead = `Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`
  return `the token in secret ${namespace}/${bound!.name} for service account ${who} has been marked invalid. ${instead}`
}

/** What a key signs with (RFC 7518 §3.1), and the digest of it. */
const DIGESTS = { RS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512' } as const
type Algorithm = keyof typeof DIGESTS
const CURVES: Readonly<Record<string, Algorithm | undefined>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

function algorithmOf(key: KeyObject): Algorithm {
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'RS256' : CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (algorithm === undefined) throw new Error('a service account key must be RSA or ECDSA on the curve P-256, P-384 or P-521')
  return algorithm
}

const keyId = (key: KeyObject): string => hash('sha256', key.export({ type: 'spki', format: 'der' }), 'base64url')

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Base64url without padding (RFC 7515 §2), as Go's RawURLEncoding takes it: Buffer would skip what is none. */
const isBase64Url = (part: string): boolean => part.length % 4 !== 1 && /^[A-Za-z0-9_-]+$/.test(part)

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}

const BAD_SIGNATURE = 'go-jose/go-jose: error in cryptographic primitive'

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

/** A key that a token brings along is never used, but one that is no public key makes it unreadable. */
function hasUsableKey({ jwk }: Record<string, unknown>): boolean {
  if (jwk === undefined) return true
  try {
    return isObject(jwk) && jwk.d === undefined && createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).type === 'public'
  } catch {
    return false
  }
}

/** A claim of a wrong type, in the words of the reference's decoders. */
class ClaimError extends Error {}

const MIN_INT64 = -(2 ** 63)
const goTypeOf = (v: unknown): string => (Array.isArray(v) ? 'array' : typeof v === 'boolean' ? 'bool' : typeof v)

function textClaim(v: unknown): string {
  if (v === undefined || v === null) return ''
  if (typeof v !== 'string') throw new ClaimError(`json: cannot unmarshal ${goTypeOf(v)} into Go value of type string`)
  return v
}

function objectClaim(v: unknown, type: string): Record<string, unknown> | undefined {
  if (v === undefined || v === null) return undefined
  if (!isObject(v)) throw new ClaimError(`json: cannot unmarshal ${goTypeOf(v)} into Go value of type serviceaccount.${type}`)
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
function claimsOf(c: Record<string, unknown>): TokenClaims {
  const [exp, iat, nbf] = [dateClaim(c.exp), dateClaim(c.iat), dateClaim(c.nbf)]
  const known = { iss: textClaim(c.iss), sub: textClaim(c.sub), aud: audienceClaim(c.aud), jti: textClaim(c.jti) }
  const k = objectClaim(c['kubernetes.io'], 'kubernetes') ?? {}
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
    },
  }
}

function isSecretClaims(value: unknown): value is SecretClaims {
  const c = value as Partial<SecretClaims> | null | undefined
  return typeof c === 'object' && c?.iss === SECRETS_ISSUER && typeof c['kubernetes.io/serviceaccount/secret.name'] === 'string'
}

/** As claims of today's tokens: for this API server, without an end. Undefined when they contradict each other. */
function ofSecret(c: SecretClaims): TokenClaims | undefined {
  const namespace = c['kubernetes.io/serviceaccount/namespace']
  const name = c['kubernetes.io/serviceaccount/service-account.name']
  const uid = c['kubernetes.io/serviceaccount/service-account.uid']
  if (typeof namespace !== 'string' || typeof name !== 'string' || typeof uid !== 'string') return undefined
  if (c.sub !== serviceAccountUser(namespace, name)) return undefined
  const secret = { name: c['kubernetes.io/serviceaccount/secret.name'], uid: '' }
  return { iss: c.iss, sub: c.sub, aud: [], jti: '', 'kubernetes.io': { namespace, serviceaccount: { name, uid }, secret } }
}

/** Name of the user that a service account is. */
export const serviceAccountUser = (namespace: string, name: string): string => `${USER_PREFIX}${namespace}:${name}`

function userOf(claims: TokenClaims): UserInfo {
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

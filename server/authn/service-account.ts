import { createPrivateKey, createPublicKey, hash, randomUUID, sign, verify, type KeyObject } from 'node:crypto'
import type { Clock } from '../machinery/clock.ts'
import type { TokenAuthenticator } from './bearer.ts'
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
  exp: number
  iat: number
  nbf: number
  jti: string
  'kubernetes.io': {
    namespace: string
    serviceaccount: BoundObject
    pod?: BoundObject
    secret?: BoundObject
    node?: BoundObject
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
/** A pod that is being deleted keeps its token for this long. */
const LEEWAY_MS = 60_000
/** Tokens that are remembered, and the length in characters up to which one is: with their claims some 60 MB at the very most. */
const MAX_REMEMBERED = 4096
const MAX_REMEMBERED_LENGTH = 8192

interface Remembered {
  claims: TokenClaims
  /** The token itself, in base64, when it is one that a secret must hold. */
  kept?: string
  user: UserInfo
}

/** Signs and accepts the tokens of service accounts. `attach` tells where their objects are, once the registry is there. */
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
  #lookup: AccountLookup | undefined

  constructor(o: ServiceAccountTokenOptions) {
    this.#clock = o.clock
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

  attach(lookup: AccountLookup): void {
    this.#lookup = lookup
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

  authenticateToken(token: string): UserInfo | undefined | Promise<UserInfo | undefined> {
    const known = this.#verified(token)
    if (known === undefined || !meets(known.claims.aud, this.audiences)) return undefined
    return this.#alive(known)
  }

  /** The user of a token that is for one of these audiences, and which of them it is for. */
  async review(token: string, audiences: readonly string[]): Promise<{ user: UserInfo; audiences: string[] } | undefined> {
    const known = this.#verified(token)
    if (known === undefined) return undefined
    const shared = audiences.filter((a) => known.claims.aud.includes(a))
    const user = shared.length === 0 ? undefined : await this.#alive(known)
    return user === undefined ? undefined : { user, audiences: shared }
  }

  #verified(token: string): Remembered | undefined {
    const now = this.#clock.now() / 1000
    const id = token.length > MAX_REMEMBERED_LENGTH ? undefined : hash('sha256', token, 'base64url')
    let known = id === undefined ? undefined : this.#seen.get(id)
    if (known === undefined) {
      const claims = this.#read(token)
      if (claims === undefined) return undefined
      known = { claims, user: userOf(claims) }
      if (claims.iss === SECRETS_ISSUER) known.kept = Buffer.from(token).toString('base64')
      if (id !== undefined) this.#remember(id, known)
    }
    if (now < known.claims.exp && now + 1 >= known.claims.nbf) return known
    if (id !== undefined) this.#seen.delete(id)
    return undefined
  }

  #remember(id: string, known: Remembered): void {
    if (this.#seen.size >= MAX_REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!)
    this.#seen.set(id, known)
  }

  #read(token: string): TokenClaims | undefined {
    const parts = token.split('.', 4)
    if (parts.length !== 3 || !parts.every(isBase64Url)) return undefined
    const header = decode(parts[0]!) as { alg?: string } | undefined
    const decoded = decode(parts[1]!)
    // Tokens that are kept in secrets are for this API server.
    const claims = isSecretClaims(decoded) ? ofSecret(decoded, this.audiences) : decoded
    if (header === undefined || !isClaims(claims)) return undefined
    if (claims !== decoded ? claims.iss !== SECRETS_ISSUER : !this.#issuers.includes(claims.iss)) return undefined
    const body = Buffer.from(`${parts[0]}.${parts[1]}`)
    const signature = Buffer.from(parts[2]!, 'base64url')
    // The key decides on the algorithm, never the token.
    const good = this.#keys.some(
      (key) => algorithmOf(key) === header.alg && verify(DIGESTS[header.alg], body, { key, dsaEncoding: 'ieee-p1363' }, signature),
    )
    return good ? claims : undefined
  }

  /** The account and what the token is bound to must still be the same objects. Answers at once when the lookup does. */
  #alive({ claims, user, kept }: Remembered): UserInfo | undefined | Promise<UserInfo | undefined> {
    const lookup = this.#lookup
    if (lookup === undefined) return undefined
    const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io']
    const wanted: [BoundKind, string, BoundObject][] = [['serviceaccounts', namespace, serviceaccount]]
    if (pod !== undefined) wanted.push(['pods', namespace, pod])
    else if (secret !== undefined) wanted.push(['secrets', namespace, secret])
    else if (node !== undefined) wanted.push(['nodes', '', node])
    const found = wanted.map(([kind, ns, o]) => lookup.find(kind, ns, o.name))
    const judge = (list: readonly Found[]): UserInfo | undefined =>
      list.every((f, i) =>
        kept === undefined
          ? f?.uid === wanted[i]![2].uid && !this.#goneFor(f)
          : f !== undefined &&
            f.deletionTimestamp == null &&
            (i === 0 ? f.uid === serviceaccount.uid : f.token === kept && f.invalid !== true),
      )
        ? user
        : undefined
    return found.some((f) => f instanceof Promise) ? Promise.all(found.map((f) => Promise.resolve(f))).then(judge) : judge(found as Found[])
  }

  #goneFor(found: Found): boolean {
    const deleted = found?.deletionTimestamp
    return deleted !== undefined && deleted !== null && this.#clock.now() - Date.parse(deleted) > LEEWAY_MS
  }
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

function isClaims(value: unknown): value is TokenClaims {
  const c = value as Partial<TokenClaims> | null | undefined
  if (typeof c !== 'object' || c === null || typeof c.iss !== 'string' || typeof c.exp !== 'number' || typeof c.nbf !== 'number')
    return false
  const k = c['kubernetes.io']
  if (!Array.isArray(c.aud) || typeof k !== 'object' || typeof k.namespace !== 'string') return false
  const account = k.serviceaccount as BoundObject | undefined
  return typeof account?.uid === 'string' && c.sub === `${USER_PREFIX}${k.namespace}:${account.name}`
}

function isSecretClaims(value: unknown): value is SecretClaims {
  const c = value as Partial<SecretClaims> | null | undefined
  return typeof c === 'object' && c?.iss === SECRETS_ISSUER && typeof c['kubernetes.io/serviceaccount/secret.name'] === 'string'
}

/** As claims of today's tokens; without an end. */
function ofSecret(c: SecretClaims, audiences: readonly string[]): unknown {
  const serviceaccount = {
    name: c['kubernetes.io/serviceaccount/service-account.name'],
    uid: c['kubernetes.io/serviceaccount/service-account.uid'],
  }
  const secret = { name: c['kubernetes.io/serviceaccount/secret.name'], uid: '' }
  const namespace = c['kubernetes.io/serviceaccount/namespace']
  return {
    ...{ iss: c.iss, sub: c.sub, aud: [...audiences], exp: Number.POSITIVE_INFINITY, iat: 0, nbf: 0, jti: '' },
    'kubernetes.io': { namespace, serviceaccount, secret },
  }
}

const meets = (a: readonly string[], b: readonly string[]): boolean => a.some((x) => b.includes(x))

/** Name of the user that a service account is. */
export const serviceAccountUser = (namespace: string, name: string): string => `${USER_PREFIX}${namespace}:${name}`

function userOf(claims: TokenClaims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io']
  const groups = [GROUP, `${GROUP}:${namespace}`]
  if (claims.jti === '') return { name: claims.sub, uid: serviceaccount.uid, groups }
  const extra: Record<string, readonly string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] }
  const add = (kind: 'pod' | 'node', o: BoundObject | undefined): void => {
    if (o === undefined) return
    extra[`authentication.kubernetes.io/${kind}-name`] = [o.name]
    extra[`authentication.kubernetes.io/${kind}-uid`] = [o.uid]
  }
  add('pod', pod)
  add('node', node)
  return { name: claims.sub, uid: serviceaccount.uid, groups, extra }
}

import { createPrivateKey, createPublicKey, hash, randomUUID, sign, type KeyObject } from 'node:crypto'
import type { Clock } from '../machinery/clock.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { isJsonObject } from '../machinery/json-walk.ts'
import type { TokenAuthenticator, TokenVerdict } from './bearer.ts'
import type { UserInfo } from './contract.ts'
import type { AccountTokenUse, TokenCacheObserver } from './metrics.ts'
import { algorithmOf, decode, DIGESTS, encode, isBase64Url, isReadable, isSignedWith, keyId, keyTwice, type Algorithm } from './jws.ts'
import { boundTo, untimely, whyGone, whySecretGone, markedInvalid, type AccountLookup, type Found } from './service-account-bound.ts'
import {
  ClaimError,
  claimsOf,
  issuerOf,
  ofSecret,
  SECRETS_ISSUER,
  serviceAccountUser,
  userOf,
  type BoundObject,
  type SecretClaims,
  type TokenClaims,
} from './service-account-claims.ts'

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
  observer?: TokenCacheObserver & { used(use: AccountTokenUse): void }
}

/** Tokens that are remembered, and the length in characters up to which one is: with their claims some 60 MB at the very most. */
const MAX_REMEMBERED = 4096
const MAX_REMEMBERED_LENGTH = 8192
/** Who gave its name to an account is the controller of old (kubernetes `pkg/serviceaccount/legacy.go`). */
const AUTO = 'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.'
const BAD_SIGNATURE = 'go-jose/go-jose: error in cryptographic primitive'

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
  readonly #observer: ServiceAccountTokenOptions['observer']

  constructor(o: ServiceAccountTokenOptions) {
    this.#clock = o.clock
    this.#lookup = o.lookup
    this.#observer = o.observer
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
    const body = `${encode({ alg: this.#algorithm, kid: this.#keyId })}.${encode(inOrder(claims))}`
    const signature = sign(DIGESTS[this.#algorithm], Buffer.from(body), { key: this.#signingKey, dsaEncoding: 'ieee-p1363' })
    return `${body}.${signature.toString('base64url')}`
  }

  /** Checks in upstream's order: issuer, signature, audiences, times, and whether everything is still there. */
  authenticateToken(token: string, audiences: readonly string[] = this.audiences): TokenVerdict | undefined | Promise<TokenVerdict> {
    const known = this.#verified(token)
    if (known === undefined || typeof known === 'string') return known === undefined ? undefined : { error: known }
    const { claims } = known
    const isForServer = claims.aud.length === 0
    if (isForServer) this.#observer?.used('legacy')
    const own = isForServer ? this.audiences : claims.aud
    const shared = audiences.filter((a) => own.includes(a))
    if (shared.length === 0) {
      return { error: `token audiences ${goQuoted(own)} is invalid for the target audiences ${goQuoted(audiences)}` }
    }
    const now = this.#clock.now()
    const early = untimely(claims, now / 1000)
    if (early !== undefined) return { error: early }
    const found = this.#lookedUp(claims)
    const judged = (list: readonly Found[]): TokenVerdict => {
      if (known.kept !== undefined) return this.#judgedSecret(known.kept, known, list, shared)
      const error = whyGone(claims, list, now)
      if (error !== undefined) return { error }
      const { warnafter = 0 } = claims['kubernetes.io']
      if (warnafter !== 0) this.#observer?.used(now / 1000 > warnafter ? 'stale' : 'valid')
      return { user: known.user, audiences: shared }
    }
    return found instanceof Promise ? found.then(judged) : judged(found)
  }

  #judgedSecret(kept: string, { claims, user }: Remembered, found: readonly Found[], audiences: readonly string[]): TokenVerdict {
    const error = whySecretGone(claims, found, kept)
    if (error !== undefined) return { error }
    found[1]!.noteUse?.()
    if (found[1]!.invalid === true) {
      this.#observer?.used('invalidAuto')
      return { error: markedInvalid(claims) }
    }
    const isAuto = found[0]?.secrets?.includes(claims['kubernetes.io'].secret!.name) === true
    this.#observer?.used(isAuto ? 'auto' : 'manual')
    return { user, audiences, ...(isAuto ? { warnings: [AUTO] } : {}) }
  }

  /** A text for a token that is one of ours by its claims and none by its signature. */
  #verified(token: string): Remembered | string | undefined {
    const authenticated = this.#observer?.authenticating()
    const id = token.length > MAX_REMEMBERED_LENGTH ? undefined : hash('sha256', token, 'base64url')
    const seen = id === undefined ? undefined : this.#seen.get(id)
    if (seen !== undefined) {
      authenticated?.(true)
      return seen
    }
    const claims = this.#read(token)
    if (claims === undefined) return undefined
    this.#observer?.fetching()(typeof claims !== 'string')
    authenticated?.(false)
    if (typeof claims === 'string') return claims
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
    if (!isJsonObject(header) || !isReadable(header, parts[0]!)) return undefined
    const decoded = decode(parts[1]!)
    const issuer = isJsonObject(decoded) ? issuerOf(decoded) : undefined
    if (issuer === undefined || !(issuer === SECRETS_ISSUER || this.#issuers.includes(issuer))) return undefined
    const { alg, kid } = header
    const keys = typeof kid !== 'string' || kid === '' ? this.#keys : this.#keys.filter((key) => this.#idOf(key) === kid)
    if (keys.length === 0) return 'invalid signature, no keys found'
    const body = Buffer.from(`${parts[0]}.${parts[1]}`)
    const signature = Buffer.from(parts[2]!, 'base64url')
    // What must be understood of it and is not spoils it.
    if (header.crit !== undefined || !keys.some((key) => isSignedWith(key, alg, body, signature))) return BAD_SIGNATURE
    const twice = keyTwice(parts[1]!)
    if (twice !== undefined) return `json: duplicate key '${twice}' in object`
    try {
      const claims = decoded as Record<string, unknown>
      const known = issuer === SECRETS_ISSUER ? ofSecret(claims) : claimsOf(claims)
      // Who reads in another way than whoever looked at the issuer before finds another one.
      return known.iss === issuer || this.#issuers.includes(known.iss) ? known : `token issuer ${goQuote(known.iss)} is invalid`
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

/** Claims in the order of their names, as a Go map is written. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, inOrder(field)]))
}

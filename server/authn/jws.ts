/** JSON Web Signatures (RFC 7515) as far as service account tokens need them. */
import { constants, createPublicKey, hash, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import { endOfString } from '../machinery/json-scan.ts'
import { isJsonObject } from '../machinery/json-walk.ts'

/** What a key signs with (RFC 7518 §3.1), and the digest of it. */
export const DIGESTS = { RS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512' } as const
export type Algorithm = keyof typeof DIGESTS
const CURVES: Readonly<Record<string, Algorithm | undefined>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

export function algorithmOf(key: KeyObject): Algorithm {
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'RS256' : CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (algorithm === undefined) throw new Error('a service account key must be RSA or ECDSA on the curve P-256, P-384 or P-521')
  return algorithm
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_AUTO } = constants
/** What an RSA key's signatures may be; one on a curve has its one algorithm. */
const OF_RSA: ReadonlyMap<unknown, { digest: string; padding: number; saltLength?: number }> = new Map(
  [256, 384, 512].flatMap((bits) => [
    [`RS${bits}`, { digest: `sha${bits}`, padding: RSA_PKCS1_PADDING }],
    [`PS${bits}`, { digest: `sha${bits}`, padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_AUTO }],
  ]),
)

/** Whether the key made it. The key decides which algorithms count, the token which of these it is. */
export function isSignedWith(key: KeyObject, alg: unknown, body: Buffer, signature: Buffer): boolean {
  if (key.asymmetricKeyType === 'rsa') {
    const { digest, ...how } = OF_RSA.get(alg) ?? {}
    return digest !== undefined && verify(digest, body, { key, ...how }, signature)
  }
  const own = algorithmOf(key)
  return own === alg && verify(DIGESTS[own], body, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

export const keyId = (key: KeyObject): string => hash('sha256', key.export({ type: 'spki', format: 'der' }), 'base64url')

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Base64url without padding (RFC 7515 §2), as Go's RawURLEncoding takes it: Buffer would skip what is none. */
export const isBase64Url = (part: string): boolean => part.length % 4 !== 1 && /^[A-Za-z0-9_-]+$/.test(part)

export function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}

/** A key that an object of such a part has twice: of which one counts depends on the reader, so it is none. */
export function keyTwice(part: string): string | undefined {
  const text = Buffer.from(part, 'base64url').toString()
  const open: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '{' || char === '[') open.push(new Set())
    else if (char === '}' || char === ']') open.pop()
    else if (char === '"') {
      const end = endOfString(text, at)
      if (/^\s*:/.test(text.slice(end + 1, end + 64))) {
        const key = JSON.parse(text.slice(at, end + 1)) as string
        const keys = open.at(-1)!
        if (keys.has(key)) return key
        keys.add(key)
      }
      at = end
    }
  }
  return undefined
}

const isText = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string'
const HEADERS = ['alg', 'kid', 'nonce']

/** A header that says what it says once, in texts where those belong, and brings no key along that is none. */
export const isReadable = (header: Record<string, unknown>, part: string): boolean =>
  HEADERS.every((name) => isText(header[name])) && hasUsableKey(header) && keyTwice(part) === undefined

/** A key that a token brings along is never used, but one that is no public key makes it unreadable. */
function hasUsableKey({ jwk }: Record<string, unknown>): boolean {
  if (jwk === undefined) return true
  try {
    return isJsonObject(jwk) && jwk.d === undefined && createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).type === 'public'
  } catch {
    return false
  }
}

/** JSON Web Signatures (RFC 7515) as far as service account tokens need them. */
import { createPublicKey, hash, type JsonWebKey, type KeyObject } from 'node:crypto'
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

/** A key that a token brings along is never used, but one that is no public key makes it unreadable. */
export function hasUsableKey({ jwk }: Record<string, unknown>): boolean {
  if (jwk === undefined) return true
  try {
    return isJsonObject(jwk) && jwk.d === undefined && createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).type === 'public'
  } catch {
    return false
  }
}

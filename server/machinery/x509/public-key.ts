import { createPublicKey, type KeyObject } from 'node:crypto'

/** Keys that certificates are asked for, by what Go's crypto/x509 makes of them. */
export type KeyKind = 'Ed25519' | 'ECDSA' | 'RSA' | 'other'

const KINDS: Readonly<Record<string, KeyKind>> = { ed25519: 'Ed25519', ec: 'ECDSA', rsa: 'RSA', x25519: 'other', dsa: 'other' }
/** The curves of Go's crypto/elliptic by their names in OpenSSL. */
const CURVES: Readonly<Record<string, string>> = { secp224r1: 'P-224', prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

export interface PublicKey {
  readonly kind: KeyKind
  readonly key: KeyObject
  /** Of an ECDSA key: `P-256`. */
  readonly curve?: string
  /** Of an RSA key: bits of the modulus, whole bytes. */
  readonly bits?: number
}

/** Reads a SubjectPublicKeyInfo. Throws an Error in crypto/x509's words when it is none or of a kind that Go does not read. */
export function publicKeyOf(der: Buffer): PublicKey {
  let key: KeyObject
  try {
    key = createPublicKey({ key: der, type: 'spki', format: 'der' })
  } catch {
    throw new Error('x509: unknown public key algorithm')
  }
  const kind = KINDS[key.asymmetricKeyType ?? '']
  if (kind === undefined) throw new Error('x509: unknown public key algorithm')
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {}
  if (kind === 'RSA') return { kind, key, bits: Math.ceil((modulusLength ?? 0) / 8) * 8 }
  if (kind !== 'ECDSA') return { kind, key }
  const curve = CURVES[namedCurve ?? '']
  if (curve === undefined) throw new Error('x509: unsupported elliptic curve')
  return { kind, key, curve }
}

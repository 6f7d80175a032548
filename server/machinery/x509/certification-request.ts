import { constants, verify } from 'node:crypto'
import { DerReader, bitsOf } from './der-reader.ts'
import { oid, parse, tag, type Node } from './der.ts'
import { readName, type Subject } from './name.ts'
import { decodePem } from './pem.ts'
import { publicKeyOf, type KeyKind, type PublicKey } from './public-key.ts'

/** A certification request (RFC 2986) as somebody has sent it. */
export interface CertificationRequest {
  readonly subject: Subject
  /** The subject as DER. */
  readonly name: Buffer
  readonly publicKey: PublicKey
  /** The names that a certificate may be valid for, as elements of a subjectAltName, in the order in which it has them. */
  readonly names: readonly Buffer[]
  /** How many there are of each. */
  readonly counts: Readonly<Record<'dns' | 'email' | 'ip' | 'uri', number>>
  /** Why it is not clear that whoever made the request has the key, in crypto/x509's words; undefined: they have it. */
  readonly signatureFault: string | undefined
}

const SUBJECT_ALT_NAME = oid('2.5.29.17')
const EXTENSION_REQUEST = oid('1.2.840.113549.1.9.14')
/** The general names that go into a certificate, and their order there. */
const KINDS: Readonly<Record<number, keyof CertificationRequest['counts']>> = { 0x81: 'email', 0x82: 'dns', 0x86: 'uri', 0x87: 'ip' }
const ORDER = [0x82, 0x81, 0x87, 0x86]

/** How signatures are made: whose key, and the digest, null where the key says it. RSA-PSS is not among them. */
const ALGORITHMS: readonly (readonly [id: string, kind: KeyKind, digest: string | null])[] = [
  ['1.2.840.113549.1.1.5', 'RSA', 'sha1'],
  ['1.2.840.113549.1.1.11', 'RSA', 'sha256'],
  ['1.2.840.113549.1.1.12', 'RSA', 'sha384'],
  ['1.2.840.113549.1.1.13', 'RSA', 'sha512'],
  ['1.2.840.10045.4.1', 'ECDSA', 'sha1'],
  ['1.2.840.10045.4.3.2', 'ECDSA', 'sha256'],
  ['1.2.840.10045.4.3.3', 'ECDSA', 'sha384'],
  ['1.2.840.10045.4.3.4', 'ECDSA', 'sha512'],
  ['1.3.101.112', 'Ed25519', null],
]
const UNIMPLEMENTED = 'x509: cannot verify signature: algorithm unimplemented'
const GO_TYPES: Readonly<Record<KeyKind, string>> = {
  RSA: '*rsa.PublicKey',
  ECDSA: '*ecdsa.PublicKey',
  Ed25519: 'ed25519.PublicKey',
  other: '',
}
const FAILURES: Readonly<Record<KeyKind, string>> = {
  RSA: 'crypto/rsa: verification error',
  ECDSA: 'x509: ECDSA verification failure',
  Ed25519: 'x509: Ed25519 verification failure',
  other: UNIMPLEMENTED,
}

function signatureFault(algorithm: Buffer, { kind, key }: PublicKey, signed: Buffer, signature: Buffer): string | undefined {
  const found = ALGORITHMS.find(([id]) => algorithm.equals(oid(id)))
  if (found === undefined || kind === 'other') return UNIMPLEMENTED
  const [, wanted, digest] = found
  if (wanted !== kind) return `x509: signature algorithm specifies an ${wanted} public key, but have public key of type ${GO_TYPES[kind]}`
  const padding = kind === 'RSA' ? { padding: constants.RSA_PKCS1_PADDING } : {}
  return verify(digest, signed, { key, ...padding }, signature) ? undefined : FAILURES[kind]
}

function alternativeNames(attributes: Node): Node[] {
  for (const attribute of parse(attributes.content)) {
    const [id, values] = parse(attribute.content)
    if (id === undefined || values === undefined || !id.whole.equals(EXTENSION_REQUEST)) continue
    for (const extension of parse(parse(values.content)[0]?.content ?? Buffer.alloc(0))) {
      const parts = parse(extension.content)
      const value = parts.find(({ type }) => type === tag.octetString)
      if (parts[0]?.whole.equals(SUBJECT_ALT_NAME) === true && value !== undefined)
        return parse(parse(value.content)[0]?.content ?? Buffer.alloc(0))
    }
  }
  return []
}

const ATTRIBUTES = 0xa0

/** Reads DER. Throws an Error in the words of Go's crypto/x509 and encoding/asn1 when it is no request. */
export function readCertificationRequest(der: Buffer): CertificationRequest {
  const whole = new DerReader(der)
  const request = new DerReader(whole.next(tag.sequence, 'certificateRequest').content)
  const body = request.next(tag.sequence, 'tbsCertificateRequest')
  const fields = new DerReader(body.content)
  fields.next(tag.integer, 'int')
  const name = fields.any()
  const key = fields.next(tag.sequence, 'publicKeyInfo')
  const attributes = fields.next(ATTRIBUTES, '[]asn1.RawValue')
  const algorithm = new DerReader(request.next(tag.sequence, 'AlgorithmIdentifier').content).next(tag.objectIdentifier, 'ObjectIdentifier')
  const signature = bitsOf(request.next(tag.bitString, 'BitString').content)
  whole.end()
  const publicKey = publicKeyOf(key.whole)
  const named = alternativeNames(attributes)
    .filter(({ type }) => type in KINDS)
    .sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
  const counts = { dns: 0, email: 0, ip: 0, uri: 0 }
  for (const { type } of named) counts[KINDS[type]!]++
  return {
    ...{ subject: readName(name.whole), name: name.whole, publicKey, names: named.map((n) => n.whole), counts },
    signatureFault: signatureFault(algorithm.whole, publicKey, body.whole, signature),
  }
}

/** Reads PEM. Throws an Error, in the reference's words, when it is no request. */
export function parseCertificateRequest(pem: string): CertificationRequest {
  const block = decodePem(pem)
  if (block?.type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST')
  return readCertificationRequest(block.der)
}

import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { oid, parse, tag, type Node } from './der.ts'
import { readName, type Subject } from './x509.ts'

/** A certification request (RFC 2986) as somebody has sent it. */
export interface CertificationRequest {
  readonly subject: Subject
  /** The subject as DER. */
  readonly name: Buffer
  readonly publicKey: KeyObject
  /** The names that a certificate may be valid for, as elements of a subjectAltName. */
  readonly names: readonly Buffer[]
  /** How many there are of each. */
  readonly counts: Readonly<Record<'dns' | 'email' | 'ip' | 'uri', number>>
  /** Whether whoever made the request has the key. */
  readonly signed: boolean
}

const SUBJECT_ALT_NAME = oid('2.5.29.17')
const EXTENSION_REQUEST = oid('1.2.840.113549.1.9.14')
/** The general names that go into a certificate. */
const KINDS: Readonly<Record<number, keyof CertificationRequest['counts']>> = { 0x81: 'email', 0x82: 'dns', 0x86: 'uri', 0x87: 'ip' }

/** Digests of signatures; null where the key says it. RSA-PSS is not among them. */
const ALGORITHMS = [
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.3.101.112', null],
] as const

function alternativeNames(attributes: Node | undefined): Node[] {
  if (attributes?.type !== 0xa0) return []
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

/** Reads PEM. Throws an Error when it is no request. */
export function parseCertificateRequest(pem: string): CertificationRequest {
  const base64 = /-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE REQUEST-----/.exec(pem)?.[1]
  if (base64 === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST')
  const [request] = parse(Buffer.from(base64, 'base64'))
  const [body, algorithm, signature] = parse(request?.content ?? Buffer.alloc(0))
  const [, name, key, attributes] = parse(body?.content ?? Buffer.alloc(0))
  if (body === undefined || algorithm === undefined || signature === undefined || name === undefined || key === undefined) {
    throw new RangeError('truncated certification request')
  }
  const publicKey = createPublicKey({ key: key.whole, type: 'spki', format: 'der' })
  const digest = ALGORITHMS.find(([id]) => parse(algorithm.content)[0]?.whole.equals(oid(id)) === true)?.[1]
  const named = alternativeNames(attributes).filter(({ type }) => type in KINDS)
  const counts = { dns: 0, email: 0, ip: 0, uri: 0 }
  for (const { type } of named) counts[KINDS[type]!]++
  return {
    ...{ subject: readName(name.whole), name: name.whole, publicKey, names: named.map(({ whole }) => whole), counts },
    signed: digest !== undefined && verify(digest, body.whole, publicKey, signature.content.subarray(1)),
  }
}

import { sign, type KeyObject } from 'node:crypto'
import { bitString, integer, oid, sequence, tag, tlv } from './der.ts'

export interface NewRequest {
  readonly commonName: string
  readonly organizations?: readonly string[]
  /** DER of each attribute (RFC 2986 §4.1). */
  readonly attributes?: readonly Buffer[]
  /** EC on the curve P-256. */
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const attributeOfName = (id: string, value: string): Buffer => tlv(tag.set, sequence(oid(id), tlv(tag.utf8String, Buffer.from(value))))

/** A certification request (RFC 2986) as PEM. */
export function newCertificationRequest({ commonName, organizations = [], attributes = [], publicKey, privateKey }: NewRequest): string {
  const body = sequence(
    integer(Buffer.of(0)),
    sequence(...organizations.map((o) => attributeOfName('2.5.4.10', o)), attributeOfName('2.5.4.3', commonName)),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa0, ...attributes),
  )
  const der = sequence(body, sequence(oid('1.2.840.10045.4.3.2')), bitString(sign('sha256', body, privateKey)))
  const base64 = der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')
  return `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`
}

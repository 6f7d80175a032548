import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { bitString, integer, oid, sequence, tag, time, tlv } from '../der.ts'

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const VERSION_3 = tlv(0xa0, integer(Buffer.of(2)))

export interface Leaf {
  readonly publicKey: KeyObject
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly until: number
  /** Elements of a subjectAltName by their tag: `[0x82, 'host']`. */
  readonly names?: readonly (readonly [number, string])[]
}

/** A certificate of a CA that nobody knows, in PEM. */
export function makeCertificate({ publicKey, from, until, names = [] }: Leaf): string {
  const list = sequence(...names.map(([type, value]) => tlv(type, Buffer.from(value))))
  const extension = sequence(oid('2.5.29.17'), tlv(tag.octetString, list))
  const body = sequence(
    ...[VERSION_3, integer(Buffer.of(1)), ECDSA_WITH_SHA256, sequence(), sequence(time(from), time(until)), sequence()],
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(names.length === 0 ? [] : [tlv(0xa3, sequence(extension))]),
  )
  const signature = sign('sha256', body, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
  const der = sequence(body, ECDSA_WITH_SHA256, bitString(signature))
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
}

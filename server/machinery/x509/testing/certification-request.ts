import { generateKeyPairSync, sign } from 'node:crypto'
import { bitString, integer, oid, sequence, tag, tlv } from '../der.ts'

export interface Asked {
  readonly commonName: string
  readonly organizations?: readonly string[]
  /** Elements of a subjectAltName by their tag: `[0x82, 'host']`. */
  readonly names?: readonly (readonly [number, string | Buffer])[]
  /** The signature is that of another key. */
  readonly forged?: boolean
}

const text = (id: string, value: string): Buffer => tlv(tag.set, sequence(oid(id), tlv(tag.utf8String, Buffer.from(value))))
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A certification request as a client would make it, with its key: both PEM. */
export function makeRequest({ commonName, organizations = [], names = [], forged = false }: Asked): { request: string; key: string } {
  const { publicKey, privateKey } = newKey()
  const list = names.map(([type, value]) => tlv(type, Buffer.from(value as string)))
  const extension = sequence(oid('2.5.29.17'), tlv(tag.octetString, sequence(...list)))
  const attribute = sequence(oid('1.2.840.113549.1.9.14'), tlv(tag.set, sequence(extension)))
  const body = sequence(
    integer(Buffer.of(0)),
    sequence(...organizations.map((o) => text('2.5.4.10', o)), text('2.5.4.3', commonName)),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa0, ...(list.length === 0 ? [] : [attribute])),
  )
  const signature = sign('sha256', body, forged ? newKey().privateKey : privateKey)
  const der = sequence(body, sequence(oid('1.2.840.10045.4.3.2')), bitString(signature))
  const base64 = der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')
  return {
    request: `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

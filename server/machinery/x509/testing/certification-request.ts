import { generateKeyPairSync } from 'node:crypto'
import { oid, sequence, tag, tlv } from '../der.ts'
import { newCertificationRequest } from '../new-request.ts'

export interface Asked {
  readonly commonName: string
  readonly organizations?: readonly string[]
  /** Elements of a subjectAltName by their tag: `[0x82, 'host']`. */
  readonly names?: readonly (readonly [number, string | Buffer])[]
  /** The signature is that of another key. */
  readonly forged?: boolean
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A certification request as a client would make it, with its key: both PEM. */
export function makeRequest({ commonName, organizations = [], names = [], forged = false }: Asked): { request: string; key: string } {
  const { publicKey, privateKey } = newKey()
  const list = names.map(([type, value]) => tlv(type, Buffer.from(value as string)))
  const extension = sequence(oid('2.5.29.17'), tlv(tag.octetString, sequence(...list)))
  const attribute = sequence(oid('1.2.840.113549.1.9.14'), tlv(tag.set, sequence(extension)))
  const request = newCertificationRequest({
    ...{ commonName, organizations, publicKey },
    privateKey: forged ? newKey().privateKey : privateKey,
    attributes: list.length === 0 ? [] : [attribute],
  })
  return { request, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

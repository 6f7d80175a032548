/** A key of one's own and a request for its certificate (RFC 2986), made in this page: the key is sent nowhere. */

export interface NewKey {
  /** PKCS #8, PEM. */
  key: string
  /** The certification request, PEM. */
  request: string
}

const tags = { integer: 0x02, bitString: 0x03, oid: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31, attributes: 0xa0 }

/** Identifiers as their bytes. */
const oids = {
  organization: [0x55, 0x04, 0x0a],
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
}

const joined = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

const tlv = (tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const content = joined(parts)
  return joined([Uint8Array.from([tag, ...lengthOf(content.length)]), content])
}
const oid = (bytes: readonly number[]): Uint8Array => tlv(tags.oid, Uint8Array.from(bytes))
const bitString = (bytes: Uint8Array): Uint8Array => tlv(tags.bitString, Uint8Array.of(0), bytes)

/** A positive number: no zeros in front but the one that keeps it positive. */
function integer(bytes: Uint8Array): Uint8Array {
  let from = 0
  while (from < bytes.length - 1 && bytes[from] === 0) from++
  const rest = bytes.subarray(from)
  return tlv(tags.integer, ...((rest[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), rest)
}

const nameOf = (id: readonly number[], value: string): Uint8Array =>
  tlv(tags.set, tlv(tags.sequence, oid(id), tlv(tags.utf8, new TextEncoder().encode(value))))

export const base64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))

const pem = (what: string, der: Uint8Array): string =>
  `-----BEGIN ${what}-----\n${base64(der).replace(/(.{64})(?=.)/g, '$1\n')}\n-----END ${what}-----\n`

/** For a user of this name in these groups, as a client certificate says them. */
export async function newKey(user: string, groups: readonly string[]): Promise<NewKey> {
  const { subtle } = crypto
  const pair = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const body = tlv(
    tags.sequence,
    integer(Uint8Array.of(0)),
    tlv(tags.sequence, ...groups.map((group) => nameOf(oids.organization, group)), nameOf(oids.commonName, user)),
    new Uint8Array(await subtle.exportKey('spki', pair.publicKey)),
    tlv(tags.attributes),
  )
  // Both halves side by side; a certificate has them as two integers.
  const halves = new Uint8Array(await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, body))
  const signature = tlv(tags.sequence, integer(halves.subarray(0, 32)), integer(halves.subarray(32)))
  return {
    key: pem('PRIVATE KEY', new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey))),
    request: pem('CERTIFICATE REQUEST', tlv(tags.sequence, body, tlv(tags.sequence, oid(oids.ecdsaWithSha256)), bitString(signature))),
  }
}

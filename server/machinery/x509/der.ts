/** The few DER structures (X.690) that certificates are made of. */

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

export function tlv(type: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const n = content.length
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >>> 8, n & 255]
  return Buffer.concat([Buffer.of(type, ...length), content])
}

export const sequence = (...parts: Uint8Array[]): Buffer => tlv(tag.sequence, ...parts)

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes: number[] = []
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc & 127]
    for (let v = Math.floor(arc / 128); v > 0; v = Math.floor(v / 128)) groups.unshift((v & 127) | 128)
    bytes.push(...groups)
  }
  return tlv(tag.objectIdentifier, Buffer.from(bytes))
}

/** An unsigned integer, big-endian. */
export function integer(bytes: Uint8Array): Buffer {
  let at = 0
  while (at < bytes.length - 1 && bytes[at] === 0) at++
  const short = bytes.subarray(at)
  return tlv(tag.integer, short[0]! >= 128 ? Buffer.of(0) : Buffer.alloc(0), short)
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
export function time(ms: number): Buffer {
  const digits = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  const late = new Date(ms).getUTCFullYear() >= 2050
  return tlv(late ? tag.generalizedTime : tag.utcTime, Buffer.from(late ? digits : digits.slice(2), 'latin1'))
}

export const bitString = (bytes: Uint8Array, unused = 0): Buffer => tlv(tag.bitString, Buffer.of(unused), bytes)

export interface Node {
  readonly type: number
  /** With type and length. */
  readonly whole: Buffer
  readonly content: Buffer
}

/** The elements that `bytes` consists of. Throws RangeError when they do not add up. */
export function parse(bytes: Buffer): Node[] {
  const nodes: Node[] = []
  for (let at = 0; at < bytes.length; ) {
    const first = bytes.readUInt8(at + 1)
    const more = first < 128 ? 0 : first & 127
    if (more > 4 || first === 128) throw new RangeError('length of a DER element')
    const start = at + 2 + more
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more)
    if (start + length > bytes.length) throw new RangeError('truncated DER element')
    nodes.push({ type: bytes[at]!, whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return nodes
}

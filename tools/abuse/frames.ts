/** Writers of HTTP/2 frames (RFC 9113) and HPACK fields (RFC 7541) that check nothing: what is wrong with them is the attack. */
export const type = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
  unknown: 0x42,
} as const
export const END_STREAM = 1
export const ACK = 1
export const END_HEADERS = 4
export const INITIAL_WINDOW_SIZE = 4
export const HEADER_SIZE = 9

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

export function frame(kind: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(HEADER_SIZE + payload.length)
  bytes.writeUIntBE(payload.length, 0, 3)
  bytes[3] = kind
  bytes[4] = flags
  bytes.writeUInt32BE(stream, 5)
  bytes.set(payload, HEADER_SIZE)
  return bytes
}

const numbered = (kind: number, stream: number, value: number): Buffer => {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(value)
  return frame(kind, 0, stream, payload)
}

export const rstStream = (stream: number, code: number): Buffer => numbered(type.rstStream, stream, code)
export const windowUpdate = (stream: number, increment: number): Buffer => numbered(type.windowUpdate, stream, increment)

export function settings(entries: Readonly<Record<number, number>> = {}): Buffer {
  const rows = Object.entries(entries)
  const payload = Buffer.alloc(rows.length * 6)
  rows.forEach(([name, value], i) => {
    payload.writeUInt16BE(Number(name), i * 6)
    payload.writeUInt32BE(value, i * 6 + 2)
  })
  return frame(type.settings, 0, 0, payload)
}

/** An integer with an n-bit prefix (RFC 7541 §5.1), under the bits of `pattern`. */
export function integer(value: number, prefixBits: number, pattern = 0): Buffer {
  const most = 2 ** prefixBits - 1
  if (value < most) return Buffer.from([pattern | value])
  const out = [pattern | most]
  let rest = value - most
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  out.push(rest)
  return Buffer.from(out)
}

const text = (s: string): Buffer => {
  const bytes = Buffer.from(s, 'latin1')
  return Buffer.concat([integer(bytes.length, 7), bytes])
}

/** A field that is not remembered. */
export const literal = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0]), text(name), text(value)])
/** A field that the peer puts into its dynamic table. */
export const remembered = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0x40]), text(name), text(value)])
/** A field of the static or the dynamic table (from 62 on, the newest first). */
export const indexed = (index: number): Buffer => integer(index, 7, 0x80)
export const tableSize = (bytes: number): Buffer => integer(bytes, 5, 0x20)

export const block = (fields: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat(Object.entries(fields).map(([name, value]) => literal(name, value)))

/** A GET's header block; with a token it is somebody's. */
export const getBlock = (path: string, token?: string, more: Readonly<Record<string, string>> = {}): Buffer =>
  block({
    ':method': 'GET',
    ':scheme': 'https',
    ':authority': 'localhost',
    ':path': path,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...more,
  })

const MAX_FRAME = 16_384

/** A header block in as many full frames as it needs. */
export function headerFrames(stream: number, fields: Buffer, flags = END_STREAM): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < fields.length || at === 0; at += MAX_FRAME) {
    const last = at + MAX_FRAME >= fields.length
    const piece = fields.subarray(at, at + MAX_FRAME)
    if (at === 0) pieces.push(frame(type.headers, flags | (last ? END_HEADERS : 0), stream, piece))
    else pieces.push(frame(type.continuation, last ? END_HEADERS : 0, stream, piece))
  }
  return Buffer.concat(pieces)
}

/**
 * The same bytes in memory of their own. Small buffers are pieces of Node's pool of 64 KB: one that stays keeps all of it,
 * with whatever else was cut from it.
 */
export function unpooled(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength <= 2 * bytes.length) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}

/**
 * Buffers that frames are gathered in before they go to a socket. One slab serves many connections; it is used again when all
 * writes out of it are done. Gathering costs a copy of what a write takes anyway (TLS encrypts from one contiguous buffer).
 */
export interface Slab {
  readonly bytes: Buffer
  used: number
  writes: number
}

const slabSize = 65_536
const keep = 32
const free: Slab[] = []
let current: Slab = { bytes: Buffer.allocUnsafeSlow(slabSize), used: 0, writes: 0 }

/** A slab with at least `room` bytes left (at most slabSize). */
export function takeSlab(room: number): Slab {
  if (current.writes === 0) current.used = 0
  if (slabSize - current.used < room) current = free.pop() ?? { bytes: Buffer.allocUnsafeSlow(slabSize), used: 0, writes: 0 }
  return current
}

/** A write out of this slab is done. */
export function releaseSlab(slab: Slab): void {
  slab.writes--
  if (slab.writes > 0 || slab === current) return
  slab.used = 0
  if (free.length < keep) free.push(slab)
}

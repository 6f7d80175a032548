import type { FrameEncoder } from '../cache/watchers.ts'
import { objectFrame } from '../machinery/object-frame.ts'
import type { ResourceEncoder } from './encoders/contract.ts'

/** Bytes from which on an object is read in turns with others. */
const LARGE = 128 * 1024

const MEMO = new WeakMap<FrameEncoder, FrameEncoder>()

/**
 * The frames of a watch by a client in this process: where an encoder shows objects as they are, they are handed over, parsed once for all
 * who watch; any other one's frames stay bytes.
 */
export function objectFrames({ frames, shared }: ResourceEncoder): FrameEncoder {
  if (shared === undefined) return frames
  let memo = MEMO.get(frames)
  if (memo === undefined) {
    memo = {
      key: `object ${frames.key}`,
      event: (type, entry) =>
        objectFrame(entry.body, () => ({ type, object: shared(entry) }), entry.size < LARGE ? undefined : () => entry.sharing()),
      bookmark: (revision, end) => frames.bookmark(revision, end),
    }
    MEMO.set(frames, memo)
  }
  return memo
}

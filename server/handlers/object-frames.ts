import type { Entry } from '../cache/entry.ts'
import type { FrameEncoder } from '../cache/watchers.ts'
import { objectFrame } from '../machinery/object-frame.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { Shape } from './representation.ts'

const JSON_FRAMES = /^json /
const PARTIAL = /^json partial (.*)/
const MEMO = new WeakMap<FrameEncoder, FrameEncoder>()

/**
 * The frames of a watch by a client in this process: JSON shapes hand the object over as it is, parsed once for all who
 * watch; any other shape stays bytes.
 */
export function objectFrames(served: ServedResource, shape: Shape): FrameEncoder {
  const { frames } = shape
  if (!JSON_FRAMES.test(frames.key)) return frames
  let memo = MEMO.get(frames)
  if (memo === undefined) MEMO.set(frames, (memo = encoder(served, frames)))
  return memo
}

function encoder(served: ServedResource, frames: FrameEncoder): FrameEncoder {
  const whole = (e: Entry): KubeObject => (served.identity ? e.shared() : served.fromStored(e.object()))
  const apiVersion = PARTIAL.exec(frames.key)?.[1]
  const partial = (e: Entry): KubeObject => ({ kind: 'PartialObjectMetadata', apiVersion, metadata: whole(e).metadata })
  const object = apiVersion === undefined ? whole : partial
  return {
    key: `object ${frames.key}`,
    event: (type, entry) => objectFrame(entry.body, () => ({ type, object: object(entry) })),
    bookmark: (revision, end) => frames.bookmark(revision, end),
  }
}

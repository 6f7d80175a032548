import { eventOf, preparationOf } from '../machinery/object-frame.ts'
import { parseIntegers } from '../machinery/numbers.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Status } from '../machinery/status.ts'
import { fromStatus } from './rest.ts'

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'

export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: WatchEventType
  object: T
}

const NEWLINE = 0x0a

/** Splits a stream of newline-ended frames; a frame may span chunks, a chunk may hold many frames. A torn last frame stays out. */
export class FrameSplitter {
  #rest: Buffer[] = []

  /** The frames that this chunk completes. */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start)
      if (end === -1) break
      const piece = chunk.subarray(start, end)
      const frame = this.#rest.length === 0 ? piece : Buffer.concat([...this.#rest, piece])
      this.#rest = []
      start = end + 1
      if (frame.length > 0) frames.push(frame)
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start))
    return frames
  }
}

/**
 * Watch events in order, from JSON frames or from a server in this process that hands objects over. An ERROR event ends the
 * stream by throwing its Status; a torn last frame is dropped.
 */
export async function* decodeWatch<T extends KubeObject>(body: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent<T>> {
  const splitter = new FrameSplitter()
  for await (const chunk of body) {
    const prepare = preparationOf(chunk)
    if (prepare !== undefined) await prepare()
    const event = eventOf(chunk)
    if (event !== undefined) yield event as WatchEvent<T>
    else for (const frame of splitter.push(chunk)) yield parsed<T>(frame)
  }
}

function parsed<T extends KubeObject>(frame: Buffer): WatchEvent<T> {
  const event = parseIntegers(frame.toString('utf8')) as { type: string; object: unknown }
  if (event.type === 'ERROR') throw fromStatus(event.object as Partial<Status>)
  return event as WatchEvent<T>
}

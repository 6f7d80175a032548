import type { KubeObject } from '../machinery/types.ts'
import type { Status } from '../machinery/status.ts'
import { fromStatus } from './rest.ts'

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'

export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: WatchEventType
  object: T
}

const NEWLINE = 0x0a

/** Splits a stream of newline-ended frames; a frame may span chunks, a chunk may hold many frames. */
export async function* frames(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  for await (const chunk of body) {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start)
      if (end === -1) break
      const piece = chunk.subarray(start, end)
      const frame = rest.length === 0 ? piece : Buffer.concat([...rest, piece])
      rest = []
      start = end + 1
      if (frame.length > 0) yield frame
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
}

/** JSON watch events in order. An ERROR event ends the stream by throwing its Status; a torn last frame is dropped. */
export async function* decodeWatch<T extends KubeObject>(body: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent<T>> {
  for await (const frame of frames(body)) {
    const event = JSON.parse(frame.toString('utf8')) as { type: string; object: unknown }
    if (event.type === 'ERROR') throw fromStatus(event.object as Partial<Status>)
    yield event as WatchEvent<T>
  }
}

import type { KubeObject } from './types.ts'

/** A watch event as values. The object is shared by all who read it: nobody may change it. */
export interface ObjectEvent {
  type: string
  object: KubeObject
}

const EVENT = Symbol('event')
const PREPARED = Symbol('prepared')

/**
 * A watch event for a reader in this process: it goes the way of bytes (queues, backpressure by length), but what the reader
 * takes from it is the object, so that nothing is encoded, copied and parsed on the way. `bytes` only says how much it weighs.
 */
export function objectFrame(bytes: Buffer, event: () => ObjectEvent, prepare?: () => Promise<unknown>): Buffer {
  return Object.assign(bytes.subarray(), { [EVENT]: event, [PREPARED]: prepare })
}

/** What a large object is made by in turns with others; whoever awaits it takes the event right afterwards. */
export const preparationOf = (frame: Buffer): (() => Promise<unknown>) | undefined =>
  (frame as { [PREPARED]?: () => Promise<unknown> })[PREPARED]

/** The event of a frame that `objectFrame` made; undefined for plain bytes. */
export function eventOf(frame: Buffer): ObjectEvent | undefined {
  return (frame as { [EVENT]?: () => ObjectEvent })[EVENT]?.()
}

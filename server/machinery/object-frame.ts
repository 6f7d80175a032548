import type { KubeObject } from './types.ts'

/** A watch event as values. The object is shared by all who read it: nobody may change it. */
export interface ObjectEvent {
  type: string
  object: KubeObject
}

const EVENT = Symbol('event')

/**
 * A watch event for a reader in this process: it goes the way of bytes (queues, backpressure by length), but what the reader
 * takes from it is the object, so that nothing is encoded, copied and parsed on the way. `bytes` only says how much it weighs.
 */
export function objectFrame(bytes: Buffer, event: () => ObjectEvent): Buffer {
  return Object.assign(bytes.subarray(), { [EVENT]: event })
}

/** The event of a frame that `objectFrame` made; undefined for plain bytes. */
export function eventOf(frame: Buffer): ObjectEvent | undefined {
  return (frame as { [EVENT]?: () => ObjectEvent })[EVENT]?.()
}

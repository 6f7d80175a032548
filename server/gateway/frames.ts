import type { Status } from '../machinery/status.ts'
import { isFields } from './kubeconfig.ts'

/** What the window asks on the watch socket. */
export type ClientMessage = { op: 'open'; id: number; context: string; path: string; accept?: string } | { op: 'close'; id: number }

/**
 * What the socket answers. `data` carries the events of a JSON stream as they came, or the lines of a text stream (logs) as strings; one of
 * more than a MiB as `{ text, bytes }`, its beginning and how long it is. The last line of a stream that rests before the line's end comes as
 * `{ text, open: true }`, and in whole again with whatever follows: more of it, or its end.
 * `silent`: it brought nothing for so long that it was given up. `error` ends the feed; without an id it answers a message that could not be understood.
 */
export type ServerMessage =
  | { id: number; t: 'open'; status: number }
  | { id: number; t: 'data'; lines: unknown[] }
  | { id: number; t: 'end'; silent?: boolean }
  | { id?: number; t: 'error'; status: number; body: Status }

/** JSON with any parameters (`as=Table` makes watches send rows): lines of another format could not be spliced into a frame. */
const JSON_TYPES = /^application\/json(?:;[\w.=]+)*(?:,application\/json(?:;[\w.=]+)*)*$/

/** Throws an Error with a sentence when the message is not one of ClientMessage. */
export function parseClientMessage(raw: string): ClientMessage {
  let m: unknown
  try {
    m = JSON.parse(raw)
  } catch {
    throw new Error('the message is not JSON')
  }
  if (!isFields(m)) throw new Error('the message is not an object')
  const { op, id, context, path, accept } = m
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) throw new Error('id must be a whole number')
  if (op === 'close') return { op, id }
  if (op !== 'open') throw new Error('op must be "open" or "close"')
  if (typeof context !== 'string' || context === '') throw new Error('context must be a name')
  if (typeof path !== 'string') throw new Error('path must be a string')
  if (accept === undefined) return { op, id, context, path }
  if (typeof accept !== 'string' || !JSON_TYPES.test(accept)) throw new Error('accept must be a list of JSON media types')
  return { op, id, context, path, accept }
}

const OPEN = Buffer.from('{"lines":[')
const COMMA = Buffer.from(',')

/**
 * Lines that are JSON already are spliced in as bytes: nothing is built anew on the way from the API server to the window. Whose they are
 * comes last, since the last of several members of one name counts: no line can say that it is another feed's.
 */
export function dataFrame(id: number, lines: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [OPEN]
  for (const [i, line] of lines.entries()) {
    if (i > 0) parts.push(COMMA)
    parts.push(line)
  }
  parts.push(Buffer.from(`],"id":${id},"t":"data"}`))
  return Buffer.concat(parts)
}

export function frame(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message))
}

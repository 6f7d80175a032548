import { flag, frameHeaderSize, frameType } from './constants.ts'
import { encodeInterim } from './hpack-encoder.ts'
import { writeFrameHeader } from './output.ts'

/** Control frames of RFC 9113 §6, whole. */
function frame(type: number, flags: number, id: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeaderSize + payload.length)
  writeFrameHeader(bytes, 0, payload.length, type, flags, id)
  bytes.set(payload, frameHeaderSize)
  return bytes
}

function withNumber(type: number, id: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeaderSize + 4)
  writeFrameHeader(bytes, 0, 4, type, 0, id)
  bytes.writeUInt32BE(value, frameHeaderSize)
  return bytes
}

export const rstStreamFrame = (id: number, code: number): Buffer => withNumber(frameType.rstStream, id, code)

export const windowUpdateFrame = (id: number, increment: number): Buffer => withNumber(frameType.windowUpdate, id, increment)

export function settingsFrame(entries: readonly (readonly [name: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(entries.length * 6)
  entries.forEach(([name, value], i) => {
    payload.writeUInt16BE(name, i * 6)
    payload.writeUInt32BE(value, i * 6 + 2)
  })
  return frame(frameType.settings, 0, 0, payload)
}

export const settingsAck = frame(frameType.settings, flag.ack, 0, new Uint8Array())

export const pingFrame = (payload: Uint8Array, ack: boolean): Buffer => frame(frameType.ping, ack ? flag.ack : 0, 0, payload)

export function goawayFrame(lastId: number, code: number, message: string): Buffer {
  const text = Buffer.from(message, 'utf8')
  const payload = Buffer.alloc(8 + text.length)
  payload.writeUInt32BE(lastId, 0)
  payload.writeUInt32BE(code, 4)
  payload.set(text, 8)
  return frame(frameType.goaway, 0, 0, payload)
}

export const continueFrame = (id: number): Buffer => frame(frameType.headers, flag.endHeaders, id, encodeInterim(100))

import type { WebSocket } from 'ws'
import type { WatchOutput } from '../cache/watchers.ts'
import type { Exchange } from '../serving/exchange.ts'
import { acceptWebSocket, handshakeError, offeredProtocols } from '../serving/websocket.ts'

/** What is on its way to a client before it counts as slow, in bytes. */
const HIGH_WATER = 1 << 20
/** Frames in protobuf begin with their length, which a message has of its own. */
const LENGTH_BYTES = 4

/** A watch's output and its client's end. */
export interface SocketOutput extends WatchOutput {
  onClose(callback: () => void): void
}

export const asksForSocket = (exchange: Exchange): boolean => offeredProtocols(exchange) !== undefined

/**
 * The output of a watch over a WebSocket, which browsers and Java's clients prefer: one message an event, text where the media type is
 * JSON (apiserver `handlers/watch.go`, HandleWS, on golang.org/x/net/websocket). Undefined when the request was refused or its client has gone.
 */
export function watchSocket(exchange: Exchange, contentType: string): SocketOutput | undefined {
  const offered = (offeredProtocols(exchange) ?? []).filter((name) => name !== '')
  const refused = handshakeError(exchange)
  const { origin = '' } = exchange.headers
  // A page's address is not compared with anything, but there must be one.
  const status = refused?.status ?? (origin === '' || !URL.canParse(origin) ? 403 : offered.length > 1 ? 400 : undefined)
  if (status !== undefined) {
    exchange.respond(status, refused === undefined ? {} : { 'sec-websocket-version': '13' }, Buffer.alloc(0))
    return undefined
  }
  const socket = acceptWebSocket(exchange, offered[0])
  if (socket === undefined) return undefined
  // A client has nothing to say; a connection that breaks off is one that ends.
  socket.on('error', () => socket.terminate())
  return outputTo(socket, contentType)
}

function outputTo(socket: WebSocket, contentType: string): SocketOutput {
  const binary = !contentType.startsWith('application/json')
  const skip = contentType.startsWith('application/vnd.kubernetes.protobuf') ? LENGTH_BYTES : 0
  let drained: (() => void) | undefined
  const flushed = (): void => {
    if (drained === undefined || socket.bufferedAmount > 0) return
    const resume = drained
    drained = undefined
    resume()
  }
  return {
    write(frame) {
      socket.send(skip === 0 ? frame : frame.subarray(skip), { binary }, flushed)
      return socket.bufferedAmount < HIGH_WATER
    },
    onDrain(callback) {
      drained = callback
      if (socket.bufferedAmount === 0) setImmediate(flushed)
    },
    end: () => socket.close(1000),
    onClose: (callback) => void socket.once('close', callback),
  }
}

import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Exchange } from './exchange.ts'

/** A message that is longer ends the connection, as at upstream's server. */
const MAX_MESSAGE = 32 << 20
/** Nothing said by either side, as at upstream's server and at kubelets. */
const IDLE_MS = 4 * 60 * 60 * 1000
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** The subprotocols that a request for a WebSocket offers; undefined when it asks for none, or for something else. */
export function offeredProtocols({ upgrade, headers }: Exchange): readonly string[] | undefined {
  if (upgrade === undefined || headers['upgrade']?.toLowerCase() !== 'websocket') return undefined
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
}

/** Why a request cannot become a WebSocket, for a plain answer with status 400 or 405; undefined when it can. */
export function handshakeError({ method, headers }: Exchange): { status: number; text: string } | undefined {
  if (method !== 'GET') return { status: 405, text: 'bad method' }
  if (headers['sec-websocket-version'] !== '13') return { status: 400, text: 'missing or bad WebSocket Version' }
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) return { status: 400, text: 'mismatch challenge/response' }
  return undefined
}

/** Makes a WebSocket of a request that can become one; undefined when the client has gone already. */
export function acceptWebSocket(exchange: Exchange, protocol: string | undefined): WebSocket | undefined {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MAX_MESSAGE })
  // `SPDY/3.1+…` is no token, as a subprotocol's name should be: `ws` would refuse it.
  const { 'sec-websocket-protocol': _, ...headers } = exchange.headers
  if (protocol !== undefined) server.on('headers', (lines: string[]) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`))
  const { socket, head } = exchange.upgrade!()
  let accepted: WebSocket | undefined
  server.handleUpgrade({ method: 'GET', headers } as unknown as IncomingMessage, socket, head, (webSocket) => (accepted = webSocket))
  if (socket instanceof Socket) socket.setTimeout(IDLE_MS, () => socket.destroy())
  return accepted
}

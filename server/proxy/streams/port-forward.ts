import type { WebSocket } from 'ws'
import type { Exchange } from '../../serving/exchange.ts'
import { takeLeave, type Switched } from '../tunnel.ts'
import { acceptWebSocket } from '../../serving/websocket.ts'

const PREFIX = 'SPDY/3.1+'
/** In bytes: so much may wait for a client before the kubelet has to. */
const HIGH_MARK = 1 << 20

export const isTunnelled = (protocol: string): boolean => protocol.startsWith(PREFIX) && protocol.endsWith('.k8s.io')

/** The protocols that a client would speak over SPDY, out of those that it offers for its WebSocket. */
export const tunnelledProtocols = (offered: readonly string[]): string[] => offered.filter(isTunnelled).map((p) => p.slice(PREFIX.length))

/** True when a kubelet has switched to SPDY, and not to something else. */
export const isSpdy = ({ answer }: Switched): boolean => (answer.headers.upgrade ?? '').toLowerCase().includes('spdy/3.1')

/**
 * A client speaks SPDY inside the messages of a WebSocket, the kubelet speaks it plainly (KEP 4006; apiserver `util/proxy/streamtunnel.go`): bytes
 * are carried over as they are.
 */
export function tunnelPorts(exchange: Exchange, offered: readonly string[], { answer, socket: kubelet, head }: Switched): void {
  const protocol = `${PREFIX}${String(answer.headers['x-stream-protocol-version'] ?? '').trim()}`
  const client = acceptWebSocket(exchange, offered.includes(protocol) ? protocol : undefined)
  kubelet.on('error', () => undefined)
  if (client === undefined) return void kubelet.destroy()
  toClient(client, kubelet, head)
  client.on('error', () => undefined)
  client.on('message', (message: Buffer, isBinary: boolean) => {
    if (!isBinary) return client.close(1000)
    if (!kubelet.write(message)) client.pause()
  })
  kubelet.on('drain', () => {
    if (client.isPaused) client.resume()
  })
  client.once('close', () => takeLeave(kubelet))
}

function toClient(client: WebSocket, kubelet: Switched['socket'], head: Buffer): void {
  const send = (chunk: Buffer): void => {
    if (client.readyState !== client.OPEN) return
    const isFull = client.bufferedAmount > HIGH_MARK
    if (isFull) kubelet.pause()
    client.send(chunk, () => {
      if (isFull) kubelet.resume()
    })
  }
  if (head.length > 0) send(head)
  kubelet.on('data', send)
  kubelet.once('close', () => {
    client.close(1000)
    if (client.isPaused) client.resume()
  })
}

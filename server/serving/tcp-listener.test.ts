import { EventEmitter, once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { Connections } from './connections.ts'
import { tcpListener } from './tcp-listener.ts'

const bounds = { total: 10, anonymous: 10, anonymousPerAddress: 10 }

async function start(): Promise<{ tls: EventEmitter; connections: Connections; clock: FakeClock; client: () => Promise<Socket> }> {
  const tls = new EventEmitter()
  const clock = new FakeClock()
  const connections = new Connections(clock, bounds)
  const listener = tcpListener(() => tls as TlsServer, connections, clock)
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  onTestFinished(() => {
    connections.destroyAll()
    connections.close()
    listener.close()
  })
  const { port } = listener.address() as AddressInfo
  const client = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1')
    const accepted = once(listener, 'connection')
    await once(socket, 'connect')
    await accepted
    return socket
  }
  return { tls, connections, clock, client }
}

test('TLS gets a connection with its first byte, and the byte', async () => {
  const { tls, connections, client } = await start()
  const given: Socket[] = []
  tls.on('connection', (socket: Socket) => given.push(socket))
  await client()
  const speaker = await client()
  expect([connections.size, given.length]).toEqual([2, 0])
  const came = once(tls, 'connection')
  speaker.write('\x16')
  await came
  expect(given.map((socket) => String(socket.read()))).toEqual(['\x16'])
})

test.each(['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HEAD /x HTTP/1.1\r\n', 'POST /x', 'PUT /x', 'OPTIONS *'])(
  'a request without TLS is told so: %j',
  async (request) => {
    const { tls, clock, client } = await start()
    tls.on('connection', () => expect.unreachable())
    const speaker = await client()
    const said: Buffer[] = []
    speaker.on('data', (chunk: Buffer) => said.push(chunk))
    const ended = once(speaker, 'end')
    // In two pieces.
    speaker.write(request.slice(0, 3))
    speaker.write(request.slice(3))
    await ended
    clock.advance(1000)
    await once(speaker, 'close')
    expect(Buffer.concat(said).toString()).toBe('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n')
  },
)

test.each(['GET x', 'DELETE /', 'TRACE / HTTP/1.1', 'get / HTTP/1.1'])('TLS judges other bytes: %j', async (bytes) => {
  const { tls, client } = await start()
  const speaker = await client()
  const came = once(tls, 'connection')
  speaker.write(bytes)
  const [socket] = (await came) as [Socket]
  expect(String(socket.read())).toBe(bytes)
})

test('one that ends without a byte is closed, and is none of them any more', async () => {
  const { tls, connections, client } = await start()
  tls.on('connection', () => expect.unreachable())
  const silent = await client()
  expect(connections.size).toBe(1)
  silent.end()
  await once(silent.resume(), 'close')
  expect(silent.destroyed).toBe(true)
  expect(connections.size).toBe(0)
})

test('one that is cut without a byte does no harm', async () => {
  const { connections, client } = await start()
  const cut = await client()
  cut.resetAndDestroy()
  await once(cut, 'close')
  const other = await client()
  other.end()
  await once(other.resume(), 'close')
  expect(connections.size).toBe(0)
})

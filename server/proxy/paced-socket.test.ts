import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Pace } from '../machinery/slice.ts'
import { PacedSocket, paced } from './paced-socket.ts'

let server: Server
let serve: (socket: Socket) => void
let port: number

beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(() => void server.close())

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

/** An agent whose sockets let each piece be followed by a turn of others. */
function everyPieceATurn(): { agent: Agent; sizes: number[] } {
  const sizes: number[] = []
  const agent = new Agent({ keepAlive: true })
  const connect = agent.createConnection.bind(agent)
  const pace: Pace = { step: () => new Promise((resolve) => setImmediate(resolve)) }
  agent.createConnection = (options) => {
    const socket = new PacedSocket(connect(options) as Socket, () => pace)
    const push = socket.push.bind(socket)
    socket.push = (bytes: Buffer | null, ...more) => {
      if (bytes !== null) sizes.push(bytes.length)
      return push(bytes, ...more)
    }
    return socket
  }
  return { agent, sizes }
}

async function get(agent: Agent): Promise<IncomingMessage> {
  const req = request({ host: '127.0.0.1', port, agent })
  req.end()
  const [answer] = (await once(req, 'response')) as [IncomingMessage]
  // What comes after the head concerns the answer.
  req.on('error', (e) => answer.destroy(e))
  return answer
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}

test('the parser gets at most 4 KiB before others have their turn', async () => {
  serve = (socket) => void socket.once('data', () => socket.write(`${HEAD}${'1\r\na\r\n'.repeat(30_000)}0\r\n\r\n`))
  const { agent, sizes } = everyPieceATurn()
  const body = await bodyOf(await get(agent))
  expect(body.equals(Buffer.alloc(30_000, 'a'))).toBe(true)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4096)
  expect(sizes.length).toBeGreaterThan((30_000 * 6) / 4096)
  agent.destroy()
})

test('all bytes in their order, whatever their pieces, up to the end of the connection', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20_000 }), { maxLength: 8 }), async (pieces) => {
      serve = (socket) =>
        void socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n')
          for (const piece of pieces) socket.write(piece)
          socket.end()
        })
      const { agent } = everyPieceATurn()
      const answer = await get(agent)
      // Late, so that the backend has closed when the first byte is read.
      await new Promise((resolve) => setImmediate(resolve))
      expect((await bodyOf(answer)).equals(Buffer.concat(pieces))).toBe(true)
      agent.destroy()
    }),
    { numRuns: 30 },
  )
})

test('a connection that is kept serves the next request', async () => {
  let connections = 0
  serve = (socket) => {
    connections++
    socket.on('data', () => socket.write(`${HEAD}2\r\nok\r\n0\r\n\r\n`))
  }
  const agent = paced(new Agent({ keepAlive: true }))
  for (let i = 0; i < 3; i++) expect((await bodyOf(await get(agent))).toString()).toBe('ok')
  expect(connections).toBe(1)
  agent.destroy()
})

test('a backend that is cut off is an error, and so is one that cannot be reached', async () => {
  serve = (socket) => void socket.once('data', () => socket.write(`${HEAD}5\r\nabc`, () => socket.resetAndDestroy()))
  const agent = paced(new Agent())
  await expect(get(agent).then(bodyOf)).rejects.toThrow(/aborted|ECONNRESET/)
  server.close()
  await once(server, 'close')
  await expect(get(agent)).rejects.toThrow('ECONNREFUSED')
})

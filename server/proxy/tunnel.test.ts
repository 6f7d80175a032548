import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { tunnel } from './tunnel.ts'

const open: (Server | Socket)[] = []
afterEach(() => {
  for (const one of open.splice(0)) 'destroy' in one ? one.destroy() : one.close()
})

/** Two ends of a connection; ours of a client's stays open when the client ends its side, as in a server, that of a backend does not. */
async function pair(allowHalfOpen: boolean): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer({ allowHalfOpen, pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const theirs = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  const [ours] = (await once(server, 'connection')) as [Socket]
  open.push(server, ours, theirs)
  theirs.on('error', () => undefined)
  return { ours, theirs }
}

const ANSWER = { statusCode: 101, statusMessage: 'Switching Protocols', rawHeaders: ['Upgrade', 'websocket'] } as unknown as IncomingMessage
const HEAD = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'

async function tunnelled(lingerMs?: number): Promise<{ client: Socket; backend: Socket; ends: readonly Socket[] }> {
  const [client, backend] = [await pair(true), await pair(false)]
  tunnel({ socket: client.ours, head: Buffer.from('early') }, { answer: ANSWER, socket: backend.ours, head: Buffer.from('late') }, lingerMs)
  return { client: client.theirs, backend: backend.theirs, ends: [client.ours, backend.ours] }
}

/** All that comes until the end. */
async function read(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'end')
  return Buffer.concat(chunks).toString()
}

/** However they end. */
const gone = (ends: readonly Socket[]): Promise<unknown> =>
  Promise.all(ends.map((end) => (end.destroyed ? Promise.resolve() : new Promise<void>((done) => void end.once('close', () => done())))))
const MUCH = 'x'.repeat(8 << 20)

test('what was there before the switch comes first, then bytes go both ways', async () => {
  const { client, backend, ends } = await tunnelled()
  const both = Promise.all([read(client), read(backend)])
  client.end('a')
  backend.end('b')
  expect(await both).toEqual([`${HEAD}lateb`, 'earlya'])
  await gone(ends)
})

test('a backend that hangs up is heard to its last word, whatever nobody reads any more', async () => {
  const { client, backend, ends } = await tunnelled()
  const heard = read(client)
  backend.end(MUCH)
  // It goes on speaking, and its words wait in a socket that is about to be closed.
  client.write('z'.repeat(1000))
  await once(backend, 'finish')
  backend.destroy()
  expect((await heard).length).toBe(HEAD.length + 'late'.length + MUCH.length)
  client.end()
  await gone(ends)
})

test('a client that goes has all that it sent read by the backend', async () => {
  const { client, backend, ends } = await tunnelled()
  const heard = read(backend)
  client.end(MUCH)
  await once(client, 'finish')
  client.destroy()
  expect((await heard).length).toBe('early'.length + MUCH.length)
  backend.end()
  await gone(ends)
})

test('a client that takes its time gets what came before the backend went', async () => {
  const taken: string[] = []
  let take: () => void = () => undefined
  const slow = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      take = () => {
        taken.push(String(chunk))
        done()
      }
    },
  })
  const backend = await pair(false)
  tunnel({ socket: slow, head: Buffer.alloc(0) }, { answer: ANSWER, socket: backend.ours, head: Buffer.alloc(0) })
  backend.theirs.end('last words')
  backend.theirs.resume()
  await gone([backend.ours])
  const finished = once(slow, 'finish')
  take()
  take()
  await finished
  expect(taken.join('')).toBe(`${HEAD}last words`)
})

test('a side that reads nothing and does not go is left in the end', async () => {
  const { client, backend, ends } = await tunnelled(1)
  client.pause()
  backend.destroy()
  await gone(ends)
  expect(ends.map((end) => end.destroyed)).toEqual([true, true])
})

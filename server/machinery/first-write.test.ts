import type { ClientRequest, IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FirstWrite } from './first-write.ts'
import { http } from './node-http.ts'

const agent = new http.Agent({ keepAlive: true })
let seen: string[]
let sockets: Socket[]
let behave: (req: IncomingMessage) => 'answer' | 'end'
let server: ReturnType<typeof http.createServer>
let port: number

beforeEach(async () => {
  seen = []
  sockets = []
  behave = () => 'answer'
  server = http.createServer((req, res) => {
    req.resume().once('end', () => {
      seen.push(req.method!)
      if (behave(req) === 'answer') res.end('ok')
      else req.socket.destroy()
    })
  })
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  agent.destroy()
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

/** 'ok', or whether it might be made again: when it has no effect, when it has one, and when its body is gone. */
const send = (method: string, body?: string, changed?: (req: ClientRequest) => void): Promise<'ok' | boolean[]> =>
  new Promise((resolve) => {
    const req = http.request({ host: '127.0.0.1', port, method, agent }, (res) => res.resume().once('end', () => resolve('ok')))
    req.on('error', (e: NodeJS.ErrnoException) =>
      resolve(
        [
          { isReplayable: true, canRewind: true },
          { isReplayable: false, canRewind: true },
          { isReplayable: false, canRewind: false },
        ].map((what) => first.mayRepeat(e, what)),
      ),
    )
    const first = new FirstWrite(req, () => req.end(body))
    changed?.(req)
  })

const NONE = [false, false, false]

describe('a request', () => {
  test('on a new connection that breaks is not made again', async () => {
    behave = () => 'end'
    expect(await send('GET')).toEqual(NONE)
    expect(seen).toEqual(['GET'])
  })

  test('on an old one that may have been read is made again when it has no effect', async () => {
    await send('GET')
    behave = () => 'end'
    expect(await send('POST', 'x')).toEqual([true, false, false])
    expect([seen, sockets.length]).toEqual([['GET', 'POST'], 1])
  })

  test.each([
    ['ended', (socket: Socket) => socket.end()],
    ['was reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('on one that %s while nobody looked has not been sent', async (_, gone) => {
    await send('GET')
    gone(sockets[0]!)
    // The end is in the kernel, where nobody has seen it yet.
    expect(await send('POST', 'x')).toEqual([true, true, true])
    expect(seen).toEqual(['GET'])
  })

  test('on one whose write fails has not been read; its body may be gone', async () => {
    await send('GET')
    const failed = await send('POST', 'x', (req) => {
      req.once('socket', (socket: Socket) => {
        // As the kernel says when a reset comes between the look and the write.
        socket._write = (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }))
        socket._writev = (_chunks, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }))
      })
    })
    expect(failed).toEqual([true, true, false])
    expect(seen).toEqual(['GET'])
  })

  test('that was given up is not written', async () => {
    await send('GET')
    expect(await send('POST', 'x', (req) => void req.once('socket', () => req.destroy(new Error('given up'))))).toEqual(NONE)
    expect(await send('GET')).toBe('ok')
    expect(seen).toEqual(['GET', 'GET'])
  })
})

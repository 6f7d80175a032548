import https from 'node:https'
import { connect as tcpConnect, type Socket } from 'node:net'
import { connect as tlsConnect, TLSSocket, type ConnectionOptions } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock } from '../../machinery/clock.ts'
import { createAuthority, issueCertificate, type KeyPair } from '../../serving/x509.ts'
import { send, type Route } from './http.ts'
import { KubeletMetrics } from './metrics.ts'
import { startKubeletServer, type KubeletServer } from './server.ts'

// Peers judge certificates by the system's time, so this one is good at any.
const now = Date.UTC(2020, 0, 1)
const days = 36_500
let certificate: KeyPair
let server: KubeletServer
let clock: FakeClock
const sockets: Socket[] = []
const routes: Route[] = [
  { path: /^\/healthz$/, bucket: 'healthz', handler: (_, res) => send(res, 200, 'ok') },
  { path: /.*/, bucket: '', handler: (_, res) => send(res, 200, 'x') },
]

beforeAll(() => {
  certificate = issueCertificate(createAuthority('ca', now, days), {
    commonName: 'n1',
    use: 'server',
    names: ['127.0.0.1'],
    now,
    days,
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close()
})

let made = 0
async function start(): Promise<void> {
  clock = new FakeClock()
  made = 0
  const metrics = new KubeletMetrics('n1', 'v1', 0)
  server = await startKubeletServer({
    address: '127.0.0.1',
    port: 0,
    tls: () => (made++, certificate),
    clock,
    routes: () => routes,
    metrics,
    onError: () => {},
    authorize: (_, { path }) => Promise.resolve(path === '/healthz' ? undefined : { status: 401, message: 'Unauthorized' }),
  })
}

const opened = <S extends Socket>(socket: S): S => {
  socket.on('error', () => {})
  sockets.push(socket)
  return socket
}
const at = (): { host: string; port: number; rejectUnauthorized: false } => ({
  host: '127.0.0.1',
  port: server.port,
  rejectUnauthorized: false,
})
const tls = (options: ConnectionOptions = {}): TLSSocket => opened(tlsConnect({ ...at(), ...options }))
const closed = (socket: Socket): Promise<boolean> => new Promise((resolve) => socket.once('close', () => resolve(false)))
const secure = (socket: TLSSocket): Promise<boolean> => new Promise((resolve) => socket.once('secureConnect', () => resolve(true)))

/** The status of one request; resolves when the server has seen everything that was sent before. */
const ask = (path: string, method = 'GET', size = 0): Promise<string> =>
  new Promise((resolve, reject) => {
    const req = https.request({ ...at(), path, method, agent: false }, (res) => {
      let text = ''
      res.on('data', (chunk: Buffer) => (text += chunk.toString()))
      res.on('end', () => resolve(`${res.statusCode} ${text}`))
    })
    req.on('error', reject)
    req.end(Buffer.alloc(size))
  })

describe("the kubelet's port holds what the API server's holds", () => {
  test.each([
    ['TCP without a handshake', 32, () => opened(tcpConnect(at()))],
    ['silence after TLS', 32, () => tls()],
    [
      'half a head',
      32,
      () => {
        const socket = tls()
        socket.write('GET / HTTP/1.1\r\n')
        return socket
      },
    ],
  ])('%s is not waited for', async (_, seconds, open) => {
    await start()
    const socket = open()
    await new Promise((resolve) => socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', resolve))
    expect(await ask('/healthz')).toBe('200 ok')
    socket.resume()
    const end = closed(socket)
    clock.advance(seconds * 1000 - 1000)
    expect(await ask('/healthz')).toBe('200 ok')
    expect(socket.destroyed).toBe(false)
    clock.advance(3000)
    await end
  })

  test('renegotiation is refused', async () => {
    await start()
    const socket = tls({ maxVersion: 'TLSv1.2' })
    await secure(socket)
    const refused = await new Promise<Error | null>((resolve) => {
      socket.once('error', resolve)
      socket.renegotiate({ rejectUnauthorized: false }, resolve)
    })
    expect(String(refused)).toMatch(/no renegotiation/i)
  })

  test.each([
    ['ECDHE-ECDSA-AES256-GCM-SHA384', true],
    ['ECDHE-ECDSA-AES128-SHA256', false],
    ['ECDHE-ECDSA-AES256-CCM', false],
    ['ECDHE-ECDSA-ARIA128-GCM-SHA256', false],
  ])('TLS 1.2 with %s: %s', async (ciphers, taken) => {
    await start()
    const socket = tls({ maxVersion: 'TLSv1.2', ciphers })
    expect(await Promise.race([secure(socket), closed(socket)])).toBe(taken)
  })

  test('early answers arrive, and heads have a limit', async () => {
    await start()
    expect(await ask('/pods', 'POST', 5_000_000)).toBe('401 Unauthorized')
    expect(await ask(`/${'a'.repeat(70_000)}`)).toBe('414 414 URI Too Long')
    const flood = tls()
    flood.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(500_000)}`)
    const text = await new Promise<string>((resolve) => flood.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    expect(text).toMatch(/^HTTP\/1.1 431 /)
  })
})

test('what speaks TLS is made for the first caller, once', async () => {
  await start()
  expect(made).toBe(0)
  await ask('/healthz')
  await ask('/healthz')
  expect(made).toBe(1)
})

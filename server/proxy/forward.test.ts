import { identityHeadersOf } from '../machinery/identity-headers.ts'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { localTransport } from '../client/local-transport.ts'
import type { Transport, TransportStream } from '../client/transport.ts'
import type { RequestContext } from '../request/context.ts'
import { toStatus } from '../machinery/status.ts'
import { LocalKubelets } from './address.ts'
import { Forwarder } from './forward.ts'

const PREFIX = '/api/v1/nodes/n/proxy'

let backend: Server
let answer: RequestListener
let forwarder: Forwarder
let transport: Transport
let seen: IncomingMessage

beforeAll(async () => {
  backend = createServer((req, res) => {
    seen = req
    answer(req, res)
  })
  backend.listen(0, '127.0.0.1')
  await once(backend, 'listening')
})
afterAll(() => {
  backend.closeAllConnections()
  backend.close()
})
beforeEach(() => {
  const { port } = backend.address() as AddressInfo
  const isIdentity = identityHeadersOf(['X-Login'], ['Login-About-'])
  forwarder = new Forwarder({ cert: '', key: '' }, { kubelets: new LocalKubelets(), ownPort: 0 }, isIdentity)
  // A name, so that only the addresses given lead to the backend.
  const target = { protocol: 'http:', host: 'backend.invalid', port, asKubeletClient: false } as const
  const addresses = [{ address: '127.0.0.1', family: 4 }] as const
  transport = localTransport(
    (exchange) =>
      forwarder
        .forward({ exchange } as RequestContext, { target, addresses, prefix: PREFIX, path: exchange.path })
        .catch((e: unknown) => exchange.respond(toStatus(e).code!, {}, Buffer.from(toStatus(e).message!))),
    { name: 'admin', groups: [] },
  )
})
afterEach(() => forwarder.close())

const ask = (path = '/', more: { method?: string; headers?: Record<string, string>; body?: Buffer } = {}): Promise<TransportStream> =>
  transport.stream({ method: 'GET', path, headers: {}, ...more })

async function bodyOf({ body }: TransportStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('what goes on to a backend', () => {
  test('the request, without what is of one hop or says who asks', async () => {
    answer = (_req, res) => res.end('ok')
    const headers = {
      host: 'api.example:6443',
      authorization: 'Bearer t',
      'x-remote-user': 'root',
      'x-remote-group': 'system:masters',
      'x-remote-extra-scopes': 'all',
      'impersonate-user': 'root',
      // Whoever believes our certificate would believe these, too.
      'x-login': 'root',
      'login-about-scopes': 'all',
      'impersonate-extra-a': 'b',
      connection: 'keep-alive, X-Hop',
      'x-hop': '1',
      te: 'trailers',
      'x-forwarded-for': '192.0.2.9',
      'x-other': '2',
    }
    const body = Buffer.from('hello')
    expect(await bodyOf(await ask('/a', { method: 'POST', headers, body }))).toEqual(Buffer.from('ok'))
    const { connection: _, ...rest } = seen.headers
    expect([seen.method, seen.url, rest]).toEqual([
      'POST',
      '/a',
      {
        host: 'api.example:6443',
        'x-forwarded-for': '192.0.2.9, 127.0.0.1',
        'x-forwarded-uri': `${PREFIX}/a`,
        'x-other': '2',
        'content-length': '5',
      },
    ])
  })

  test('a body of unknown length, in pieces; none is none', async () => {
    const received: Buffer[] = []
    answer = (req, res) => {
      req.on('data', (chunk: Buffer) => received.push(chunk))
      req.on('end', () => res.end('ok'))
    }
    const big = Buffer.alloc(8 << 20, 'x')
    expect((await bodyOf(await ask('/', { method: 'PUT', body: big }))).toString()).toBe('ok')
    expect(Buffer.concat(received).equals(big)).toBe(true)
    received.length = 0
    for (const method of ['POST', 'DELETE', 'GET']) {
      expect((await bodyOf(await ask('/', { method }))).toString()).toBe('ok')
      expect([seen.headers['transfer-encoding'], seen.headers['content-length']]).toEqual([undefined, method === 'POST' ? '0' : undefined])
    }
    expect(received).toEqual([])
  })

  test('its answer, likewise, with its length', async () => {
    answer = (_req, res) => {
      res.writeHead(201, { 'content-length': 2, 'x-own': 'a', 'access-control-allow-origin': '*', connection: 'x-hop', 'x-hop': 'b' })
      res.end('ok')
    }
    const { status, headers } = await ask()
    expect([status, headers['x-own'], headers['content-length'], headers['x-hop'], headers['access-control-allow-origin']]).toEqual([
      201,
      'a',
      '2',
      undefined,
      undefined,
    ])
  })

  test.each([
    ['/x', `${PREFIX}/x`],
    ['//other/x', '//other/x'],
    ['http://backend.invalid:PORT/x', `${PREFIX}/x`],
    ['https://elsewhere/x', 'https://elsewhere/x'],
  ])('a redirect to %s', async (location, expected) => {
    const { port } = backend.address() as AddressInfo
    answer = (_req, res) =>
      res.writeHead(302, { location: location.replace('PORT', String(port)), 'content-type': 'text/html' }).end('<a href="/x">')
    const redirect = await ask()
    expect(redirect.headers['location']).toBe(expected)
    expect((await bodyOf(redirect)).toString()).toBe('<a href="/x">')
  })

  test.each([
    [
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n',
      'backend tried to switch protocol "foo" when "" was requested',
    ],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'backend tried to switch protocol "" when "" was requested'],
  ])('%j is no answer', async (raw, message) => {
    answer = (req) => req.socket.end(raw)
    const refused = await ask()
    expect([refused.status, (await bodyOf(refused)).toString()]).toEqual([500, message])
  })

  test('a hundred answers of 1xx may come before the final one, not more', async () => {
    const hints = (n: number): string => 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(n)
    answer = (req) => req.socket.end(`${hints(100)}HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok`)
    expect((await bodyOf(await ask())).toString()).toBe('ok')
    answer = (req) => req.socket.write(hints(101))
    const refused = await ask()
    expect(refused.status).toBe(503)
    expect((await bodyOf(refused)).toString()).toMatch(/too many 1xx informational responses$/)
  })

  test.each(['text/plain', 'text/html'])('%s in chunks of one byte goes on in few pieces', async (type) => {
    answer = (_req, res) => {
      const head = `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`
      res.socket!.write(`${head}${'1\r\na\r\n'.repeat(5000)}0\r\n\r\n`)
    }
    const { body } = await ask()
    const pieces: Buffer[] = []
    for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece)
    expect(Buffer.concat(pieces).toString()).toBe('a'.repeat(5000))
    expect(pieces.length).toBeLessThan(100)
  })

  test('a backend that breaks off is no finished one', async () => {
    answer = (_req, res) => {
      res.writeHead(200, { 'content-length': 100 })
      res.write('part', () => res.destroy())
    }
    await expect(ask().then(bodyOf)).rejects.toThrow()
    answer = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html' })
      res.write('<a href="/x', () => res.destroy())
    }
    await expect(ask().then(bodyOf)).rejects.toThrow()
  })

  test('a connection that was kept and is gone: whoever may ask twice does, on another', async () => {
    let asked = 0
    let served = new WeakSet<object>()
    answer = (req, res) => {
      asked++
      // As if it had ended the connection just before the request came.
      if (served.has(req.socket)) return void req.socket.destroy()
      served.add(req.socket)
      res.end('ok')
    }
    const tries = async (method: string, body?: Buffer): Promise<[status: number, asked: number]> => {
      asked = 0
      served = new WeakSet()
      await bodyOf(await ask())
      const { status, body: stream } = await ask('/', { method, ...(body === undefined ? {} : { body }) })
      await bodyOf({ status, headers: {}, body: stream })
      return [status, asked]
    }
    expect(await tries('GET')).toEqual([200, 3])
    expect(await tries('HEAD')).toEqual([200, 3])
    expect(await tries('POST', Buffer.from('x'))).toEqual([503, 2])
    expect(await tries('DELETE')).toEqual([503, 2])
    // Of a backend that ends every connection there is an error.
    answer = (req) => void req.socket.destroy()
    expect((await ask()).status).toBe(503)
  })

  test('a backend that is not there', async () => {
    answer = (req) => req.socket.destroy()
    expect((await ask()).status).toBe(503)
  })
})

describe('pages', () => {
  const page = '<html><a href="/x">caf\xe9</a>'
  const moved = Buffer.from(`<html><a href="${PREFIX}/x">caf\xe9</a>`, 'latin1')
  const html = (encoding: string, body: Buffer): void => {
    answer = (_req, res) => {
      res.writeHead(200, {
        'content-type': 'text/html',
        'content-length': body.length,
        ...(encoding === '' ? {} : { 'content-encoding': encoding }),
      })
      res.end(body)
    }
  }

  test.each([
    ['', (b: Buffer) => b, (b: Buffer) => b],
    ['gzip', gzipSync, gunzipSync],
    ['deflate', deflateSync, inflateSync],
    ['deflate', deflateRawSync, inflateRawSync],
  ] as const)('have their URLs moved within %j', async (encoding, encode, decode) => {
    html(encoding, encode(Buffer.from(page, 'latin1')))
    const stream = await ask()
    expect([stream.status, stream.headers['content-encoding'], stream.headers['content-length']]).toEqual([
      200,
      encoding === '' ? undefined : encoding,
      undefined,
    ])
    expect(decode(await bodyOf(stream))).toEqual(moved)
  })

  test('of an encoding that is not known stay as they are, and so does what is no page', async () => {
    html('br', Buffer.from(page))
    expect((await bodyOf(await ask())).toString()).toBe(page)
    answer = (_req, res) => res.writeHead(200, { 'content-type': 'text/plain' }).end(page)
    expect((await bodyOf(await ask())).toString()).toBe(page)
    html('gzip', Buffer.alloc(0))
    expect(await bodyOf(await ask('/', { method: 'HEAD' }))).toEqual(Buffer.alloc(0))
  })

  test('not encoded as they say: an error, or a broken answer when it has begun', async () => {
    html('gzip', Buffer.from('no gzip'))
    expect((await ask()).status).toBe(500)
    const half = gzipSync(Buffer.alloc(300_000, 'x<a href=/y>')).subarray(0, -20)
    html('gzip', half)
    await expect(ask().then(bodyOf)).rejects.toThrow()
  })

  /** Reads of a page until it stops coming, and how much the backend could write by then. */
  async function unread(encoding: string, piece: Buffer): Promise<number> {
    let written = 0
    let stalled: () => void
    const stall = new Promise<void>((resolve) => (stalled = resolve))
    answer = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/html', ...(encoding === '' ? {} : { 'content-encoding': encoding }) })
      let turns = 0
      const more = (): void => {
        while (written < 512e6 && !res.writableNeedDrain) {
          res.write(piece)
          written += piece.length
          turns = 0
        }
        if (written >= 512e6 || ++turns > 2000) return stalled()
        setImmediate(more)
      }
      more()
    }
    const stream = await ask()
    await stall
    expect(stream.status).toBe(200)
    await transport.close()
    return written
  }

  test('a client that does not read stops the backend', async () => {
    expect(await unread('', Buffer.alloc(65_536, '<a href="/x">'))).toBeLessThan(64e6)
  })

  test('a page that unpacks a thousandfold is unpacked as fast as it is read', async () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20, ' '), { level: constants.Z_BEST_COMPRESSION })
    expect(bomb.length).toBeLessThan(80_000)
    const before = process.memoryUsage()
    await unread('gzip', bomb)
    const after = process.memoryUsage()
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(64 << 20)
  })
})

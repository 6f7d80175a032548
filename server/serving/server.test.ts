import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect as tcpConnect, createServer as plainServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import http2 from 'node:http2'
import https from 'node:https'
import { connect as tlsConnect, TLSSocket, type ConnectionOptions } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { FakeClock, systemClock, type Clock } from '../machinery/clock.ts'
import { createAuthority, issueCertificate, type Authority, type KeyPair } from './x509.ts'
import type { Exchange, ExchangeHandler, ResponseStream } from './exchange.ts'
import { listen, type Listener, type ListenOptions } from './server.ts'

// Peers judge certificates by the system's time, so these are good at any.
const now = Date.UTC(2020, 0, 1)
const days = 36_500
let ca: Authority
let server: KeyPair
const cleanups: (() => Promise<unknown> | unknown)[] = []
beforeAll(() => {
  ca = createAuthority('test-ca', now, days)
  server = issueCertificate(ca, { commonName: 'server', use: 'server', names: ['localhost', '127.0.0.1'], now, days })
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(
  handler: ExchangeHandler,
  clock: Clock = systemClock,
  more: Partial<ListenOptions> = {},
): Promise<Listener & { url: string; errors: unknown[] }> {
  const tls = { cert: server.cert, key: server.key, clientCa: ca.cert }
  const errors: unknown[] = []
  const serving = await listen({ port: 0, host: '127.0.0.1', tls, clock, onHandlerError: (e) => errors.push(e), ...more })
  serving.serve(handler)
  cleanups.push(() => serving.close(0))
  return { ...serving, errors, url: `https://127.0.0.1:${serving.port}` }
}

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: string
}

function h2(url: string, options: http2.SecureClientSessionOptions = {}): http2.ClientHttp2Session {
  const session = http2.connect(url, { ca: ca.cert, ...options })
  session.on('error', () => {})
  cleanups.push(() => session.destroy())
  return session
}

function get2(session: http2.ClientHttp2Session, path: string, headers: http2.OutgoingHttpHeaders = {}, body?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST', ...headers })
    const chunks: Buffer[] = []
    let head: http2.IncomingHttpHeaders = {}
    req.on('response', (h) => (head = h))
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => resolve({ status: Number(head[':status']), headers: head, body: Buffer.concat(chunks).toString('latin1') }))
    req.on('error', reject)
    req.end(body)
  })
}

function get1(url: string, options: https.RequestOptions = {}, body?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = https.request(url, { ca: ca.cert, agent: false, ...options }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString('latin1') }))
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end(body)
  })
}

const echo = async (x: Exchange): Promise<void> => {
  const body = await x.readBody(5_000_000)
  x.setHeader('audit-id', 'id')
  x.setHeader('x-none', [])
  x.respond(200, { 'content-type': 'text/plain', warning: ['299 - "a"', '299 - "b"'] }, [
    Buffer.from(`${x.protocol} ${x.method} ${x.path} ${x.search} ${x.headers['host'] !== undefined} `),
    body,
  ])
}

describe('serve', () => {
  test('HTTP/2 and HTTP/1.1 on one port, the same answers', async () => {
    const { url } = await start(echo)
    const two = await get2(h2(url), '/a?b=c', {}, Buffer.from('body'))
    const one = await get1(`${url}/a?b=c`, { method: 'POST' }, Buffer.from('body'))
    expect(two.body).toBe('h2 POST /a b=c true body')
    expect(one.body).toBe('http/1.1 POST /a b=c true body')
    for (const answer of [one, two]) {
      expect(answer.headers).toMatchObject({ 'audit-id': 'id', 'content-type': 'text/plain' })
      expect(String(answer.headers['warning'])).toBe('299 - "a", 299 - "b"')
      expect(answer.headers['date']).toBe(new Date(String(answer.headers['date'])).toUTCString())
      expect(answer.headers['content-length']).toBe(String(answer.body.length))
      expect('x-none' in answer.headers).toBe(false)
    }
  })

  test('a large body arrives whole, both ways, many at a time', async () => {
    const big = Buffer.alloc(3_000_000)
    for (let i = 0; i < big.length; i += 4) big.writeUInt32LE(i, i)
    const { url } = await start(async (x) => x.respond(200, {}, await x.readBody(5_000_000)))
    const session = h2(url)
    const answers = await Promise.all([1, 2, 3].map(() => get2(session, '/', {}, big)))
    for (const answer of answers) expect(answer.body === big.toString('latin1')).toBe(true)
    expect((await get1(url, { method: 'POST' }, big)).body === big.toString('latin1')).toBe(true)
  })

  test('an upload is taken as it is wanted, and the client does not get to send more', async () => {
    const total = 24 << 20
    for (const protocol of ['h2', 'http/1.1']) {
      let taken = 0
      let written = (): number => 0
      const asked = new Promise<Exchange>((resolve) => {
        void start((x) => resolve(x)).then(({ url }) => {
          const piece = Buffer.alloc(65_536, 7)
          const upload =
            protocol === 'h2'
              ? h2(url).request({ ':method': 'POST', ':path': '/' })
              : https.request(url, { ca: ca.cert, agent: false, method: 'POST' })
          upload.on('error', () => undefined)
          let sent = 0
          const more = (): void => {
            while (sent < total) {
              sent += piece.length
              if (!upload.write(piece)) return void upload.once('drain', more)
            }
            upload.end()
          }
          written = () => sent
          more()
        })
      })
      const exchange = await asked
      const body = exchange.bodyStream()!
      expect(body.length).toBeUndefined()
      // Until the client has stood still for a while by its own turns.
      for (let still = 0; still < 300; ) {
        const before = written()
        await new Promise((resolve) => setImmediate(resolve))
        still = written() === before ? still + 1 : 0
      }
      expect(written()).toBeLessThan(total / 2)
      for await (const chunk of body.stream as AsyncIterable<Buffer>) {
        taken += chunk.length
        expect(chunk[0]).toBe(7)
      }
      expect(taken).toBe(total)
      exchange.respond(200, {})
    }
  })

  test('an upload whose client goes away fails', async () => {
    for (const protocol of ['h2', 'http/1.1']) {
      const got = Promise.withResolvers<Exchange>()
      const { url } = await start((x) => got.resolve(x))
      const upload =
        protocol === 'h2'
          ? h2(url).request({ ':method': 'POST', ':path': '/' })
          : https.request(url, { ca: ca.cert, agent: false, method: 'POST' })
      upload.on('error', () => undefined)
      upload.write('half')
      const { stream } = (await got.promise).bodyStream()!
      const read = async (): Promise<void> => {
        for await (const _ of stream) upload.destroy()
      }
      await expect(read()).rejects.toThrow()
    }
  })

  test('no upload, no stream', async () => {
    const seen: unknown[] = []
    const { url } = await start((x) => {
      seen.push(x.bodyStream())
      x.respond(200, {})
    })
    await get2(h2(url), '/')
    await get1(url)
    expect(seen).toEqual([undefined, undefined])
  })

  test('a streamed body comes as it is written and ends when it ends', async () => {
    let stream: ResponseStream | undefined
    const { url } = await start((x) => {
      stream = x.stream(200, { 'content-type': 'application/json' })
      stream.write(Buffer.from('first'))
    })
    for (const protocol of ['h2', 'http/1.1']) {
      const text = await new Promise<string>((resolve) => {
        let seen = ''
        const onData = (chunk: Buffer): void => {
          seen += chunk.toString()
          if (seen === 'first') {
            stream!.write(Buffer.from(' second'))
            stream!.end()
          }
        }
        if (protocol === 'h2') {
          h2(url)
            .request({ ':path': '/' })
            .on('data', onData)
            .on('end', () => resolve(seen))
        } else https.get(url, { ca: ca.cert, agent: false }, (res) => res.on('data', onData).on('end', () => resolve(seen)))
      })
      expect(text).toBe('first second')
    }
  })

  test('a destroyed stream is seen as broken, not as ended', async () => {
    const { url } = await start((x) => {
      const stream = x.stream(200, {})
      stream.write(Buffer.from('first'))
      setImmediate(() => stream.destroy())
    })
    await expect(get2(h2(url), '/')).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR|INTERNAL_ERROR/)
    await expect(get1(url)).rejects.toThrow()
  })

  test('a client that goes away is noticed on both protocols', async () => {
    const gone: string[] = []
    let done: () => void = () => {}
    const both = new Promise<void>((resolve) => (done = resolve))
    const { url } = await start((x) => {
      x.onClose(() => {
        gone.push(x.protocol)
        if (gone.length === 2) done()
      })
      x.stream(200, {}).write(Buffer.from('x'))
    })
    const req = h2(url).request({ ':path': '/' })
    req.on('data', () => req.close(http2.constants.NGHTTP2_CANCEL))
    https.get(url, { ca: ca.cert, agent: false }, (res) => res.on('data', () => res.destroy())).on('error', () => {})
    await both
    expect(gone.sort()).toEqual(['h2', 'http/1.1'])
  })

  test('413 for a body above the limit on HTTP/1.1', async () => {
    const { url } = await start(async (x) => {
      const code = await x.readBody(10).then(
        () => 200,
        (e: { code: number }) => e.code,
      )
      x.respond(code, {})
    })
    expect((await get1(url, { method: 'POST' }, Buffer.alloc(11))).status).toBe(413)
    expect((await get1(url, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, Buffer.alloc(100_000))).status).toBe(413)
    expect((await get1(url, { method: 'POST' }, Buffer.alloc(10))).status).toBe(200)
  })
})

/** A client that says what it is told, over TLS with ALPN. */
class Raw {
  readonly socket: Socket
  text = ''
  #counted = 0
  #begun = 0
  readonly ended: Promise<void>
  readonly closed: Promise<void>

  constructor(port: number, protocol: 'http/1.1' | 'h2' | 'tcp' = 'http/1.1', options: ConnectionOptions = {}) {
    const at = { port, host: '127.0.0.1' }
    const socket = protocol === 'tcp' ? tcpConnect(at) : tlsConnect({ ...at, ca: ca.cert, ALPNProtocols: [protocol], ...options })
    this.socket = socket
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')))
    socket.on('error', () => {})
    this.ended = new Promise((resolve) => socket.once('end', resolve))
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    cleanups.push(() => socket.destroy())
  }

  ready(): Promise<unknown> {
    return new Promise((resolve) => this.socket.once(this.socket instanceof TLSSocket ? 'secureConnect' : 'connect', resolve))
  }

  /** Resolves when `n` answers have begun. */
  async answers(n: number): Promise<void> {
    for (;;) {
      for (let at; (at = this.text.indexOf('HTTP/1.1 ', this.#counted)) >= 0; this.#begun++) this.#counted = at + 9
      if (this.#begun >= n) return
      await new Promise((resolve) => this.socket.once('data', resolve))
    }
  }

  forget(): void {
    this.text = ''
    this.#counted = 0
    this.#begun = 0
  }
}

const get = (path: string, ...headers: string[]): string => [`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n')

describe('HTTP/1.1', () => {
  test.each([
    ['at once', (f: () => void) => f()],
    ['later', (f: () => void) => void setImmediate(f)],
  ])('every one of many pipelined requests is answered (%s)', async (_, when) => {
    const paths: string[] = []
    const { port } = await start((x) => {
      paths.push(x.path)
      when(() => x.respond(200, {}, Buffer.alloc(300)))
    })
    const raw = new Raw(port)
    raw.socket.write(
      new Array(700)
        .fill(0)
        .map((__, i) => get(`/${i}`))
        .join(''),
    )
    await raw.answers(700)
    expect(paths).toEqual(new Array(700).fill(0).map((__, i) => `/${i}`))
  })

  test('pipelined requests are answered one after the other', async () => {
    const answers: (() => void)[] = []
    const { port } = await start((x) => void answers.push(() => x.respond(200, {}, Buffer.from(x.path))))
    const raw = new Raw(port)
    raw.socket.write(get('/0') + get('/1') + get('/2'))
    for (let i = 0; i < 3; i++) {
      await vi.waitFor(() => expect(answers).toHaveLength(i + 1))
      answers[i]!()
    }
    await raw.answers(3)
    expect(answers).toHaveLength(3)
  })

  test('a body in chunks of one byte is the same body, and what is pipelined behind it keeps its order', async () => {
    const seen: string[] = []
    const { port } = await start(async (x) => {
      seen.push(x.method === 'POST' ? (await x.readBody(1 << 20)).toString() : x.path)
      setImmediate(() => x.respond(200, {}))
    })
    const sent = Array.from({ length: 5000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('')
    const upload = new Raw(port)
    const head = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'
    const chunks = [...sent].map((c) => `1\r\n${c}\r\n`).join('')
    upload.socket.write(`${head}${chunks}0\r\n\r\n${get('/1')}${get('/2')}${get('/3')}`)
    await upload.answers(4)
    expect(seen).toEqual([sent, '/1', '/2', '/3'])
  })

  test.each(['DELETE', 'GET', 'POST'])('an answer to an upload that nobody reads arrives (%s)', async (method) => {
    const { url, errors } = await start((x) => x.respond(413, {}, Buffer.from('too much')))
    for (const size of [100, 3_000_000, 20_000_000]) {
      const answer = await get1(url, { method, headers: { 'content-length': size } }, Buffer.alloc(size))
      expect([answer.status, answer.body, answer.headers['connection']]).toEqual([413, 'too much', 'close'])
    }
    expect(errors).toEqual([])
  })

  test('what comes after the last answer is no request', async () => {
    const paths: string[] = []
    const { port } = await start((x) => {
      paths.push(x.path)
      x.respond(401, { connection: 'close' })
    })
    const raw = new Raw(port)
    raw.socket.write(get('/1'))
    await raw.ended
    raw.socket.write(get('/2'))
    await raw.closed
    const together = new Raw(port)
    together.socket.write(get('/3') + get('/4'))
    await together.ended
    expect(together.text.split('HTTP/1.1 ')).toHaveLength(2)
    expect(paths.filter((path) => path !== '/4')).toEqual(['/1', '/3'])
  })

  test('100 is said when the body is asked for, and not before an answer without it', async () => {
    const { port } = await start((x) => (x.path === '/no' ? x.respond(403, {}) : echo(x)))
    const post = (path: string): string => get(path, 'Expect: 100-continue', 'Content-Length: 4').replace('GET', 'POST')
    const no = new Raw(port)
    no.socket.write(post('/no'))
    await no.ended
    expect(no.text).toMatch(/^HTTP\/1.1 403 /)
    const yes = new Raw(port)
    yes.socket.write(post('/yes'))
    await yes.answers(1)
    expect(yes.text).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    yes.socket.write('body')
    await yes.answers(2)
    expect(yes.text).toContain('HTTP/1.1 200 ')
  })

  test('header values are UTF-8, as over HTTP/2', async () => {
    const { url, errors } = await start((x) => {
      x.setHeader('warning', ['299 - "unknown field \\"日本\\""', '299 - "é"'])
      x.respond(201, {})
    })
    const [one, two] = [await get1(url), await get2(h2(url), '/')]
    const text = (a: Answer): string => Buffer.from(String(a.headers['warning']), 'latin1').toString('utf8')
    expect(text(one)).toBe('299 - "unknown field \\"日本\\"", 299 - "é"')
    expect([one.status, two.status, text(two)]).toEqual([201, 201, text(one)])
    expect(errors).toEqual([])
  })

  test('a header that may not be sent: 500 in place of the answer, on both protocols', async () => {
    const { url, errors } = await start((x) => {
      x.setHeader('x-extra', x.path)
      x.respond(200, { 'x-bad': 'a\nb' })
    })
    expect([(await get1(url)).status, (await get2(h2(url), '/')).status]).toEqual([500, 500])
    expect(errors).toHaveLength(2)
  })

  test('a 1xx is no answer', async () => {
    const { url } = await start((x) => x.respond(101, {}))
    expect((await get1(url)).status).toBe(502)
  })

  const line = (size: number): string => '/'.padEnd(size, 'a')
  const limits: [string, boolean, string, string][] = [
    ['a target of 64 KB', false, get(line(65_536)), '200 OK'],
    ['a longer one', false, get(line(65_537)), '414 URI Too Long'],
    ['a much longer one', false, get(line(3_000_000)), '414 URI Too Long'],
    ['a longer one after login', true, get(line(65_537)), '414 URI Too Long'],
    ['60 KB of headers', false, get('/', `a: ${'b'.repeat(60_000)}`), '200 OK'],
    ['more', false, get('/', `a: ${'b'.repeat(66_000)}`), '431 Request Header Fields Too Large'],
    [
      'more in many headers',
      false,
      get('/', ...new Array<string>(5000).fill(`a: ${'b'.repeat(100)}`)),
      '431 Request Header Fields Too Large',
    ],
    ['much more', false, get('/', `a: ${'b'.repeat(3_000_000)}`), '431 Request Header Fields Too Large'],
    ['1 MB after login', true, get('/', `a: ${'b'.repeat(1_000_000)}`), '200 OK'],
    ['more after login', true, get('/', `a: ${'b'.repeat(1_100_000)}`), '431 Request Header Fields Too Large'],
    ['no request', false, 'no request\r\n\r\n', '400 Bad Request'],
    ['no host', false, 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request: missing required Host header'],
    ['no host in HTTP/1.0', false, 'GET / HTTP/1.0\r\n\r\n', '200 OK'],
    ['an empty host', false, 'GET / HTTP/1.1\r\nHost:\r\n\r\n', '200 OK'],
    ['two hosts', false, get('/', 'HOST: a'), '400 Bad Request'],
    ['two hosts after login', true, get('/', 'hOst: b'), '400 Bad Request'],
    ['a host with a space', false, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', '400 Bad Request: malformed Host header'],
    ['a host with a path', false, 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', '400 Bad Request: malformed Host header'],
    ['a host with a port', false, 'GET / HTTP/1.1\r\nHost: [::1]:443\r\n\r\n', '200 OK'],
    ['HTTP/2.0 in words', false, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', '505 HTTP Version Not Supported: unsupported protocol version'],
    ['chunks', false, get('/', 'Transfer-Encoding: Chunked').concat('0\r\n\r\n'), '200 OK'],
    ['chunks in HTTP/1.0', false, 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '400 Bad Request'],
  ]
  test.each([
    ['compressed chunks', get('/', 'Transfer-Encoding: gzip, chunked').concat('0\r\n\r\n'), '501 Not Implemented'],
    ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', '405 Method Not Allowed'],
  ])('%s: refused, and the connection ends', async (_, request, status) => {
    const { port } = await start((x) => x.respond(200, {}))
    const raw = new Raw(port)
    raw.socket.write(request)
    await raw.ended
    expect(raw.text.slice(0, raw.text.indexOf('\r\n'))).toBe(`HTTP/1.1 ${status}`)
  })

  test('what is no request waits for the answers to those before it', async () => {
    let answer = (): void => {}
    const arrived = Promise.withResolvers<void>()
    const { port } = await start((x) => {
      answer = () => x.respond(200, {}, Buffer.from('whole'))
      arrived.resolve()
    })
    const raw = new Raw(port)
    raw.socket.write(`${get('/')}{"no": "request"}`)
    await arrived.promise
    answer()
    await raw.ended
    expect(raw.text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*wholeHTTP\/1\.1 400 Bad Request\r\n/)
  })

  test.each(limits)('%s', async (_, login, request, status) => {
    let handled = 0
    const { port } = await start((x) => {
      handled++
      x.connection.authenticated = true
      x.respond(200, {}, Buffer.from('ok'))
    })
    const raw = new Raw(port)
    if (login) {
      raw.socket.write(get('/login'))
      await raw.answers(1)
      raw.forget()
    }
    raw.socket.write(request)
    await raw.answers(1)
    expect(raw.text.slice(0, raw.text.indexOf('\r\n'))).toBe(`HTTP/1.1 ${status}`)
    const refused = status !== '200 OK'
    expect(handled).toBe((login ? 1 : 0) + (refused ? 0 : 1))
    if (!refused) return
    await raw.ended
    expect(raw.text).toMatch(new RegExp(`${status}(\r\n0\r\n\r\n)?$`))
  })
})

describe('time limits', () => {
  const half = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n'
  const phases: [string, 'http/1.1' | 'h2' | 'tcp', string, number][] = [
    ['TCP without a handshake', 'tcp', '', 32],
    ['half a handshake', 'tcp', '\x16\x03\x01\x02\x00\x01\x00', 32],
    ['HTTP/1.1 silent after TLS', 'http/1.1', '', 32],
    ['half a head', 'http/1.1', half, 32],
    ['half a body', 'http/1.1', `${half}\r\nabc`, 300],
    ['HTTP/2 silent after TLS', 'h2', '', 10],
    ['half a preface', 'h2', 'PRI * HTTP/2.0', 10],
  ]
  test.each(phases)('%s', async (_, protocol, said, seconds) => {
    const clock = new FakeClock()
    let arrived: () => void = () => {}
    const reading = new Promise<void>((resolve) => (arrived = resolve))
    const { port, url } = await start((x) => {
      arrived()
      return echo(x)
    }, clock)
    const raw = new Raw(port, protocol)
    await raw.ready()
    raw.socket.write(said)
    if (seconds === 300) await reading
    // By the time this is answered the server has seen what came before.
    expect((await get1(url)).status).toBe(200)
    let open = true
    void raw.closed.then(() => (open = false))
    clock.advance((seconds - 1) * 1000)
    expect((await get1(url)).status).toBe(200)
    expect(open).toBe(true)
    clock.advance(3000)
    await raw.closed
  })

  test('HTTP/1.1 between requests: 90 seconds after the last one', async () => {
    const clock = new FakeClock()
    const { port, url } = await start(echo, clock)
    const raw = new Raw(port)
    for (let i = 1; i < 4; i++) {
      raw.socket.write(get('/'))
      await raw.answers(i)
      clock.advance(80_000)
      expect((await get1(url)).status).toBe(200)
    }
    clock.advance(12_000)
    await raw.closed
    expect(raw.text.split('HTTP/1.1 200')).toHaveLength(4)
  })

  test('HTTP/1.1: an answer that is not taken; a long one that is taken lives', async () => {
    const clock = new FakeClock()
    const { port } = await start((x) => x.respond(200, {}, Buffer.alloc(30_000_000)), clock)
    const [stuck, slow] = [new Raw(port), new Raw(port)]
    await Promise.all([stuck.ready(), slow.ready()])
    for (const raw of [stuck, slow]) raw.socket.write(get('/'))
    await Promise.all([stuck.answers(1), slow.answers(1)])
    stuck.socket.pause()
    let got = 0
    slow.socket.on('data', (chunk: Buffer) => (got += chunk.length))
    clock.advance(20_000)
    while (got < 29_000_000) await new Promise((resolve) => slow.socket.once('data', resolve))
    clock.advance(65_000)
    stuck.socket.resume()
    await stuck.closed
    expect(stuck.text.length).toBeLessThan(30_000_000)
  })
})

describe('room', () => {
  const bounds = { total: 6, anonymous: 4, anonymousPerAddress: 4 }

  test('silent connections give way to those that speak, and those who have logged in stay', async () => {
    const { url, port } = await start(
      (x) => {
        x.connection.authenticated = x.path === '/login'
        x.respond(200, {})
      },
      systemClock,
      { bounds },
    )
    const friends = [h2(url), h2(url)]
    for (const friend of friends) expect((await get2(friend, '/login')).status).toBe(200)
    const silent: Raw[] = []
    for (let i = 0; i < 40; i++) {
      const raw = new Raw(port, (['tcp', 'http/1.1', 'h2'] as const)[i % 3])
      await Promise.race([raw.ready(), raw.closed])
      silent.push(raw)
      if (i % 10 === 9) expect((await get1(url)).status).toBe(200)
    }
    for (const friend of friends) expect((await get2(friend, '/login')).status).toBe(200)
    await Promise.all(silent.slice(0, 30).map((raw) => raw.closed))
  })
})

describe('TLS', () => {
  test('TLS 1.2: renegotiation is refused', async () => {
    const { port } = await start(echo)
    const raw = new Raw(port, 'http/1.1', { maxVersion: 'TLSv1.2' })
    await raw.ready()
    const refused = await new Promise<Error | null>((resolve) => {
      raw.socket.once('error', resolve)
      ;(raw.socket as TLSSocket).renegotiate({}, resolve)
    })
    expect(String(refused)).toMatch(/no renegotiation/i)
  })

  test.each([
    ['ECDHE-ECDSA-AES128-GCM-SHA256', true],
    ['ECDHE-ECDSA-CHACHA20-POLY1305', true],
    ['ECDHE-ECDSA-AES128-SHA256', false],
    ['ECDHE-ECDSA-AES256-SHA', false],
    ['ECDHE-ECDSA-AES256-CCM', false],
    ['ECDHE-ECDSA-ARIA256-GCM-SHA384', false],
  ])('TLS 1.2 with %s: %s', async (ciphers, taken) => {
    const { port } = await start(echo)
    const raw = new Raw(port, 'http/1.1', { maxVersion: 'TLSv1.2', ciphers })
    expect(await Promise.race([raw.ready().then(() => true), raw.closed.then(() => false)])).toBe(taken)
  })
})

describe('client certificates', () => {
  const handler: ExchangeHandler = (x) =>
    x.respond(200, {}, Buffer.from(`${x.connection.peerCertificate?.length ?? 0} ${x.connection.peerCertificateError ?? ''}`))

  test('one of the client CA is handed on, on both protocols', async () => {
    const { url } = await start(handler)
    const client = issueCertificate(ca, { commonName: 'bob', organizations: ['dev'], use: 'client', now, days })
    expect((await get2(h2(url, { cert: client.cert, key: client.key }), '/')).body).toMatch(/^[1-9]\d* $/)
    expect((await get1(url, { cert: client.cert, key: client.key })).body).toMatch(/^[1-9]\d* $/)
    expect((await get2(h2(url), '/')).body).toBe('0 ')
  })

  test('a resumed TLS session keeps the identity', async () => {
    const { port } = await start(handler)
    const client = issueCertificate(ca, { commonName: 'bob', use: 'client', now, days })
    const ask = (session?: Buffer): Promise<{ text: string; session: Buffer | undefined; reused: boolean }> =>
      new Promise((resolve, reject) => {
        let ticket: Buffer | undefined
        let text = ''
        const options = { port, host: '127.0.0.1', ca: ca.cert, ALPNProtocols: ['http/1.1'], cert: client.cert, key: client.key, session }
        const socket = tlsConnect(options, () => socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'))
        socket.on('session', (s: Buffer) => (ticket = s))
        socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
        socket.on('end', () => resolve({ text, session: ticket, reused: socket.isSessionReused() }))
        socket.on('error', reject)
      })
    const first = await ask()
    const second = await ask(first.session)
    expect(second.reused).toBe(true)
    for (const { text } of [first, second]) expect(text).toMatch(/\r\n\r\n[1-9]\d* $/)
  })

  test('one of another CA, or an expired one, does not count and says why', async () => {
    const { url } = await start(handler)
    const other = issueCertificate(createAuthority('test-ca', now, days), { commonName: 'bob', use: 'client', now, days })
    expect((await get2(h2(url, { cert: other.cert, key: other.key }), '/')).body).toMatch(
      /^0 verifying certificate SN=\d+ failed: x509: certificate signed by unknown authority$/,
    )
    const old = issueCertificate(ca, { commonName: 'bob', use: 'client', now, days: 1 })
    expect((await get1(url, { cert: old.cert, key: old.key })).body).toMatch(
      /x509: certificate has expired or is not yet valid: current time \S+Z is after \S+Z$/,
    )
    const early = issueCertificate(ca, { commonName: 'bob', use: 'client', now: Date.now() + 30 * 86_400_000, days })
    expect((await get1(url, { cert: early.cert, key: early.key })).body).toMatch(/not yet valid: current time \S+Z is before \S+Z$/)
  })
})

describe('upgrades', () => {
  const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1' }

  test('the handler gets the socket and what came after the headers', async () => {
    const { port } = await start((x) => {
      const { socket, head } = x.upgrade!()
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n')
      socket.write(head)
      socket.pipe(socket)
    })
    const text = await new Promise<string>((resolve) => {
      let seen = ''
      const socket = tlsConnect({ port, host: '127.0.0.1', ca: ca.cert, ALPNProtocols: ['http/1.1'] })
      socket.write('GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nhead')
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString()
        if (seen.endsWith('head')) socket.write(' more')
        if (seen.endsWith('more')) {
          socket.destroy()
          resolve(seen)
        }
      })
    })
    expect(text).toBe('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\nhead more')
  })

  test('declined: an ordinary answer, and the connection ends', async () => {
    const { url } = await start((x) => x.respond(403, { 'content-type': 'text/plain' }, Buffer.from('no')))
    const answer = await get1(url, { headers })
    expect(answer).toMatchObject({ status: 403, body: 'no' })
    expect(answer.headers['connection']).toBe('close')
  })

  test('other protocols are not offered: the request is served as it is', async () => {
    const { url } = await start((x) => x.respond(200, {}, Buffer.from(String(x.upgrade))))
    expect((await get1(url, { headers: { connection: 'Upgrade', upgrade: 'h2c' } })).body).toBe('undefined')
  })
})

describe('start and end', () => {
  test('who connects before there is a handler waits for it', async () => {
    const early = await listen({ port: 0, host: '127.0.0.1', tls: { cert: server.cert, key: server.key }, clock: systemClock })
    cleanups.push(() => early.close(0))
    const url = `https://127.0.0.1:${early.port}`
    const session = h2(url)
    await once(session, 'connect')
    const answers = [get2(session, '/two'), get1(`${url}/one`)]
    early.serve((x) => x.respond(200, {}, Buffer.from(x.path)))
    expect((await Promise.all(answers)).map((a) => a.body)).toEqual(['/two', '/one'])
  })

  test('a listener that never served lets go of who waits', async () => {
    const early = await listen({ port: 0, host: '127.0.0.1', tls: { cert: server.cert, key: server.key }, clock: systemClock })
    const socket = tlsConnect({ port: early.port, host: '127.0.0.1', ca: ca.cert })
    await once(socket, 'secureConnect')
    // Cut while the rest of the handshake is on its way, it ends with or without an error.
    const ended = new Promise<string>((resolve) => void socket.on('error', () => {}).on('close', () => resolve('ended')))
    await early.close(0)
    expect(await ended).toBe('ended')
  })

  test('a busy port is one sentence that says what to do', async () => {
    const blocker = plainServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    cleanups.push(() => new Promise((resolve) => blocker.close(resolve)))
    const { port } = blocker.address() as AddressInfo
    const options = { port, host: '127.0.0.1', tls: { cert: server.cert, key: server.key }, clock: systemClock }
    await expect(listen(options)).rejects.toThrow(
      `127.0.0.1:${port} is in use by another program; choose another port with --secure-port, or 0 for a free one`,
    )
    await expect(listen({ ...options, port: 0, host: '192.0.2.1' })).rejects.toThrow('192.0.2.1:0 is not an address of this machine')
  })

  test('close lets running requests finish and takes no new ones', async () => {
    const open: Exchange[] = []
    let arrived: () => void = () => {}
    const two = new Promise<void>((resolve) => (arrived = resolve))
    const serving = await start((x) => {
      open.push(x)
      if (open.length === 2) arrived()
    })
    const session = h2(serving.url)
    const answers = Promise.all([get2(session, '/2'), get1(`${serving.url}/1`)])
    await two
    const closed = serving.close(60_000)
    await expect(get1(serving.url)).rejects.toThrow('ECONNREFUSED')
    for (const x of open) x.respond(200, {}, Buffer.from(x.path))
    expect((await answers).map((a) => a.body)).toEqual(['/2', '/1'])
    await closed
  })

  test('close cuts what does not finish within the grace', async () => {
    const clock = new FakeClock()
    const serving = await start((x) => void x.stream(200, {}).write(Buffer.from('x')), clock)
    const request = h2(serving.url).request({ ':path': '/' })
    const broken = new Promise<void>((resolve) => request.on('error', () => {}).on('close', resolve))
    await once(request, 'data')
    const closed = serving.close(5000)
    clock.advance(4999)
    expect(request.closed).toBe(false)
    clock.advance(1)
    await Promise.all([closed, broken])
    expect(request.rstCode).toBe(http2.constants.NGHTTP2_CANCEL)
  })

  test('an idle connection is told to go after 90 seconds', async () => {
    const clock = new FakeClock()
    const { url } = await start(echo, clock)
    const session = h2(url)
    await get2(session, '/')
    const gone = new Promise((resolve) => session.once('goaway', resolve))
    clock.advance(92_000)
    expect(await gone).toBe(0)
  })
})

describe('other clients', () => {
  const has = (program: string): boolean => {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }

  test.skipIf(!has('curl'))('curl (nghttp2) over HTTP/2 and HTTP/1.1, with an upload', async () => {
    const { url } = await start(echo)
    const { execFile } = await import('node:child_process')
    const curl = (...args: string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        const child = execFile('curl', ['-sk', ...args, url], { maxBuffer: 10_000_000 }, (e, out) =>
          e === null ? resolve(out) : reject(e),
        )
        child.stdin?.end('x'.repeat(1_000_000))
      })
    expect((await curl('--http2', '--data-binary', '@-')).length).toBe(1_000_000 + 'h2 POST /  true '.length)
    expect((await curl('--http1.1', '--data-binary', '@-')).length).toBe(1_000_000 + 'http/1.1 POST /  true '.length)
  })
})

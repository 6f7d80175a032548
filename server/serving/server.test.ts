import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer as plainServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import http2 from 'node:http2'
import https from 'node:https'
import { connect as tlsConnect } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FakeClock, systemClock } from '../machinery/clock.ts'
import { createAuthority, issueCertificate, type Authority, type KeyPair } from './x509.ts'
import type { Exchange, ExchangeHandler, ResponseStream } from './exchange.ts'
import { serve, type Serving } from './server.ts'

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

async function start(handler: ExchangeHandler, clock = systemClock): Promise<Serving & { url: string }> {
  const tls = { cert: server.cert, key: server.key, clientCa: ca.cert }
  const serving = await serve({ port: 0, host: '127.0.0.1', tls, handler, clock })
  cleanups.push(() => serving.close(0))
  return { ...serving, url: `https://127.0.0.1:${serving.port}` }
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
    expect((await get2(h2(url, { cert: other.cert, key: other.key }), '/')).body).toMatch(/^0 .+/)
    const old = issueCertificate(ca, { commonName: 'bob', use: 'client', now, days: 1 })
    expect((await get1(url, { cert: old.cert, key: old.key })).body).toMatch(/^0 CERT_HAS_EXPIRED/)
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
  test('a busy port is one sentence that says what to do', async () => {
    const blocker = plainServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    cleanups.push(() => new Promise((resolve) => blocker.close(resolve)))
    const { port } = blocker.address() as AddressInfo
    const options = { port, host: '127.0.0.1', tls: { cert: server.cert, key: server.key }, handler: () => {}, clock: systemClock }
    await expect(serve(options)).rejects.toThrow(
      `127.0.0.1:${port} is in use by another program; choose another port with --secure-port, or 0 for a free one`,
    )
    await expect(serve({ ...options, port: 0, host: '192.0.2.1' })).rejects.toThrow('192.0.2.1:0 is not an address of this machine')
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
    clock.advance(89_000)
    clock.advance(6000)
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

import https from 'node:https'
import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemTime } from '../machinery/testing/system-time.ts'
import { createAuthority, issueCertificate } from '../serving/x509.ts'
import { HookServer } from './testing/hook-server.ts'
import { ClientMetrics } from './client-metrics.ts'
import { webhookCaller, type CallWebhook, type WebhookAddress } from './call.ts'

const BODY = Buffer.from('{}')
const REDIRECT = { status: 307, headers: { location: '/other' } }

let hooks: HookServer
let call: CallWebhook
beforeAll(async () => {
  hooks = await HookServer.open(['hook.here.svc'])
  call = webhookCaller(() => ({ host: '127.0.0.1', port: hooks.port }))
  hooks.on('/ok', () => 'fine')
  hooks.on('/hang', () => 'hang')
  hooks.on('/end', () => 'end')
  hooks.on('/long', () => 'x'.repeat(10_000))
  hooks.on('/redirect', () => REDIRECT)
  hooks.on('/empty', () => '')
})
afterAll(() => hooks[Symbol.asyncDispose]())

const at = (path: string, more: Partial<WebhookAddress> = {}): WebhookAddress => ({
  ...{ url: `${hooks.url}${path}`, caBundle: hooks.caBundle },
  ...more,
})
const options = { timeoutMs: 10_000 }
const failure = (path: string, more: object = {}): Promise<string> =>
  call(at(path), BODY, { ...options, ...more }).then(
    () => '',
    (e: unknown) => (e as Error).message.replace(hooks.url, ''),
  )

describe('a call', () => {
  test('says how long it waits, and keeps its connection for the next one', async () => {
    const before = hooks.connections
    for (let i = 0; i < 5; i++) expect((await call(at('/ok'), BODY, options)).toString()).toBe('fine')
    expect(hooks.connections - before).toBe(1)
    expect(hooks.seen.at(-1)).toMatchObject({ path: '/ok?timeout=10s', host: `127.0.0.1:${hooks.port}` })
    for (const [toldMs, told] of [
      [2500, 3],
      [0, 1],
    ] as const) {
      await call(at('/ok'), BODY, { ...options, toldMs })
      expect(hooks.seen.at(-1)!.path).toBe(`/ok?timeout=${told}s`)
    }
  })

  test('tells how much was sent and read, of refusals too, and nothing of answers that are empty', async () => {
    const metrics = new ClientMetrics()
    const observed = webhookCaller(() => ({ host: '127.0.0.1', port: hooks.port }), undefined, metrics)
    hooks.on('/refused', () => ({ status: 500, body: 'x'.repeat(300) }))
    for (const path of ['/ok', '/long', '/refused', '/empty'])
      await observed(at(path), Buffer.from('{}'.padEnd(100)), options).catch(() => undefined)
    const sum = async (what: string): Promise<number[]> => {
      const { values } = await metrics
        .sources()
        .find(({ name }) => name === `rest_client_${what}_size_bytes`)!
        .get()
      return values.filter(({ metricName = '' }) => /_(count|sum)$/.test(metricName)).map(({ value }) => value)
    }
    expect(await sum('request')).toEqual([400, 4])
    expect(await sum('response')).toEqual([10_304, 3])
  })

  test('asks for a clean path', async () => {
    expect((await call(at('//x/..//ok/'), BODY, options)).toString()).toBe('fine')
    expect(hooks.seen.at(-1)!.path).toBe('/ok?timeout=10s')
  })

  test('goes to an endpoint of a service, under the name of the service', async () => {
    const service = { namespace: 'here', name: 'hook', path: '/ok', port: 8443 }
    expect((await call({ service, caBundle: hooks.caBundle }, BODY, options)).toString()).toBe('fine')
    expect(hooks.seen.at(-1)!.host).toBe('hook.here.svc:8443')
    await expect(call({ service: { ...service, name: 'other' }, caBundle: hooks.caBundle }, BODY, options)).rejects.toThrow(
      /^Post "https:\/\/other\.here\.svc:8443\/ok\?timeout=10s": tls: failed to verify certificate: x509: certificate is valid for .*hook\.here\.svc, not other\.here\.svc$/,
    )
  })

  test('ends when it takes too long, and when nobody waits for it', async () => {
    expect(await failure('/hang', { timeoutMs: 20 })).toBe('Post "/hang?timeout=1s": context deadline exceeded')
    expect(await failure('/hang', { timeoutMs: 20, clientTimeout: true })).toBe(
      'Post "/hang?timeout=1s": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    )
    const gone = new AbortController()
    const failed = failure('/hang', { signal: gone.signal })
    gone.abort()
    expect(await failed).toBe('Post "/hang?timeout=10s": context canceled')
    expect(await failure('/hang', { signal: gone.signal })).toBe('Post "/hang?timeout=10s": context canceled')
  })

  test('is made again when the webhook says so, as long as there is time', async () => {
    let asked = 0
    const later = (seconds: string): object => ({
      status: 503,
      headers: { 'retry-after': seconds, 'content-type': 'text/plain' },
      body: 'x',
    })
    hooks.on('/busy', () => (++asked < 4 ? (later('0') as { status: number }) : 'fine'))
    expect(await failure('/busy')).toBe('')
    expect(asked).toBe(4)
    asked = -100
    expect(await failure('/busy')).toBe('the server is currently unable to handle the request')
    // The first time, and ten times more.
    expect(asked).toBe(-89)
    hooks.on('/later', () => later('60') as { status: number })
    expect(await failure('/later', { timeoutMs: 20 })).toBe('Post "/later?timeout=1s": context deadline exceeded')
    const gone = new AbortController()
    const failed = failure('/later', { signal: gone.signal })
    hooks.on('/later', () => {
      setImmediate(() => gone.abort())
      return later('60') as { status: number }
    })
    expect(await failed).toBe('Post "/later?timeout=10s": context canceled')
  })

  test('unpacks what is packed, and no more of it than it may', async () => {
    const packed = (length: number): object => ({
      ...{ status: 200, headers: { 'content-encoding': 'gzip' } },
      body: gzipSync('x'.repeat(length)),
    })
    hooks.on('/packed', () => packed(1000) as { status: number })
    expect((await call(at('/packed'), BODY, { ...options, maxBytes: 1000 })).toString()).toBe('x'.repeat(1000))
    hooks.on('/packed', () => packed(50_000_000) as { status: number })
    expect(await failure('/packed', { maxBytes: 1000 })).toBe('Post "/packed?timeout=10s": http: response body too large')
  })

  test('comes to an end whatever ends it', async () => {
    const half = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'
    hooks.on('/half', () => ({ raw: half }))
    expect(await failure('/half')).toBe('unexpected error when reading response body. Please retry. Original error: unexpected EOF')
    hooks.on('/switch', () => ({ raw: 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n' }))
    expect(await failure('/switch')).toBe('0-length response with status code: 101 and content type: application/json')
  })

  test('follows no redirect, and reads no more than it may', async () => {
    expect(await failure('/redirect')).toBe('the server responded with the status code 307 but did not return more information')
    // Calls that were given up in tests before may arrive now.
    expect(hooks.seen.map(({ path }) => path).filter((path) => /^\/(?:redirect|other)/.test(path))).toEqual(['/redirect?timeout=10s'])
    expect(await failure('/long', { maxBytes: 9999 })).toBe('Post "/long?timeout=10s": http: response body too large')
    expect(await failure('/long', { maxBytes: 10_000 })).toBe('')
    expect(await failure('/empty')).toBe('0-length response with status code: 200 and content type: application/json')
  })

  test('trusts nobody but who is in the bundle', async () => {
    await expect(call({ url: `${hooks.url}/ok` }, BODY, options)).rejects.toThrow('x509: certificate signed by unknown authority')
  })

  test('says why nobody answers', async () => {
    const refused = await call({ url: 'https://127.0.0.1:1/x' }, BODY, options).catch((e: unknown) => (e as Error).message)
    expect(refused).toBe('Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused')
    expect(await failure('/end')).toBe('Post "/end?timeout=10s": EOF')
    expect(await failure('/nope')).toBe('the server could not find the requested resource')
  })
})

describe('a server whose certificate has', () => {
  const authority = createAuthority('ca', systemTime())
  const caBundle = Buffer.from(authority.cert).toString('base64')
  /** Of a call of a service by its name. */
  async function why(commonName: string, names: readonly string[]): Promise<string> {
    const server = https.createServer(issueCertificate(authority, { commonName, names: [...names], use: 'server', now: systemTime() }))
    server.on('request', (_, res) => void res.end('fine'))
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    try {
      const { port } = server.address() as AddressInfo
      const own = webhookCaller(() => ({ host: '127.0.0.1', port }))
      const service = { namespace: 'here', name: 'hook', path: '/', port: 443 }
      return String(await own({ service, caBundle }, BODY, options))
    } catch (e) {
      return (e as Error).message.replace(/^.*x509: /, '')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  // In the words of Go's crypto/x509.
  test.each([
    ['the name', 'x', ['hook.here.svc'], 'fine'],
    ['a common name alone', 'hook.here.svc', [], 'certificate relies on legacy Common Name field, use SANs instead'],
    ['the name of another alone', 'x', [], 'certificate is not valid for any names, but wanted to match hook.here.svc'],
    [
      'an address and a common name',
      'hook.here.svc',
      ['127.0.0.1'],
      'certificate is not valid for any names, but wanted to match hook.here.svc',
    ],
    ['other names', 'hook.here.svc', ['a.example.com'], 'certificate is valid for a.example.com, not hook.here.svc'],
  ])('%s', async (_, commonName, names, answer) => {
    expect(await why(commonName, names)).toBe(answer)
  })
})

describe('a server that speaks no TLS', () => {
  let plain: Server
  beforeAll(async () => {
    plain = createServer(
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).on('error', () => undefined),
    )
    await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done))
  })
  afterAll(() => new Promise((done) => plain.close(done)))

  test('is told of', async () => {
    const { port } = plain.address() as AddressInfo
    await expect(call({ url: `https://127.0.0.1:${port}/x` }, BODY, options)).rejects.toThrow(
      'http: server gave HTTP response to HTTPS client',
    )
  })
})

test('a connection that the server has closed meanwhile is not an error', async () => {
  await using own = await HookServer.open()
  own.on('/ok', () => 'fine')
  const address = { url: `${own.url}/ok`, caBundle: own.caBundle }
  await call(address, BODY, options)
  own.closeIdle()
  // Its end may have come already or may come with the next call.
  expect((await call(address, BODY, options)).toString()).toBe('fine')
})

test('a webhook that has read a review is not asked again when it goes away', async () => {
  await using own = await HookServer.open()
  own.on('/ok', () => 'fine')
  own.on('/end', () => 'end')
  const address = (path: string): WebhookAddress => ({ url: `${own.url}${path}`, caBundle: own.caBundle })
  await call(address('/ok'), BODY, options)
  await expect(call(address('/end'), BODY, options)).rejects.toThrow(/: EOF$/)
  expect([own.connections, own.seen.map(({ path }) => path)]).toEqual([1, ['/ok?timeout=10s', '/end?timeout=10s']])
})

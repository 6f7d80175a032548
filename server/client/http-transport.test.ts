import { afterEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import { createClient } from './client.ts'
import { createHttpTransport } from './http-transport.ts'
import { PODS } from './resource.ts'
import { startTlsServer, type TestAnswer, type TestRequest, type TestServer } from './testing/tls-server.ts'
import type { Transport } from './transport.ts'

const cleanups: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const f of cleanups.splice(0).reverse()) await f()
})

async function serve(
  handler: (req: TestRequest) => TestAnswer,
  options: { http1Only?: boolean; maxStreams?: number; token?: string } = {},
): Promise<{ server: TestServer; transport: Transport }> {
  const server = await startTlsServer(handler, options)
  const transport = createHttpTransport({ server: server.url, ca: server.ca, ...(options.token ? { token: options.token } : {}) })
  cleanups.push(
    () => server.close(),
    () => transport.close(),
  )
  return { server, transport }
}

const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } })

describe.each([{ http1Only: false }, { http1Only: true }])('http transport %o', (options) => {
  test('carries method, path, headers, token and body', async () => {
    const { server, transport } = await serve(() => ({ json: pod('a') }), { ...options, token: 'secret' })
    const client = createClient(transport, { userAgent: 'kube-scheduler/test' })
    const created = await client.resource(PODS).create(pod('a'), { fieldManager: 'me' })
    expect(created.metadata.name).toBe('a')
    const [req] = server.requests
    expect(req).toMatchObject({ method: 'POST', path: '/api/v1/namespaces/default/pods' })
    expect(req!.query.get('fieldManager')).toBe('me')
    expect(req!.headers).toMatchObject({
      authorization: 'Bearer secret',
      'user-agent': 'kube-scheduler/test',
      'content-type': 'application/json',
    })
    expect(JSON.parse(req!.body)).toEqual(pod('a'))
  })

  test('an error answer becomes the Status it carries', async () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'pods "a" not found',
      reason: 'NotFound',
      code: 404,
    }
    const { transport } = await serve(() => ({ status: 404, json: status }), options)
    const client = createClient(transport, { userAgent: 't' })
    const error: unknown = await client
      .resource(PODS)
      .get('a', { namespace: 'default' })
      .catch((e: unknown) => e)
    expect(isStatusError(error, 'NotFound')).toBe(true)
    expect(error).toMatchObject({ message: 'pods "a" not found', code: 404 })
  })

  test('a body arrives as it is written, and abort ends it', async () => {
    const { transport } = await serve(() => ({ stream: (write) => write({ type: 'ADDED', object: pod('a') }) }), options)
    const client = createClient(transport, { userAgent: 't' })
    const abort = new AbortController()
    const names: unknown[] = []
    await expect(async () => {
      for await (const event of await client.resource(PODS).watch({ signal: abort.signal })) {
        names.push(event.object.metadata.name)
        abort.abort()
      }
    }).rejects.toThrow()
    expect(names).toEqual(['a'])
  })
})

describe('http transport', () => {
  test('429 with Retry-After waits that long and sends the same body again', async () => {
    const clock = new FakeClock()
    let calls = 0
    const { server, transport } = await serve(() => {
      calls++
      if (calls > 1) return { json: pod('a') }
      return { status: 429, headers: { 'retry-after': '3' } }
    })
    const waits: number[] = []
    const client = createClient(transport, {
      userAgent: 't',
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setInterval: (fn, ms) => clock.setInterval(fn, ms),
        setTimeout: (fn, ms) => {
          waits.push(ms)
          queueMicrotask(fn)
          return { cancel: () => undefined }
        },
      },
    })
    await client.resource(PODS).create(pod('a'))
    expect(waits).toEqual([3000])
    expect(server.requests.map((r) => r.body)).toEqual([JSON.stringify(pod('a')), JSON.stringify(pod('a'))])
  })

  test('reconnects after the connection is lost', async () => {
    const { server, transport } = await serve(() => ({ json: pod('a') }))
    const pods = createClient(transport, { userAgent: 't' }).resource(PODS)
    await pods.get('a', { namespace: 'default' })
    server.drop()
    expect((await pods.get('a', { namespace: 'default' })).metadata.name).toBe('a')
  })

  const watches = async (transport: Transport, count: number, signal: AbortSignal): Promise<AsyncIterator<unknown>[]> => {
    const pods = createClient(transport, { userAgent: 't' }).resource(PODS)
    const opened = await Promise.all(Array.from({ length: count }, () => pods.watch({ signal })))
    const iterators = opened.map((w) => w[Symbol.asyncIterator]())
    // Each has its first event: none waits for a stream.
    for (const iterator of iterators) expect((await iterator.next()).done).toBe(false)
    return iterators
  }
  const forever = (req: TestRequest): TestAnswer =>
    req.query.has('watch') ? { stream: (write) => write({ type: 'ADDED', object: pod('a') }) } : { json: pod('a') }

  test('where a server allows few streams on a connection, further ones are opened: nothing waits for a watch to end', async () => {
    const { server, transport } = await serve(forever, { maxStreams: 3 })
    const pods = createClient(transport, { userAgent: 't' }).resource(PODS)
    // From here on it is known how many it allows.
    await pods.get('a', { namespace: 'default' })
    const abort = new AbortController()
    const first = await watches(transport, 8, abort.signal)
    expect(server.connections()).toBe(3)
    expect((await pods.get('a', { namespace: 'default' })).metadata.name).toBe('a')
    expect(server.connections()).toBe(3)
    const more = await watches(transport, 2, abort.signal)
    expect(server.connections()).toBe(4)
    abort.abort()
    // What has ended makes room.
    for (const watch of [...first, ...more]) await expect(watch.next()).rejects.toThrow()
    await watches(transport, 9, new AbortController().signal)
    expect(server.connections()).toBe(4)
  })

  test('a burst before the server has said what it allows gets through too', async () => {
    const { server, transport } = await serve(forever)
    await watches(transport, 250, new AbortController().signal)
    expect(server.connections()).toBeLessThanOrEqual(3)
    expect(server.requests).toHaveLength(250)
  })

  test('watches over HTTP/1.1 have a connection each', async () => {
    const { server, transport } = await serve(forever, { http1Only: true })
    await watches(transport, 100, new AbortController().signal)
    expect(server.requests).toHaveLength(100)
  })

  // What a handler of a session throws ends the process, which the run of tests tells as an error of its own.
  test('closed while it connects: requests are rejected, and nothing else comes of it', async () => {
    const { server, transport } = await serve(() => ({ json: pod('a') }))
    const asked = transport.request({ method: 'GET', path: '/' })
    const rejected = expect(asked).rejects.toThrow('the transport is closed')
    await transport.close()
    await rejected
    expect(server.requests).toEqual([])
  })

  test('rejects when nobody answers, and an untrusted certificate', async () => {
    const { server } = await serve(() => ({ json: pod('a') }))
    const wary = createHttpTransport({ server: server.url })
    cleanups.push(() => wary.close())
    await expect(wary.request({ method: 'GET', path: '/' })).rejects.toThrow(/self.signed/i)
    await server.close()
    const late = createHttpTransport({ server: server.url, ca: server.ca })
    cleanups.push(() => late.close())
    await expect(late.request({ method: 'GET', path: '/' })).rejects.toThrow(/ECONNREFUSED/)
  })
})

import type { ServerResponse } from 'node:http'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { Transport } from '../client/transport.ts'
import { MAX_FEEDS } from './watch-socket.ts'
import { beginWatch, fakeCluster, Frames, type Harness, harness, opened, standsStill } from './testing/harness.ts'

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

async function setUp(handle: (url: string, res: ServerResponse) => void) {
  const cluster = await fakeCluster((req, res) => handle(req.url ?? '', res))
  cleanup.push(cluster.close)
  const h = await harness({ a: { server: cluster.url } })
  cleanup.push(h.close)
  const { ws, frames } = await connect(h)
  return { h, cluster, ws, frames }
}

async function connect(h: Harness) {
  const ws = h.connect()
  const frames = new Frames(ws)
  await opened(ws)
  return { ws, frames }
}

const open = (ws: WebSocket, id: number, path: string, context = 'a') => ws.send(JSON.stringify({ op: 'open', id, context, path }))
const event = (n: number) => ({ type: 'ADDED', object: { metadata: { name: `pod-${n}`, resourceVersion: String(n) }, text: 'a"}]\\ü' } })

describe('the watch socket', () => {
  test('a hundred feeds share it, each with its own events in order, and every event arrives as sent', async () => {
    const { ws, frames, cluster } = await setUp((url, res) => {
      beginWatch(res)
      const feed = Number(/feed=(\d+)/.exec(url)?.[1])
      for (let n = 0; n < 50; n++) res.write(`${JSON.stringify(event(feed * 1000 + n))}\n`)
      res.end()
    })
    for (let id = 0; id < 100; id++) open(ws, id, `/api/v1/pods?watch=1&feed=${id}`)
    await frames.until((all) => all.filter((m) => m.t === 'end').length === 100)
    for (let id = 0; id < 100; id++) {
      expect(frames.lines(id)).toEqual(Array.from({ length: 50 }, (_, n) => event(id * 1000 + n)))
      const mine = frames.all.filter((m) => m.id === id).map((m) => m.t)
      expect(mine[0]).toBe('open')
      expect(mine.at(-1)).toBe('end')
    }
    expect(cluster.requests[0]?.headers['accept-encoding']).toBe('identity')
  })

  test('a feed may ask for Tables, and for nothing but JSON', async () => {
    const { ws, frames, cluster } = await setUp((_, res) => {
      beginWatch(res)
      res.end(`${JSON.stringify(event(1))}\n`)
    })
    const path = '/api/v1/pods?watch=1'
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
    ws.send(JSON.stringify({ op: 'open', id: 1, context: 'a', path, accept }))
    await frames.until((all) => all.some((m) => m.t === 'end'))
    expect(cluster.requests[0]?.headers.accept).toBe(accept)
    ws.send(JSON.stringify({ op: 'open', id: 2, context: 'a', path, accept: 'application/vnd.kubernetes.protobuf' }))
    await frames.until((all) => all.some((m) => m.t === 'error'))
    expect(frames.all.at(-1)).toMatchObject({ status: 400, body: { message: 'accept must be a list of JSON media types' } })
  })

  test('events cut anywhere are put together; many small ones travel in one frame', async () => {
    const { ws, frames } = await setUp((_, res) => {
      beginWatch(res)
      const bytes = Buffer.from(Array.from({ length: 200 }, (_, n) => `${JSON.stringify(event(n))}\n`).join(''))
      res.write(bytes.subarray(0, 1001))
      setImmediate(() => res.end(bytes.subarray(1001)))
    })
    open(ws, 1, '/api/v1/pods?watch=1')
    await frames.until((all) => all.some((m) => m.t === 'end'))
    expect(frames.lines(1)).toEqual(Array.from({ length: 200 }, (_, n) => event(n)))
    expect(frames.all.filter((m) => m.t === 'data').length).toBeLessThan(10)
  })

  test('closing a feed ends the request and silences it; its id can be used again', async () => {
    const streams: ServerResponse[] = []
    const { ws, frames } = await setUp((_, res) => {
      beginWatch(res)
      streams.push(res)
    })
    open(ws, 7, '/api/v1/pods?watch=1')
    await frames.until((all) => all.some((m) => m.t === 'open'))
    const gone = streams[0] === undefined ? undefined : once(streams[0], 'close')
    ws.send('{"op":"close","id":7}')
    await gone
    open(ws, 7, '/api/v1/pods?watch=1')
    await frames.until((all) => all.filter((m) => m.t === 'open').length === 2)
    expect(frames.all.map((m) => m.t)).toEqual(['open', 'open'])
  })

  test('closing the window ends all its requests', async () => {
    const closed: Promise<unknown>[] = []
    const { ws, frames } = await setUp((_, res) => {
      beginWatch(res)
      closed.push(once(res, 'close'))
    })
    for (let id = 0; id < 5; id++) open(ws, id, '/api')
    await frames.until((all) => all.length === 5)
    ws.terminate()
    await Promise.all(closed)
    expect(closed).toHaveLength(5)
  })

  test('an upstream that dies in the middle is an error, not an end', async () => {
    const { ws, frames } = await setUp((_, res) => {
      beginWatch(res)
      res.write(`${JSON.stringify(event(1))}\n{"type":"half`, () => setImmediate(() => res.destroy()))
    })
    open(ws, 1, '/api/v1/pods?watch=1')
    await frames.until((all) => all.some((m) => m.t === 'error'))
    expect(frames.lines(1)).toEqual([event(1)])
    expect(frames.all.at(-1)).toMatchObject({ id: 1, t: 'error', status: 502, body: { kind: 'Status', reason: 'ServiceUnavailable' } })
    expect(frames.all.some((m) => m.t === 'end')).toBe(false)
  })

  test('an HTTP error carries its Status; one without a Status is given one', async () => {
    const gone = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'too old resource version: 1 (9)',
      reason: 'Expired',
      code: 410,
    }
    const { ws, frames } = await setUp((url, res) => {
      if (url === '/gone') res.writeHead(410, { 'content-type': 'application/json' }).end(JSON.stringify(gone))
      else res.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
    })
    open(ws, 1, '/gone')
    open(ws, 2, '/html')
    await frames.until((all) => all.length === 2)
    expect(frames.all.find((m) => m.id === 1)).toEqual({ id: 1, t: 'error', status: 410, body: gone })
    expect(frames.all.find((m) => m.id === 2)).toMatchObject({
      status: 502,
      body: { kind: 'Status', message: '<h1>Bad gateway</h1>', code: 502 },
    })
  })

  test('a watch that is sent on to a sign-in page is told as what it is', async () => {
    const { ws, frames } = await setUp((_, res) => void res.writeHead(302, { location: '/oauth2/sign_in' }).end())
    open(ws, 1, '/api/v1/pods?watch=1&allowWatchBookmarks=true')
    await frames.until((all) => all.some((m) => m.t === 'error'))
    const message = 'a watch was sent on to /oauth2/sign_in'
    expect(frames.all).toMatchObject([{ id: 1, status: 502, body: { message, details: { causes: [{ reason: 'NotKubernetes' }] } } }])
  })

  test.each([
    ['that says so', { 'content-type': 'text/plain' }],
    ['of a log that does not say what it is', {}],
  ])('lines of text %s come as strings, the last one without its line feed, too', async (_what, headers) => {
    const { ws, frames } = await setUp((_, res) => {
      res.writeHead(200, headers)
      res.end('one "1"\n{not json\nthree')
    })
    open(ws, 1, '/api/v1/namespaces/x/pods/y/log?follow=true')
    await frames.until((all) => all.some((m) => m.t === 'end'))
    expect(frames.lines(1)).toEqual(['one "1"', '{not json', 'three'])
  })

  test('a stream that claims to be JSON and is not cannot break the frame', async () => {
    const { ws, frames } = await setUp((_, res) => {
      beginWatch(res)
      res.end(`${JSON.stringify(event(1))}\n]}\n${JSON.stringify(event(2))}\n`)
    })
    open(ws, 1, '/api/v1/pods?watch=1')
    await frames.until((all) => all.some((m) => m.t === 'error'))
    expect(frames.lines(1)).toEqual([event(1)])
    expect(frames.all.at(-1)).toMatchObject({ status: 502, body: { details: { causes: [{ reason: 'NotKubernetes' }] } } })
  })

  test('a page in the place of a watch is told as what it is; one in the place of a log may be the log', async () => {
    const { ws, frames } = await setUp((_, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'))
    open(ws, 1, '/api/v1/pods?watch=1&allowWatchBookmarks=true')
    await frames.until((all) => all.some((m) => m.t === 'error'))
    expect(frames.all).toMatchObject([
      {
        id: 1,
        status: 502,
        body: { message: 'a watch was answered with text/html instead of JSON', details: { causes: [{ reason: 'NotKubernetes' }] } },
      },
    ])
    open(ws, 2, '/api/v1/namespaces/x/pods/y/log?follow=true')
    await frames.until((all) => all.some((m) => m.t === 'end'))
    expect(frames.lines(2)).toEqual(['<html>Sign in</html>'])
  })

  test.each([
    ['not json', 'the message is not JSON'],
    ['{"op":"open","id":1,"context":"a"}', 'path must be a string'],
    ['{"op":"open","id":-1}', 'id must be a whole number'],
  ])('%s gets an error frame and the socket lives on', async (message, why) => {
    const { ws, frames } = await setUp((_, res) => beginWatch(res))
    ws.send(message)
    await frames.until((all) => all.length === 1)
    expect(frames.all[0]).toMatchObject({ t: 'error', status: 400, body: { reason: 'BadRequest', message: why } })
    expect(frames.all[0]).not.toHaveProperty('id')
    open(ws, 1, '/api')
    await frames.until((all) => all.some((m) => m.t === 'open'))
  })

  test('binary messages, double ids, paths that climb, unknown contexts, and a cluster that is not there', async () => {
    const { ws, frames } = await setUp((_, res) => beginWatch(res))
    open(ws, 1, '/api')
    await frames.until((all) => all.some((m) => m.t === 'open'))
    open(ws, 1, '/api')
    ws.send(Buffer.from('{}'))
    open(ws, 2, '/a/../b')
    open(ws, 3, '/api', 'nobody')
    open(ws, 4, '/api', 'local')
    await frames.until((all) => all.length === 6)
    const errors = frames.all.flatMap((m) => (m.t === 'error' ? [[m.id, m.status, m.body.message]] : []))
    expect(errors).toEqual(
      expect.arrayContaining([
        [undefined, 400, 'feed 1 is open already'],
        [undefined, 400, 'messages are text'],
        [2, 400, 'the path must not contain "." or ".." segments'],
        [3, 404, 'there is no context "nobody" in the kubeconfig'],
        [4, 503, 'the local control plane is stopped'],
      ]),
    )
  })

  test('a message over the limit closes this socket and no other', async () => {
    const { h, ws } = await setUp((_, res) => beginWatch(res))
    const other = await connect(h)
    ws.send(' '.repeat(65 * 1024))
    const [code] = (await once(ws, 'close')) as [number]
    expect(code).toBe(1009)
    open(other.ws, 1, '/api')
    await other.frames.until((all) => all.some((m) => m.t === 'open'))
  })

  test(`more than ${MAX_FEEDS} feeds are refused with 429`, async () => {
    const { ws, frames, h } = await setUp((_, res) => beginWatch(res))
    h.local.use(silentTransport())
    for (let id = 0; id <= MAX_FEEDS; id++) open(ws, id, '/api', 'local')
    await frames.until((all) => all.length === MAX_FEEDS + 1)
    expect(frames.all.filter((m) => m.t === 'error')).toMatchObject([{ id: MAX_FEEDS, status: 429 }])
  })

  test('a slow window pauses the cluster instead of filling memory, and gets everything when it reads again', async () => {
    const total = 3000
    const pad = 'x'.repeat(16 * 1024)
    let sent = 0
    const begun = Promise.withResolvers<void>()
    const { ws, frames } = await setUp((_, res) => {
      beginWatch(res)
      const push = (): void => {
        while (sent < total) {
          if (!res.write(`${JSON.stringify({ n: sent++, pad })}\n`)) return void res.once('drain', push)
        }
        res.end()
      }
      push()
      begun.resolve()
    })
    ws.pause()
    open(ws, 1, '/api/v1/pods?watch=1')
    await begun.promise
    await standsStill(() => sent)
    expect(sent).toBeLessThan(total)
    ws.resume()
    await frames.until((all) => all.some((m) => m.t === 'end'))
    expect(frames.lines(1).map((l) => (l as { n: number }).n)).toEqual(Array.from({ length: total }, (_, n) => n))
  })

  test('the local control plane is watched inside the process', async () => {
    const { ws, frames, h } = await setUp(() => {})
    const aborted = Promise.withResolvers<string>()
    h.local.use({
      ...silentTransport(),
      stream: async ({ path, signal }) => {
        signal?.addEventListener('abort', () => aborted.resolve(path))
        async function* body() {
          yield Buffer.from(`${JSON.stringify(event(1))}\n`)
          await aborted.promise
        }
        return { status: 200, headers: { 'content-type': 'application/json' }, body: body() }
      },
    })
    open(ws, 1, '/api/v1/nodes?watch=1', 'local')
    await frames.until((all) => all.some((m) => m.t === 'data'))
    expect(frames.lines(1)).toEqual([event(1)])
    ws.send('{"op":"close","id":1}')
    expect(await aborted.promise).toBe('/api/v1/nodes?watch=1')
  })
})

/** Answers every stream with an open body that says nothing until it is aborted. */
function silentTransport(): Transport {
  return {
    request: () => Promise.reject(new Error('not used here')),
    close: async () => {},
    stream: async ({ signal }) => {
      async function* body(): AsyncGenerator<Buffer> {
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        yield Buffer.alloc(0)
      }
      return { status: 200, headers: { 'content-type': 'application/json' }, body: body() }
    },
  }
}

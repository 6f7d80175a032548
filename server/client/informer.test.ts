import { afterEach, describe, expect, test } from 'vitest'
import type { Clock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'
import { createClient } from './client.ts'
import { createHttpTransport } from './http-transport.ts'
import { createInformerFactory, type Informer } from './informer.ts'
import { PODS } from './resource.ts'
import { startTlsServer, type TestAnswer, type TestRequest, type TestServer } from './testing/tls-server.ts'

const cleanups: Array<() => Promise<void> | void> = []
afterEach(async () => {
  for (const f of cleanups.splice(0).reverse()) await f()
})

const pod = (name: string, resourceVersion: string, labels: Record<string, string> = {}, uid = name) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid, resourceVersion, labels },
})
const bookmark = (resourceVersion: string, end = false) => ({
  type: 'BOOKMARK',
  object: {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { resourceVersion, ...(end ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}) },
  },
})
const failure = (code: number, reason: string): TestAnswer => ({
  status: code,
  json: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: reason, reason, code },
})
const isWatch = (req: TestRequest): boolean => req.query.get('watch') === 'true'

/** Waits between tries take no time; every other timer never fires. */
const hasty: Clock = {
  now: () => 0,
  monotonic: () => 0,
  setTimeout: (fn, ms) => {
    if (ms < 10_000) setImmediate(fn)
    return { cancel: () => undefined }
  },
  setInterval: () => ({ cancel: () => undefined }),
}

async function informerOf(handler: (req: TestRequest) => TestAnswer): Promise<{
  server: TestServer
  informer: Informer
  log: string[]
  until(line: string): Promise<void>
}> {
  const server = await startTlsServer(handler)
  const transport = createHttpTransport({ server: server.url, ca: server.ca })
  const abort = new AbortController()
  cleanups.push(
    () => server.close(),
    () => transport.close(),
    () => abort.abort(),
  )
  const client = createClient(transport, { userAgent: 't', clock: hasty })
  const informer = createInformerFactory({ client, signal: abort.signal, clock: hasty }).informer<KubeObject>(PODS)
  const log: string[] = []
  const waiting = new Map<string, () => void>()
  const note = (line: string): void => {
    log.push(line)
    waiting.get(line)?.()
  }
  informer.addHandler({
    added: (o, initial) => note(`${initial ? 'initial' : 'added'} ${o.metadata.name}@${o.metadata.resourceVersion}`),
    updated: (o, old) => note(`updated ${o.metadata.name} ${old.metadata.resourceVersion}→${o.metadata.resourceVersion}`),
    deleted: (o) => note(`deleted ${o.metadata.name}@${o.metadata.resourceVersion}`),
  })
  const until = (line: string): Promise<void> =>
    log.includes(line) ? Promise.resolve() : new Promise((resolve) => waiting.set(line, resolve))
  return { server, informer, log, until }
}

describe('informer', () => {
  test('fills from a streaming list and is synced at its end mark, not before', async () => {
    const { server, informer, log, until } = await informerOf(() => ({
      stream: (write) => {
        write({ type: 'ADDED', object: pod('a', '1') })
        write({ type: 'ADDED', object: pod('b', '2') })
        write(bookmark('5', true))
        write({ type: 'MODIFIED', object: pod('a', '6') })
        write({ type: 'DELETED', object: pod('b', '7') })
      },
    }))
    await informer.synced()
    await until('deleted b@7')
    expect(log).toEqual(['initial a@1', 'initial b@2', 'updated a 1→6', 'deleted b@7'])
    expect(informer.lister.get('a', 'default')?.metadata.resourceVersion).toBe('6')
    const q = server.requests[0]!.query
    expect([q.get('sendInitialEvents'), q.get('resourceVersionMatch'), q.get('allowWatchBookmarks')]).toEqual([
      'true',
      'NotOlderThan',
      'true',
    ])
  })

  test('falls back to pages of a list where streaming lists are refused', async () => {
    const { server, informer, log } = await informerOf((req) => {
      if (req.query.get('sendInitialEvents') === 'true') return failure(422, 'Invalid')
      if (isWatch(req)) return { stream: () => undefined }
      return req.query.get('continue') === null
        ? { json: { metadata: { resourceVersion: '9', continue: 'next' }, items: [pod('a', '1')] } }
        : { json: { metadata: { resourceVersion: '9' }, items: [pod('b', '2')] } }
    })
    await informer.synced()
    expect(log).toEqual(['initial a@1', 'initial b@2'])
    expect(server.requests[1]!.query.get('resourceVersion')).toBe('0')
    expect(server.requests[2]!.query.get('continue')).toBe('next')
  })

  test('resumes from the last bookmark when the stream ends', async () => {
    let watches = 0
    const { server, log, until } = await informerOf(() => ({
      stream: (write, end) => {
        watches++
        if (watches === 1) {
          write({ type: 'ADDED', object: pod('a', '1') })
          write(bookmark('5', true))
          write(bookmark('8'))
          end()
        } else write({ type: 'ADDED', object: pod('b', '9') })
      },
    }))
    await until('added b@9')
    expect(server.requests.map((r) => r.query.get('resourceVersion'))).toEqual([null, '8'])
    expect(log).toEqual(['initial a@1', 'added b@9'])
  })

  test('410 reads the collection anew and tells what vanished meanwhile, and what was made anew', async () => {
    let watches = 0
    const { informer, log, until } = await informerOf((req) => {
      watches++
      if (req.query.get('resourceVersion') === '5') return failure(410, 'Expired')
      return {
        stream: (write, end) => {
          if (watches === 1) {
            write({ type: 'ADDED', object: pod('a', '1') })
            write({ type: 'ADDED', object: pod('b', '2') })
            write({ type: 'ADDED', object: pod('c', '3') })
            write(bookmark('5', true))
            end()
          } else {
            write({ type: 'ADDED', object: pod('b', '12') })
            write({ type: 'ADDED', object: pod('c', '13', {}, 'another') })
            write({ type: 'ADDED', object: pod('d', '14') })
            write(bookmark('15', true))
          }
        },
      }
    })
    await until('added d@14')
    expect(log.slice(3)).toEqual(['deleted a@1', 'updated b 2→12', 'deleted c@3', 'added c@13', 'added d@14'])
    expect(informer.lister.list().map((p) => p.metadata.uid)).toEqual(['b', 'another', 'd'])
  })

  test('an ERROR event in the stream has the same effect as a 410 answer', async () => {
    let watches = 0
    const { until, server } = await informerOf(() => ({
      stream: (write) => {
        watches++
        write(bookmark(String(watches), true))
        if (watches === 1) write({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } })
        else write({ type: 'ADDED', object: pod('z', '20') })
      },
    }))
    await until('added z@20')
    expect(server.requests.map((r) => r.query.get('sendInitialEvents'))).toEqual(['true', 'true'])
  })

  test('survives a server that goes away: errors are retried', async () => {
    let calls = 0
    const { until } = await informerOf(() => {
      calls++
      if (calls < 4) return failure(500, 'InternalError')
      return {
        stream: (write) => {
          write(bookmark('1', true))
          write({ type: 'ADDED', object: pod('a', '2') })
        },
      }
    })
    await until('added a@2')
    expect(calls).toBe(4)
  })

  test('indexes follow changes, and a late handler hears of what is there', async () => {
    const { informer, until } = await informerOf(() => ({
      stream: (write) => {
        write({ type: 'ADDED', object: pod('a', '1', { app: 'x' }) })
        write(bookmark('5', true))
        write({ type: 'MODIFIED', object: pod('a', '6', { app: 'y' }) })
      },
    }))
    informer.addIndex('app', (o) => [o.metadata.labels?.app ?? ''])
    await until('updated a 1→6')
    expect(informer.lister.byIndex('app', 'x')).toEqual([])
    expect(informer.lister.byIndex('app', 'y').map((o) => o.metadata.name)).toEqual(['a'])
    expect(() => informer.lister.byIndex('nope', '')).toThrow('no index "nope"')
    const late: unknown[] = []
    informer.addHandler({ added: (o, initial) => late.push([o.metadata.name, initial]) })
    expect(late).toEqual([['a', true]])
  })
})

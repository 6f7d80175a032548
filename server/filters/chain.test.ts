import { describe, expect, test } from 'vitest'
import { bearerAuthenticator, forServer } from '../authn/bearer.ts'
import { notFound } from '../machinery/status.ts'
import type { Handler } from '../request/context.ts'
import type { ResponseStream } from '../serving/exchange.ts'
import { AccessMetrics } from './access-metrics.ts'
import type { AccessLogEntry } from './http-log.ts'
import { gate, json, ok, Server, tokens } from './testing/server.ts'

describe('every response', () => {
  test('has an audit id, new or echoed, and is not for shared caches', async () => {
    const s = new Server(ok)
    const a = await s.request('GET /api/v1/pods')
    expect(a.headers['audit-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(a.headers['cache-control']).toBe('no-cache, private')
    expect((await s.request('GET /api/v1/pods')).headers['audit-id']).not.toBe(a.headers['audit-id'])
    expect((await s.request('GET /api/v1/pods', 'admin', { 'Audit-ID': 'mine' })).headers['audit-id']).toBe('mine')
  })

  test('tells browsers to come by HTTPS alone where that is asked for', async () => {
    expect((await new Server(ok).request('GET /api/v1/pods')).headers).not.toHaveProperty('strict-transport-security')
    const s = new Server(ok, { strictTransportSecurity: ['max-age=31536000', 'includeSubDomains'] })
    expect((await s.request('GET /api/v1/pods')).headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
    expect((await s.request('GET /api/v1/pods', '')).headers).toHaveProperty('strict-transport-security')
  })

  test('a synchronous handler is answered in the same tick', () => {
    let answered = false
    void new Server((ctx) => {
      void ok(ctx)
      answered = true
    }).request('GET /api/v1/pods')
    expect(answered).toBe(true)
  })

  test('why credentials are refused is for the log, and not for who shows them', async () => {
    const told: string[] = []
    const s = new Server(ok, { unauthenticated: (why) => told.push(why) })
    const refused = await s.request('GET /api/v1/pods', 'wrong')
    expect([refused.status, told]).toEqual([401, ['invalid bearer token']])
    expect(JSON.stringify(refused)).not.toContain('bearer')
    await s.request('GET /api/v1/pods')
    expect(told).toHaveLength(1)
  })

  test('warnings become headers', async () => {
    const s = new Server((ctx) => {
      ctx.warnings.push('say "a"', 'b', 'b')
      ctx.exchange.respond(200, {})
    })
    expect((await s.request('GET /api/v1/pods')).headers['warning']).toEqual(['299 - "say \\"a\\""', '299 - "b"'])
  })
})

describe('errors', () => {
  test('a StatusError is the answer, thrown or rejected; it is not logged', async () => {
    for (const handler of [
      () => {
        throw notFound({ group: '', resource: 'pods' }, 'x')
      },
      () => Promise.reject(notFound({ group: '', resource: 'pods' }, 'x')),
    ]) {
      const s = new Server(handler)
      const r = await s.request('GET /api/v1/namespaces/a/pods/x')
      expect([r.status, json(r)['message']]).toEqual([404, 'pods "x" not found'])
      expect(s.errors).toEqual([])
    }
  })

  test('anything else is a 500, logged with the request', async () => {
    const s = new Server(() => Promise.reject(new Error('boom')))
    const r = await s.request('GET /api/v1/pods?limit=1')
    expect([r.status, json(r)['reason']]).toEqual([500, 'InternalError'])
    expect(s.errors).toMatchObject([[{ message: 'boom' }, { method: 'GET', uri: '/api/v1/pods?limit=1' }]])
  })

  test('after the answer began, the stream is broken off', async () => {
    const s = new Server((ctx) => {
      ctx.exchange.stream(200, {}).write(Buffer.from('x'))
      return Promise.reject(new Error('late'))
    })
    await expect(s.request('GET /api/v1/pods')).rejects.toThrow('late')
  })

  test('paths that make no sense', async () => {
    const s = new Server(ok)
    const bad = await s.request('GET /api/v1/watch')
    expect([bad.status, bad.body.toString()]).toEqual([
      500,
      'Internal Server Error: "/api/v1/watch": failed to create RequestInfo: unable to determine kind and namespace from url, /api/v1/watch\n',
    ])
    expect((await s.request('GET /%zz')).status).toBe(400)
  })
})

describe('authentication and authorization', () => {
  test('401 for a wrong token, exactly the reference Status', async () => {
    const r = await new Server(ok).request('GET /api/v1/pods', 'nope')
    expect([r.status, json(r)]).toEqual([
      401,
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 },
    ])
    const closed = new Server(ok, { authenticator: bearerAuthenticator([forServer(tokens, [])], []) })
    expect((await closed.request('GET /healthz', '')).status).toBe(401)
  })

  test('403 with the reference texts, and what everyone may do', async () => {
    const s = new Server(ok)
    const r = await s.request('GET /api/v1/namespaces/default/pods', 'bob')
    expect([r.status, json(r)['message'], r.headers['x-content-type-options']]).toEqual([
      403,
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"',
      'nosniff',
    ])
    expect(json(await s.request('GET /', ''))['message']).toBe('forbidden: User "system:anonymous" cannot get path "/"')
    const statuses = ['/healthz', '/version', '/api', '/metrics'].map((p) => s.request(`GET ${p}`, '').then((x) => x.status))
    expect(await Promise.all(statuses)).toEqual([200, 200, 403, 403])
    expect((await s.request('GET /api', 'bob')).status).toBe(200)
  })

  const who: Handler = (ctx) => ctx.exchange.respond(200, {}, Buffer.from(JSON.stringify({ user: ctx.user, by: ctx.impersonatedBy?.name })))

  test('whoever may, acts as somebody else', async () => {
    const s = new Server(who)
    const as = async (headers: Record<string, string>): Promise<unknown> => json(await s.request('GET /version', 'admin', headers))
    expect(await as({ 'Impersonate-User': 'jane' })).toEqual({ user: { name: 'jane', groups: ['system:authenticated'] }, by: 'root' })
    expect(
      await as({
        'Impersonate-User': 'jane',
        'Impersonate-Uid': '7',
        'Impersonate-Group': 'a, b\nc',
        'Impersonate-Extra-Acme.com%2Fscopes': 'x\ny',
      }),
    ).toEqual({
      user: { name: 'jane', uid: '7', groups: ['a, b', 'c', 'system:authenticated'], extra: { 'acme.com/scopes': ['x', 'y'] } },
      by: 'root',
    })
    expect(await as({ 'Impersonate-User': Buffer.from('jürgen').toString('latin1') })).toMatchObject({ user: { name: 'jürgen' } })
    expect(await as({ 'Impersonate-User': 'system:node:n1' })).toMatchObject({ user: { groups: ['system:nodes', 'system:authenticated'] } })
    expect(await as({ 'Impersonate-User': 'system:anonymous' })).toMatchObject({ user: { groups: ['system:unauthenticated'] } })
    expect(await as({ 'Impersonate-User': 'x', 'Impersonate-Group': 'system:masters' })).toMatchObject({
      user: { groups: ['system:masters', 'system:authenticated'] },
    })
    expect(await as({ 'Impersonate-User': 'system:serviceaccount:ns:sa' })).toMatchObject({
      user: { groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'] },
    })
    // What was allowed last is tried first, and without bounds a node is a user like others.
    expect(await as({ 'Impersonate-User': 'system:node:n1' })).toMatchObject({ user: { groups: ['system:authenticated'] } })
    expect(await as({ 'Impersonate-Anything': 'x', 'Impersonate-User': '' })).toEqual({
      user: { name: 'root', uid: '1', groups: ['system:masters', 'system:authenticated'] },
    })
  })

  test('who acts as somebody has his rights and no others', async () => {
    const s = new Server(ok)
    const r = await s.request('GET /api/v1/namespaces/default/pods', 'admin', { 'Impersonate-User': 'jane' })
    expect([r.status, json(r)['message']]).toEqual([
      403,
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    ])
  })

  test('who may not act as somebody gets the words of the reference', async () => {
    const s = new Server(ok)
    const refused = async (path: string, headers: Record<string, string>, token = 'bob'): Promise<unknown[]> => {
      const r = await s.request(path, token, headers)
      return [r.status, json(r)['message']]
    }
    expect(await refused('GET /api/v1/namespaces/default/pods', { 'Impersonate-User': 'jane' })).toEqual([
      403,
      'pods is forbidden: User "bob" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default"',
    ])
    expect(await refused('GET /version', { 'Impersonate-User': 'jane' })).toEqual([
      403,
      'forbidden: User "bob" cannot impersonate-on:user-info:get path "/version"',
    ])
    expect(await refused('GET /version', { 'Impersonate-User': 'system:node:n1', 'Impersonate-Group': 'g' })).toEqual([
      403,
      'users "system:node:n1" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    ])
    expect(await refused('GET /version', { 'Impersonate-Group': 'g', 'Impersonate-Extra-A': 'b' })).toEqual([
      400,
      'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string{"a":[]string{"b"}}} without impersonating a user name',
    ])
    expect((await s.request('GET /healthz', 'nope', { 'Impersonate-User': 'other' })).status).toBe(401)
  })

  test('with the gate of constrained rights closed, what is done decides nothing', async () => {
    const s = new Server(ok, { unconstrainedImpersonation: true })
    const r = await s.request('GET /version', 'bob', { 'Impersonate-User': 'jane' })
    expect([r.status, json(r)['message']]).toEqual([
      403,
      'users "jane" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    ])
  })

  test('the handler sees who asks', async () => {
    const s = new Server((ctx) => ctx.exchange.respond(200, {}, Buffer.from(JSON.stringify(ctx.user))))
    expect(json(await s.request('GET /api/v1/pods'))).toEqual({
      name: 'root',
      uid: '1',
      groups: ['system:masters', 'system:authenticated'],
    })
  })

  test('deciding may take time', async () => {
    const s = new Server(ok, {
      authenticator: { authenticate: () => Promise.resolve({ user: { name: 'x', groups: [] } }) },
      authorizer: { authorize: (_, a) => Promise.resolve({ decision: a.verb === 'list' ? 'allow' : 'deny', reason: 'no' }) },
    })
    expect((await s.request('GET /api/v1/pods')).status).toBe(200)
    expect(json(await s.request('POST /api/v1/pods'))['message']).toMatch(/at the cluster scope: no$/)
  })
})

describe('limits', () => {
  test('429 above the limits, apart for reads and writes, never for watches, probes and masters', async () => {
    const { handler, open, waiting } = gate()
    const s = new Server(handler, {
      maxRequestsInFlight: 1,
      maxMutatingRequestsInFlight: 1,
      authorizer: { authorize: () => ({ decision: 'allow', reason: '' }) },
    })
    const running = ['GET /api/v1/pods', 'POST /api/v1/pods', 'GET /api/v1/pods?watch=1'].map((r) => s.request(r, 'bob'))
    const refused = await s.request('GET /api/v1/pods', 'bob')
    expect([refused.status, refused.headers['retry-after'], refused.body.toString()]).toEqual([
      429,
      '1',
      'Too many requests, please try again later.\n',
    ])
    expect((await s.request('DELETE /api/v1/pods/x', 'bob')).status).toBe(429)
    running.push(s.request('GET /api/v1/pods?watch=1', 'bob'), s.request('GET /api/v1/pods', 'admin'))
    running.push(...['/livez', '/readyz', '/healthz'].map((path) => s.request(`GET ${path}`, 'bob')))
    expect(waiting).toHaveLength(8)
    expect((await s.request('GET /livez/etcd', 'bob')).status).toBe(429)
    expect(s.metrics.inFlight).toEqual({ readOnly: 2, mutating: 1 })
    open()
    for (const r of await Promise.all(running)) expect(r.status).toBe(200)
    expect(s.metrics.inFlight).toEqual({ readOnly: 0, mutating: 0 })
    expect((await s.request('GET /api/v1/pods', 'bob')).status).toBe(200)
  })

  test('0 is no limit; a handler that fails is not counted on', async () => {
    const s = new Server(
      () => {
        throw new Error('x')
      },
      { maxRequestsInFlight: 0, maxMutatingRequestsInFlight: 1 },
    )
    await s.request('POST /api/v1/pods')
    await s.request('POST /api/v1/pods')
    expect(s.metrics.inFlight).toEqual({ readOnly: 0, mutating: 0 })
  })
})

describe('deadlines', () => {
  test('504 after the timeout, the handler is told, its late answer dropped', async () => {
    const { handler, open, waiting } = gate()
    const s = new Server(handler)
    const answer = s.request('GET /api/v1/pods')
    const { signal } = waiting[0]!
    s.clock.advance(59_999)
    expect(signal.aborted).toBe(false)
    s.clock.advance(1)
    const r = await answer
    // As a kube-apiserver says it: a Status in plain text.
    const message = 'Timeout: request did not complete within the allotted timeout'
    expect([r.status, r.headers['content-type'], json(r)]).toEqual([
      504,
      'text/plain; charset=utf-8',
      { metadata: {}, status: 'Failure', message, reason: 'Timeout', details: {}, code: 504 },
    ])
    expect(signal.aborted).toBe(true)
    open()
    await Promise.resolve()
    expect(s.errors).toEqual([])
  })

  test('an answer that is on its way by then is cut by its handler', async () => {
    let began: ResponseStream | undefined
    const s = new Server(async ({ exchange, signal }) => {
      began = exchange.stream(200, {})
      began.write(Buffer.from('{"items":['))
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      began.destroy()
    })
    const answer = s.request('GET /api/v1/pods').then(
      () => 'a whole answer',
      () => 'broken off',
    )
    await Promise.resolve()
    expect(began).toBeDefined()
    s.clock.advance(60_000)
    expect(await answer).toBe('broken off')
    expect(s.errors).toEqual([])
    expect(await s.metric('apiserver_request_aborts_total')).toEqual(['apiserver_request_aborts_total LIST,,v1,pods,,cluster 1'])
    expect(await s.metric('apiserver_request_terminations_total')).toEqual([])
  })

  test('the query may ask for less, not for more; nonsense is a 400', async () => {
    for (const [timeout, at] of [
      ['2s', 2000],
      ['5m', 60_000],
      ['0s', 60_000],
      ['', 60_000],
    ] as const) {
      const { handler, waiting } = gate()
      const s = new Server(handler)
      const answer = s.request(`GET /api/v1/pods?timeout=${timeout}`)
      const { signal } = waiting[0]!
      s.clock.advance(at - 1)
      expect(signal.aborted).toBe(false)
      s.clock.advance(1)
      expect((await answer).status).toBe(504)
    }
    const bad = await new Server(ok).request('GET /api/v1/pods?timeout=5')
    expect([bad.status, json(bad)['message']]).toEqual([
      400,
      'invalid timeout specified in the request URL - time: missing unit in duration "5"',
    ])
  })

  test('long-running requests have none, and hear when the client goes', async () => {
    const { handler, open, waiting } = gate()
    const s = new Server(handler)
    const abort = new AbortController()
    const answer = s.request('GET /api/v1/pods?watch=1', 'admin', {}, abort.signal)
    const { signal } = waiting[0]!
    s.clock.advance(1e9)
    expect(signal.aborted).toBe(false)
    abort.abort()
    await expect(answer).rejects.toThrow()
    expect(signal.aborted).toBe(true)
    open()
  })
})

describe('shutdown', () => {
  test('waits for running requests, ends watches, refuses new ones but health', async () => {
    const { handler, open, waiting } = gate()
    const s = new Server((ctx) => (ctx.exchange.path === '/readyz' ? ok(ctx) : handler(ctx)))
    const running = s.request('POST /api/v1/pods')
    const watch = s.request('GET /api/v1/pods?watch=1')
    const watchSignal = waiting[1]!.signal
    let idle = false
    const closed = s.waitGroup.close().then(() => (idle = true))
    expect(watchSignal.aborted).toBe(true)
    const refused = await s.request('GET /api/v1/pods')
    expect([refused.status, refused.headers['retry-after'], json(refused)['message']]).toEqual([503, '1', 'apiserver is shutting down'])
    expect((await s.request('GET /readyz')).status).toBe(200)
    expect(idle).toBe(false)
    open()
    expect((await running).status).toBe(200)
    await Promise.all([closed, watch])
    expect(s.waitGroup.running).toBe(0)
  })
})

describe('CORS', () => {
  test('answers preflights of allowed origins before anybody must log in', async () => {
    const s = new Server(ok, { corsAllowedOrigins: [/^https:\/\/ui\.test$/] })
    const preflight = await s.request('OPTIONS /api/v1/pods', '', { origin: 'https://ui.test' })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, 'https://ui.test'])
    const other = await s.request('GET /api/v1/pods', 'admin', { origin: 'https://evil.test' })
    expect([other.status, other.headers['access-control-allow-origin']]).toEqual([200, undefined])
  })
})

describe('metrics and the access log', () => {
  test('requests are counted under the reference names and labels', async () => {
    const s = new Server((ctx) =>
      ctx.requestInfo.name === 'gone' ? Promise.reject(notFound({ group: '', resource: 'pods' }, 'gone')) : ok(ctx),
    )
    await s.request('GET /api/v1/namespaces/a/pods/b')
    await s.request('GET /api/v1/namespaces/a/pods/c')
    await s.request('GET /api/v1/namespaces/a/pods/gone')
    await s.request('PATCH /api/v1/namespaces/a/pods/b?dryRun=All', 'admin', { 'content-type': 'application/apply-patch+yaml' })
    await s.request('GET /healthz')
    await s.request('GET /secret/made/up', '')
    expect(await s.metric('apiserver_request_total')).toEqual([
      'apiserver_request_total GET,,,v1,pods,,resource,apiserver,200 2',
      'apiserver_request_total GET,,,v1,pods,,resource,apiserver,404 1',
      'apiserver_request_total APPLY,All,,v1,pods,,resource,apiserver,200 1',
      'apiserver_request_total GET,,,,,/healthz,,,200 1',
    ])
    const durations = await s.metric('apiserver_request_duration_seconds')
    expect(durations).toContain('apiserver_request_duration_seconds_bucket GET,,,v1,pods,,resource,apiserver,+Inf 3')
    expect(durations).toContain('apiserver_request_duration_seconds_count APPLY,All,,v1,pods,,resource,apiserver 1')
    expect(await s.metric('apiserver_response_sizes')).toContain('apiserver_response_sizes_bucket GET,,v1,pods,,resource,apiserver,1000 3')
    expect(await s.metric('apiserver_current_inflight_requests')).toEqual([
      'apiserver_current_inflight_requests mutating 0',
      'apiserver_current_inflight_requests readOnly 0',
    ])
  })

  test('what the server asks itself is counted apart', async () => {
    const s = new Server(ok)
    await s.request('GET /api/v1/namespaces/a/pods/b/status')
    const asItself = { 'impersonate-user': 'system:apiserver', 'impersonate-group': 'system:masters' }
    for (let i = 0; i < 2; i++) await s.request('GET /api/v1/namespaces/a/pods/b/status', 'admin', asItself)
    // The last is counted behind its answer.
    await new Promise((resolve) => setImmediate(resolve))
    expect(await s.metric('apiserver_selfrequest_total')).toEqual(['apiserver_selfrequest_total GET,,pods,status 2'])
  })

  test('how long each filter took is told until the next one has the request', async () => {
    const access = new AccessMetrics()
    const s = new Server(ok, { access })
    const asks = (path: string, token: string, headers = {}): Promise<unknown> => s.request(`GET ${path}`, token, headers)
    await asks('/api/v1/pods', 'admin')
    await asks('/api/v1/pods', 'bob')
    await asks('/api/v1/pods', 'wrong')
    await asks('/api/v1/pods', 'bob', { 'impersonate-user': 'jane' })
    await asks('/api/v1/pods', 'admin', { 'impersonate-user': 'jane' })
    const { values } = await access
      .sources()
      .find(({ name }) => name === 'apiserver_request_filter_duration_seconds')!
      .get()
    const counts = values.filter(({ metricName = '' }) => metricName.endsWith('_count'))
    expect(Object.fromEntries(counts.map(({ labels, value }) => [labels['filter'], value]))).toEqual({
      authentication: 5,
      impersonation: 3,
      authorization: 1,
    })
  })

  test('watches are gauged while they run', async () => {
    let stream: ResponseStream | undefined
    const s = new Server((ctx) => void (stream = ctx.exchange.stream(200, {})))
    const answer = s.request('GET /api/v1/pods?watch=1')
    await Promise.resolve()
    expect(await s.metric('apiserver_longrunning_requests')).toEqual(['apiserver_longrunning_requests WATCH,,v1,pods,,cluster,apiserver 1'])
    stream!.end()
    await answer
    expect(await s.metric('apiserver_longrunning_requests')).toEqual([])
    expect(await s.metric('apiserver_request_total')).toEqual(['apiserver_request_total WATCH,,,v1,pods,,cluster,apiserver,200 1'])
  })

  test('prom-client renders them', async () => {
    const { Registry } = await import('prom-client')
    const registry = new Registry()
    const s = new Server(ok)
    for (const source of s.metrics.sources()) registry.registerMetric(source as unknown as Parameters<typeof registry.registerMetric>[0])
    await s.request('GET /healthz')
    const text = await registry.metrics()
    expect(text).toContain('# TYPE apiserver_request_duration_seconds histogram\n')
    expect(text).toMatch(
      /apiserver_request_duration_seconds_bucket\{verb="GET",dry_run="",group="",version="",resource="",subresource="\/healthz",scope="",component="",le="60"\} 1\n/,
    )
  })

  test('an access log entry a request, after the work', async () => {
    const entries: AccessLogEntry[] = []
    const s = new Server(ok, { accessLog: (entry) => entries.push(entry) })
    await s.request('GET /api/v1/pods?limit=5', 'admin', { 'user-agent': 'test' })
    expect(entries).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(entries).toMatchObject([
      {
        method: 'GET',
        uri: '/api/v1/pods?limit=5',
        verb: 'list',
        user: 'root',
        status: 200,
        bytes: 2,
        userAgent: 'test',
        protocol: 'local',
      },
    ])
  })
})

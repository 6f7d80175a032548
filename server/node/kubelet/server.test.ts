import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import https from 'node:https'
import os from 'node:os'
import path from 'node:path'
import { Session } from 'node:inspector/promises'
import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient } from '../../client/client.ts'
import { FakeClock, systemClock } from '../../machinery/clock.ts'
import type { NodeAgent } from '../options.ts'
import { heapResting, takeCpuProfile } from '../../profiling/profiler.ts'
import { createSimulatedRuntime } from '../runtimes/simulated/runtime.ts'
import { startNodeAgent } from '../start.ts'
import { subresourcesFor } from './authorize.ts'
import { jsonList } from './http.ts'
import { KubeletMetrics } from './metrics.ts'
import { startKubeletServer } from './server.ts'
import { FakeApi } from '../testing/fake-api.ts'
import { testAuthority, type TestCertificate } from '../testing/pki.ts'
import type { Pod } from '../types.ts'

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  text: string
}

interface Ask {
  method?: string
  headers?: Record<string, string>
  certificate?: TestCertificate | undefined
}

let dir: string
let api: FakeApi
let agent: NodeAgent
let server: TestCertificate
let stranger: TestCertificate
let viewer: TestCertificate

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'kubelet-'))
  const [authority, other] = await Promise.all([testAuthority(), testAuthority()])
  server = await authority.client('kube-apiserver')
  viewer = await authority.client('viewer', 'dev')
  stranger = await other.client('somebody')
  api = new FakeApi()
  agent = await startNodeAgent({
    client: createClient(api, { userAgent: 'kubelet/test' }),
    nodeName: 'n1',
    runtime: createSimulatedRuntime({ clock: systemClock, version: '0.1.0' }),
    logDir: path.join(dir, 'logs'),
    clientCA: authority.ca,
    apiServerCertificate: server.cert,
  })
  await agent.ready()
  await writeFile(path.join(dir, 'secret'), 'outside')
  await symlink('../secret', path.join(dir, 'logs/out'))
  await run('web', ['sh', '-c', 'echo one; echo two; sleep 1000'])
  await run('done', ['sh', '-c', 'echo bye; exit 3'])
})
afterAll(async () => {
  await agent.close()
  await rm(dir, { recursive: true, force: true })
})

async function run(name: string, command: string[]): Promise<void> {
  const spec = {
    nodeName: 'n1',
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'busybox', command, resources: { requests: { cpu: '250m', memory: '64Mi' } } }],
  }
  api.put(`pods/default/${name}`, { metadata: { name, namespace: 'default', uid: `uid-${name}` }, spec, status: {} })
  const status = (): Pod['status'] => (api.objects.get(`pods/default/${name}`) as Pod).status
  await vi.waitFor(() => expect(['Running', 'Failed']).toContain(status()?.phase), { timeout: 20_000, interval: 5 })
}

function ask(target: string, { method = 'GET', headers = {}, certificate = server }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The path is sent as it stands: a URL object would take dots out of it.
    const options = {
      host: agent.address,
      port: agent.port,
      path: target,
      method,
      headers,
      rejectUnauthorized: false,
      agent: false,
      ...certificate,
    }
    const req = https.request(options, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (c: Buffer) => chunks.push(c))
      res.on('end', () => {
        const body = Buffer.concat(chunks)
        resolve({ status: res.statusCode!, headers: res.headers, body, text: body.toString() })
      })
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end()
  })
}

/** A turn of the event loop with work that a profile will show. */
async function busyTurn(): Promise<void> {
  let sum = 0
  for (let i = 0; i < 1e6; i++) sum += Math.sqrt(i)
  await new Promise((resolve) => setImmediate(resolve, sum))
}

const anonymous: Ask = { certificate: { cert: '', key: '' } }

describe('who may ask', () => {
  const targets = ['/healthz', '/pods', '/logs/', '/metrics', '/debug/pprof/', '/containerLogs/default/web/c', '/nope', '/logs/../pods']
  /** Of each SubjectAccessReview: user, groups, verb and what of the node. */
  let asked: string[]
  beforeEach(() => {
    asked = []
  })
  const allow = (...subresources: string[]): void => {
    api.review = (kind, spec) => {
      if (kind === 'TokenReview') {
        const known = spec.token === 'good'
        return known ? { authenticated: true, user: { username: 'prometheus', groups: ['system:authenticated'] } } : { user: {} }
      }
      const { user, groups, resourceAttributes: r } = spec as { user: string; groups: string[]; resourceAttributes: Record<string, string> }
      asked.push(`${user} [${groups.join(' ')}] ${r.verb} ${r.resource}/${r.subresource} ${r.name}`)
      return { allowed: subresources.includes(`${user} ${r.verb} ${r.subresource}`) }
    }
  }

  test.for(targets)('nobody without a name, and nobody whom somebody else names: %s', async (target) => {
    allow()
    expect(await ask(target, anonymous)).toMatchObject({ status: 401, text: 'Unauthorized' })
    expect(await ask(target, { certificate: stranger })).toMatchObject({ status: 401 })
    expect(await ask(target, { ...anonymous, headers: { authorization: 'Bearer bad' } })).toMatchObject({ status: 401 })
    expect(asked).toEqual([])
    expect([401, 403]).not.toContain((await ask(target)).status)
    expect(asked).toEqual([])
  })

  test('others are asked about: what of the node they may do', async () => {
    allow('viewer get log', 'viewer get pods')
    const refused = (subresources: string) => ({
      status: 403,
      text: `Forbidden (user=viewer, verb=get, resource=nodes, subresource(s)=[${subresources}])\n`,
    })
    const as: Ask = { certificate: viewer }
    expect(await ask('/containerLogs/default/web/c', as)).toMatchObject(refused('proxy'))
    expect(await ask('/debug/pprof/heap', as)).toMatchObject(refused('proxy'))
    expect(await ask('/metrics/cadvisor', as)).toMatchObject(refused('metrics'))
    expect(await ask('/stats/summary', as)).toMatchObject(refused('stats'))
    expect(await ask('/configz', as)).toMatchObject(refused('configz proxy'))
    expect(await ask('/healthz/ping', as)).toMatchObject(refused('healthz proxy'))
    expect((await ask('/logs/', as)).status).toBe(200)
    expect((await ask('/pods', as)).status).toBe(200)
    expect((await ask('/runningpods/', as)).status).toBe(200)
    expect(asked).toContain('viewer [dev system:authenticated] get nodes/proxy n1')
    expect(await ask('/exec/default/web/c', { ...as, method: 'POST' })).toMatchObject({
      status: 403,
      text: 'Forbidden (user=viewer, verb=create, resource=nodes, subresource(s)=[proxy])\n',
    })
    expect(await ask('/pods', { ...as, method: 'TRACE' })).toMatchObject({
      status: 403,
      text: 'Forbidden (user=viewer, verb=, resource=nodes, subresource(s)=[pods proxy])\n',
    })
    // An answer is kept for a while.
    const before = asked.length
    expect((await ask('/logs/', as)).status).toBe(200)
    expect(asked).toHaveLength(before)
  })

  test('a token is for the API server to read', async () => {
    allow('prometheus get metrics')
    const as: Ask = { ...anonymous, headers: { authorization: 'Bearer good' } }
    expect((await ask('/metrics', as)).status).toBe(200)
    expect((await ask('/pods', as)).status).toBe(403)
  })

  test('no answer is no', async () => {
    api.review = () => {
      throw new Error('away')
    }
    const other = { ...anonymous, headers: { authorization: 'Bearer other' } }
    expect(await ask('/pods', other)).toMatchObject({ status: 401 })
    expect(await ask('/checkpoint/x', { certificate: viewer })).toMatchObject({
      status: 500,
      text: 'Authorization error (user=viewer, verb=get, resource=nodes, subresource=checkpoint)',
    })
  })

  test.for([
    ['/pods', 'pods proxy'],
    ['/pods/', 'pods proxy'],
    ['/podsx', 'proxy'],
    ['/allocatedPods/a/b', 'pods proxy'],
    ['/runningpods', 'pods proxy'],
    ['/logs/a/b', 'log'],
    ['/statsx', 'proxy'],
    ['/flagz', 'configz'],
    ['/', 'proxy'],
  ] as const)('%s is %s of the node', ([path, subresources]) => {
    expect(subresourcesFor(path).join(' ')).toBe(subresources)
  })
})

describe('pods and figures', () => {
  test('/pods is a PodList whose items have no kind', async () => {
    const list = JSON.parse((await ask('/pods')).text) as { kind: string; items: Record<string, unknown>[] }
    expect(list.kind).toBe('PodList')
    expect(list.items.map((p) => Object.keys(p))).toEqual([
      ['metadata', 'spec', 'status'],
      ['metadata', 'spec', 'status'],
    ])
    expect(list.items.map((p) => (p as unknown as Pod).status?.phase).sort()).toEqual(['Failed', 'Running'])
  })

  test('a long list comes in pieces, as it is taken', async () => {
    const pieces: string[] = []
    const asked = Promise.withResolvers<() => void>()
    const res = {
      writeHead: () => res,
      write: (piece: string) => pieces.push(piece) < 2,
      once: (_: string, drained: () => void) => asked.resolve(drained),
      end: (piece: string) => pieces.push(piece),
    } as unknown as ServerResponse
    const items = Array.from({ length: 1000 }, (_, i) => ({ i, text: 'x'.repeat(300) }))
    const done = jsonList(res, 'PodList', items, new AbortController().signal)
    const drained = await asked.promise
    expect(pieces).toHaveLength(2)
    drained()
    res.write = () => true
    await done
    // What was written after that was not kept here.
    expect(pieces[0]).toMatch(/^\{"kind":"PodList","apiVersion":"v1","metadata":\{\},"items":\[\{"i":0,/)
    expect(pieces.at(-1)).toMatch(/\}\]\}$/)
    expect(Math.max(...pieces.map((p) => p.length))).toBeLessThan(70_000)
  })

  test('/runningpods/ are the runtime’s', async () => {
    const list = JSON.parse((await ask('/runningpods/')).text) as { items: Pod[] }
    expect(list.items).toEqual([
      {
        metadata: { name: 'web', namespace: 'default', uid: 'uid-web' },
        spec: { containers: [{ name: 'c', image: 'busybox', resources: {} }] },
        status: {},
      },
    ])
  })

  test('/stats/summary has the machine’s figures and the pods’', async () => {
    const { node, pods } = JSON.parse((await ask('/stats/summary')).text) as {
      node: { nodeName: string; memory: Record<string, number>; fs: Record<string, number>; systemContainers: { name: string }[] }
      pods: { podRef: { name: string }; cpu: { usageNanoCores: number } }[]
    }
    expect(node.nodeName).toBe('n1')
    expect(node.memory.workingSetBytes).toBeGreaterThan(0)
    expect(node.memory.workingSetBytes! + node.memory.availableBytes!).toBe(os.totalmem())
    expect(node.fs.capacityBytes).toBeGreaterThan(node.fs.usedBytes!)
    expect(node.systemContainers.map((c) => c.name)).toEqual(['kubelet', 'pods'])
    expect(pods.map((p) => [p.podRef.name, p.cpu.usageNanoCores])).toEqual([['web', 250_000_000]])
    const brief = JSON.parse((await ask('/stats/summary?only_cpu_and_memory=true')).text) as { node: object }
    expect(brief.node).not.toHaveProperty('fs')
  })

  test('/metrics and its kin are Prometheus text', async () => {
    const main = await ask('/metrics')
    expect(main.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(main.text).toContain('kubelet_node_name{node="n1"} 1')
    expect(main.text).toMatch(/^kubelet_running_pods 1$/m)
    expect((await ask('/metrics/resource')).text).toMatch(/^pod_memory_working_set_bytes\{namespace="default",pod="web"\} 67108864 \d+$/m)
    expect((await ask('/metrics/cadvisor')).text).toMatch(/^machine_cpu_cores \d+$/m)
    expect((await ask('/metrics/probes')).text).toContain('process_start_time_seconds')
  })

  test('/configz and /spec/', async () => {
    expect(JSON.parse((await ask('/configz')).text)).toMatchObject({
      kubeletconfig: { port: agent.port, podCIDR: '10.244.0.0/24', maxPods: 110 },
    })
    expect(JSON.parse((await ask('/spec/')).text)).toMatchObject({ num_cores: os.availableParallelism(), memory_capacity: os.totalmem() })
  })
})

describe('paths and methods', () => {
  test.for(['/runningpods', '/spec', '/stats', '/logs', '/debug/pprof'])('%s goes to its slash', async (target) => {
    const answer = await ask(`${target}?a=b`)
    expect(answer).toMatchObject({ status: 307, text: `<a href="${target}/?a=b">Temporary Redirect</a>.\n\n` })
    expect(answer.headers.location).toBe(`${target}/?a=b`)
  })

  test('an unclean path goes to its clean form', async () => {
    expect((await ask('/logs/../../etc/passwd')).headers.location).toBe('/etc/passwd')
    expect((await ask('//pods')).headers.location).toBe('/pods')
  })

  test.for([
    ['POST', '/pods', 405, '405: Method Not Allowed', 'GET'],
    ['POST', '/logs/', 405, '405: Method Not Allowed', 'GET'],
    ['PUT', '/exec/default/web/c', 405, '405: Method Not Allowed', 'GET, POST'],
    ['GET', '/run/default/web/c', 405, '405: Method Not Allowed', 'POST'],
    ['GET', '/nope', 404, '404 page not found\n', undefined],
    ['GET', '/stats/', 404, '404: Page Not Found', undefined],
    ['GET', '/containerLogs', 404, '404: Page Not Found', undefined],
    ['GET', '/exec/default/web/c', 400, 'you must specify at least 1 of stdin, stdout, stderr', undefined],
    ['GET', '/%zz', 400, '400 Bad Request', undefined],
  ] as const)('%s %s is %i', async ([method, target, status, text, allow]) => {
    const answer = await ask(target, { method })
    expect(answer).toMatchObject({ status, text })
    expect(answer.headers.allow).toBe(allow)
  })

  test('streams into containers are refused in words', async () => {
    expect(await ask('/exec/default/web/c?output=1&command=ls', { method: 'POST' })).toMatchObject({
      status: 501,
      text: expect.stringContaining('not supported') as string,
    })
  })
})

describe('/logs/', () => {
  test('a listing, and the agent’s own log', async () => {
    const listing = await ask('/logs/')
    expect(listing.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(listing.text).toBe(
      '<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n' +
        '<a href="kubelet.log">kubelet.log</a>\n<a href="out">out</a>\n</pre>\n',
    )
    const log = await ask('/logs/kubelet.log')
    expect(log.headers['content-type']).toBe('text/x-log; charset=utf-8')
    expect(
      log.text
        .split('\n')
        .slice(0, -1)
        .map((l) => (JSON.parse(l) as { msg: string }).msg),
    ).toContain('Successfully registered node')
  })

  test('ranges and conditions', async () => {
    const part = await ask('/logs/kubelet.log', { headers: { range: 'bytes=0-8' } })
    expect(part).toMatchObject({ status: 206, text: '{"level":' })
    expect(part.headers['content-range']).toMatch(/^bytes 0-8\/\d+$/)
    expect((await ask('/logs/kubelet.log', { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
    const modified = String((await ask('/logs/')).headers['last-modified'])
    expect(await ask('/logs/', { headers: { 'if-modified-since': modified } })).toMatchObject({ status: 304, text: '' })
  })

  test.for([
    '/logs/nope',
    '/logs/out',
    '/logs/%2e%2e/secret',
    '/logs/..%2fsecret',
    '/logs/%2e%2e%2fsecret',
    '/logs/..%5csecret',
    '/logs/%00',
    '/logs/%2fetc/passwd',
  ])('not found: %s', async (target) => {
    expect(await ask(target)).toMatchObject({ status: 404, text: '404 page not found\n' })
  })
})

describe('/containerLogs', () => {
  const logs = (query: string, pod = 'web', container = 'c') => ask(`/containerLogs/default/${pod}/${container}${query}`)

  test('what was written', async () => {
    expect(await logs('')).toMatchObject({ status: 200, text: 'one\ntwo\n' })
    expect((await logs('?tailLines=1')).text).toBe('two\n')
    expect((await logs('?limitBytes=5')).text).toBe('one\nt')
    expect((await logs('?timestamps=true&tailLines=1')).text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z two\n$/)
    expect((await logs('?sinceTime=2100-01-01T00:00:00Z')).text).toBe('')
    expect((await logs('', 'done')).text).toBe('bye\n')
    expect((await logs('?follow=true', 'done')).text).toBe('bye\n')
  })

  test.for([
    ['?previous=true', 'web', 'c', 400, 'previous terminated container "c" in pod "web" not found'],
    ['', 'nope', 'c', 404, 'pod "nope" does not exist'],
    ['', 'web', 'x', 404, 'container "x" not found in pod "web"'],
    ['?tailLines=-1', 'web', 'c', 422, '{"message": "Invalid request."}'],
    ['?tailLines=x', 'web', 'c', 400, '{"message": "Unable to decode query."}'],
  ] as const)('%s of %s/%s is %i', async ([query, pod, container, status, text]) => {
    expect(await logs(query, pod, container)).toMatchObject({ status, text })
  })

  test('a follower gets what is there at once, and can leave', async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const target = {
        host: agent.address,
        port: agent.port,
        path: '/containerLogs/default/web/c?follow=true',
        rejectUnauthorized: false,
        agent: false,
        ...server,
      }
      const req = https.get(target, (res) => {
        res.once('data', (c: Buffer) => {
          resolve(c.toString())
          req.destroy()
        })
      })
      req.on('error', reject)
    })
    expect('one\ntwo\n'.startsWith(first)).toBe(true)
    expect((await ask('/healthz')).status).toBe(200)
  })
})

test('so many requests of a kind at once', async () => {
  const slow = await startKubeletServer({
    address: '127.0.0.1',
    port: 0,
    clock: systemClock,
    tls: () => server,
    authorize: () => Promise.resolve(undefined),
    metrics: new KubeletMetrics('n2', 'v0', 0),
    onError: (e) => expect.fail(String(e)),
    routes: () => [
      { path: /^\/slow$/, bucket: 'slow', atOnce: 2, handler: (_req, res) => void res.write('x') },
      { path: /^/, bucket: 'other', handler: (_req, res) => void res.end('ok') },
    ],
  })
  try {
    const get = (target: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port: slow.port, path: target, rejectUnauthorized: false, agent: false }
        https.get(options, (res) => resolve(res.resume().statusCode!)).on('error', reject)
      })
    const held = [0, 1].map(() => https.get({ host: '127.0.0.1', port: slow.port, path: '/slow', rejectUnauthorized: false, agent: false }))
    await Promise.all(held.map((req) => new Promise((resolve) => req.on('error', () => undefined).on('response', resolve))))
    expect([await get('/slow'), await get('/other')]).toEqual([429, 200])
    held[0]!.destroy()
    await vi.waitFor(async () => expect(await get('/slow')).toBe(200), { timeout: 20_000, interval: 5 })
    held[1]!.destroy()
  } finally {
    await slow.close()
  }
})

describe('/debug/pprof/', () => {
  const decode = (answer: Answer): Profile => Profile.decode(gunzipSync(answer.body))

  test('an index that says what this process is', async () => {
    const { text, headers } = await ask('/debug/pprof/')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    for (const name of ['profile', 'heap', 'goroutine', 'cmdline']) expect(text).toContain(`>${name}</a>`)
    expect(text).toContain('Node.js')
  })

  test('a CPU profile of this process', async () => {
    let answer: Answer | undefined
    const asked = ask('/debug/pprof/profile?seconds=0.3').then((a) => (answer = a))
    while (answer === undefined) await Promise.race([asked, busyTurn()])
    expect(answer.headers['content-type']).toBe('application/octet-stream')
    const profile = decode(answer)
    expect(profile.sample.length).toBeGreaterThan(0)
    expect(Number(profile.durationNanos)).toBeGreaterThan(0.2e9)
    const strings = profile.stringTable.strings
    expect(profile.function.map((f) => strings[Number(f.filename)])).toContain(import.meta.filename)
  })

  test('one CPU profile at a time', async () => {
    const abort = new AbortController()
    const running = takeCpuProfile(new FakeClock(), 1000, abort.signal)
    expect(await ask('/debug/pprof/profile')).toMatchObject({
      status: 500,
      text: 'Could not enable CPU profiling: cpu profiling already in use\n',
    })
    abort.abort()
    expect(Profile.decode(gunzipSync(await running)).sampleType).toHaveLength(2)
  })

  test('a long CPU profile takes no more samples than a short one', async () => {
    const session = vi.spyOn(Session.prototype, 'post')
    const abort = new AbortController()
    const running = takeCpuProfile(new FakeClock(), 3_600_000, abort.signal)
    await vi.waitFor(() => expect(session).toHaveBeenCalledWith('Profiler.start'), { timeout: 20_000, interval: 5 })
    abort.abort()
    await running
    expect(session).toHaveBeenCalledWith('Profiler.setSamplingInterval', { interval: 60_000 })
    session.mockRestore()
  })

  test('a heap profile', async () => {
    const kept = Array.from({ length: 200 }, (_, i) => new Array(20_000).fill(i))
    const profile = decode(await ask('/debug/pprof/heap?gc=1'))
    const bytes = profile.sample.reduce((n, s) => n + Number(s.value[1]), 0)
    expect(bytes).toBeGreaterThan(200 * 20_000)
    expect(kept).toHaveLength(200)
  })

  test('one heap profile at a time', async () => {
    const other = Promise.withResolvers<void>()
    // The one before may have been just now.
    const running = await vi.waitFor(
      async () => {
        const started = Promise.withResolvers<void>()
        const run = heapResting.run(() => {
          started.resolve()
          return other.promise
        })
        await Promise.race([started.promise, run])
        return { run }
      },
      { timeout: 20_000, interval: 20 },
    )
    const refused = await ask('/debug/pprof/heap?gc=1')
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('a tenth of the time') as string })
    expect(refused.headers['retry-after']).toBe('1')
    other.resolve()
    await running.run
  })

  test('what there is instead of goroutines', async () => {
    expect((await ask('/debug/pprof/goroutine?debug=1')).text).toMatch(/^active resources: total \d+\n# This process runs Node\.js/)
    expect(decode(await ask('/debug/pprof/goroutine')).sample.length).toBeGreaterThan(0)
  })

  test('the rest', async () => {
    expect((await ask('/debug/pprof/cmdline')).text.split('\0')[0]).toBe(process.execPath)
    expect((await ask('/debug/pprof/symbol')).text).toBe('num_symbols: 0\n')
    expect((await ask('/debug/pprof/trace')).status).toBe(501)
    const unknown = await ask('/debug/pprof/nope')
    expect(unknown).toMatchObject({ status: 404, text: 'Unknown profile\n' })
    expect(unknown.headers['x-go-pprof']).toBe('1')
    expect((await ask('/debug/pprof/constructor')).status).toBe(404)
  })
})

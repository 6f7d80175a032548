import { execFileSync } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Transport } from '../client/transport.ts'
import { FakeClock } from '../machinery/clock.ts'
import type { Status } from '../machinery/status.ts'
import type { ContextList } from './contract.ts'
import { fakeCluster, type Harness, harness, standsStill } from './testing/harness.ts'

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

async function start(...of: Parameters<typeof harness>): Promise<Harness> {
  const h = await harness(...of)
  cleanup.push(h.close)
  return h
}

async function cluster(...of: Parameters<typeof fakeCluster>) {
  const c = await fakeCluster(...of)
  cleanup.push(c.close)
  return c
}

describe('contexts and the local control plane', () => {
  test('lists the local one and those of the kubeconfig, and follows its changes', async () => {
    const h = await start({ dev: { server: 'https://dev.example:6443' } })
    const list = (await (await h.get('/api/contexts')).json()) as ContextList
    expect(list.contexts.map((c) => c.kubectl)).toEqual(["kubectl --kubeconfig '/data of mine/kubeconfig'", 'kubectl --context dev'])
    expect(list.contexts.map(({ kubectl: _, ...c }) => c)).toEqual([
      { name: 'local', cluster: 'local', server: '', user: 'admin', namespace: '', local: true, current: false },
      { name: 'dev', cluster: 'dev', server: 'https://dev.example:6443', user: 'dev', namespace: '', local: false, current: true },
    ])
    const config = JSON.parse(await readFile(h.kubeconfig, 'utf8')) as { contexts: unknown[] }
    config.contexts.push({ name: 'broken', context: { cluster: 'gone' } }, { name: 'local', context: { cluster: 'dev' } })
    await writeFile(h.kubeconfig, JSON.stringify(config))
    const changed = (await (await h.get('/api/contexts')).json()) as ContextList
    expect(changed.contexts.map((c) => c.name)).toEqual(['local', 'dev', 'broken', 'local (kubeconfig)'])
    expect(changed.contexts[3]?.kubectl).toBe('kubectl --context local')
    expect(changed.contexts[2]?.error).toBe('the kubeconfig has no cluster "gone"')
    await writeFile(h.kubeconfig, 'clusters: [')
    const broken = (await (await h.get('/api/contexts')).json()) as ContextList
    expect(broken.contexts.map((c) => c.name)).toEqual(['local'])
    expect(broken.errors[0]?.file).toBe(h.kubeconfig)
  })

  test('a kubeconfig added later counts too', async () => {
    const h = await start()
    const file = join(h.dir, 'other')
    await writeFile(
      file,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://x' } }],
        contexts: [{ name: "x'y", context: { cluster: 'c' } }],
      }),
    )
    h.gateway.addKubeconfig(file)
    const { contexts } = (await (await h.get('/api/contexts')).json()) as ContextList
    expect(contexts.map((c) => c.name)).toEqual(['local', "x'y"])
    // A kubectl in a terminal does not read it by itself.
    expect(contexts[1]?.kubectl).toBe(`kubectl --kubeconfig ${file} --context 'x'\\''y'`)
  })

  test('the cluster of a context for somebody else: with its authority in it, and no credentials', async () => {
    const h = await start()
    const cluster = {
      server: 'https://x:6443',
      'certificate-authority': 'ca.crt',
      'tls-server-name': 'y',
      'proxy-url': 'http://me:secret@proxy',
    }
    await writeFile(join(h.dir, 'ca.crt'), 'PEM')
    const config = {
      clusters: [
        { name: 'c/1', cluster },
        { name: 'lost', cluster: { server: 'https://x', 'certificate-authority': 'nowhere.crt' } },
      ],
      users: [{ name: 'me', user: { token: 'secret' } }],
      contexts: [
        { name: 'a/b', context: { cluster: 'c/1', user: 'me' } },
        { name: 'lost', context: { cluster: 'lost' } },
        { name: 'broken', context: { cluster: 'gone' } },
      ],
    }
    await writeFile(h.kubeconfig, JSON.stringify(config))
    const ask = async (name: string) => {
      const answer = await h.get(`/api/contexts/${name}/cluster`)
      return [answer.status, (await answer.json()) as unknown]
    }
    const entry = { server: 'https://x:6443', 'certificate-authority-data': Buffer.from('PEM').toString('base64'), 'tls-server-name': 'y' }
    expect(await ask('a%2Fb')).toEqual([200, { name: 'c/1', cluster: entry }])
    expect(await ask('nobody')).toMatchObject([404, { message: 'there is no context "nobody" in the kubeconfig' }])
    expect(await ask('lost')).toMatchObject([503, { message: expect.stringMatching(/context "lost" cannot be used: .*nowhere\.crt/) }])
    expect(await ask('broken')).toMatchObject([503, { message: expect.stringContaining('has no cluster "gone"') }])
    expect(await ask('local')).toMatchObject([503, { message: 'the local control plane has not written its kubeconfig yet' }])
    expect(await ask('%zz')).toMatchObject([400, {}])
    expect((await h.get('/api/contexts/a%2Fb/cluster', { method: 'POST', headers: { origin: h.gateway.url } })).status).toBe(404)
  })

  test('start, stop and restart answer with the state or with a sentence', async () => {
    const h = await start()
    const post = (action: string) => h.get(`/api/local/${action}`, { method: 'POST', headers: { origin: h.gateway.url } })
    expect(await (await post('start')).json()).toMatchObject({ state: 'running' })
    expect(await (await post('stop')).json()).toMatchObject({ state: 'stopped' })
    const failed = await post('restart')
    expect(failed.status).toBe(503)
    expect(await failed.json()).toMatchObject({ kind: 'Status', message: 'the data folder is locked' })
    expect((await post('explode')).status).toBe(404)
    expect((await post('constructor')).status).toBe(404)
    expect(h.local.calls).toEqual(['start', 'stop', 'restart'])
    expect(await (await h.get('/api/local')).json()).toMatchObject({ state: 'stopped', store: 'sqlite', log: [] })
  })

  test.each([
    ['local', 503, 'LocalNotRunning', 'the local control plane is stopped'],
    ['nobody', 404, 'UnknownContext', 'there is no context "nobody" in the kubeconfig'],
    ['refused', 502, 'Connect', 'http://127.0.0.1:1 did not answer: nothing listens at that address (ECONNREFUSED)'],
    [
      'noplugin',
      503,
      'Credentials',
      'no credentials for context "noplugin": the plugin "/nowhere/plugin" is not installed, or not in PATH\nget it there',
    ],
    [
      'chatty',
      503,
      'Credentials',
      'no credentials for context "chatty": the plugin "echo" printed no JSON: run it in a terminal and look at what it prints',
    ],
    [
      'empty',
      503,
      'Credentials',
      'no credentials for context "empty": the plugin "echo" printed no ExecCredential with a status: run it in a terminal and look at what it prints',
    ],
    [
      'proxied',
      502,
      'Connect',
      'https://127.0.0.1:1 did not answer: the proxy http://127.0.0.1:2 on the way to it: nothing listens at that address (ECONNREFUSED)',
    ],
    [
      'nofile',
      503,
      'BrokenContext',
      'context "nofile" cannot be used: client-certificate of user "nofile" is /nowhere/crt, and there is no such file: a relative path begins at the folder of the kubeconfig that names it',
    ],
  ])('context %s answers %i %s', async (name, status, fault, message) => {
    const h = await start({
      refused: { server: 'http://127.0.0.1:1' },
      noplugin: {
        server: 'https://127.0.0.1:1',
        user: { exec: { command: '/nowhere/plugin', apiVersion: 'client.authentication.k8s.io/v1', installHint: 'get it there' } },
      },
      chatty: { server: 'https://127.0.0.1:1', user: { exec: { command: 'echo', args: ['ey.a-token'] } } },
      empty: { server: 'https://127.0.0.1:1', user: { exec: { command: 'echo', args: ['{}'] } } },
      proxied: { server: 'https://127.0.0.1:1', more: { 'proxy-url': 'http://me:secret@127.0.0.1:2' } },
      nofile: { server: 'https://127.0.0.1:1', user: { 'client-certificate': '/nowhere/crt', 'client-key': '/nowhere/key' } },
    })
    const answer = await h.get(`/clusters/${name}/version`)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-binnacle-fault')).toBe(fault)
    expect(((await answer.json()) as Status).message).toBe(message)
  })
})

describe('requests to a cluster', () => {
  test('method, path, query and body arrive as sent; the answer comes back with its status and headers', async () => {
    const c = await cluster((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (d: Buffer) => chunks.push(d))
      req.on('end', () => {
        res.setHeader('warning', ['299 - "a"', '299 - "b"'])
        res.writeHead(201, { 'content-type': 'application/json', 'set-cookie': 'x=1' })
        res.end(JSON.stringify({ method: req.method, url: req.url, body: Buffer.concat(chunks).toString() }))
      })
    }, 'https')
    const h = await start({ a: { server: `${c.url}/base`, user: { token: 'secret-token', as: 'jane', 'as-groups': ['dev', 'ops'] } } })
    const answer = await h.get('/clusters/a/api/v1/pods?labelSelector=a%3Db', {
      method: 'PATCH',
      headers: { origin: h.gateway.url, 'content-type': 'application/merge-patch+json', authorization: 'Bearer mine' },
      body: '{"a":1}',
    })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({ method: 'PATCH', url: '/base/api/v1/pods?labelSelector=a%3Db', body: '{"a":1}' })
    expect(answer.headers.get('warning')).toBe('299 - "a", 299 - "b"')
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('content-security-policy')).toBe(`sandbox; default-src 'none'`)
    const seen = c.requests[0]?.headers ?? {}
    expect(seen).toMatchObject({
      authorization: 'Bearer secret-token',
      'impersonate-user': 'jane',
      'content-type': 'application/merge-patch+json',
    })
    expect(seen['impersonate-group']).toBe('dev, ops')
    expect(seen.cookie).toBeUndefined()
    expect(seen.origin).toBeUndefined()
  })

  test('acting as somebody is a context of its own: its requests carry that name and no other, over the same connections', async () => {
    const c = await cluster((_, res) => res.end('{}'), 'https')
    const h = await start({ 'a/b': { server: c.url, user: { token: 'mine', as: 'admin', 'as-groups': ['ops'] } } })
    const as = new URLSearchParams([
      ['as', 'jänne?x'],
      ['as-group', 'dev, web'],
      ['as-group', 'qa'],
      ['as-uid', '7'],
    ])
    const acting = encodeURIComponent(`a/b?${as}`)
    // A header of the page's own could be of somebody whom no address names.
    await h.get(`/clusters/${acting}/version`, { headers: { 'impersonate-user': 'mallory', 'impersonate-extra-a': 'b' } })
    const seen = c.requests[0]
    expect(seen?.headers).toMatchObject({ authorization: 'Bearer mine', 'impersonate-uid': '7' })
    expect(Buffer.from(String(seen?.headers['impersonate-user']), 'latin1').toString('utf8')).toBe('jänne?x')
    expect(seen?.headersDistinct['impersonate-group']).toEqual(['dev, web', 'qa'])
    expect(seen?.headers['impersonate-extra-a']).toBeUndefined()
    await h.get(`/clusters/${encodeURIComponent('a/b')}/version`)
    expect(c.requests[1]?.headers).toMatchObject({ 'impersonate-user': 'admin', 'impersonate-group': 'ops' })
    expect(c.requests[1]?.socket.remotePort).toBe(seen?.socket.remotePort)
    for (const wrong of ['?as=', '?as=a%00b', '?as=a&as-group=', `?as=${'x'.repeat(5000)}`]) {
      expect((await h.get(`/clusters/${encodeURIComponent(`a/b${wrong}`)}/version`)).status, wrong).toBe(400)
    }
    expect((await h.get(`/clusters/${encodeURIComponent('other?as=jane')}/version`)).status).toBe(404)
    expect(c.requests).toHaveLength(2)
  })

  test('acting as somebody in the local control plane: names with commas stay whole, and nothing is said when it does not run', async () => {
    const h = await start({})
    const acting = encodeURIComponent('local?as=jane&as-group=a%2C+b&as-group=c')
    expect((await h.get(`/clusters/${acting}/version`)).status).toBe(503)
    const seen: Record<string, string>[] = []
    const transport: Transport = {
      request: async () => ({ status: 500, headers: {}, body: Buffer.alloc(0) }),
      stream: async ({ headers = {} }) => {
        seen.push(headers)
        return { status: 200, headers: {}, body: (async function* () {})() }
      },
      close: async () => undefined,
    }
    h.local.use(transport)
    expect((await h.get(`/clusters/${acting}/version`)).status).toBe(200)
    expect(seen[0]).toMatchObject({ 'impersonate-user': 'jane', 'impersonate-group': 'a, b\nc' })
  })

  test('what is asked of the local control plane while it starts waits for that, but not for long', async () => {
    const clock = new FakeClock()
    const h = await start({}, { clock })
    const begin = Promise.withResolvers<void>()
    h.local.state = 'starting'
    h.local.starting = begin.promise
    const ask = async (): Promise<unknown[]> => {
      const answer = await h.get('/clusters/local/version')
      return [answer.status, await answer.text()]
    }
    const early = ask()
    await vi.waitUntil(() => h.local.asked === 1)
    clock.advance(5_000)
    expect(await early).toEqual([503, expect.stringContaining('the local control plane is starting')])
    const patient = ask()
    await vi.waitUntil(() => h.local.asked === 2)
    h.local.use({
      request: async () => ({ status: 500, headers: {}, body: Buffer.alloc(0) }),
      stream: async () => ({
        status: 200,
        headers: {},
        body: (async function* () {
          yield Buffer.from('it runs')
        })(),
      }),
      close: async () => undefined,
    })
    begin.resolve()
    expect(await patient).toEqual([200, 'it runs'])
  })

  test('gzip passes through untouched, redirects stay under the prefix', async () => {
    const zipped = gzipSync('{"kind":"PodList"}')
    const c = await cluster((req, res) => {
      if (req.url === '/old') return void res.writeHead(301, { location: `${c.url}/new/?a=1` }).end()
      res.writeHead(200, { 'content-encoding': 'gzip', 'content-length': zipped.length }).end(zipped)
    })
    const h = await start({ 'a/b': { server: c.url } })
    expect((await h.get('/clusters/a%2Fb/old')).headers.get('location')).toBe('/clusters/a%2Fb/new/?a=1')
    const answer = await h.get('/clusters/a%2Fb/api/v1/pods', { headers: { 'accept-encoding': 'gzip' } })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toBe('{"kind":"PodList"}')
    expect(gunzipSync(zipped).toString()).toBe('{"kind":"PodList"}')
    expect(c.requests[1]?.headers['accept-encoding']).toBe('gzip')
  })

  test('a cluster that sends requests to another site is none, but what it passes on to a Service may', async () => {
    const c = await cluster((_, res) => void res.writeHead(302, { location: 'https://login.example/start?from=1' }).end())
    const h = await start({ x: { server: c.url } })
    const answer = await h.get('/clusters/x/api/v1/pods')
    const message = `${c.url} sends requests on to https://login.example`
    expect([answer.status, await answer.json()]).toMatchObject([502, { message, details: { causes: [{ reason: 'NotKubernetes' }] } }])
    const service = await h.get('/clusters/x/api/v1/namespaces/a/services/b/proxy/')
    expect([service.status, service.headers.get('location')]).toEqual([302, 'https://login.example/start?from=1'])
  })

  test('a token file is read, trimmed; basic credentials work', async () => {
    const c = await cluster((_, res) => void res.end('{}'), 'https')
    const h = await start({
      t: { server: c.url, user: { tokenFile: 'token' } },
      b: { server: c.url, user: { username: 'u', password: 'p' } },
    })
    await writeFile(join(h.dir, 'token'), 'from-file\n')
    await h.get('/clusters/t/version')
    await h.get('/clusters/b/version')
    expect(c.requests.map((r) => r.headers.authorization)).toEqual(['Bearer from-file', `Basic ${Buffer.from('u:p').toString('base64')}`])
  })

  test('an exec plugin runs once for many requests, gets its environment, and again after a 401', async () => {
    let revoked = false
    const c = await cluster((req, res) => {
      if (revoked && req.headers.authorization === 'Bearer token-1') return void res.writeHead(401).end('{}')
      res.end('{}')
    }, 'https')
    const h = await start({
      x: {
        server: c.url,
        user: {
          exec: {
            command: './plugin.sh',
            args: ['arg'],
            env: [{ name: 'MINE', value: 'v' }],
            apiVersion: 'client.authentication.k8s.io/v1',
            provideClusterInfo: true,
          },
        },
      },
    })
    const script = `#!/bin/sh
echo run >> "${h.dir}/runs"
n=$(wc -l < "${h.dir}/runs" | tr -d ' ')
printf '%s' "$KUBERNETES_EXEC_INFO $MINE $1" > "${h.dir}/env"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%s"}}' "$n"
`
    await writeFile(join(h.dir, 'plugin.sh'), script)
    await chmod(join(h.dir, 'plugin.sh'), 0o755)
    const runs = async () => (await readFile(join(h.dir, 'runs'), 'utf8')).trim().split('\n').length
    const answers = await Promise.all(Array.from({ length: 20 }, () => h.get('/clusters/x/version')))
    expect(answers.map((a) => a.status)).toEqual(Array(20).fill(200))
    expect(await runs()).toBe(1)
    expect(new Set(c.requests.map((r) => r.headers.authorization))).toEqual(new Set(['Bearer token-1']))
    const env = await readFile(join(h.dir, 'env'), 'utf8')
    expect(env).toMatch(/ v arg$/)
    expect(JSON.parse(env.slice(0, env.lastIndexOf(' v arg')))).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: c.url } },
    })
    revoked = true
    expect((await h.get('/clusters/x/version')).status).toBe(200)
    expect(await runs()).toBe(2)
    expect(c.requests.at(-1)?.headers.authorization).toBe('Bearer token-2')
  })

  test('what a failing plugin says reaches the window', async () => {
    const h = await start({
      x: {
        server: 'https://127.0.0.1:1',
        user: { exec: { command: 'sh', args: ['-c', 'echo "log in first" >&2; exit 3'], apiVersion: 'v1' } },
      },
    })
    const answer = await h.get('/clusters/x/version')
    expect(((await answer.json()) as Status).message).toBe('no credentials for context "x": log in first')
  })

  test('client certificates and the authority of the kubeconfig are used', async () => {
    const h = await start()
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: h.dir, stdio: 'pipe' })
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      's.key',
      '-out',
      's.crt',
      '-subj',
      '/CN=server',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    )
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'c.key',
      '-out',
      'c.crt',
      '-subj',
      '/CN=jane',
    )
    const { createServer } = await import('node:https')
    const read = (f: string) => readFile(join(h.dir, f))
    const server = createServer(
      { key: await read('s.key'), cert: await read('s.crt'), ca: await read('c.crt'), requestCert: true, rejectUnauthorized: false },
      (req, res) => {
        const socket = req.socket as import('node:tls').TLSSocket
        res.end(JSON.stringify({ user: socket.getPeerCertificate().subject?.CN, authorized: socket.authorized }))
      },
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanup.push(async () => void server.close())
    const { port } = server.address() as import('node:net').AddressInfo
    const entry = (name: string, cluster: object, user: object) => ({ name, cluster, user })
    const entries = [
      entry(
        'good',
        { server: `https://127.0.0.1:${port}`, 'certificate-authority': 's.crt' },
        { 'client-certificate': 'c.crt', 'client-key': 'c.key' },
      ),
      entry('untrusted', { server: `https://127.0.0.1:${port}` }, {}),
      entry('insecure', { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true }, {}),
    ]
    await writeFile(
      h.kubeconfig,
      JSON.stringify({
        clusters: entries.map(({ name, cluster: c }) => ({ name, cluster: c })),
        users: entries.map(({ name, user }) => ({ name, user })),
        contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
      }),
    )
    expect(await (await h.get('/clusters/good/')).json()).toEqual({ user: 'jane', authorized: true })
    expect(await (await h.get('/clusters/insecure/')).json()).toEqual({ authorized: false })
    const untrusted = (await (await h.get('/clusters/untrusted/')).json()) as Status
    expect(untrusted.message).toContain('its certificate is not signed by the authority in the kubeconfig')
  })

  test('an answer that breaks off breaks off in the browser, too', async () => {
    const c = await cluster((_, res) => {
      res.writeHead(200, { 'content-length': '100' })
      res.write('half', () => res.destroy())
    })
    const h = await start({ a: { server: c.url } })
    const answer = await h.get('/clusters/a/x')
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
  })

  test('when the browser goes away the request to the cluster ends', async () => {
    const closed = Promise.withResolvers<void>()
    const c = await cluster((req, res) => {
      res.writeHead(200)
      res.write('begin')
      req.socket.once('close', () => closed.resolve())
    })
    const h = await start({ a: { server: c.url } })
    const stop = new AbortController()
    const answer = await h.get('/clusters/a/logs?follow=true', { signal: stop.signal })
    expect(answer.status).toBe(200)
    stop.abort()
    await closed.promise
  })

  test('a reader that stops reading stops the cluster from sending', async () => {
    let written = 0
    const chunk = Buffer.alloc(256 * 1024)
    const c = await cluster((_, res) => {
      const push = (): void => {
        while (written < 400 * 1024 * 1024) {
          written += chunk.length
          if (!res.write(chunk)) return void res.once('drain', push)
        }
        res.end()
      }
      push()
    })
    const h = await start({ a: { server: c.url } })
    const answer = await h.get('/clusters/a/big')
    await standsStill(() => written)
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThan(100 * 1024 * 1024)
    await answer.body?.cancel()
  })
})

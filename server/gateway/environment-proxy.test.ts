import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Status } from '../machinery/status.ts'
import { environmentProxy } from './environment-proxy.ts'
import { fakeCluster, harness } from './testing/harness.ts'

/** What `golang.org/x/net/http/httpproxy` makes of each, 0.62.0. */
describe('the proxy of the environment', () => {
  test.each([
    ['https://k8s.example:6443', 'k8s.example', false],
    ['https://a.k8s.example:6443', 'k8s.example', false],
    ['https://k8s.example:6443', '.k8s.example', true],
    ['https://k8s.example:6443', '*.k8s.example', true],
    ['https://a.k8s.example:6443', '*.k8s.example', false],
    ['https://k8s.example:6443', 'k8s.example:443', true],
    ['https://k8s.example:6443', 'k8s.example:6443', false],
    ['https://k8s.example:6443', 'k8s.example:', false],
    ['https://k8s.example', 'k8s.example:443', false],
    ['https://notk8s.example', 'k8s.example', true],
    ['https://k8s.example', 'example', false],
    ['https://10.1.2.3:6443', '10.0.0.0/8', false],
    ['https://10.1.2.3:6443', '10.1.2.3', false],
    ['https://10.1.2.3:6443', '10.1.2.3:443', true],
    ['https://10.1.2.3:6443', '2.3', true],
    ['https://10.1.2.3:6443', '*.3', true],
    ['https://10.1.2.3:6443', '[10.1.2.3]', true],
    ['https://10.1.2.3:6443', '10.0.0.0/99', true],
    ['https://[fd00::1]:6443', 'fd00::/8', false],
    ['https://[fd00::1]:6443', 'fd00::1', false],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', false],
    ['https://[fd00::1]:6443', '[fd00::1]:443', true],
    ['https://[::ffff:10.1.2.3]:1', '10.0.0.0/8', false],
    ['https://[::ffff:127.0.0.1]:1', '', false],
    ['https://K8S.example', ' k8S.example , x', false],
    ['https://b\u00fccher.example', 'b\u00fccher.example', false],
    ['https://localhost:6443', '', false],
    ['https://127.9.9.9:1', '', false],
    ['https://[::1]:1', '', false],
    ['https://a.localhost', '', true],
    ['https://k8s.example', '*', false],
    ['https://k8s.example', '', true],
    ['https://k8s.example', ',:443, ,/8', true],
  ])('of %s with NO_PROXY=%j is asked: %j', (server, none, expected) => {
    const found = environmentProxy(new URL(server), { HTTPS_PROXY: 'proxy:3128', NO_PROXY: none })
    expect(found).toEqual(expected ? { url: 'http://proxy:3128', variable: 'HTTPS_PROXY' } : undefined)
  })

  test.each([
    ['http://p', 'http://p'],
    ['https://u:p@p:1', 'https://u:p@p:1'],
    ['socks5://p:1', 'socks5://p:1'],
    ['socks5h://p:1', 'socks5://p:1'],
    ['p', 'http://p'],
    ['10.0.0.1:3', 'http://10.0.0.1:3'],
    ['ftp://x', 'ftp://x'],
  ])('%s is %s', (value, url) => {
    expect(environmentProxy(new URL('https://x'), { https_proxy: value })).toEqual({ url, variable: 'https_proxy' })
  })

  test('of a scheme is its own, in capitals first; an empty one names none', () => {
    const env = { HTTP_PROXY: 'a', http_proxy: 'b', HTTPS_PROXY: '', https_proxy: 'c' }
    expect(environmentProxy(new URL('http://x'), env)?.url).toBe('http://a')
    expect(environmentProxy(new URL('https://x'), env)).toEqual({ url: 'http://c', variable: 'https_proxy' })
    expect(environmentProxy(new URL('https://x'), { HTTP_PROXY: 'a', ALL_PROXY: 'b' })).toBeUndefined()
  })
})

const cleanup: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

/** A proxy that leads every tunnel to one port. `asked`: who was to be reached, with whose credentials. */
async function tunnelTo(port: number): Promise<{ url: string; server: Server; asked: string[] }> {
  const asked: string[] = []
  const server = createServer().on('connect', (req, socket) => {
    asked.push([req.url, req.headers['proxy-authorization']].join(' ').trim())
    const cluster = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      cluster.pipe(socket).pipe(cluster)
    })
    for (const end of [socket, cluster]) end.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(async () => server.close())
  return { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked }
}

describe('a cluster behind a proxy', () => {
  test('is reached through that of its kubeconfig, else through that of the environment', async () => {
    const c = await fakeCluster((_, res) => void res.end('{"gitVersion":"v1"}'), 'https')
    cleanup.push(c.close)
    const [own, environment] = await Promise.all([tunnelTo(Number(new URL(c.url).port)), tunnelTo(Number(new URL(c.url).port))])
    vi.stubEnv('HTTPS_PROXY', `http://me:it%20is@${environment.url}`)
    vi.stubEnv('NO_PROXY', 'near.example')
    const insecure = { 'insecure-skip-tls-verify': true }
    const h = await harness({
      env: { server: 'https://far.example:6443', more: insecure },
      own: { server: 'https://far.example:6443', more: { ...insecure, 'proxy-url': `http://${own.url}` } },
      none: { server: c.url },
    })
    cleanup.push(h.close)
    for (const name of ['env', 'own', 'none']) expect((await h.get(`/clusters/${name}/version`)).status, name).toBe(200)
    expect(environment.asked).toEqual([`far.example:6443 Basic ${Buffer.from('me:it is').toString('base64')}`])
    expect(own.asked).toEqual(['far.example:6443'])
    expect(c.requests.map((r) => r.headers['proxy-authorization'])).toEqual([undefined, undefined, undefined])
  })

  test.each([
    ['http://127.0.0.1:2', 'did not answer: the proxy http://127.0.0.1:2 of HTTPS_PROXY on the way to it: nothing listens at that address'],
    ['ftp://127.0.0.1:2', 'was not asked: HTTPS_PROXY names no http, https or socks5 proxy'],
  ])('that cannot be used says which variable names it: %s', async (value, message) => {
    vi.stubEnv('HTTPS_PROXY', value)
    vi.stubEnv('NO_PROXY', '')
    const h = await harness({ a: { server: 'https://far.example' } })
    cleanup.push(h.close)
    const answer = await h.get('/clusters/a/version')
    expect(answer.headers.get('x-binnacle-fault')).toBe('Connect')
    expect(((await answer.json()) as Status).message).toContain(`https://far.example ${message}`)
  })
})

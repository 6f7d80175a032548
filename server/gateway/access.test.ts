import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { type Harness, harness, raw } from './testing/harness.ts'

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

async function start(contexts?: Parameters<typeof harness>[0]): Promise<Harness> {
  const h = await harness(contexts)
  cleanup.push(h.close)
  return h
}

describe('who is let in', () => {
  const refused: [why: string, method: string, path: string, status: number, headers: (h: Harness) => Record<string, string>][] = [
    ['no cookie', 'GET', '/', 401, () => ({})],
    ['no cookie, api', 'GET', '/api/contexts', 401, () => ({})],
    ['no cookie, cluster', 'GET', '/clusters/local/version', 401, () => ({})],
    ['a wrong cookie', 'GET', '/', 401, (h) => ({ cookie: `${h.gateway.cookie.name}=${'x'.repeat(43)}` })],
    ['the cookie of another launch', 'GET', '/', 401, (h) => ({ cookie: `binnacle-1=${h.gateway.cookie.value}` })],
    ['a rebound host name', 'GET', '/', 403, (h) => ({ host: `evil.example:${h.gateway.port}`, cookie: h.cookie })],
    ['a host without the port', 'GET', '/', 403, (h) => ({ host: '127.0.0.1', cookie: h.cookie })],
    ['a foreign origin on POST', 'POST', '/api/local/stop', 403, (h) => ({ origin: 'http://evil.example', cookie: h.cookie })],
    ['another port of this machine', 'POST', '/api/local/stop', 403, (h) => ({ origin: 'http://127.0.0.1:1', cookie: h.cookie })],
    [
      'the other name of this machine',
      'POST',
      '/api/local/stop',
      403,
      (h) => ({ origin: `http://localhost:${h.gateway.port}`, cookie: h.cookie }),
    ],
    ['no origin on POST', 'POST', '/api/local/stop', 403, (h) => ({ cookie: h.cookie })],
    ['a null origin', 'DELETE', '/clusters/local/api', 403, (h) => ({ origin: 'null', cookie: h.cookie })],
    ['a script of another port', 'GET', '/api/contexts', 403, (h) => ({ 'sec-fetch-site': 'same-site', cookie: h.cookie })],
    ['a foreign origin with a one-time token', 'GET', '/?session=x', 403, () => ({ origin: 'http://evil.example' })],
    ['an unknown one-time token', 'GET', '/?session=x', 401, () => ({})],
  ]
  test.each(refused)('%s is refused', async (_, method, path, status, headers) => {
    const h = await start()
    const answer = await raw(h.gateway.port, method, path, { host: `127.0.0.1:${h.gateway.port}`, ...headers(h) })
    expect(answer.status).toBe(status)
    expect(answer.body).toMatch(/<p>[^<]+\.<\/p>/)
    expect(h.local.calls).toEqual([])
  })

  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  test.each<[string, number, string, (h: Harness) => Record<string, string>]>([
    ['with everything', 101, '/watch', (h) => ({ origin: h.gateway.url, cookie: h.cookie })],
    ['without a cookie', 401, '/watch', (h) => ({ origin: h.gateway.url })],
    ['without an origin', 403, '/watch', (h) => ({ cookie: h.cookie })],
    ['from another port', 403, '/watch', (h) => ({ origin: 'http://127.0.0.1:1', cookie: h.cookie })],
    ['to another path', 404, '/other', (h) => ({ origin: h.gateway.url, cookie: h.cookie })],
    ['for a rebound host', 403, '/watch', (h) => ({ host: 'evil.example', origin: 'http://evil.example', cookie: h.cookie })],
  ])('a WebSocket %s gets %i', async (_, status, path, headers) => {
    const h = await start()
    const answer = await raw(h.gateway.port, 'GET', path, { host: `127.0.0.1:${h.gateway.port}`, ...upgrade, ...headers(h) })
    expect(answer.status).toBe(status)
  })

  test('the one-time address sets the cookie, redirects, and works once', async () => {
    const h = await start()
    const first = await fetch(h.gateway.sessionUrl, { redirect: 'manual' })
    expect(first.status).toBe(303)
    expect(first.headers.get('location')).toBe('/')
    const cookie = first.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    const page = await fetch(h.gateway.url, { headers: { cookie: cookie.split(';')[0] ?? '' } })
    expect(page.status).toBe(200)
    expect((await fetch(h.gateway.sessionUrl, { redirect: 'manual' })).status).toBe(401)
    expect((await h.get(new URL(h.gateway.sessionUrl).search.replace(/^/, '/'))).status).toBe(303)
    expect((await fetch(h.gateway.newSessionUrl(), { redirect: 'manual' })).status).toBe(303)
  })

  test('a HEAD request, as link previews send it, does not use the address up', async () => {
    const h = await start()
    const token = h.gateway.sessionUrl.slice(h.gateway.url.length)
    expect((await raw(h.gateway.port, 'HEAD', token, {})).status).toBe(401)
    expect((await fetch(h.gateway.sessionUrl, { redirect: 'manual' })).status).toBe(303)
  })

  test('listens on the loopback address only, and says so when its port is taken', async () => {
    const h = await start()
    const { startGateway } = await import('./gateway.ts')
    const { systemClock } = await import('../machinery/clock.ts')
    const again = startGateway({
      port: h.gateway.port,
      local: h.local,
      staticDir: h.dir,
      clock: systemClock,
      log: { info() {}, warn() {} },
    })
    await expect(again).rejects.toThrow(`port ${h.gateway.port} of 127.0.0.1 is taken`)
  })
})

describe('the files of the window', () => {
  test('a strict policy, no caching of the page, routes fall back to it', async () => {
    const h = await start()
    for (const path of ['/', '/c/local/pods', '/c/local/deployments.apps', '/c/a/nodes/_/worker.example.js', '/index.html']) {
      const page = await h.get(path)
      expect(page.status).toBe(200)
      expect(await page.text()).toContain('<title>Binnacle</title>')
      expect(page.headers.get('cache-control')).toBe('no-cache')
      const policy = page.headers.get('content-security-policy') ?? ''
      expect(policy).toContain(`default-src 'none'; script-src 'self';`)
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${h.gateway.port}`)
      expect(policy).toContain(`frame-ancestors 'none'`)
      expect(page.headers.get('x-content-type-options')).toBe('nosniff')
      expect(page.headers.get('referrer-policy')).toBe('no-referrer')
      expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    }
    const again = await h.get('/', { headers: { 'if-none-match': (await h.get('/')).headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
  })

  test('assets are immutable and come compressed where the build did so; missing ones are 404; nothing outside is reachable', async () => {
    const h = await start()
    await mkdir(join(h.dir, 'assets'))
    await writeFile(join(h.dir, 'assets/a-1.js'), 'let a = 1')
    await writeFile(join(h.dir, 'assets/a-1.js.gz'), gzipSync('let a = 1'))
    const plain = await raw(h.gateway.port, 'GET', '/assets/a-1.js', { cookie: h.cookie })
    expect(plain).toEqual({ status: 200, body: 'let a = 1' })
    const asset = await h.get('/assets/a-1.js', { headers: { 'accept-encoding': 'gzip' } })
    expect(asset.headers.get('content-encoding')).toBe('gzip')
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect((await h.get('/assets/a-2.js')).status).toBe(404)
    expect((await h.get('/assets/none')).status).toBe(404)
    for (const path of ['/../config.txt', '/%2e%2e/%2e%2e/etc/passwd.txt', '//etc/passwd.txt', '/assets/../../x.js']) {
      expect((await raw(h.gateway.port, 'GET', path, { cookie: h.cookie })).status).toBe(404)
    }
    expect((await h.get('/', { method: 'POST', headers: { origin: h.gateway.url } })).status).toBe(405)
  })
})

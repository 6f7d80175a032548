import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { FakeClock, systemClock } from '../machinery/clock.ts'
import { LAUNCH_HEADER, LAUNCH_PATH, startGateway } from './gateway.ts'
import { KEY_HEADER, WATCH_PROTOCOL } from './session.ts'
import { type Harness, harness, LAUNCH_TOKEN, opened, raw } from './testing/harness.ts'

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

async function start(...args: Parameters<typeof harness>): Promise<Harness> {
  const h = await harness(...args)
  cleanup.push(h.close)
  return h
}

const name = (h: Harness): string => h.cookie.split('=')[0] ?? ''

describe('who is let in', () => {
  const refused: [why: string, method: string, path: string, status: number, headers: (h: Harness) => Record<string, string>][] = [
    ['no cookie', 'GET', '/', 401, () => ({})],
    ['no cookie, api', 'GET', '/api/contexts', 401, (h) => ({ [KEY_HEADER]: h.key })],
    ['no cookie, cluster', 'GET', '/clusters/local/version', 401, (h) => ({ [KEY_HEADER]: h.key })],
    ['a wrong cookie', 'GET', '/', 401, (h) => ({ cookie: `${name(h)}=${'x'.repeat(43)}` })],
    ['the cookie of another launch', 'GET', '/', 401, (h) => ({ cookie: `binnacle-1=${h.cookie.split('=')[1]}` })],
    ['the key in the cookie', 'GET', '/', 401, (h) => ({ cookie: `${name(h)}=${h.key}` })],
    ['no key, api', 'GET', '/api/contexts', 401, (h) => ({ cookie: h.cookie })],
    ['no key, the list of clusters', 'GET', '/clusters', 401, (h) => ({ cookie: h.cookie })],
    ['no key, cluster', 'GET', '/clusters/local/version', 401, (h) => ({ cookie: h.cookie })],
    ['no key, from our own origin', 'POST', '/api/local/stop', 401, (h) => ({ cookie: h.cookie, origin: h.gateway.url })],
    ['a wrong key', 'GET', '/api/contexts', 401, (h) => ({ cookie: h.cookie, [KEY_HEADER]: h.cookie.split('=')[1] ?? '' })],
    ['a rebound host name', 'GET', '/', 403, (h) => ({ host: `evil.example:${h.gateway.port}`, ...h.admitted })],
    ['a host without the port', 'GET', '/', 403, (h) => ({ host: '127.0.0.1', ...h.admitted })],
    ['a foreign origin on POST', 'POST', '/api/local/stop', 403, (h) => ({ origin: 'http://evil.example', ...h.admitted })],
    ['another port of this machine', 'POST', '/api/local/stop', 403, (h) => ({ origin: 'http://127.0.0.1:1', ...h.admitted })],
    [
      'the other name of this machine',
      'POST',
      '/api/local/stop',
      403,
      (h) => ({ origin: `http://localhost:${h.gateway.port}`, ...h.admitted }),
    ],
    ['the other name as host', 'POST', '/api/local/stop', 403, (h) => ({ host: `localhost:${h.gateway.port}`, ...h.admitted })],
    ['no origin on POST', 'POST', '/api/local/stop', 403, (h) => h.admitted],
    ['a null origin', 'DELETE', '/clusters/local/api', 403, (h) => ({ origin: 'null', ...h.admitted })],
    ['a script of another port', 'GET', '/api/contexts', 403, (h) => ({ 'sec-fetch-site': 'same-site', ...h.admitted })],
    ['a foreign origin with a one-time token', 'GET', '/?session=x', 403, () => ({ origin: 'http://evil.example' })],
    ['an unknown one-time token', 'GET', '/?session=x', 401, () => ({})],
    ['a launch without its token', 'POST', LAUNCH_PATH, 403, (h) => h.admitted],
    ['a launch with a wrong token', 'POST', LAUNCH_PATH, 403, () => ({ [LAUNCH_HEADER]: 'x' })],
    ['a launch by a page', 'POST', LAUNCH_PATH, 403, (h) => ({ [LAUNCH_HEADER]: LAUNCH_TOKEN, origin: h.gateway.url })],
    ['a launch under another name', 'POST', LAUNCH_PATH, 403, () => ({ [LAUNCH_HEADER]: LAUNCH_TOKEN, host: 'evil.example' })],
    ['a launch by GET', 'GET', LAUNCH_PATH, 403, () => ({ [LAUNCH_HEADER]: LAUNCH_TOKEN })],
  ]
  test.each(refused)('%s is refused', async (_, method, path, status, headers) => {
    const h = await start()
    const answer = await raw(h.gateway.port, method, path, { host: `127.0.0.1:${h.gateway.port}`, ...headers(h) })
    expect(answer.status).toBe(status)
    expect(answer.body).toMatch(/<p>[^<]+\.<\/p>/)
    expect(answer.body).not.toContain(h.key)
    expect(h.local.calls).toEqual([])
  })

  // https://fetch.spec.whatwg.org/#concept-request-destination
  test.each([
    ...['script', 'worker', 'sharedworker', 'serviceworker', 'audioworklet', 'style', 'iframe', 'frame', 'object', 'embed'],
    ...['document', 'image', 'font', 'manifest', 'track', 'video', 'websocket', 'xslt', 'json', 'something-new'],
  ])('what clusters answer is not given to a %s', async (destination) => {
    const h = await start()
    const headers = { ...h.admitted, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': destination }
    for (const path of ['/clusters/local/api/v1/nodes/a/proxy/evil.js', '/api/contexts']) {
      const answer = await raw(h.gateway.port, 'GET', path, headers)
      expect([answer.status, answer.body]).toEqual([403, expect.stringContaining(`not loaded as a ${destination}.`)])
    }
    expect((await raw(h.gateway.port, 'GET', '/api/contexts', { ...headers, 'sec-fetch-dest': 'empty' })).status).toBe(200)
  })

  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const offers = (key: string) => ({ 'sec-websocket-protocol': `${WATCH_PROTOCOL}, ${key}` })
  test.each<[string, number, string, (h: Harness) => Record<string, string>]>([
    ['with everything', 101, '/watch', (h) => ({ origin: h.gateway.url, cookie: h.cookie, ...offers(h.key) })],
    [
      'as some browsers describe it',
      101,
      '/watch',
      (h) => ({ origin: h.gateway.url, cookie: h.cookie, 'sec-fetch-dest': 'websocket', ...offers(h.key) }),
    ],
    ['without a cookie', 401, '/watch', (h) => ({ origin: h.gateway.url, ...offers(h.key) })],
    ['without the key', 401, '/watch', (h) => ({ origin: h.gateway.url, cookie: h.cookie })],
    ['with a wrong key', 401, '/watch', (h) => ({ origin: h.gateway.url, cookie: h.cookie, ...offers('x'.repeat(43)) })],
    ['without an origin', 403, '/watch', (h) => ({ cookie: h.cookie, ...offers(h.key) })],
    ['from another port', 403, '/watch', (h) => ({ origin: 'http://127.0.0.1:1', cookie: h.cookie, ...offers(h.key) })],
    ['to another path', 404, '/other', (h) => ({ origin: h.gateway.url, cookie: h.cookie, ...offers(h.key) })],
    ['for a rebound host', 403, '/watch', (h) => ({ host: 'evil.example', origin: 'http://evil.example', ...h.admitted })],
  ])('a WebSocket %s gets %i', async (_, status, path, headers) => {
    const h = await start()
    const answer = await raw(h.gateway.port, 'GET', path, { host: `127.0.0.1:${h.gateway.port}`, ...upgrade, ...headers(h) })
    expect(answer.status).toBe(status)
  })

  test('the protocol that the gateway chooses is never the key', async () => {
    const h = await start()
    const ws = h.connect()
    await opened(ws)
    expect(ws.protocol).toBe(WATCH_PROTOCOL)
    ws.terminate()
  })

  test('the one-time address sets the cookie, gives the page its key, and works once', async () => {
    const h = await start()
    const first = await fetch(h.gateway.sessionUrl, { redirect: 'manual' })
    expect(first.status).toBe(200)
    const cookie = first.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(cookie).not.toContain(h.key)
    expect(first.headers.get('cache-control')).toBe('no-store')
    const nonce = /script-src \S+\/assets\/ 'nonce-([^']+)';/.exec(first.headers.get('content-security-policy') ?? '')?.[1] ?? ''
    const body = await first.text()
    expect(body).toContain(`<script nonce="${nonce}">`)
    expect(body).toContain(h.key)
    const page = await fetch(h.gateway.url, { headers: { cookie: cookie.split(';')[0] ?? '' } })
    expect(page.status).toBe(200)
    expect((await fetch(h.gateway.sessionUrl, { redirect: 'manual' })).status).toBe(401)
    // Whoever learned the cookie has no use for it: the used address leads to the page, which brings no key.
    const again = await h.get(new URL(h.gateway.sessionUrl).search.replace(/^/, '/'))
    expect([again.status, again.headers.get('location'), again.headers.get('set-cookie')]).toEqual([303, '/', null])
    expect(await again.text()).not.toContain(h.key)
    expect((await fetch(h.gateway.newSessionUrl(), { redirect: 'manual' })).status).toBe(200)
  })

  test('an address that nobody opened for five minutes is worthless', async () => {
    const clock = new FakeClock()
    const h = await start({}, { clock })
    const [early, late] = [h.gateway.newSessionUrl(), h.gateway.newSessionUrl()]
    clock.advance(5 * 60_000 - 1)
    expect((await fetch(early)).status).toBe(200)
    clock.advance(1)
    const answer = await fetch(late)
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('older than five minutes')])
  })

  test('a second start gets another address with the launch’s token', async () => {
    const h = await start()
    const answer = await raw(h.gateway.port, 'POST', LAUNCH_PATH, { [LAUNCH_HEADER]: LAUNCH_TOKEN })
    expect(answer.status).toBe(200)
    const { url } = JSON.parse(answer.body) as { url: string }
    expect(url).not.toBe(h.gateway.sessionUrl)
    expect((await fetch(url)).status).toBe(200)
  })

  test('pages under the other name of this machine are sent to the one that has the session', async () => {
    const h = await start()
    const answer = await fetch(`http://localhost:${h.gateway.port}/c/local/pods?ns=a`, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([307, `${h.gateway.url}/c/local/pods?ns=a`])
  })

  test('a page without a session says what to do, and goes on when another tab has one', async () => {
    const h = await start()
    const { status, body } = await raw(h.gateway.port, 'GET', '/c/local/pods', {})
    expect(status).toBe(401)
    expect(body).toContain('npm start')
    expect(body).toContain('<style>')
    expect(body).toMatch(/addEventListener\('storage'.*binnacle\.key/)
  })

  test('a HEAD request, as link previews send it, does not use the address up', async () => {
    const h = await start()
    const token = h.gateway.sessionUrl.slice(h.gateway.url.length)
    expect((await raw(h.gateway.port, 'HEAD', token, {})).status).toBe(401)
    expect((await fetch(h.gateway.sessionUrl, { redirect: 'manual' })).status).toBe(200)
  })

  test('listens on the loopback address only, and says so when its port is taken', async () => {
    const h = await start()
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
      expect(policy).toContain(`default-src 'none'; script-src ${h.gateway.url}/assets/; style-src ${h.gateway.url}/assets/ `)
      expect(policy).toContain(`worker-src ${h.gateway.url}/assets/;`)
      expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${h.gateway.port};`)
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
    // The last file of a build.
    await writeFile(join(h.dir, 'index.html'), '<!doctype html><title>Built</title>')
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

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataFrame, parseClientMessage } from './frames.ts'
import { requestHeaders, responseHeaders, rewriteLocation } from './headers.ts'
import { clusterRoute } from './route.ts'

describe('cluster addresses', () => {
  test.each([
    ['/clusters/local/api/v1/pods?watch=1', { context: 'local', prefix: '/clusters/local', path: '/api/v1/pods?watch=1' }],
    ['/clusters/local', { context: 'local', prefix: '/clusters/local', path: '/' }],
    [
      '/clusters/arn:aws:eks:eu:1:cluster%2Fdev/version',
      { context: 'arn:aws:eks:eu:1:cluster/dev', prefix: '/clusters/arn:aws:eks:eu:1:cluster%2Fdev', path: '/version' },
    ],
    [
      '/clusters/a/api/v1/namespaces/x/pods/http:p:80/proxy/a%2Fb',
      { context: 'a', prefix: '/clusters/a', path: '/api/v1/namespaces/x/pods/http:p:80/proxy/a%2Fb' },
    ],
  ])('%s', (url, route) => expect(clusterRoute(url)).toEqual(route))

  test.each(['/clusters', '/clusters/', '/api/contexts', '/'])('%s is not one', (url) => expect(clusterRoute(url)).toBeUndefined())

  test.each([
    ['/clusters/a/api/../secret', 'dot'],
    ['/clusters/a/%2e%2E/secret', 'dot'],
    ['/clusters/a/./x', 'dot'],
    ['/clusters/%E0%A4%A/x', 'percent-encoding'],
    ['/clusters/a//evil', 'one slash'],
    ['/clusters/a/%2Fevil', 'one slash'],
    ['/clusters/a/%5cevil', 'one slash'],
    ['/clusters/a/..%2f..%2fx', 'dot'],
    ['/clusters/a/%2e%2e%2Fx', 'dot'],
    ['/clusters/a/x%2F..', 'dot'],
    ['/clusters/a/x%5C..%5cy', 'dot'],
    ['/clusters/a/x\\..\\y', 'dot'],
    ['/clusters/a/x%252f%252e%252e', 'dot'],
    ['/clusters/a/..;v=1/x', 'dot'],
    ['/clusters/a/x/..%3b/y', 'dot'],
  ])('%s is refused: %s', (url, why) => expect(() => clusterRoute(url)).toThrow(why === 'dot' ? /"\.\."/ : why))

  test('no spelling of a dot segment passes', () => {
    const dot = fc.constantFrom('.', '%2e', '%2E', '%252e')
    const separator = fc.constantFrom('/', '\\', '%2f', '%2F', '%5c', '%5C', '%252F')
    const dots = fc.oneof(
      dot,
      fc.tuple(dot, dot).map((d) => d.join('')),
    )
    const end = fc.constantFrom('', ';', '%3b;a=1')
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('api', 'a%2Fb', 'v1.2'), { minLength: 1 }),
        separator,
        dots,
        end,
        separator,
        (before, s, d, e, after) => {
          expect(() => clusterRoute(`/clusters/a/${before.join('/')}${s}${d}${e}${after}x`)).toThrow('segments')
        },
      ),
    )
  })

  test.each(['/a..b/c', '/...', '/proxy/a%2Fb', '/a;v=1/b', '/x?p=../..', '/x?p=%2e%2e%2f'])('%s passes', (path) =>
    expect(clusterRoute(`/clusters/a${path}`)?.path).toBe(path),
  )

  test('every context name survives the encoding', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => s !== '.' && s !== '..'),
        (name) => {
          expect(clusterRoute(`/clusters/${encodeURIComponent(name)}/api`)?.context).toBe(name)
        },
      ),
    )
  })
})

describe('redirects', () => {
  const server = new URL('https://rancher.example/k8s/clusters/c-1')
  test.each([
    ['/api/v1/proxy/nodes/a/', '/clusters/x/api/v1/proxy/nodes/a/'],
    ['/k8s/clusters/c-1/logs/?a=1', '/clusters/x/logs/?a=1'],
    ['https://rancher.example/k8s/clusters/c-1/logs/', '/clusters/x/logs/'],
    ['https://elsewhere.example/', 'https://elsewhere.example/'],
    ['//elsewhere.example/', '//elsewhere.example/'],
    ['sub/', 'sub/'],
  ])('%s becomes %s', (from, to) => expect(rewriteLocation(from, server, '/clusters/x')).toBe(to))
})

describe('headers', () => {
  test('what belongs to the browser or the connection stays behind', () => {
    const sent = requestHeaders({
      host: '127.0.0.1:1',
      cookie: 'binnacle-1=secret',
      authorization: 'Bearer x',
      origin: 'http://127.0.0.1:1',
      referer: 'http://127.0.0.1:1/',
      connection: 'keep-alive, x-mine',
      'x-mine': '1',
      'x-remote-user': 'admin',
      'x-forwarded-for': '1.2.3.4',
      'x-binnacle-key': 'secret',
      'sec-fetch-site': 'same-origin',
      'user-agent': 'Mozilla/5.0',
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'content-type': 'application/json',
      'impersonate-user': 'jane',
    })
    expect(sent).toEqual({
      'user-agent': 'binnacle-inspector',
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'content-type': 'application/json',
    })
  })

  test('a cluster cannot set cookies, open the origin to others, or loosen the policy', () => {
    const got = responseHeaders(
      {
        'set-cookie': ['a=b'],
        'access-control-allow-origin': '*',
        'content-security-policy': 'default-src *',
        'clear-site-data': '"*"',
        'content-type': 'text/html',
        'content-encoding': 'gzip',
        etag: '"1"',
        'transfer-encoding': 'chunked',
        warning: ['299 - "a"', '299 - "b"'],
      },
      undefined,
      '/clusters/x',
    )
    expect(got['content-security-policy']).toBe(`sandbox; default-src 'none'`)
    expect(got['x-content-type-options']).toBe('nosniff')
    expect(got).toMatchObject({ 'content-type': 'text/html', 'content-encoding': 'gzip', etag: '"1"', warning: ['299 - "a"', '299 - "b"'] })
    for (const name of ['set-cookie', 'access-control-allow-origin', 'clear-site-data', 'transfer-encoding'])
      expect(got).not.toHaveProperty(name)
  })
})

describe('messages of the watch socket', () => {
  test('the two good ones', () => {
    expect(parseClientMessage('{"op":"open","id":1,"context":"local","path":"/api"}')).toEqual({
      op: 'open',
      id: 1,
      context: 'local',
      path: '/api',
    })
    expect(parseClientMessage('{"op":"close","id":1,"x":2}')).toEqual({ op: 'close', id: 1 })
  })
  test.each([
    ['', 'not JSON'],
    ['[]', 'not an object'],
    ['null', 'not an object'],
    ['{"op":"open","id":"1"}', 'id must be a whole number'],
    ['{"op":"open","id":1.5}', 'id must be a whole number'],
    ['{"op":"x","id":1}', 'op must be'],
    ['{"op":"open","id":1,"context":""}', 'context must be a name'],
    ['{"op":"open","id":1,"context":"a"}', 'path must be a string'],
  ])('%s', (raw, why) => expect(() => parseClientMessage(raw)).toThrow(why))
  test('nothing else than an Error with a sentence comes out of any input', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (raw) => {
        let op: string
        try {
          op = parseClientMessage(raw).op
        } catch (e) {
          expect(e).toBeInstanceOf(Error)
          expect(e).not.toBeInstanceOf(TypeError)
          return
        }
        expect(['open', 'close']).toContain(op)
      }),
    )
  })
})

test('a line never speaks for another feed: whose a frame is comes last', () => {
  const spoofed = '{}],"id":7,"t":"data","lines":[{"object":"SPOOFED"}],"x":[{}'
  expect(JSON.parse(dataFrame(3, [Buffer.from('{"a":1}'), Buffer.from('{"b":2}')]).toString())).toEqual({
    id: 3,
    t: 'data',
    lines: [{ a: 1 }, { b: 2 }],
  })
  expect(JSON.parse(dataFrame(3, [Buffer.from(spoofed)]).toString())).toMatchObject({ id: 3, t: 'data' })
})

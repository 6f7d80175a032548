import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRequestInfo } from '../request/request-info.ts'
import { backendPath, cutPath, segmentCount } from './path.ts'

describe('a proxied path is cut by its segments', () => {
  test.each([
    ['/api/v1/nodes/proxy-1/proxy/echo', 5, '/api/v1/nodes/proxy-1/proxy', '/echo'],
    ['/api/v1/nodes/proxy/proxy/x', 5, '/api/v1/nodes/proxy/proxy', '/x'],
    ['/api/v1/nodes/evil%2Fproxy/x', 5, '/api/v1/nodes/evil%2Fproxy', '/x'],
    ['/api/v1/nodes/n/proxy%2fx', 5, '/api/v1/nodes/n/proxy', '/x'],
    ['/api/v1/nodes/n/proxy', 5, '/api/v1/nodes/n/proxy', ''],
    ['/api/v1/nodes/n/proxy/', 5, '/api/v1/nodes/n/proxy', '/'],
    ['/api/v1/nodes/n/proxy//x', 5, '/api/v1/nodes/n/proxy', '//x'],
    ['//api/v1/nodes/n/proxy', 5, '/api/v1/nodes/n/proxy', ''],
    ['%2f/%2Fapi/v1/nodes/n/proxy/x', 5, '/api/v1/nodes/n/proxy', '/x'],
    ['/api//v1/nodes/x', 4, '/api//v1/nodes', '/x'],
    [`/api/v1/nodes/a:"><b:'/proxy`, 5, '/api/v1/nodes/a:%22%3E%3Cb:%27/proxy', ''],
  ])('%s', (path, segments, prefix, rest) => {
    expect(cutPath(path, segments)).toEqual({ prefix, rest })
  })

  test('as request-info counts them', () => {
    const piece = fc.constantFrom('/', '%2F', '%2f', 'proxy', 'a', 'nodes', '%252F', 'x-proxy')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('/api/v1/nodes/n/proxy', '//api/v1/nodes%2Fn%2fproxy'),
        (pieces, head) => {
          const path = `${head}/${pieces.join('')}`
          const info = parseRequestInfo('GET', path, '')
          const { prefix, rest } = cutPath(path, segmentCount(info.path) - info.parts.length + 3)
          expect(decodeURIComponent(prefix)).toBe('/api/v1/nodes/n/proxy')
          expect(rest.startsWith('/')).toBe(true)
          expect(decodeURIComponent(rest).replace(/^\/|\/+$/g, '')).toBe(info.parts.slice(3).join('/'))
          expect(backendPath(rest)).toMatch(/^\/(?!\/)/)
        },
      ),
    )
  })

  test.each([
    ['', '/'],
    ['/', '/'],
    ['//x', '/x'],
    ['/a%2Fb%20c', '/a/b%20c'],
    ['/a/../../b/./c//', '/b/c/'],
    ['/..%2f..%2fx', '/x'],
    ["/!'()*[]|^", '/%21%27%28%29%2A%5B%5D%7C%5E'],
    ['/$&+,:;=@~', '/$&+,:;=@~'],
    ['/a%3Fb%23c', '/a%3Fb%23c'],
    ['/caf\xc3\xa9', '/caf%C3%A9'],
    ['/%0d%0aX:%20y', '/%0D%0AX:%20y'],
  ])('%j is asked for as %s', (rest, path) => {
    expect(backendPath(rest)).toBe(path)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadPathError, isLongRunning, NoResourceError, parseRequestInfo, type RequestInfo } from './request-info.ts'

const parse = (request: string): RequestInfo => {
  const [method = '', target = ''] = request.split(' ')
  const [path = '', search = ''] = target.split('?')
  return parseRequestInfo(method, path, search)
}
/** verb, group, version, namespace, resource, subresource, name */
const facts = (i: RequestInfo): string => [i.verb, i.apiGroup, i.apiVersion, i.namespace, i.resource, i.subresource, i.name].join(' ')

describe('resource requests', () => {
  test.each([
    ['GET /api/v1/namespaces', 'list  v1  namespaces  '],
    ['GET /api/v1/namespaces/other', 'get  v1 other namespaces  other'],
    ['GET /api/v1/namespaces/other/pods', 'list  v1 other pods  '],
    ['GET /api/v1/namespaces/other/pods/foo', 'get  v1 other pods  foo'],
    ['HEAD /api/v1/namespaces/other/pods/foo', 'get  v1 other pods  foo'],
    ['GET /api/v1/pods', 'list  v1  pods  '],
    ['HEAD /api/v1/pods', 'list  v1  pods  '],
    ['PUT /api/v1/namespaces/other/finalize', 'update  v1 other namespaces finalize other'],
    ['PUT /api/v1/namespaces/other/status', 'update  v1 other namespaces status other'],
    ['GET /api/v1/namespaces/other/pods/foo/status', 'get  v1 other pods status foo'],
    ['POST /api/v1/namespaces/other/pods/foo/exec', 'create  v1 other pods exec foo'],
    ['GET /api/v1/watch/pods', 'watch  v1  pods  '],
    ['GET /api/v1/watch/namespaces/other/pods', 'watch  v1 other pods  '],
    ['GET /api/v1/watch/namespaces/other/pods/foo', 'watch  v1 other pods  foo'],
    ['GET /api/v1/proxy/nodes/n1', 'proxy  v1  nodes  n1'],
    ['DELETE /api/v1/proxy/namespaces/other/pods/http:foo:80/a/b', 'proxy  v1 other pods  http:foo:80'],
    ['GET /api/v1/nodes/n1/proxy/logs/a', 'get  v1  nodes proxy n1'],
    ['POST /api/v1/namespaces/other/pods', 'create  v1 other pods  '],
    ['PATCH /apis/apps/v1/namespaces/other/deployments/d', 'patch apps v1 other deployments  d'],
    ['DELETE /apis/apps/v1/namespaces/other/deployments/d', 'delete apps v1 other deployments  d'],
    ['DELETE /apis/apps/v1/namespaces/other/deployments', 'deletecollection apps v1 other deployments  '],
    ['DELETE /api/v1/nodes', 'deletecollection  v1  nodes  '],
    ['FOO /api/v1/pods', '  v1  pods  '],
    ['GET /api/v1/pods/', 'list  v1  pods  '],
    ['GET /apis/apps/v1/namespaces/a%2Fb/deployments', 'list apps v1 a b  '],
    ['GET /api/v1/namespaces/%E4%B8%AD/pods', 'list  v1 中 pods  '],
  ])('%s', (request, expected) => {
    const info = parse(request)
    expect(info.isResourceRequest).toBe(true)
    if (request.includes('%2F')) expect(info.namespace).toBe('a')
    else expect(facts(info)).toBe(expected)
  })

  test.each([
    ['watch=true', 'watch'],
    ['watch=1', 'watch'],
    ['watch', 'watch'],
    ['watch=', 'watch'],
    ['watch=anything', 'watch'],
    ['watch=false', 'list'],
    ['watch=FALSE', 'list'],
    ['watch=0', 'list'],
    ['xwatch=1', 'list'],
    ['watch=0&watch=1', 'list'],
    ['watch=f', 'watch'],
    ['watch=1;x=2', 'list'],
    ['w%61tch=1', 'watch'],
  ])('?%s is a %s', (search, verb) => {
    expect(parse(`GET /api/v1/pods?${search}`).verb).toBe(verb)
    expect(parse(`GET /api/v1/namespaces/a/pods/b?${search}`).verb).toBe('get')
  })

  test.each([
    ['fieldSelector=metadata.name%3Dfoo', 'foo'],
    ['watch=1&fieldSelector=metadata.name=foo,spec.nodeName=x', 'foo'],
    ['fieldSelector=metadata.name!%3Dfoo', ''],
    ['fieldSelector=metadata.name%3D..', ''],
    ['fieldSelector=metadata.name%3Da/b', ''],
    ['fieldSelector=spec.nodeName%3Dfoo', ''],
    ['fieldSelector=metadata.name%3Dfoo&limit=x', ''],
    ['fieldSelector=metadata.name%3Dfoo&timeoutSeconds=5', 'foo'],
    ['fieldSelector=,,metadata.name', ''],
    ['fieldSelector=metadata.name%3Dfoo&labelSelector=!', ''],
    ['fieldSelector=metadata.name%3Dfoo&labelSelector=a', 'foo'],
    ['fieldSelector=metadata.name%3Dfoo&limit=', ''],
    ['fieldSelector=metadata.name%3Dfoo&limit=9223372036854775808', ''],
    ['fieldSelector=metadata.name%3Dfoo;x', ''],
  ])('?%s names %o', (search, name) => {
    expect(parse(`GET /api/v1/pods?${search}`).name).toBe(name)
  })

  test('selectors are kept for list, watch and deletecollection, not for the old paths', () => {
    const selectors = (request: string): string[] => [parse(request).fieldSelector, parse(request).labelSelector]
    const query = '?labelSelector=a%20in%20(b)&fieldSelector=x%3Dy'
    expect(selectors(`GET /api/v1/pods${query}`)).toEqual(['x=y', 'a in (b)'])
    expect(selectors(`DELETE /api/v1/pods${query}`)).toEqual(['x=y', 'a in (b)'])
    expect(selectors(`GET /api/v1/watch/pods${query}`)).toEqual(['', ''])
    expect(selectors(`GET /api/v1/namespaces/a/pods/b${query}`)).toEqual(['', ''])
  })

  test('the query is read once and kept', () => {
    expect(parse('GET /api/v1/pods?limit=5&limit=6').query.getAll('limit')).toEqual(['5', '6'])
    expect(parse('GET /healthz?verbose').query.has('verbose')).toBe(true)
  })

  test('parts begin with the resource', () => {
    expect(parse('GET /api/v1/proxy/namespaces/ns/pods/p/a/b').parts).toEqual(['pods', 'p', 'a', 'b'])
    expect(parse('GET /apis/apps/v1/namespaces/ns').parts).toEqual(['namespaces', 'ns'])
  })
})

describe('other requests', () => {
  test.each([
    '/',
    '',
    '/api',
    '/api/',
    '/api/v1',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1',
    '/healthz',
    '/version',
    '/apix/v1/pods',
    '/metrics/a/b',
  ])('%o', (path) => {
    expect(parse(`POST ${path}`)).toMatchObject({ isResourceRequest: false, verb: 'post', path, resource: '', parts: [] })
  })

  test('an old path without a resource, and a broken escape', () => {
    expect(() => parse('GET /api/v1/watch')).toThrow(NoResourceError)
    expect(() => parse('GET /apis/apps/v1/proxy/')).toThrow(NoResourceError)
    expect(() => parse('GET /api/%zz')).toThrow(BadPathError)
    expect(() => parse('GET /api/%ff')).toThrow(BadPathError)
  })

  test('any path is either understood or refused, and parts come from it', () => {
    const segment = fc.constantFrom('api', 'apis', 'v1', 'apps', 'namespaces', 'ns', 'pods', 'watch', 'proxy', 'status', '', '%41', '%')
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 9 }),
        fc.constantFrom('GET', 'DELETE', 'POST', 'X'),
        fc.array(fc.constantFrom('watch=1', 'fieldSelector=metadata.name%3Da', '%', 'limit=x', '='), { maxLength: 4 }),
        (segments, method, search) => {
          try {
            const info = parseRequestInfo(method, `/${segments.join('/')}`, search.join('&'))
            if (info.isResourceRequest) {
              expect(info.resource).toBe(info.parts[0])
              expect(info.path.endsWith(info.parts.join('/')) || info.path.replace(/\/+$/, '').endsWith(info.parts.join('/'))).toBe(true)
            }
          } catch (e) {
            expect(e instanceof BadPathError || e instanceof NoResourceError).toBe(true)
          }
        },
      ),
    )
  })
})

test.each([
  ['GET /api/v1/pods?watch=1', true],
  ['GET /api/v1/watch/pods', true],
  ['GET /api/v1/proxy/nodes/n', true],
  ['GET /api/v1/namespaces/a/pods/b/log', true],
  ['POST /api/v1/namespaces/a/pods/b/exec', true],
  ['GET /api/v1/namespaces/a/pods/b/status', false],
  ['GET /api/v1/pods', false],
  ['GET /debug/pprof/profile', true],
  ['GET /debug/pprof', false],
])('%s long-running: %s', (request, expected) => {
  expect(isLongRunning(parse(request))).toBe(expected)
})

import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { scheme } from '../scheme/index.ts'
import { AUTOMANAGED, ownApiService } from './api-service.ts'
import { systemTime } from '../machinery/testing/system-time.ts'
import { createAuthority } from '../serving/x509.ts'
import { fromLegacy, resourcesOf } from './discovery.ts'
import { identityHeaders, upstreamOf } from './upstream.ts'

describe('our own APIServices', () => {
  test('every version that is served has one, but for the one of APIServices', () => {
    const without = new Set<string>()
    for (const { group, version } of scheme.resources)
      if (ownApiService(group, version, false) === undefined) without.add(`${group}/${version}`)
    expect([...without]).toEqual(['apiregistration.k8s.io/v1'])
  })

  test('the legacy group has no name, custom ones come after all built-in ones', () => {
    expect(ownApiService('', 'v1', false)).toEqual({
      ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
      metadata: { name: 'v1.', labels: { [AUTOMANAGED]: 'onstart' } },
      spec: { version: 'v1', groupPriorityMinimum: 18_000, versionPriority: 1 },
    })
    expect(ownApiService('example.com', 'v2', true)).toMatchObject({
      metadata: { name: 'v2.example.com', labels: { [AUTOMANAGED]: 'true' } },
      spec: { group: 'example.com', version: 'v2', groupPriorityMinimum: 1000, versionPriority: 100 },
    })
  })
})

describe('what a server behind is told of who asks', () => {
  test('name, groups one by one, and extra with its key escaped', () => {
    expect(
      identityHeaders({ name: 'jane', uid: '7', groups: ['a', 'b, c'], extra: { 'example.org/Scope%': ['x', 'y'], plain: ['z'] } }),
    ).toEqual({
      'x-remote-user': 'jane',
      'x-remote-uid': '7',
      'x-remote-group': ['a', 'b, c'],
      'x-remote-extra-example.org%2Fscope%25': ['x', 'y'],
      'x-remote-extra-plain': ['z'],
    })
  })

  test('in bytes, of which Node sends no others', () => {
    const { 'x-remote-user': user, 'x-remote-group': groups } = identityHeaders({ name: 'имя', groups: ['名'] })
    expect([user, groups].flat().map((value) => Buffer.from(value!, 'latin1').toString())).toEqual(['имя', '名'])
  })

  test('nothing of what is not known', () => {
    expect(identityHeaders({ name: 'jane', uid: '', groups: [] })).toEqual({ 'x-remote-user': 'jane' })
  })
})

test('the older form of discovery in the newer one: subresources below their resources, those of nobody left out', () => {
  expect(
    fromLegacy([
      { name: 'pods/status', namespaced: true, kind: 'Pod', verbs: ['get'] },
      { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['list'], shortNames: ['po'] },
      { name: 'nobody/scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get'] },
      { name: 'nodes', kind: 'Node', verbs: ['get'] },
    ]),
  ).toEqual([
    {
      ...{ resource: 'pods', scope: 'Namespaced', singularResource: 'pod', verbs: ['list'], shortNames: ['po'] },
      responseKind: { group: '', version: '', kind: 'Pod' },
      subresources: [{ subresource: 'status', responseKind: { group: '', version: '', kind: 'Pod' }, verbs: ['get'] }],
    },
    {
      ...{ resource: 'nodes', scope: 'Cluster', singularResource: '', verbs: ['get'] },
      responseKind: { group: '', version: '', kind: 'Node' },
    },
  ])
})

test('a server behind that tells of no kinds is told of with empty ones', async () => {
  const keys = createAuthority('behind', systemTime())
  const items = [
    {
      metadata: { name: 'a.io' },
      versions: [{ version: 'v1', resources: [{ resource: 'jobs', subresources: [{ subresource: 'status' }] }] }],
    },
  ]
  const server = createServer({ key: keys.key, cert: keys.cert }, (_, res) => {
    res.writeHead(200, { 'content-type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' })
    res.end(JSON.stringify({ items }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const service = { namespace: 'n', name: 's' }
  const spec = { group: 'a.io', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1, service, insecureSkipTLSVerify: true }
  const up = upstreamOf({ metadata: {}, spec }, keys)
  const none = { group: '', version: '', kind: '' }
  expect(await resourcesOf(up, { host: '127.0.0.1', port }, 'a.io', 'v1')).toEqual([
    { resource: 'jobs', responseKind: none, subresources: [{ subresource: 'status', responseKind: none }] },
  ])
  up.agent.destroy()
  server.close()
})

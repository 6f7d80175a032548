import { describe, expect, test } from 'vitest'
import { scheme } from '../scheme/index.ts'
import { AUTOMANAGED, ownApiService } from './api-service.ts'
import { fromLegacy } from './discovery.ts'
import { identityHeaders } from './upstream.ts'

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

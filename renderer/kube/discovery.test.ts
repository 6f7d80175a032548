import { describe, expect, test } from 'vitest'
import { fromAggregated, fromLegacy } from './discovery.ts'
import { apiVersionOf, resourceKey, resourceOfKind, resourcePath } from './resource.ts'

const aggregated = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: 'autoscaling' },
      versions: [
        {
          version: 'v2',
          resources: [
            {
              resource: 'horizontalpodautoscalers',
              responseKind: { kind: 'HorizontalPodAutoscaler' },
              scope: 'Namespaced' as const,
              verbs: ['list'],
              subresources: [{ subresource: 'status' }],
              shortNames: ['hpa'],
            },
          ],
        },
        {
          version: 'v1',
          resources: [
            {
              resource: 'horizontalpodautoscalers',
              responseKind: { kind: 'HorizontalPodAutoscaler' },
              scope: 'Namespaced' as const,
              verbs: ['list'],
            },
          ],
        },
      ],
    },
  ],
}

describe('discovery', () => {
  test('the first version that serves a resource is the one used', () => {
    expect(fromAggregated(aggregated)).toMatchObject([
      {
        group: 'autoscaling',
        version: 'v2',
        plural: 'horizontalpodautoscalers',
        shortNames: ['hpa'],
        subresources: ['status'],
        namespaced: true,
      },
    ])
  })

  test('the legacy form gives the same, with the subresources at their kinds', () => {
    const found = fromLegacy([
      {
        groupVersion: 'v1',
        resources: [
          { name: 'pods', namespaced: true, kind: 'Pod', verbs: ['list'] },
          { name: 'pods/log', namespaced: true, kind: 'Pod' },
        ],
      },
      { groupVersion: 'apps/v1', resources: [{ name: 'deployments', namespaced: true, kind: 'Deployment', verbs: ['list'] }] },
    ])
    expect(found.map(resourceKey)).toEqual(['pods', 'deployments.apps'])
    expect(found.map((r) => r.subresources)).toEqual([['log'], []])
    expect(found.map(apiVersionOf)).toEqual(['v1', 'apps/v1'])
    expect(resourceOfKind(found, 'apps/v1beta1', 'Deployment')?.plural).toBe('deployments')
    expect(resourceOfKind(found, 'other/v1', 'Deployment')).toBeUndefined()
  })

  test.each([
    [{ group: '', version: 'v1', plural: 'pods', namespaced: true }, 'a', 'b', '/api/v1/namespaces/a/pods/b'],
    [{ group: '', version: 'v1', plural: 'pods', namespaced: true }, undefined, undefined, '/api/v1/pods'],
    [{ group: '', version: 'v1', plural: 'nodes', namespaced: false }, 'ignored', 'n', '/api/v1/nodes/n'],
    [
      { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterroles', namespaced: false },
      undefined,
      'system:node',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    ],
  ])('paths', (resource, namespace, name, path) => expect(resourcePath(resource, namespace, name)).toBe(path))
})

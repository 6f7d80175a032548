import { describe, expect, test } from 'vitest'
import { changedPaths, comparable, FieldOwners, pathText, takenFrom } from './managed-fields.ts'

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    finalizers: ['one', 'two'],
    resourceVersion: '7',
    generation: 3,
    managedFields: [
      {
        manager: 'argocd',
        operation: 'Apply',
        time: '2026-01-01T00:00:00Z',
        fieldsV1: {
          'f:spec': {
            'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {}, 'f:args': {} } } } },
          },
        },
      },
      { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      {
        manager: 'binnacle',
        operation: 'Update',
        fieldsV1: { 'f:spec': { 'f:paused': {} }, 'f:metadata': { 'f:finalizers': { 'v:"two"': {} } } },
      },
    ],
  },
  spec: {
    replicas: 2,
    paused: true,
    template: { spec: { containers: [{ name: 'side' }, { name: 'app', image: 'a:1', args: ['x', 'y'] }] } },
  },
}

describe('who owns what', () => {
  const owners = new FieldOwners(deployment)
  const who = (path: (string | number)[]) => owners.of(path).map((o) => o.manager)

  test('list items are found by their keys and values, atomic lists as a whole', () => {
    expect(who(['spec', 'template', 'spec', 'containers', 1, 'image'])).toEqual(['argocd'])
    expect(who(['spec', 'template', 'spec', 'containers', 0])).toEqual([])
    expect(who(['metadata', 'finalizers', 1])).toEqual(['binnacle'])
    expect(owners.of(['spec', 'replicas'])).toEqual([
      { manager: 'kube-controller-manager', operation: 'Update', subresource: 'scale', time: undefined },
    ])
    expect(owners.around(['spec', 'template', 'spec', 'containers', 1, 'args', 0])?.path).toEqual([
      'spec',
      'template',
      'spec',
      'containers',
      1,
      'args',
    ])
    expect(owners.around(['status'])).toBeUndefined()
  })

  test('who made a map does not own what others add to it', () => {
    const fieldsV1 = { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } }
    const labelled = { metadata: { name: 'x', labels: { app: 'a' }, managedFields: [{ manager: 'm', fieldsV1 }] } }
    expect(new FieldOwners(labelled).of(['metadata', 'labels'])).toHaveLength(1)
    expect(takenFrom(labelled, [['metadata', 'labels', 'tier']], 'binnacle')).toEqual([])
    expect(takenFrom(labelled, [['metadata', 'labels', 'app']], 'binnacle')).toHaveLength(1)
  })

  test('what the object no longer has and what is no FieldsV1 is passed over', () => {
    const entries = [
      { manager: 'm', fieldsV1: { 'f:spec': { 'f:list': { 'k:{"a":1}': { 'f:b': {} }, 'k:{': { 'f:b': {} }, 'v:3': {} } } } },
      { manager: 'n' },
    ]
    const odd = new FieldOwners({ metadata: { name: 'x', managedFields: entries } })
    expect(odd.around(['spec', 'list', 0])).toBeUndefined()
  })

  test('a change of what others hold names them; what is our own is nobody’s business', () => {
    const after = structuredClone(deployment)
    after.spec.replicas = 5
    after.spec.paused = false
    after.spec.template.spec.containers[1]!.args = ['z', 'y', 'w']
    after.metadata.resourceVersion = '8'
    const paths = changedPaths(comparable(deployment), comparable(after))
    expect(paths.map(pathText)).toEqual([
      'spec.replicas',
      'spec.paused',
      'spec.template.spec.containers[1].args[0]',
      'spec.template.spec.containers[1].args[2]',
    ])
    expect(takenFrom(deployment, paths, 'binnacle').map((t) => [pathText(t.path), t.owners[0]?.manager])).toEqual([
      ['spec.replicas', 'kube-controller-manager'],
      ['spec.template.spec.containers[1].args', 'argocd'],
    ])
  })

  test('a path is text that one can read', () => {
    expect(pathText(['metadata', 'labels', 'app.kubernetes.io/name'])).toBe('metadata.labels["app.kubernetes.io/name"]')
  })
})

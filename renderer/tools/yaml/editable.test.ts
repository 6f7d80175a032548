import { describe, expect, test } from 'vitest'
import type { Resource } from '../../kube/resource.ts'
import { duplicate, editable, saysTheSame, whole } from './editable.ts'

const resource = (subresources: string[]): Resource => ({
  group: 'apps',
  version: 'v1',
  plural: 'deployments',
  singular: 'deployment',
  kind: 'Deployment',
  namespaced: true,
  verbs: [],
  subresources,
  shortNames: [],
  categories: [],
})
const object = {
  status: { replicas: 1 },
  spec: { replicas: 1 },
  metadata: {
    name: 'web',
    uid: 'u',
    resourceVersion: '7',
    generation: 2,
    creationTimestamp: 'then',
    labels: { app: 'web' },
    finalizers: ['f'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' }],
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'it' },
    managedFields: [],
  },
  kind: 'Deployment',
  apiVersion: 'apps/v1',
}

describe('what there is to edit', () => {
  test('is without what the server writes itself, in one order', () => {
    const shown = editable(object, resource(['status']))
    expect(Object.keys(shown as object)).toEqual(['apiVersion', 'kind', 'metadata', 'spec'])
    expect(Object.keys((shown as typeof object).metadata)).toEqual(['name', 'labels', 'finalizers', 'ownerReferences', 'annotations'])
    const { apiVersion, kind, metadata, spec, status } = object
    const other = { apiVersion, kind, metadata, spec, status } as typeof object
    expect(JSON.stringify(editable(other, resource(['status'])))).toBe(JSON.stringify(shown))
  })

  test('is the same of two versions in which only the server has written, and in whatever order; a status counts where it can be edited', () => {
    const later = { ...object, status: { replicas: 7 }, metadata: { ...object.metadata, resourceVersion: '99', generation: 8 } }
    expect(saysTheSame(object, later, resource(['status']))).toBe(true)
    expect(saysTheSame(object, later, resource([]))).toBe(false)
    const { name, ...rest } = object.metadata
    expect(saysTheSame(object, { ...object, metadata: { ...rest, name } }, resource(['status']))).toBe(true)
    const other = { ...object, metadata: { ...object.metadata, labels: { app: 'other' } } }
    expect(saysTheSame(object, other, resource(['status']))).toBe(false)
  })

  test('has the status of a kind that has no address for it: it would be lost', () => {
    expect(editable(object, resource([]))).toMatchObject({ status: { replicas: 1 } })
  })

  test('is whole again for the version that it was typed for', () => {
    const typed = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 3 } }
    expect(whole(typed, object, resource(['status']))).toEqual({
      ...typed,
      metadata: { name: 'web', resourceVersion: '7', uid: 'u' },
      status: { replicas: 1 },
    })
    expect(whole({ ...typed, status: { replicas: 9 } }, object, resource([]))).toMatchObject({ status: { replicas: 9 } })
    expect(whole('text', object, resource([]))).toBe('text')
  })

  test('a copy is nobody’s, has no history, and another name', () => {
    expect(duplicate(object, resource([]))).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web-copy', labels: { app: 'web' }, annotations: { keep: 'it' } },
      spec: { replicas: 1 },
    })
  })
})

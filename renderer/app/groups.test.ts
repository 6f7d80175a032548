import { expect, test } from 'vitest'
import { type Resource, resourceKey } from '../kube/resource.ts'
import { groupKinds } from './groups.ts'

const resource = (plural: string, group = ''): Resource => ({
  group,
  version: 'v1',
  plural,
  singular: '',
  kind: plural,
  namespaced: true,
  verbs: ['list'],
  subresources: [],
  shortNames: [],
  categories: [],
})

test('every kind has one place; unknown groups are custom; twins are listed once', () => {
  const all = [
    resource('nodes'),
    resource('pods'),
    resource('deployments', 'apps'),
    resource('widgets', 'example.com'),
    resource('events'),
    resource('events', 'events.k8s.io'),
    resource('csidrivers', 'storage.k8s.io'),
  ]
  const grouped = groupKinds(all)
  const keys = (name: Parameters<typeof grouped.get>[0]): string[] => (grouped.get(name) ?? []).map(resourceKey)
  expect(keys('workloads')).toEqual(['pods', 'deployments.apps'])
  expect(keys('cluster')).toEqual(['nodes', 'events'])
  expect(keys('storage')).toEqual(['csidrivers.storage.k8s.io'])
  expect(keys('custom')).toEqual(['widgets.example.com'])
})

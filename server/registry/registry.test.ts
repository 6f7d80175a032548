import { describe, expect, test } from 'vitest'
import { schemaOfType } from '../scheme/schema.ts'
import { UNTYPED } from '../fieldmanager/structure.ts'
import { scheme } from '../scheme/index.ts'
import { nameAndAge } from './built-in.ts'
import { withResourceVersion } from '../cache/stored-json.ts'
import type { ResourceDefinition } from './definition.ts'
import { openStores, type Stores } from './generic/testing/stores.ts'
import { createIn } from './generic/write.ts'

const decode = withResourceVersion
const selectableFields = {}

function widgets(versions: readonly string[] = ['v1'], more: Partial<ResourceDefinition> = {}): ResourceDefinition {
  const type = scheme.typeOf('', 'v1', 'ConfigMap')!
  const schema = schemaOfType(type)
  const group = 'example.com'
  return {
    group,
    resource: 'widgets',
    kind: 'Widget',
    namespaced: true,
    storage: { group, version: 'v1', prefix: 'example.com/widgets', schema, decode },
    hasStatus: false,
    strategy: {},
    selectableFields,
    versions: versions.map((version) => ({
      facts: {
        ...{ group, version, resource: 'widgets', singular: 'widget', kind: 'Widget', namespaced: true },
        ...{ shortNames: [], categories: [], verbs: ['get', 'list'], subresources: [], type: type.name, storageVersionHash: '' },
      },
      schema,
      table: nameAndAge,
      subresources: {},
      structure: () => UNTYPED,
      empty: () => ({ metadata: {} }),
    })),
    ...more,
  }
}

const widget = (name: string): Buffer =>
  Buffer.from(JSON.stringify({ kind: 'Widget', apiVersion: 'example.com/v1', metadata: { name, namespace: 'a', uid: 'u' } }))
const names = (s: Stores): string[] =>
  [...s.registry.store('widgets.example.com').resource.cache.list.entries({ namespace: '' })].map((e) => e.name)

describe('the registry is live', () => {
  test('an installed definition is served with what is stored of it, and a snapshot taken before does not change', async () => {
    await using s = await openStores()
    await s.storage.create('/registry/example.com/widgets/a/one', widget('one'))
    const before = s.registry.snapshot
    await s.registry.install(widgets())
    const after = s.registry.snapshot
    expect(names(s)).toEqual(['one'])
    expect([before.resource('example.com', 'v1', 'widgets'), before.group('example.com')]).toEqual([undefined, undefined])
    expect(after.resource('example.com', 'v1', 'widgets')?.facts.kind).toBe('Widget')
    expect(after.generation).toBe(before.generation + 1)
    expect(after.groups.at(-1)).toEqual({ name: 'example.com', versions: ['v1'] })
    expect(after.groups.slice(0, -1)).toEqual(before.groups)
    expect(after.facts.slice(0, -1)).toEqual(before.facts)
    await expect(s.registry.install(widgets())).rejects.toThrow('installed already')
  })

  test('a removed one is served no longer, its objects stay in the store, and it may come back', async () => {
    await using s = await openStores()
    await s.registry.install(widgets())
    const store = s.registry.store('widgets.example.com')
    await createIn(store, {
      object: { kind: 'Widget', apiVersion: 'example.com/v1', metadata: { name: 'one' } },
      namespace: 'a',
      context: s.context,
    })
    s.registry.remove({ group: 'example.com', resource: 'widgets' })
    expect([s.registry.resource('example.com', 'v1', 'widgets'), s.registry.snapshot.group('example.com')]).toEqual([undefined, undefined])
    expect(() => s.registry.store('widgets.example.com')).toThrow('no resource')
    expect((await s.storage.list('/registry/example.com/widgets/')).items).toHaveLength(1)
    await s.registry.replace(widgets())
    expect(names(s)).toEqual(['one'])
  })

  test('a replaced one keeps its cache when it is indexed alike, and reads anew when it is not', async () => {
    await using s = await openStores()
    await s.registry.install(widgets())
    const first = s.registry.store('widgets.example.com').resource.cache
    await s.registry.replace(widgets(['v1', 'v2beta1', 'v2', 'v1alpha1']))
    expect(s.registry.store('widgets.example.com').resource.cache).toBe(first)
    expect(s.registry.snapshot.group('example.com')?.versions).toEqual(['v2', 'v1', 'v2beta1', 'v1alpha1'])
    await s.storage.create('/registry/example.com/widgets/a/one', widget('one'))
    await s.registry.replace(widgets(['v1'], { selectableFields: { 'metadata.uid': (o) => o.metadata.uid ?? '' } }))
    const second = s.registry.store('widgets.example.com').resource.cache
    expect(second).not.toBe(first)
    expect(names(s)).toEqual(['one'])
    expect(second.list.get('/registry/example.com/widgets/a/one')?.field('metadata.uid')).toBe('u')
  })

  test('two groups may have kinds of one name', async () => {
    await using s = await openStores()
    await s.registry.install(widgets())
    const other = widgets()
    await s.registry.install({
      ...other,
      group: 'other.example.com',
      storage: { ...other.storage, group: 'other.example.com', prefix: 'other.example.com/widgets' },
      versions: other.versions.map((v) => ({ ...v, facts: { ...v.facts, group: 'other.example.com' } })),
    })
    for (const group of ['example.com', 'other.example.com']) {
      const store = s.registry.store(`widgets.${group}`)
      await createIn(store, {
        object: { kind: 'Widget', apiVersion: `${group}/v1`, metadata: { name: group } },
        namespace: 'a',
        context: s.context,
      })
    }
    await s.feed.fresh()
    expect(names(s)).toEqual(['example.com'])
  })
})

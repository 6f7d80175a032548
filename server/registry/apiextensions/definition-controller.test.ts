import { describe, expect, test } from 'vitest'
import { admitEverything } from '../../admission/contract.ts'
import type { DefinitionCondition } from '../../extensions/definition.ts'
import { UNTYPED } from '../../fieldmanager/structure.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { toV1beta1 } from '../../scheme/conversion/custom-resource-definitions.ts'
import { deleteFrom } from '../generic/delete.ts'
import type { Store } from '../generic/store.ts'
import { openStores, type Stores } from '../generic/testing/stores.ts'
import { mainRules, statusRules } from '../generic/update-rules.ts'
import { createIn, updateIn } from '../generic/write.ts'
import { customresourcedefinitions } from './customresourcedefinitions.ts'
import { DefinitionController } from './definition-controller.ts'

type Json = Record<string, unknown>

interface World extends Stores {
  controller: DefinitionController
  errors: string[]
}

async function open(): Promise<World> {
  const stores = await openStores([customresourcedefinitions])
  const errors: string[] = []
  const controller = new DefinitionController({
    ...{ registry: stores.registry, storage: stores.storage, clock: stores.clock, admission: admitEverything },
    objectMeta: () => UNTYPED,
    callWebhook: () => Promise.reject(new Error('no webhooks here')),
    onError: (name, e) => errors.push(`${name}: ${String(e)}`),
  })
  controller.start()
  return {
    ...stores,
    controller,
    errors,
    async [Symbol.asyncDispose]() {
      controller.stop()
      await stores[Symbol.asyncDispose]()
    },
  }
}

const SPEC = { type: 'object', properties: { size: { type: 'integer', default: 3, minimum: 1 }, color: { type: 'string' } } }
const version = (name: string, more: Json = {}, spec: Json = SPEC): Json => ({
  ...{ name, served: true, storage: true },
  schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
  ...more,
})
const definition = (names: Json, versions: Json[] = [version('v1')], more: Json = {}): KubeObject =>
  toV1beta1({
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${String(names.plural)}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions, conversion: { strategy: 'None' }, ...more },
  }) as KubeObject

const WIDGETS = { plural: 'widgets', kind: 'Widget' }
const crds = (w: World): Store => w.registry.store('customresourcedefinitions.apiextensions.k8s.io')
const define = (w: World, object: KubeObject): Promise<unknown> => createIn(crds(w), { object, namespace: '', context: w.context })

/** Waits until a definition's condition is as wanted: what the controller does takes several writes. */
async function condition(w: World, name: string, type: string, wanted: string): Promise<DefinitionCondition> {
  for (;;) {
    const entry = await crds(w).find('', name)
    const status = entry?.object().status as { conditions?: DefinitionCondition[] } | undefined
    const found = status?.conditions?.find((c) => c.type === type)
    if (found?.status === wanted) return found
    expect(w.errors).toEqual([])
    await new Promise(setImmediate)
  }
}

const widget = (name: string, spec: Json = {}): KubeObject => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec })
const put = (w: World, object: KubeObject, v = 'v1'): ReturnType<typeof createIn> => {
  const { store } = w.registry.resource('example.com', v, 'widgets')!
  return createIn(store, { object, namespace: 'default', context: w.context })
}
const specOf = (w: World, name: string, v = 'v1'): unknown =>
  w.registry.resource('example.com', v, 'widgets')!.store.cached('default', name)?.object().spec

describe('a definition', () => {
  test('gets its names, is served, and is established, in that order', async () => {
    await using w = await open()
    await define(w, definition(WIDGETS))
    expect(await condition(w, 'widgets.example.com', 'Established', 'True')).toMatchObject({ reason: 'InitialNamesAccepted' })
    // Established is what clients wait for: from then on there is no request that does not find it.
    expect(w.registry.resource('example.com', 'v1', 'widgets')).toMatchObject({
      facts: { kind: 'Widget', singular: 'widget', namespaced: true, storageVersionHash: 'gIwvi5rymmg=' },
      listKind: 'WidgetList',
    })
    const { status } = (await crds(w).get('', 'widgets.example.com')).object()
    expect(status).toMatchObject({ acceptedNames: { plural: 'widgets', listKind: 'WidgetList' }, storedVersions: ['v1'] })
  })

  test('adds nothing to a version of the built-in API, but to its group', async () => {
    await using w = await open()
    const made = definition({ plural: 'lanes', kind: 'Lane' }, [version('v1', { storage: false }), version('v9')])
    made.metadata = { name: 'lanes.networking.k8s.io', annotations: { 'api-approved.kubernetes.io': 'unapproved' } }
    ;(made.spec as Json).group = 'networking.k8s.io'
    await define(w, made)
    await condition(w, 'lanes.networking.k8s.io', 'Established', 'True')
    const served = ['v1', 'v9'].map((v) => w.registry.resource('networking.k8s.io', v, 'lanes')?.facts.kind)
    expect(served).toEqual([undefined, 'Lane'])
    expect(w.registry.snapshot.facts.filter((f) => f.resource === 'lanes').map((f) => f.version)).toEqual(['v9'])
    expect(w.registry.resource('networking.k8s.io', 'v1', 'ingresses')).toBeDefined()
  })

  // k8s.io/kubernetes/test/integration/controlplane, TestOpenAPIApiextensionsOverlapProtection
  test('that has the name of a kind of the built-in API takes nothing from it', async () => {
    await using w = await open()
    const define = async (resource: string, group: string, names: Json): Promise<void> => {
      const made = definition(names, [version('v1', { storage: false }), version('v9')])
      made.metadata = { name: `${resource}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved' } }
      ;(made.spec as Json).group = group
      await createIn(crds(w), { object: made, namespace: '', context: w.context })
      await condition(w, `${resource}.${group}`, 'Established', 'True')
    }
    await define('ingresses', 'networking.k8s.io', { plural: 'ingresses', kind: 'Ingress' })
    await define('customresourcedefinitions', 'apiextensions.k8s.io', {
      plural: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
    })
    for (const [group, resource] of [
      ['networking.k8s.io', 'ingresses'],
      ['apiextensions.k8s.io', 'customresourcedefinitions'],
    ] as const) {
      const [own, other] = ['v1', 'v9'].map((v) => w.registry.resource(group, v, resource))
      expect(own!.store).toBe(w.registry.store(`${resource}.${group}`))
      expect(own!.schema.facts).toBeDefined()
      expect(other!.store).not.toBe(own!.store)
      expect(other!.schema.facts).toBeUndefined()
    }
    await deleteFrom(crds(w), { namespace: '', name: 'ingresses.networking.k8s.io', context: w.context, options: {} })
    while (w.registry.resource('networking.k8s.io', 'v9', 'ingresses') !== undefined) await new Promise(setImmediate)
    expect(w.registry.resource('networking.k8s.io', 'v1', 'ingresses')).toBeDefined()
  })

  test('of which nothing is said to be stored is stored in its storage version', async () => {
    await using w = await open()
    await define(w, definition(WIDGETS))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    const write = async (storedVersions: string[]): Promise<unknown> => {
      const { entry } = await updateIn(crds(w), {
        ...{ namespace: '', name: 'widgets.example.com', context: w.context, rules: statusRules(crds(w)) },
        change: (current) => ({ ...current!, status: { ...(current!.status as object), storedVersions } }),
      })
      return (entry.object().status as { storedVersions: string[] }).storedVersions
    }
    expect(await write(['v0', 'v1'])).toEqual(['v0', 'v1'])
    expect(await write([])).toEqual(['v1'])
  })

  test('whose names are taken waits until they are free', async () => {
    await using w = await open()
    await define(w, definition({ ...WIDGETS, shortNames: ['wd'] }))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    await define(w, definition({ plural: 'wods', kind: 'Widget', shortNames: ['wd'] }))
    expect(await condition(w, 'wods.example.com', 'NamesAccepted', 'False')).toMatchObject({
      reason: 'ListKindConflict',
      message: '"WidgetList" is already in use',
    })
    expect(w.registry.resource('example.com', 'v1', 'wods')).toBeUndefined()
    await deleteFrom(crds(w), { namespace: '', name: 'widgets.example.com', options: {}, context: w.context })
    await condition(w, 'wods.example.com', 'Established', 'True')
    expect(w.registry.resource('example.com', 'v1', 'widgets')).toBeUndefined()
  })

  test('that is wrong is refused', async () => {
    await using w = await open()
    const wrong = definition(WIDGETS, [version('v1', {}, { type: 'object', properties: { a: { type: 'text' } } })])
    await expect(define(w, wrong)).rejects.toThrow('Unsupported value: "text"')
    await expect(define(w, definition({ plural: 'others', kind: 'Widget' }, [], {}))).rejects.toThrow('must have exactly one version')
  })

  test('goes after its objects, of which no new one comes', async () => {
    await using w = await open()
    await define(w, definition(WIDGETS))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    await put(w, widget('gone'))
    await put(w, { ...widget('stays'), metadata: { name: 'stays', finalizers: ['example.com/x'] } })
    await deleteFrom(crds(w), { namespace: '', name: 'widgets.example.com', options: {}, context: w.context })
    await condition(w, 'widgets.example.com', 'Terminating', 'True')
    while (specOf(w, 'gone') !== undefined) await new Promise(setImmediate)
    const { facts, store } = w.registry.resource('example.com', 'v1', 'widgets')!
    expect(facts.verbs).toEqual(['delete', 'deletecollection', 'get', 'list', 'watch'])
    await expect(put(w, widget('late'))).rejects.toThrow('create not allowed while custom resource definition is terminating')
    await updateIn(store, {
      ...{ namespace: 'default', name: 'stays', context: w.context, rules: mainRules(store) },
      change: (current) => ({ ...current!, metadata: { ...current!.metadata, finalizers: [] } }),
    })
    while ((await crds(w).find('', 'widgets.example.com')) !== undefined) {
      w.clock.advance(500)
      await new Promise(setImmediate)
    }
    while (w.registry.resource('example.com', 'v1', 'widgets') !== undefined) await new Promise(setImmediate)
    expect((await w.storage.list('/registry/example.com/')).items).toEqual([])
  })

  test('is served at a start from what is stored; its objects are read when they are first asked for', async () => {
    await using w = await open()
    await define(w, definition(WIDGETS))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    await put(w, widget('a'))
    await using again = await openStores([customresourcedefinitions], {
      wrap: () => w.storage,
      adds: (registry) => controllerOf(registry, w).addStored(),
    })
    const { store } = again.registry.resource('example.com', 'v1', 'widgets')!
    expect([again.feed.isFilled('/registry/example.com/widgets/'), store.cached('default', 'a')]).toEqual([false, undefined])
    expect((await store.get('default', 'a')).object().spec).toEqual({ size: 3 })
    expect(again.feed.isFilled('/registry/example.com/widgets/')).toBe(true)
  })
})

const controllerOf = (registry: Stores['registry'], { storage, clock }: World): DefinitionController =>
  new DefinitionController({
    registry,
    storage,
    clock,
    admission: admitEverything,
    objectMeta: () => UNTYPED,
    callWebhook: () => Promise.reject(new Error()),
    onError: () => undefined,
  })

describe('objects', () => {
  test('are stored with defaults, in order, as the reference lays them out', async () => {
    await using w = await open()
    await define(w, definition(WIDGETS))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    const entry = await put(w, { ...widget('a', { color: 'red' }), metadata: { name: 'a', labels: { x: 'y' } } })
    const { creationTimestamp, uid } = entry.object().metadata
    const metadata = { creationTimestamp, generation: 1, labels: { x: 'y' }, name: 'a', namespace: 'default', uid }
    const stored = { apiVersion: 'example.com/v1', kind: 'Widget', metadata, spec: { color: 'red', size: 3 } }
    expect((await w.storage.get('/registry/example.com/widgets/default/a')).kv?.value.toString()).toBe(JSON.stringify(stored))
    await expect(put(w, widget('b', { size: 0 }))).rejects.toThrow('spec.size in body should be greater than or equal to 1')
  })

  test('of before a change are shown as the new schema has them, and written only when somebody writes', async () => {
    await using w = await open()
    await define(w, definition(WIDGETS))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    await put(w, widget('a', { color: 'red' }))
    const generation = w.registry.snapshot.generation
    const shape = { type: 'object', properties: { size: { type: 'integer' }, shape: { type: 'string', default: 'round' } } }
    await updateIn(crds(w), {
      ...{ namespace: '', name: 'widgets.example.com', context: w.context, rules: mainRules(crds(w)) },
      change: (current) => ({ ...definition(WIDGETS, [version('v1', {}, shape)]), metadata: current!.metadata }),
    })
    while (w.registry.snapshot.generation === generation) await new Promise(setImmediate)
    expect(specOf(w, 'a')).toEqual({ size: 3, shape: 'round' })
    const value = async (): Promise<unknown> => {
      const { kv } = await w.storage.get('/registry/example.com/widgets/default/a')
      return (JSON.parse(kv!.value.toString()) as KubeObject).spec
    }
    expect(await value()).toEqual({ color: 'red', size: 3 })
    const { store } = w.registry.resource('example.com', 'v1', 'widgets')!
    await updateIn(store, { namespace: 'default', name: 'a', context: w.context, rules: mainRules(store), change: (current) => current! })
    expect(await value()).toEqual({ size: 3, shape: 'round' })
  })

  test('of several versions are stored in one and shown in each, by its schema', async () => {
    await using w = await open()
    const old = { type: 'object', properties: { color: { type: 'string', maxLength: 4 } } }
    await define(w, definition(WIDGETS, [version('v1'), version('v1beta1', { storage: false }, old)]))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    await put(w, widget('a', { color: 'yellow', size: 7 }))
    await w.feed.fresh()
    expect([specOf(w, 'a'), specOf(w, 'a', 'v1beta1')]).toEqual([{ color: 'yellow', size: 7 }, { color: 'yellow' }])
    const oldWidget = (name: string, color: string): KubeObject => ({ ...widget(name, { color }), apiVersion: 'example.com/v1beta1' })
    await expect(put(w, oldWidget('b', 'yellow'), 'v1beta1')).rejects.toThrow('spec.color: Too long: may not be more than 4 bytes')
    const entry = await put(w, oldWidget('b', 'red'), 'v1beta1')
    expect(entry.object()).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { color: 'red' } })
    await w.feed.fresh()
    expect(w.registry.resource('example.com', 'v1', 'widgets')!.store.cached('default', 'b')!.object()).toMatchObject({
      apiVersion: 'example.com/v1',
      spec: { color: 'red', size: 3 },
    })
  })

  // k8s.io/apiextensions-apiserver/test/integration, TestSubresourcePatch
  test('are not written by an update that changes nothing, in any version', async () => {
    await using w = await open()
    const old = { type: 'object', properties: { color: { type: 'string' } } }
    await define(w, definition(WIDGETS, [version('v1'), version('v1beta1', { storage: false }, old)]))
    await condition(w, 'widgets.example.com', 'Established', 'True')
    await put(w, widget('a', { color: '<a>', size: 7 }))
    const { store } = w.registry.resource('example.com', 'v1beta1', 'widgets')!
    const made = await put(w, { ...widget('b', { color: '<b>' }), apiVersion: 'example.com/v1beta1' }, 'v1beta1')
    const update = async (name: string, color?: string): Promise<number> => {
      const { entry } = await updateIn(store, {
        ...{ namespace: 'default', name, context: w.context, rules: mainRules(store) },
        change: (current) => (color === undefined ? current! : { ...current!, spec: { color } }),
      })
      return entry.revision
    }
    expect(await update('b')).toBe(made.revision)
    await w.feed.fresh()
    expect(await update('b', '<b>')).toBe(made.revision)
    const changed = await update('b', 'c')
    expect(changed).toBeGreaterThan(made.revision)
    expect(await update('b')).toBe(changed)
    // What this version does not know goes with the first write in it.
    const first = await update('a')
    expect(first).toBeGreaterThan(changed)
    expect(await update('a')).toBe(first)
  })
})

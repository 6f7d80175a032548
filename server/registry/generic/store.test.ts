import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject, ObjectMeta } from '../../machinery/types.ts'
import type { Store } from './store.ts'
import { mainRules, statusRules } from './update-rules.ts'
import { configMap, openStores, type Stores } from './testing/stores.ts'
import { deleteFrom } from './delete.ts'
import { createIn, updateIn } from './write.ts'

let s: Stores
let maps: Store
beforeAll(async () => {
  s = await openStores([
    { group: '', resource: 'pods', strategy: { generation: true, gracePeriod: (_, requested) => requested ?? 30 } },
    { group: 'apps', resource: 'deployments', strategy: { generation: true } },
    { group: 'coordination.k8s.io', resource: 'leases', strategy: { allowUnconditionalUpdate: false } },
  ])
  maps = s.registry.store('configmaps')
})
afterAll(() => s[Symbol.asyncDispose]())

async function refusal(work: Promise<unknown>): Promise<{ code: number; reason: string; message: string }> {
  try {
    await work
  } catch (e) {
    if (isStatusError(e)) return { code: e.code, reason: e.reason, message: e.message }
    throw e
  }
  return expect.unreachable()
}

const create = (name: string, metadata: ObjectMeta = {}, store = maps): Promise<KubeObject> =>
  createIn(store, { object: configMap(name, { metadata: { name, ...metadata } }), namespace: 'ns', context: s.context }).then((e) =>
    e.object(),
  )

const change = (name: string, make: (o: KubeObject) => KubeObject, store = maps, rules = mainRules(store)): Promise<KubeObject> =>
  updateIn(store, { namespace: 'ns', name, rules, context: s.context, change: (o) => make(structuredClone(o!)) }).then((r) =>
    r.entry.object(),
  )

const remove = (name: string, options = {}, store = maps) => deleteFrom(store, { namespace: 'ns', name, options, context: s.context })

describe('create', () => {
  test('fills what the server decides and keeps what is the client’s', async () => {
    const made = await create('filled', {
      labels: { b: '1', a: '2' },
      generation: 7,
      deletionGracePeriodSeconds: 4,
      managedFields: [{}],
      uid: 'x',
    })
    expect(made.metadata).toMatchObject({
      namespace: 'ns',
      labels: { a: '2', b: '1' },
      generation: 7,
      creationTimestamp: '2026-01-01T00:00:00Z',
    })
    expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
    for (const field of ['deletionGracePeriodSeconds', 'managedFields', 'selfLink']) expect(made.metadata).not.toHaveProperty(field)
  })

  test('stores and shows fields in the order of the API, whatever order they came in', async () => {
    const entry = await createIn(maps, {
      object: { data: { a: '1' }, metadata: { labels: { a: 'b' }, name: 'order' }, apiVersion: 'v1', kind: 'ConfigMap' },
      namespace: 'ns',
      context: s.context,
    })
    expect(entry.json.toString()).toMatch(
      /^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"order","namespace":"ns","uid":"[^"]+","resourceVersion":"\d+","creationTimestamp":"[^"]+","labels":/,
    )
    expect(entry.item.toString()).toMatch(/^\{"metadata":/)
  })

  test('a name that is taken, a version, a bad name', async () => {
    await create('taken')
    expect(await refusal(create('taken'))).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    expect(await refusal(create('versioned', { resourceVersion: '5' }))).toMatchObject({ code: 500 })
    expect(await refusal(create('Bad_'))).toMatchObject({ code: 422, reason: 'Invalid' })
    expect(await refusal(create('short', { finalizers: ['nothing'] }))).toMatchObject({
      message: expect.stringContaining('neither a standard finalizer name') as string,
    })
  })

  test('generates names, and the same owner twice is kept once', async () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }
    const made = (
      await createIn(maps, {
        object: configMap('', { metadata: { generateName: 'g-', ownerReferences: [owner, { ...owner }] } }),
        namespace: 'ns',
        context: s.context,
      })
    ).object()
    expect(made.metadata.name).toMatch(/^g-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    expect(made.metadata.ownerReferences).toEqual([owner])
    expect(s.warnings.splice(0)).toEqual([expect.stringContaining('duplicate UID(s) observed: u')])
  })

  test('a dry run leaves nothing, and sees what is there', async () => {
    const context = { ...s.context, dryRun: true }
    const entry = await createIn(maps, { object: configMap('dry'), namespace: 'ns', context })
    expect(entry.object().metadata.resourceVersion).toBeUndefined()
    expect(await maps.find('ns', 'dry')).toBeUndefined()
    await create('dry')
    expect(await refusal(createIn(maps, { object: configMap('dry'), namespace: 'ns', context }))).toMatchObject({ code: 409 })
  })

  test('of what is being deleted says so', async () => {
    await create('going', { finalizers: ['example.com/f'] })
    await remove('going')
    expect(await refusal(create('going'))).toMatchObject({
      code: 409,
      message: 'object is being deleted: configmaps "going" already exists',
    })
  })
})

describe('update', () => {
  test('that changes nothing writes nothing, in whatever order the fields are', async () => {
    const made = await create('same', { labels: { a: '1', b: '2' } })
    const again = await change('same', ({ metadata, data, ...rest }) => ({
      data,
      ...rest,
      metadata: { labels: { b: '2', a: '1' }, ...metadata },
    }))
    expect(again.metadata.resourceVersion).toBe(made.metadata.resourceVersion)
  })

  test('an old version is a conflict, 0 and none are not', async () => {
    const made = await create('versions')
    await change('versions', (o) => ({ ...o, data: { a: '2' } }))
    expect(await refusal(change('versions', () => ({ ...made, data: { a: '3' } })))).toMatchObject({ code: 409, reason: 'Conflict' })
    for (const resourceVersion of ['0', ''])
      await change('versions', (o) => ({ ...o, metadata: { ...o.metadata, resourceVersion }, data: { r: resourceVersion } }))
  })

  test('keeps what no client changes, and refuses what none may', async () => {
    const made = await create('kept', { generateName: 'x' })
    const next = await change('kept', (o) => ({
      ...o,
      metadata: { name: 'kept', creationTimestamp: '2001-01-01T00:00:00Z', generation: 9 },
    }))
    expect(next.metadata).toMatchObject({ uid: made.metadata.uid, creationTimestamp: made.metadata.creationTimestamp })
    expect(next.metadata).not.toHaveProperty('generation')
    const forbidden: ObjectMeta[] = [{ uid: 'other' }, { deletionTimestamp: '2001-01-01T00:00:00Z' }, { deletionGracePeriodSeconds: 3 }]
    for (const metadata of forbidden) {
      expect(await refusal(change('kept', (o) => ({ ...o, metadata: { ...o.metadata, ...metadata } })))).toMatchObject({ code: 422 })
    }
    const put = updateIn(maps, {
      namespace: 'ns',
      name: 'kept',
      uid: 'other',
      rules: mainRules(maps),
      context: s.context,
      change: (o) => o!,
    })
    expect(await refusal(put)).toMatchObject({ code: 409, message: expect.stringContaining('UID in precondition: other') as string })
  })

  test('generation counts changes of the spec alone; /status changes the status alone', async () => {
    const deployments = s.registry.store('deployments.apps')
    const labels = { app: 'x' }
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    }
    await createIn(deployments, {
      object: { metadata: { name: 'd', generation: 5 }, spec, status: { replicas: 3 } },
      namespace: 'ns',
      context: s.context,
    })
    const steps: [unknown, unknown][] = []
    const step = async (make: (o: KubeObject) => KubeObject, rules = mainRules(deployments)): Promise<void> => {
      const { metadata, status } = await change('d', make, deployments, rules)
      steps.push([metadata.generation, status])
    }
    await step((o) => ({ ...o, metadata: { ...o.metadata, labels: { a: 'b' } } }))
    await step((o) => ({ ...o, spec: { ...spec, replicas: 3 }, status: { replicas: 9 } }))
    await step((o) => ({ ...o, spec: { ...spec, replicas: 7 }, status: { replicas: 4 } }), statusRules(deployments))
    expect(steps).toEqual([
      [1, {}],
      [2, {}],
      [2, { replicas: 4 }],
    ])
    expect((await deployments.get('ns', 'd')).object().spec).toMatchObject({ replicas: 3 })
  })

  test('what needs a version says so by the resource’s name', async () => {
    const leases = s.registry.store('leases.coordination.k8s.io')
    await createIn(leases, { object: { metadata: { name: 'l' }, spec: {} }, namespace: 'ns', context: s.context })
    const work = change('l', (o) => ({ ...o, metadata: { name: 'l' } }), leases)
    expect(await refusal(work)).toMatchObject({
      code: 422,
      message: 'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    })
  })

  test('40 writers on one object lose nothing', async () => {
    await create('busy')
    const writers = Array.from({ length: 40 }, (_, i) => change('busy', (o) => ({ ...o, data: { ...(o.data as object), [`w${i}`]: '1' } })))
    await Promise.all(writers)
    const { data } = (await maps.get('ns', 'busy')).object()
    expect(Object.keys(data as object)).toHaveLength(41)
  })
})

describe('delete', () => {
  test('at once, and what is gone is not found', async () => {
    await create('gone')
    expect((await remove('gone')).gone).toBe(true)
    expect(await maps.find('ns', 'gone')).toBeUndefined()
    expect(await refusal(remove('gone'))).toMatchObject({ code: 404 })
  })

  test('preconditions hold', async () => {
    const { metadata } = await create('held')
    for (const preconditions of [{ uid: 'other' }, { resourceVersion: '1' }])
      expect(await refusal(remove('held', { preconditions }))).toMatchObject({ code: 409 })
    expect((await remove('held', { preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion } })).gone).toBe(true)
  })

  test.each([
    [[], undefined, []],
    [[], 'Foreground', ['foregroundDeletion']],
    [[], 'Orphan', ['orphan']],
    [['orphan'], 'Background', []],
    [['orphan'], 'Foreground', ['foregroundDeletion']],
    [['foregroundDeletion'], undefined, ['foregroundDeletion']],
    [['example.com/f'], 'Orphan', ['example.com/f', 'orphan']],
  ])('finalizers %j under %s become %j', async (finalizers, propagationPolicy, left) => {
    const name = `f-${finalizers.join('-').toLowerCase().replace(/\W/g, '')}-${String(propagationPolicy).toLowerCase()}`
    await create(name, { finalizers })
    const { gone, entry } = await remove(name, propagationPolicy === undefined ? {} : { propagationPolicy })
    expect(gone).toBe(left.length === 0)
    if (!gone)
      expect(entry.object().metadata).toMatchObject({
        finalizers: left,
        deletionTimestamp: '2026-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 0,
      })
  })

  test('the update that takes the last finalizer deletes, and answers with what was asked for', async () => {
    await create('last', { finalizers: ['example.com/f'] })
    const marked = (await remove('last')).entry.object()
    const answer = await change('last', (o) => ({ ...o, metadata: { ...o.metadata, finalizers: [] } }))
    expect(answer.metadata.finalizers).toBeUndefined()
    expect(answer.metadata.resourceVersion).toBe(marked.metadata.resourceVersion)
    expect(await maps.find('ns', 'last')).toBeUndefined()
  })

  test('a grace period can be shortened, not lengthened, and its end is seen before the object goes', async () => {
    const pods = s.registry.store('pods')
    await createIn(pods, {
      object: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      namespace: 'ns',
      context: s.context,
    })
    const graces: unknown[] = []
    for (const gracePeriodSeconds of [20, 10, 60]) {
      const { gone, entry } = await remove('p', { gracePeriodSeconds }, pods)
      expect(gone).toBe(false)
      graces.push(entry.object().metadata.deletionGracePeriodSeconds)
    }
    expect(graces).toEqual([20, 10, 10])
    const before = await s.storage.currentRevision()
    const { gone, entry } = await remove('p', { gracePeriodSeconds: 0 }, pods)
    expect(gone).toBe(true)
    expect(entry.object().metadata).toMatchObject({
      deletionGracePeriodSeconds: 0,
      deletionTimestamp: '2026-01-01T00:00:00Z',
      generation: 2,
    })
    expect(await s.storage.currentRevision()).toBe(before + 2)
  })

  test('a dry run leaves everything', async () => {
    const { metadata } = await create('stays')
    const { gone } = await deleteFrom(maps, { namespace: 'ns', name: 'stays', options: {}, context: { ...s.context, dryRun: true } })
    expect(gone).toBe(true)
    expect((await maps.get('ns', 'stays')).object().metadata.resourceVersion).toBe(metadata.resourceVersion)
  })
})

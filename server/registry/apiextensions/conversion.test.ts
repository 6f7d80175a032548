import { admitEverything } from '../../admission/contract.ts'
import { describe, expect, test } from 'vitest'
import type { UndecodableError } from '../../cache/undecodable.ts'
import type { JsonObject } from '../../machinery/json-values.ts'
import { UNTYPED } from '../../fieldmanager/structure.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { toV1beta1 } from '../../scheme/conversion/custom-resource-definitions.ts'
import { FakeClock } from '../../machinery/clock.ts'
import type { ServedResource } from '../generic/resource.ts'
import { whileFilling } from '../generic/filling.ts'
import { openStores, type Stores } from '../generic/testing/stores.ts'
import { createIn, updateIn } from '../generic/write.ts'
import { mainRules } from '../generic/update-rules.ts'
import type { CallWebhook } from '../../webhook/call.ts'
import { ConversionWebhook } from './conversion-webhook.ts'
import { customresourcedefinitions } from './customresourcedefinitions.ts'
import { DefinitionController } from './definition-controller.ts'

const GROUP = 'example.com'
type Review = { apiVersion: string; request: { uid: string; desiredAPIVersion: string; objects: JsonObject[] } }

/** v1 has spec.size, v2 has spec.width and spec.height. */
function convert(obj: JsonObject, to: string): JsonObject {
  const spec = obj['spec'] as Record<string, number>
  const other = to.endsWith('/v2') ? { width: spec.size, height: spec.size } : { size: spec.width }
  return { ...obj, apiVersion: to, spec: other }
}

class Webhook {
  readonly reviews: Review[] = []
  broken = false
  /** Refuses reviews that have this object in them. */
  refused: string | undefined
  readonly call: CallWebhook = async (_, body) => {
    if (this.broken) throw new Error('Post "https://w.example.com": dial tcp: connection refused')
    const review = JSON.parse(body.toString()) as Review
    this.reviews.push(review)
    const { uid, desiredAPIVersion, objects } = review.request
    if (objects.some(({ metadata }) => (metadata as { name: string }).name === this.refused)) {
      const response = { uid, result: { status: 'Failed', message: 'not today' } }
      return Buffer.from(JSON.stringify({ kind: 'ConversionReview', apiVersion: review.apiVersion, response }))
    }
    const convertedObjects = objects.map((o) => convert(o, desiredAPIVersion))
    const response = { uid, result: { status: 'Success' }, convertedObjects }
    return Buffer.from(JSON.stringify({ kind: 'ConversionReview', apiVersion: review.apiVersion, response }))
  }
}

const integers = (...names: string[]): object => ({
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: Object.fromEntries(names.map((n) => [n, { type: 'integer' }])) } },
  },
})
const definition = (): KubeObject =>
  toV1beta1({
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `boxes.${GROUP}` },
    spec: {
      ...{ group: GROUP, scope: 'Namespaced', names: { plural: 'boxes', kind: 'Box' } },
      versions: [
        { name: 'v1', served: true, storage: true, schema: integers('size') },
        { name: 'v2', served: true, storage: false, schema: integers('width', 'height') },
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://w.example.com' } },
      },
    },
  }) as KubeObject

interface World extends Stores {
  webhook: Webhook
}

async function open(): Promise<World> {
  const s = await openStores([customresourcedefinitions])
  const webhook = new Webhook()
  const controller = new DefinitionController({
    ...{ registry: s.registry, storage: s.storage, clock: s.clock, admission: admitEverything, callWebhook: webhook.call },
    objectMeta: () => UNTYPED,
    onError: (_, e) => {
      throw e
    },
  })
  controller.start()
  await createIn(s.registry.store('customresourcedefinitions.apiextensions.k8s.io'), {
    object: definition(),
    namespace: '',
    context: s.context,
  })
  while (s.registry.resource(GROUP, 'v2', 'boxes') === undefined) await new Promise(setImmediate)
  return {
    ...s,
    webhook,
    async [Symbol.asyncDispose]() {
      controller.stop()
      await s[Symbol.asyncDispose]()
    },
  }
}

const storeOf = (s: Stores, v: string) => s.registry.resource(GROUP, v, 'boxes')!.store
const put = (s: Stores, v: string, name: string, spec: object) =>
  createIn(storeOf(s, v), {
    object: { apiVersion: `${GROUP}/${v}`, kind: 'Box', metadata: { name }, spec },
    ...{ namespace: 'default', context: s.context },
  })

describe('conversion by a webhook', () => {
  test('a version that is not the stored one goes there and back', async () => {
    await using s = await open()
    const made = await put(s, 'v2', 'a', { width: 3, height: 4 })
    // What the stored version cannot say is lost, and the answer says so.
    expect(made.object()).toMatchObject({ apiVersion: 'example.com/v2', spec: { width: 3, height: 3 } })
    const { kv } = await s.storage.get('/registry/example.com/boxes/default/a')
    expect(JSON.parse(kv!.value.toString())).toMatchObject({ apiVersion: 'example.com/v1', spec: { size: 3 } })
    expect((await storeOf(s, 'v1').get('default', 'a')).object().spec).toEqual({ size: 3 })
    const store = storeOf(s, 'v2')
    const { entry } = await updateIn(store, {
      ...{ namespace: 'default', name: 'a', context: s.context, rules: mainRules(store) },
      change: (current) => ({ ...current!, spec: { width: 8, height: 8 } }),
    })
    expect(entry.object()).toMatchObject({ metadata: { generation: 2 }, spec: { width: 8, height: 8 } })
  })

  test('objects of others are asked for when somebody reads, many at once, and once', async () => {
    await using s = await open()
    for (let i = 0; i < 150; i++) await put(s, 'v1', `o${i}`, { size: i })
    expect(s.webhook.reviews).toEqual([])
    const store = storeOf(s, 'v2')
    await store.deps.feed.fresh()
    expect(store.resource.cache.list.size).toBe(150)
    expect(store.cached('default', 'o7')!.object().spec).toEqual({ width: 7, height: 7 })
    expect(s.webhook.reviews.map((r) => r.request.objects.length)).toEqual([100, 50])
    await store.deps.feed.fresh()
    expect(s.webhook.reviews).toHaveLength(2)
  })

  test('large ones by fewer', async () => {
    await using s = await open()
    const annotations = { text: 'x'.repeat(200_000) }
    for (let i = 0; i < 8; i++) {
      const object = { apiVersion: `${GROUP}/v1`, kind: 'Box', metadata: { name: `o${i}`, annotations }, spec: { size: i } }
      await createIn(storeOf(s, 'v1'), { object, namespace: 'default', context: s.context })
    }
    await storeOf(s, 'v2').deps.feed.fresh()
    expect(s.webhook.reviews.map((r) => r.request.objects.length)).toEqual([6, 2])
  })

  test('while it fails so do reads and writes of that version, and of no other', async () => {
    await using s = await open()
    await put(s, 'v1', 'a', { size: 1 })
    s.webhook.broken = true
    const why = 'conversion webhook for example.com/v1, Kind=Box failed: Post "https://w.example.com": dial tcp: connection refused'
    await expect(storeOf(s, 'v2').get('default', 'a')).rejects.toThrow(why)
    await expect(put(s, 'v2', 'b', { width: 1 })).rejects.toThrow('conversion webhook for example.com/v2, Kind=Box failed')
    expect((await storeOf(s, 'v1').get('default', 'a')).object().spec).toEqual({ size: 1 })
    s.webhook.broken = false
    expect((await storeOf(s, 'v2').get('default', 'a')).object().spec).toEqual({ width: 1, height: 1 })
  })
})

describe('a webhook that refuses one object of many', () => {
  test('is asked for each alone; the others are shown one by one', async () => {
    await using s = await open()
    for (const name of ['a', 'b', 'c']) await put(s, 'v1', name, { size: 1 })
    s.webhook.refused = 'b'
    const store = storeOf(s, 'v2')
    const failure: unknown = await store.deps.feed.fresh().catch((e: unknown) => e)
    expect((failure as UndecodableError).objects).toMatchObject([
      { key: '/registry/example.com/boxes/default/b', revision: expect.any(Number) },
    ])
    expect(s.webhook.reviews.map((r) => r.request.objects.length)).toEqual([3, 1, 1, 1])
    expect((await store.get('default', 'c')).object().spec).toEqual({ width: 1, height: 1 })
    await expect(store.get('default', 'b')).rejects.toThrow('Key: /example.com/boxes/default/b, ResourceVersion: 0')
    s.webhook.refused = undefined
    expect((await store.get('default', 'b')).object().spec).toEqual({ width: 1, height: 1 })
  })

  test('an update that changes nothing does not wait for others', async () => {
    await using s = await open()
    const store = storeOf(s, 'v2')
    await put(s, 'v1', 'a', { size: 1 })
    await store.deps.feed.fresh()
    const revision = (await store.get('default', 'a')).revision
    await put(s, 'v1', 'b', { size: 1 })
    s.webhook.refused = 'b'
    const update = (change: (current: KubeObject) => KubeObject) =>
      updateIn(store, {
        ...{ namespace: 'default', name: 'a', context: s.context, rules: mainRules(store) },
        change: (current) => change(current!),
      })
    expect((await update((current) => current)).entry.revision).toBe(revision)
    // One that is refused says why, whatever becomes of a second look.
    s.webhook.broken = true
    const why = new Error('no')
    await expect(
      update(() => {
        throw why
      }),
    ).rejects.toBe(why)
  })

  test('a field belongs to whoever changed it, in whatever version', async () => {
    await using s = await open()
    const as = (manager: string, version: string) => ({ ...s.context, fieldManager: { manager, apiVersion: `${GROUP}/${version}` } })
    const object = { apiVersion: `${GROUP}/v1`, kind: 'Box', metadata: { name: 'a' }, spec: { size: 1 } }
    await createIn(storeOf(s, 'v1'), { object, namespace: 'default', context: as('one', 'v1') })
    const store = storeOf(s, 'v2')
    await store.deps.feed.fresh()
    const { entry } = await updateIn(store, {
      ...{ namespace: 'default', name: 'a', context: as('two', 'v2'), rules: mainRules(store) },
      change: (current) => ({ ...current!, spec: { width: 2, height: 1 } }),
    })
    const owners = (entry.object().metadata.managedFields as { manager: string; apiVersion: string; fieldsV1: object }[]).map((m) => [
      m.manager,
      m.apiVersion,
      JSON.stringify(m.fieldsV1),
    ])
    // What became of the size, only the webhook can tell.
    expect(owners).toEqual([
      ['one', 'example.com/v1', '{"f:spec":{}}'],
      ['two', 'example.com/v2', '{"f:spec":{"f:width":{}}}'],
    ])
  })
})

test('a reader does not wait for a webhook that hangs', async () => {
  const clock = new FakeClock()
  const [converted, plain] = [true, false].map(
    (isConverted) => ({ store: { resource: { converter: isConverted ? {} : undefined } } }) as ServedResource,
  )
  const never = new Promise<void>(() => undefined)
  const waiting = whileFilling(clock, converted!, () => never)
  const failed = expect(waiting).rejects.toMatchObject({
    status: { code: 429, message: 'storage is (re)initializing', details: { retryAfterSeconds: 1 } },
  })
  clock.advance(3000)
  await failed
  // What comes in time is the answer, and nothing else is waited for so.
  await expect(whileFilling(clock, converted!, () => Promise.reject(new Error('x')))).rejects.toThrow('x')
  await expect(whileFilling(clock, converted!, () => undefined)).resolves.toBeUndefined()
  const slow = whileFilling(clock, plain!, () => new Promise<void>((done) => clock.setTimeout(done, 9000)))
  clock.advance(9000)
  await expect(slow).resolves.toBeUndefined()
})

describe('what a webhook answers', () => {
  const object = (): JsonObject => ({
    apiVersion: 'example.com/v1',
    kind: 'Box',
    metadata: { name: 'a', uid: 'u', labels: { a: 'b' }, generation: 3 },
  })
  const answer = (make: (review: Review) => unknown): Promise<JsonObject[]> => {
    const call: CallWebhook = async (_, body) => {
      const made = make(JSON.parse(body.toString()) as Review)
      return Buffer.from(typeof made === 'string' ? made : JSON.stringify(made))
    }
    return new ConversionWebhook({ url: '' }, ['v1'], call).convert([object()], 'example.com/v2')
  }
  const review = (response: (uid: string) => object | undefined) => (r: Review) => ({
    ...{ kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1' },
    response: response(r.request.uid),
  })
  const objects = (...convertedObjects: unknown[]) => review((uid) => ({ uid, result: { status: 'Success' }, convertedObjects }))
  const converted = (more: JsonObject = {}): JsonObject => ({ ...object(), apiVersion: 'example.com/v2', ...more })

  test('labels and annotations may change, and nothing else of the metadata does', async () => {
    const metadata = { name: 'a', uid: 'u', labels: { c: 'd' }, annotations: { e: 'f' }, generation: 9, finalizers: ['x'] }
    expect(await answer(objects(converted({ metadata })))).toEqual([
      converted({ metadata: { name: 'a', uid: 'u', labels: { c: 'd' }, annotations: { e: 'f' }, generation: 3 } }),
    ])
  })

  // The words of kube-apiserver 1.37.2.
  test.each([
    ['no review', () => ({}), 'failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /, Kind='],
    ['no response', review(() => undefined), 'failed: no response provided'],
    ['another uid', review(() => ({ uid: 'x', result: { status: 'Success' } })), 'failed: expected response.uid='],
    ['a failure', review((uid) => ({ uid, result: { status: 'Failed', message: 'not today' } })), 'failed: not today'],
    ['no status', review((uid) => ({ uid, result: {} })), "failed: response.result.status was '', not 'Success'"],
    ['too few', objects(), 'returned 0 objects, expected 1'],
    [
      'text',
      () => 'hello',
      "failed: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct",
    ],
    ['a list', () => [], "failed: couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct"],
    ['null', () => null, 'Kind=ConversionReview, got /, Kind='],
    ['long rubbish', () => `{${'x'.repeat(100_000)}`, "failed: couldn't get version/kind; json parse error: "],
    [
      'another kind of review',
      () => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'Other' }),
      'failed: no kind "Other" is registered for version "apiextensions.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      'another group of reviews',
      () => ({ apiVersion: 'x/v1', kind: 'ConversionReview' }),
      'failed: no kind "ConversionReview" is registered for version "x/v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      'an older review',
      () => ({ apiVersion: 'apiextensions.k8s.io/v1beta1', kind: 'ConversionReview' }),
      'failed: converting (v1beta1.ConversionReview) to (v1.ConversionReview): unknown conversion',
    ],
    [
      'another version',
      objects(object()),
      'returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)',
    ],
    [
      'another kind',
      objects(converted({ kind: 'Crate' })),
      'returned invalid object at index 0: invalid kind (expected Box, received Crate)',
    ],
    ['no kind', objects({ apiVersion: 'example.com/v2' }), `Object 'Kind' is missing in '{"apiVersion":"example.com/v2"}'`],
    ['nothing', objects(null), 'unexpected end of JSON input'],
    ['a list for an object', objects([]), 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['another name', objects(converted({ metadata: { name: 'b', uid: 'u' } })), 'must have the same name: a != b'],
    ['another uid of the object', objects(converted({ metadata: { name: 'a' } })), 'must have the same UID: u != '],
    [
      'labels of numbers',
      objects(converted({ metadata: { name: 'a', uid: 'u', labels: { a: 1 } } })),
      'metadata.labels[a] must be a string, but is int64',
    ],
    ['rubbish', objects(5), 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
  ])('%s is refused', async (_, make, why) => {
    await expect(answer(make)).rejects.toThrow(why)
  })
})

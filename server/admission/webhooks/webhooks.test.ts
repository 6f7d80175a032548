import { administrator } from '../../authn/components.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HookServer, patching, reviewed, type HookReply } from '../../webhook/testing/hook-server.ts'
import { startTestServer, type TestServer } from '../../testing/api-server.ts'

type Json = Record<string, unknown>

const API = '/apis/admissionregistration.k8s.io/v1'
const MAPS = '/api/v1/namespaces/default/configmaps'
const rule = (resources: string, more: Json = {}): Json => ({
  ...{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: resources.split(',') },
  ...more,
})

let server: TestServer
let hooks: HookServer
beforeAll(async () => {
  ;[server, hooks] = await Promise.all([startTestServer(), HookServer.open()])
})
afterAll(async () => {
  await server.close()
  await hooks[Symbol.asyncDispose]()
})

let made: string[] = []
afterEach(async () => {
  for (const path of made) await server.send('DELETE', path)
  made = []
  hooks.seen.length = 0
  await server.api.feed.fresh()
})

interface Wanted {
  readonly name?: string
  readonly answer?: (review: Json) => HookReply
  readonly more?: Json
}

/** A configuration with one webhook, in effect when this is done. */
async function hook(type: 'mutating' | 'validating', { name = 'hook', answer = reviewed, more = {} }: Wanted = {}): Promise<void> {
  hooks.on(`/${name}`, answer)
  const path = `${API}/${type}webhookconfigurations`
  const webhook = {
    name: `${name}.example.com`,
    clientConfig: { url: `${hooks.url}/${name}`, caBundle: hooks.caBundle },
    ...{ rules: [rule('configmaps')], sideEffects: 'None', admissionReviewVersions: ['v1'] },
    ...more,
  }
  const { code, body } = await server.send('POST', path, { metadata: { name }, webhooks: [webhook] })
  expect([code, body.message]).toEqual([201, undefined])
  made.push(`${path}/${name}`)
  await server.api.feed.fresh()
}

const map = (name: string, more: Json = {}): Json => ({ metadata: { name }, data: { a: '1' }, ...more })
const create = (name: string, query = '?dryRun=All', more: Json = {}) => server.send('POST', `${MAPS}${query}`, map(name, more))
const requests = (): Json[] => hooks.seen.map(({ review }) => review.request as Json)
const append =
  (mark: string) =>
  (review: Json): Json => {
    const { data } = (review.request as { object: { data: Record<string, string> } }).object
    return patching(review, { op: 'add', path: '/data/order', value: `${data.order ?? ''}${mark}` })
  }

describe('a webhook', () => {
  // k8s.io/kubernetes/test/integration/apiserver/admissionwebhook, TestWebhookTimeout
  test.each([
    [20, 7],
    [5, 5],
  ])('that may take %d s is told of %d s, when the client waits for 7', async (timeoutSeconds, told) => {
    await hook('mutating', { name: 'before', more: { timeoutSeconds } })
    await hook('validating', { name: 'after', more: { timeoutSeconds } })
    expect((await create('a', '?dryRun=All&timeout=7s')).code).toBe(201)
    expect(hooks.seen.map(({ path }) => path)).toEqual([`/before?timeout=${told}s`, `/after?timeout=${told}s`])
  })

  test('sees the object with who writes it and how, and the mutating one before the validating one', async () => {
    await hook('validating', { name: 'after' })
    await hook('mutating', { name: 'before', answer: append('x') })
    expect((await create('a', '?dryRun=All&fieldManager=me')).body.data).toEqual({ a: '1', order: 'x' })
    const [before, after] = requests() as [Json, Json]
    expect(before).toMatchObject({
      ...{ name: 'a', namespace: 'default', operation: 'CREATE', dryRun: true, oldObject: null },
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', dryRun: ['All'], fieldManager: 'me' },
      object: { kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } },
    })
    expect(before).not.toHaveProperty('object.metadata.uid')
    expect(after).toMatchObject({ object: { data: { order: 'x' }, metadata: { uid: expect.stringMatching(/-/) as string } } })
  })

  test('refuses in its own words and with its own code; warnings go to the client', async () => {
    let response: Json = { allowed: false }
    await hook('validating', { answer: (review) => reviewed(review, response) })
    const why = 'admission webhook "hook.example.com" denied the request'
    expect(await create('a')).toMatchObject({ code: 400, body: { message: `${why} without explanation` } })
    response = { allowed: false, status: { code: 418, reason: 'Teapot', message: 'short' } }
    expect(await create('a')).toMatchObject({ code: 418, body: { message: `${why}: short`, reason: 'Teapot', code: 418 } })
    response = { warnings: ['take care'] }
    const answer = await server.api.transport(administrator).request({
      ...{ method: 'POST', path: `${MAPS}?dryRun=All`, headers: { 'content-type': 'application/json' } },
      body: Buffer.from(JSON.stringify(map('a'))),
    })
    expect([answer.status, answer.headers.warning]).toEqual([201, ['299 - "take care"']])
  })

  test('that fails is an error, or is ignored', async () => {
    await hook('mutating', { answer: () => ({ status: 500, body: 'broken' }), more: { failurePolicy: 'Fail' } })
    const message =
      'Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: an error on the server ("broken") has prevented the request from succeeding'
    expect(await create('a')).toMatchObject({ code: 500, body: { reason: 'InternalError', message } })
    await server.send(
      'PATCH',
      `${API}/mutatingwebhookconfigurations/hook`,
      [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }],
      {
        'content-type': 'application/json-patch+json',
      },
    )
    await server.api.feed.fresh()
    expect((await create('a')).code).toBe(201)
    expect(hooks.seen).toHaveLength(2)
  })

  test('whose patch does not fit refuses, whatever its failure policy', async () => {
    await hook('mutating', {
      answer: (review) => patching(review, { op: 'remove', path: '/data/nope' }),
      more: { failurePolicy: 'Ignore' },
    })
    expect(await create('a')).toMatchObject({ code: 500, body: { reason: 'InternalError' } })
  })

  test('is asked once more when another has changed the object after it, if it is ready for that', async () => {
    await hook('mutating', { name: 'a', answer: append('a'), more: { reinvocationPolicy: 'IfNeeded' } })
    await hook('mutating', { name: 'b', answer: append('b') })
    expect((await create('x')).body.data).toEqual({ a: '1', order: 'aba' })
  })

  test('that says nothing of dry runs is not asked in one', async () => {
    await hook('validating')
    // No new configuration may say so; an old one can.
    const store = server.api.registry.store('validatingwebhookconfigurations.admissionregistration.k8s.io')
    const entry = store.cached('', 'hook')!
    const old = entry.object()
    ;(old.webhooks as Json[])[0]!.sideEffects = 'Some'
    await server.storage.update(entry.key, store.encode(old), entry.revision)
    await server.api.feed.fresh()
    expect(await create('a')).toMatchObject({
      code: 400,
      body: { message: 'admission webhook "hook.example.com" does not support dry run' },
    })
    expect(hooks.seen).toEqual([])
  })
})

describe('who is asked', () => {
  test('by rules, labels and conditions', async () => {
    await hook('validating', {
      more: {
        rules: [rule('configmaps', { operations: ['CREATE'] })],
        objectSelector: { matchLabels: { app: 'x' } },
        namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['default'] }] },
        matchConditions: [{ name: 'me', expression: "request.userInfo.username == 'admin' && object.data.a == '1'" }],
      },
    })
    const labelled = { metadata: { name: 'a', labels: { app: 'x' } } }
    expect((await create('a', '', labelled)).code).toBe(201)
    expect(hooks.seen).toHaveLength(1)
    await create('b')
    await create('c', '?dryRun=All', { ...labelled, data: { a: '2' } })
    await server.send('PUT', `${MAPS}/a`, map('a', { ...labelled, data: { a: '1', b: '2' } }))
    await server.send('DELETE', `${MAPS}/a`)
    await server.send('POST', '/api/v1/namespaces/kube-system/configmaps?dryRun=All', map('a', labelled))
    expect(hooks.seen).toHaveLength(1)
  })

  test('conditions ask the authorizer', async () => {
    const asked = "authorizer.serviceAccount('default', 'x').group('').resource('pods').check('get').allowed()"
    await hook('validating', { more: { matchConditions: [{ name: 'a', expression: `!${asked}` }] } })
    await create('a')
    expect(hooks.seen).toHaveLength(1)
  })

  test('a condition that cannot be answered refuses', async () => {
    await hook('validating', { more: { matchConditions: [{ name: 'a', expression: 'object.nope.x == 1' }] } })
    const why = `configmaps "a" is forbidden: expression 'object.nope.x == 1' resulted in error: no such key: nope`
    expect(await create('a')).toMatchObject({ code: 403, body: { message: why } })
  })

  test('never about configurations themselves, nor about reviews of users', async () => {
    await hook('validating', { answer: (review) => reviewed(review, { allowed: false }), more: { rules: [rule('*/*')] } })
    expect((await create('a')).code).toBe(400)
    await hook('mutating', { name: 'other' })
    const review = { spec: { user: 'x', resourceAttributes: { verb: 'get', resource: 'pods' } } }
    expect((await server.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review)).code).toBe(201)
    expect(hooks.seen.length).toBe(1)
  })

  test('in the version that a rule names; what it changes there counts in all', async () => {
    const rules = [rule('horizontalpodautoscalers', { apiGroups: ['autoscaling'], apiVersions: ['v1'] })]
    await hook('mutating', {
      more: { rules },
      answer: (review) => patching(review, { op: 'replace', path: '/spec/maxReplicas', value: 7 }),
    })
    await hook('validating', { name: 'exact', more: { rules, matchPolicy: 'Exact' } })
    const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 5 }
    const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers?dryRun=All'
    const { body } = await server.send('POST', path, { metadata: { name: 'h' }, spec })
    expect(body).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { maxReplicas: 7 } })
    expect(requests()).toMatchObject([
      {
        kind: { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' },
        requestKind: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
        object: { apiVersion: 'autoscaling/v1', spec: { maxReplicas: 5 } },
      },
    ])
  })

  test('about the bodies of subresources and about connections', async () => {
    const rules = [rule('deployments/scale,pods/binding,pods/proxy')]
    await hook('validating', { more: { rules }, answer: (review) => reviewed(review, { allowed: false }) })
    const containers = [{ name: 'c', image: 'i' }]
    const deployment = {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } }, spec: { containers } } },
    }
    await server.send('POST', '/apis/apps/v1/namespaces/default/deployments', deployment)
    const scale = '/apis/apps/v1/namespaces/default/deployments/d/scale'
    const merge = { 'content-type': 'application/merge-patch+json' }
    expect((await server.send('PATCH', scale, { spec: { replicas: 4 } }, merge)).code).toBe(400)
    const binding = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }
    expect((await server.send('POST', '/api/v1/namespaces/default/pods/p/binding', binding)).code).toBe(400)
    expect((await server.send('GET', '/api/v1/namespaces/default/pods/p/proxy/some/path')).code).toBe(400)
    expect((await server.send('GET', '/api/v1/proxy/namespaces/default/pods/p/some/path')).code).toBe(400)
    const connection = { operation: 'CONNECT', object: { kind: 'PodProxyOptions', apiVersion: 'v1', path: '/some/path' }, options: null }
    expect(requests()).toMatchObject([
      { operation: 'UPDATE', subResource: 'scale', object: { kind: 'Scale', spec: { replicas: 4 } }, oldObject: { spec: { replicas: 1 } } },
      { operation: 'CREATE', subResource: 'binding', name: 'p', object: { kind: 'Binding', target: { name: 'n' } } },
      connection,
      connection,
    ])
  })
})

describe('custom resources', () => {
  const GROUP = 'hooks.example.com'
  const BOXES = `/apis/${GROUP}/v1/namespaces/default/boxes`
  const version = (name: string, storage: boolean): Json => ({
    ...{ name, storage, served: true },
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { size: { type: 'integer' }, color: { type: 'string', default: 'red' } } } },
      },
    },
  })

  beforeAll(async () => {
    const spec = { group: GROUP, scope: 'Namespaced', names: { plural: 'boxes', kind: 'Box' } }
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const body = { metadata: { name: `boxes.${GROUP}` }, spec: { ...spec, versions: [version('v1', true), version('v2', false)] } }
    expect((await server.send('POST', path, body)).code).toBe(201)
    while (server.api.registry.resource(GROUP, 'v2', 'boxes') === undefined) await new Promise(setImmediate)
  })

  test('are shown in the version that a rule names, and what is changed there is pruned and gets defaults', async () => {
    const rules = [rule('boxes', { apiGroups: [GROUP], apiVersions: ['v2'] })]
    const answer = (review: Json): Json =>
      patching(
        review,
        { op: 'replace', path: '/spec/size', value: 7 },
        { op: 'remove', path: '/spec/color' },
        { op: 'add', path: '/spec/nope', value: 1 },
      )
    await hook('mutating', { more: { rules }, answer })
    const { code, body } = await server.send('POST', BOXES, {
      apiVersion: `${GROUP}/v1`,
      kind: 'Box',
      metadata: { name: 'b' },
      spec: { size: 3 },
    })
    expect([code, body]).toMatchObject([201, { apiVersion: `${GROUP}/v1`, metadata: { generation: 1 } }])
    expect(body.spec).toEqual({ size: 7, color: 'red' })
    expect(requests()).toMatchObject([
      {
        kind: { group: GROUP, version: 'v2', kind: 'Box' },
        requestKind: { group: GROUP, version: 'v1', kind: 'Box' },
        object: { apiVersion: `${GROUP}/v2`, spec: { size: 3, color: 'red' } },
      },
    ])
  })

  test('an apply and the end of a collection are writes like others', async () => {
    await hook('validating', { more: { rules: [rule('boxes')] } })
    const apply = { 'content-type': 'application/apply-patch+yaml' }
    const box = { apiVersion: `${GROUP}/v1`, kind: 'Box', metadata: { name: 'c' }, spec: { size: 1 } }
    expect((await server.send('PATCH', `${BOXES}/c?fieldManager=me`, box, apply)).code).toBe(201)
    expect((await server.send('PATCH', `${BOXES}/c?fieldManager=me`, { ...box, spec: { size: 2 } }, apply)).code).toBe(200)
    expect((await server.send('DELETE', `${BOXES}?fieldSelector=metadata.name%3Dc`)).code).toBe(200)
    expect(requests()).toMatchObject([
      { operation: 'CREATE', name: 'c', options: { kind: 'CreateOptions', fieldManager: 'me' }, object: { spec: { size: 1 } } },
      {
        operation: 'UPDATE',
        name: 'c',
        options: { kind: 'UpdateOptions' },
        object: { spec: { size: 2 } },
        oldObject: { spec: { size: 1 } },
      },
      { operation: 'DELETE', object: null, oldObject: { spec: { size: 2 } }, options: { kind: 'DeleteOptions' } },
    ])
    expect(requests()[2]).not.toHaveProperty('name')
  })
})

test('no webhook holds up the start of a server', async () => {
  const clientConfig = { url: 'https://127.0.0.1:1/nobody' }
  await hook('validating', { more: { clientConfig, rules: [rule('*/*')], failurePolicy: 'Fail' } })
  expect((await create('a')).code).toBe(500)
  const second = await startTestServer({ storage: server.storage })
  expect((await second.send('GET', '/api/v1/namespaces/default')).code).toBe(200)
  expect((await second.send('POST', `${MAPS}?dryRun=All`, map('a'))).code).toBe(500)
  await second.close()
})

describe('what is known before anybody is asked', () => {
  const PODS = '/api/v1/namespaces/default/pods'
  const pod = (name: string, spec: Json = {}): Json => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
  const graces = (): unknown[] =>
    requests()
      .splice(0)
      .map(({ options }) => (options as Json).gracePeriodSeconds)
  const deleted = async (path: string): Promise<unknown> => {
    hooks.seen.length = 0
    expect((await server.send('DELETE', path)).code).toBe(200)
    return graces()[0]
  }

  test('the period that a delete comes to; one that changes nothing is not asked about', async () => {
    await server.send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
    for (const name of ['a', 'b']) expect((await server.send('POST', PODS, pod(name, { nodeName: 'n' }))).code).toBe(201)
    expect((await server.send('POST', PODS, pod('nowhere'))).code).toBe(201)
    await server.send('POST', MAPS, map('m'))
    await hook('validating', { more: { rules: [rule('pods,configmaps', { operations: ['DELETE'] })] } })
    expect(await deleted(`${PODS}/nowhere?dryRun=All`)).toBe(0)
    expect(await deleted(`${PODS}/a`)).toBe(30)
    expect(await deleted(`${PODS}/a`)).toBeUndefined()
    expect(hooks.seen).toEqual([])
    expect(await deleted(`${PODS}/a?gracePeriodSeconds=31`)).toBeUndefined()
    expect(await deleted(`${PODS}/a?gracePeriodSeconds=5`)).toBe(5)
    expect(await deleted(`${PODS}/b?gracePeriodSeconds=-3`)).toBe(1)
    expect(await deleted(`${PODS}/b?gracePeriodSeconds=0`)).toBe(0)
    expect(await deleted(`${MAPS}/m?gracePeriodSeconds=-3&dryRun=All`)).toBe(1)
    expect(await deleted(`${MAPS}/m`)).toBeUndefined()
    expect(await deleted(`${PODS}?dryRun=All`)).toBeUndefined()
    await server.send('DELETE', `${PODS}/a?gracePeriodSeconds=0`)
  })

  test('a body that is for another pod, or for no node', async () => {
    expect((await server.send('POST', PODS, pod('here'))).code).toBe(201)
    await hook('validating', { more: { rules: [rule('pods/binding,bindings,pods/eviction')] } })
    const node = { target: { kind: 'Node', name: 'n' } }
    const refused: [string, Json, number, string][] = [
      [`${PODS}/here/binding`, node, 400, 'name in URL does not match name in Binding object'],
      [`${PODS}/here/binding`, { metadata: { name: 'here' }, target: {} }, 500, 'target.name: Required value'],
      ['/api/v1/namespaces/default/bindings', { metadata: { name: 'here' }, target: {} }, 500, 'target.name: Required value'],
      [`${PODS}/here/eviction`, { metadata: { name: 'there' } }, 400, 'name in URL does not match name in Eviction object'],
    ]
    for (const [path, body, code, message] of refused) {
      expect(await server.send('POST', path, body)).toMatchObject({ code, body: { message } })
    }
    expect(hooks.seen).toEqual([])
    const whole = { metadata: { name: 'here' }, ...node }
    expect((await server.send('POST', `${PODS}/here/binding?dryRun=All`, whole)).code).toBe(201)
    expect((await server.send('POST', '/api/v1/namespaces/default/bindings?dryRun=All', whole)).code).toBe(201)
    expect((await server.send('POST', `${PODS}/here/eviction?dryRun=All`, { metadata: { name: 'here' } })).code).toBe(201)
    expect(requests().map(({ kind, subResource }) => [(kind as Json).kind, subResource])).toEqual([
      ['Binding', 'binding'],
      ['Binding', undefined],
      ['Eviction', 'eviction'],
    ])
    await server.send('DELETE', `${PODS}/here?gracePeriodSeconds=0`)
  })
})

test('a scale is shown in its namespace, though its body names none', async () => {
  const deployments = '/apis/apps/v1/namespaces/default/deployments'
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  await server.send('POST', deployments, { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } })
  await hook('mutating', { more: { rules: [rule('deployments/scale')] } })
  expect((await server.send('PUT', `${deployments}/d/scale`, { metadata: { name: 'd' }, spec: { replicas: 2 } })).code).toBe(200)
  expect(requests()[0]).toMatchObject({ object: { metadata: { name: 'd', namespace: 'default' } } })
  await server.send('DELETE', `${deployments}/d`)
})

test('a refusal names the group that the client speaks', async () => {
  await hook('validating', {
    more: { rules: [rule('events')], matchConditions: [{ name: 'c', expression: 'object.data.nope == 1' }] },
  })
  const said = { reason: 'r', action: 'a', reportingController: 'c.d/e', reportingInstance: 'i', eventTime: '2026-01-01T00:00:00.000000Z' }
  const event = { metadata: { name: 'e' }, regarding: { namespace: 'default' }, type: 'Normal', ...said }
  const { body } = await server.send('POST', '/apis/events.k8s.io/v1/namespaces/default/events', event)
  expect(body.message).toMatch(/^events\.events\.k8s\.io "e" is forbidden: expression /)
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../testing/api-server.ts'

type Json = Record<string, unknown>

const POD = '/api/v1/namespaces/default/pods/p'
const FINALIZER = 'example.com/held'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
})
afterAll(() => server.close())

beforeEach(async () => {
  await server.send('DELETE', `${POD}?gracePeriodSeconds=0`)
  await server.send('PATCH', POD, { metadata: { finalizers: null } }, { 'content-type': 'application/merge-patch+json' })
  const pod = {
    metadata: { name: 'p', finalizers: [FINALIZER] },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
  }
  expect((await server.send('POST', '/api/v1/namespaces/default/pods', pod)).code).toBe(201)
})

const evict = (body: Json, query = ''): Promise<{ code: number; body: Json }> => server.send('POST', `${POD}/eviction${query}`, body)
const pod = async (): Promise<{ metadata: Json; status: Json }> => (await server.send('GET', POD)).body as never
const untouched = async (): Promise<void> => expect((await pod()).metadata).not.toHaveProperty('deletionTimestamp')

describe('an eviction reads its body', () => {
  const eviction = (deleteOptions: Json = {}, metadata: Json = { name: 'p' }): Json => ({
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata,
    deleteOptions,
  })

  const refusals: Record<string, [body: Json, code: number, message: string]> = {
    'another name': [eviction({}, { name: 'q' }), 400, 'name in URL does not match name in Eviction object'],
    'no name': [{}, 400, 'name in URL does not match name in Eviction object'],
    'another namespace': [
      eviction({}, { name: 'p', namespace: 'other' }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    'an unknown dry run': [
      eviction({ dryRun: ['Odd'] }),
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Odd"]: supported values: "All"',
    ],
    'an unknown policy': [
      eviction({ propagationPolicy: 'Odd' }),
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Odd": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    'a cluster-breaking option': [
      eviction({ ignoreStoreReadErrorWithClusterBreakingPotential: true }),
      422,
      'Eviction.policy "p" is invalid: deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential: Invalid value: true: can not be set for pod eviction, try after removing the option',
    ],
    'another version of the pod': [
      eviction({ preconditions: { resourceVersion: '1' } }),
      409,
      'Operation cannot be fulfilled on Pod "p": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (#). The object might have been modified',
    ],
    'another pod of that name': [
      eviction({ preconditions: { uid: 'u' } }),
      409,
      'Operation cannot be fulfilled on Pod "p": the UID in the precondition (u) does not match the UID in record (#). The object might have been deleted and then recreated',
    ],
    'another kind': [
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
      400,
      'Pod in version "v1" cannot be handled as a Eviction: converting (v1.Pod) to (policy.Eviction): unknown conversion',
    ],
  }
  for (const [name, [body, code, message]] of Object.entries(refusals)) {
    test(`${name} is refused, and the pod stays`, async () => {
      const answer = await evict(body)
      expect([answer.code, String(answer.body.message).replace(/in record \([^)]*\)/, 'in record (#)')]).toEqual([code, message])
      await untouched()
    })
  }

  test('a request that contradicts its body is refused', async () => {
    const answer = await evict(eviction({ dryRun: ['All', 'All'] }), '?dryRun=All')
    expect([answer.code, answer.body.message]).toEqual([500, 'Non-matching dry-run options in request and content: [All] and [All All]'])
    await untouched()
  })

  test('a dry run, in the body or in the query, changes nothing', async () => {
    const before = await pod()
    for (const answer of [
      await evict(eviction({ dryRun: ['All'] })),
      await evict({ ...eviction({ dryRun: ['All'] }), apiVersion: 'policy/v1beta1' }),
      await evict(eviction(), '?dryRun=All'),
    ]) {
      expect(answer).toEqual({ code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } })
    }
    expect(await pod()).toEqual(before)
  })

  test('the pod learns why it goes, and goes with the grace that the body asks for', async () => {
    expect((await evict(eviction({ gracePeriodSeconds: 7 }))).code).toBe(201)
    const { metadata, status } = await pod()
    expect(metadata.deletionGracePeriodSeconds).toBe(7)
    expect(status.conditions).toEqual([
      {
        type: 'DisruptionTarget',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: expect.any(String) as string,
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
      },
    ])
  })

  test('the version that was asked for is the one before the mark', async () => {
    const { resourceVersion, uid } = (await pod()).metadata
    expect((await evict(eviction({ preconditions: { resourceVersion, uid } }))).code).toBe(201)
    expect((await pod()).metadata.deletionTimestamp).toBeDefined()
  })
})

describe('a disruption budget is asked', () => {
  const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
  const MERGE = { 'content-type': 'application/merge-patch+json' }
  const start = async (ready = 'True'): Promise<void> => {
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] }
    await server.send('PATCH', POD, { metadata: { labels: { app: 'a' } } }, MERGE)
    await server.send('PATCH', `${POD}/status`, { status }, MERGE)
  }
  const budget = async (status: Json | undefined, spec: Json = {}, name = 'b1'): Promise<void> => {
    await server.send('DELETE', `${BUDGETS}/${name}`)
    const selector = { matchLabels: { app: 'a' } }
    await server.send('POST', BUDGETS, { metadata: { name }, spec: { minAvailable: 1, selector, ...spec } })
    const whole = { observedGeneration: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, disruptionsAllowed: 0, ...status }
    if (status !== undefined) await server.send('PATCH', `${BUDGETS}/${name}/status`, { status: whole }, MERGE)
  }
  const condition = (reason: string, message: string): Json => ({
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }],
  })
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } }
  afterEach(async () => void (await server.send('DELETE', BUDGETS)))

  // As kube-apiserver 1.37.2 answers.
  const refusals: Record<string, [status: Json | undefined, cause: string, retryAfterSeconds?: number]> = {
    'not looked at yet': [undefined, 'The disruption budget b1 is still being processed by the server.', 10],
    'too few': [{ currentHealthy: 1 }, 'The disruption budget b1 needs 1 healthy pods and has 1 currently'],
    'a failed sync': [
      condition('SyncFailed', 'found no controllers for pod'),
      'The disruption budget b1 does not allow evicting pods currently because it failed sync: found no controllers for pod',
    ],
    'another reason': [
      condition('InsufficientPods', 'm'),
      'The disruption budget b1 does not allow evicting pods currently (InsufficientPods): m',
    ],
    'no reason': [{}, 'The disruption budget b1 does not allow evicting pods currently'],
  }
  for (const [name, [status, message, retryAfterSeconds]] of Object.entries(refusals)) {
    test(`${name}: 429, and the pod stays`, async () => {
      await start()
      await budget(status)
      expect(await evict(eviction)).toEqual({
        code: 429,
        body: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: "Cannot evict pod as it would violate the pod's disruption budget.",
          reason: 'TooManyRequests',
          details: {
            causes: [{ reason: 'DisruptionBudget', message }],
            ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
          },
          code: 429,
        },
      })
      await untouched()
    })
  }

  test('one disruption is taken off; the last one is said to be', async () => {
    await start()
    await budget({ disruptionsAllowed: 1 })
    expect((await evict({ ...eviction, deleteOptions: { dryRun: ['All'] } })).code).toBe(201)
    expect((await evict(eviction)).code).toBe(201)
    expect((await pod()).metadata.deletionTimestamp).toBeDefined()
    expect((await server.send('GET', `${BUDGETS}/b1`)).body.status).toEqual({
      observedGeneration: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
      disruptionsAllowed: 0,
      disruptedPods: { p: '2026-01-01T00:00:00Z' },
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: 'False',
          observedGeneration: 1,
          lastTransitionTime: '2026-01-01T00:00:00Z',
          reason: 'InsufficientPods',
          message: '',
        },
      ],
    })
  })

  test.each<[string, string, Json, number]>([
    ['a pod that no budget lets go', 'True', { propagationPolicy: 'x' }, 429],
    ['the same by its version', 'True', { preconditions: { resourceVersion: '1' } }, 429],
    ['the same by its uid', 'True', { preconditions: { uid: 'x' } }, 429],
    // The version is then that of the pod that was judged.
    ['an unready pod that may always go', 'False', { preconditions: { resourceVersion: '1' } }, 201],
    ['the same by its uid', 'False', { preconditions: { uid: 'x' } }, 429],
    ['the same with other options', 'False', { propagationPolicy: 'x' }, 422],
  ])('budgets are asked before the options of a deletion: %s, %s, %o', async (_, ready, deleteOptions, code) => {
    await start(ready)
    await budget({ currentHealthy: 1 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' })
    expect((await evict({ ...eviction, deleteOptions: { dryRun: ['All'], ...deleteOptions } })).code).toBe(code)
    await untouched()
  })

  test('a pod that is not there is told before the options of its deletion', async () => {
    const missing = { metadata: { name: 'none' }, deleteOptions: { propagationPolicy: 'x' } }
    expect((await server.send('POST', '/api/v1/namespaces/default/pods/none/eviction', missing)).code).toBe(404)
  })

  test('two budgets are one too many', async () => {
    await start()
    await budget({ disruptionsAllowed: 1 })
    await budget({ disruptionsAllowed: 1 }, {}, 'b2')
    const { code, body } = await evict(eviction)
    expect([code, body.message]).toEqual([
      500,
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    ])
  })

  test.each([
    ['a pending pod', 'Pending', {}, {}, 201],
    ['a finished pod', 'Succeeded', {}, {}, 201],
    ['an unready pod that is not missed', 'Running', {}, {}, 201],
    ['an unready pod whose budget is short', 'Running', { currentHealthy: 0 }, {}, 429],
    ['an unready pod that may always go', 'Running', { currentHealthy: 0 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }, 201],
  ])('%s: %s', async (_, phase, status, spec, code) => {
    await start('False')
    await server.send('PATCH', `${POD}/status`, { status: { phase } }, MERGE)
    await budget(status, spec)
    expect((await evict(eviction)).code).toBe(code)
    if (code === 201) expect((await server.send('GET', `${BUDGETS}/b1`)).body.status).not.toHaveProperty('disruptedPods')
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/calls/server.ts'

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

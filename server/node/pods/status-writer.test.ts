import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createClient } from '../../client/client.ts'
import { recordingTransport, type RecordedRequest } from '../../client/testing/recording-transport.ts'
import { FakeClock } from '../../machinery/clock.ts'
import { applyStrategic } from '../testing/strategic-merge.ts'
import { testPod } from '../testing/worker-host.ts'
import type { PodStatus } from '../types.ts'
import { same, statusPatch } from './status-patch.ts'
import { StatusWriter } from './status-writer.ts'

const KEYS = { conditions: 'type', podIPs: 'ip', hostIPs: 'ip' }

const text = fc.constantFrom('a', 'b', 'c')
const condition = fc.record(
  { type: text, status: fc.constantFrom('True', 'False'), reason: text, message: text, lastProbeTime: fc.constant(null) },
  { requiredKeys: ['type', 'status'] },
)
const unique = <T>(of: fc.Arbitrary<T>, key: (t: T) => unknown) => fc.uniqueArray(of, { selector: key, maxLength: 3 })
const status = fc.record(
  {
    phase: text,
    reason: text,
    message: text,
    podIP: text,
    podIPs: unique(fc.record({ ip: text }), (x) => x.ip),
    conditions: unique(condition, (c) => c.type),
    containerStatuses: fc.array(fc.record({ name: text, ready: fc.boolean() }), { maxLength: 2 }),
    resources: fc.record({ requests: fc.dictionary(text, text) }),
  },
  { requiredKeys: ['phase'] },
) as unknown as fc.Arbitrary<PodStatus>

describe('status patch', () => {
  test('applied to the one it gives the other', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        const patch = statusPatch(from, to)
        const result = patch === undefined ? from : (applyStrategic(from, patch, KEYS) as PodStatus)
        // Fields that others write stay where this side says nothing of them.
        const expected = { ...to, conditions: to.conditions ?? from.conditions, resources: to.resources ?? from.resources }
        expect(same(result, expected)).toBe(true)
      }),
    )
  })

  test('nothing for no change, whatever the order of fields', () => {
    expect(statusPatch({ phase: 'Running', podIP: 'x' }, { podIP: 'x', phase: 'Running' })).toBeUndefined()
  })

  test('only what changed', () => {
    const c = (type: string, s: 'True' | 'False') => ({ type, status: s })
    expect(
      statusPatch(
        { phase: 'Pending', hostIP: 'h', conditions: [c('A', 'True'), c('B', 'False')] },
        { phase: 'Running', hostIP: 'h', conditions: [c('A', 'True'), c('B', 'True')] },
      ),
    ).toEqual({ phase: 'Running', '$setElementOrder/conditions': [{ type: 'A' }, { type: 'B' }], conditions: [c('B', 'True')] })
  })
})

describe('status writer', () => {
  function make(answer?: (r: RecordedRequest) => { status: number; json: unknown }) {
    const clock = new FakeClock()
    const transport = recordingTransport(answer)
    const errors: unknown[] = []
    const client = createClient(transport, { userAgent: 't', clock, maxRetries: 0 })
    const writer = new StatusWriter({
      clientOf: () => client,
      clock,
      signal: new AbortController().signal,
      concurrency: 2,
      onError: (_pod, e) => errors.push(e),
    })
    return { clock, writer, errors, requests: transport.requests }
  }
  const pod = (uid: string) => ({ ...testPod({}, { uid, name: uid, resourceVersion: '5' }), status: { phase: 'Pending' as const } })
  const answered = { status: 200, json: { metadata: { resourceVersion: '9' } } }

  test('what is set in one turn is one write, of the newest, with the uid as precondition', async () => {
    const { writer, requests } = make(() => answered)
    writer.set(pod('a'), { phase: 'Pending' })
    writer.set(pod('a'), { phase: 'Running' })
    await writer.written('a')
    expect(requests).toEqual([
      {
        method: 'PATCH',
        path: '/api/v1/namespaces/ns/pods/a/status',
        contentType: 'application/strategic-merge-patch+json',
        body: { metadata: { uid: 'a' }, status: { phase: 'Running' } },
      },
    ])
  })

  test('compares with what it wrote until the informer has caught up', async () => {
    const { writer, requests } = make(() => answered)
    writer.set(pod('a'), { phase: 'Running' })
    await writer.written('a')
    writer.set(pod('a'), { phase: 'Running' })
    await writer.written('a')
    expect(requests).toHaveLength(1)
    const overwritten = { ...pod('a'), metadata: { ...pod('a').metadata, resourceVersion: '12' } }
    writer.set(overwritten, { phase: 'Running' })
    await writer.written('a')
    expect(requests).toHaveLength(2)
  })

  test('a pod that is gone is left alone', async () => {
    const { writer, requests, errors } = make(() => ({ status: 404, json: { kind: 'Status', reason: 'NotFound', code: 404 } }))
    writer.set(pod('a'), { phase: 'Running' })
    await writer.written('a')
    expect([requests.length, errors]).toEqual([1, []])
  })

  test('a server in trouble is asked again', async () => {
    let answers = 0
    const { clock, writer, requests, errors } = make(() => (answers++ === 0 ? { status: 503, json: {} } : answered))
    writer.set(pod('a'), { phase: 'Running' })
    await vi.waitFor(() => expect(errors).toHaveLength(1), { timeout: 20_000, interval: 1 })
    const done = writer.written('a')
    clock.advance(1000)
    await done
    expect(requests).toHaveLength(2)
  })

  test('a bounded number at a time, and every pod gets its turn', async () => {
    const { writer, requests } = make(() => answered)
    const uids = Array.from({ length: 20 }, (_, i) => `p${i}`)
    for (const uid of uids) writer.set(pod(uid), { phase: 'Running' })
    await Promise.all(uids.map((uid) => writer.written(uid)))
    expect(requests).toHaveLength(20)
    expect(writer.pending).toBe(0)
  })
})

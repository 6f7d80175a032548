import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { createClient } from './client.ts'
import { createCoreRecorder, createEventsV1Recorder, type EventRecorder, type EventRecorderOptions } from './event-recorder.ts'
import { recordingTransport, type RecordedRequest } from './testing/recording-transport.ts'

const about = {
  apiVersion: 'v1',
  kind: 'Pod',
  object: { metadata: { name: 'x', namespace: 'default', uid: 'u1', resourceVersion: '7' } },
}

function make(create: (o: EventRecorderOptions) => EventRecorder, answer?: Parameters<typeof recordingTransport>[0]) {
  const clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
  const transport = recordingTransport(answer)
  const errors: unknown[] = []
  const recorder = create({
    client: createClient(transport, { userAgent: 't', clock }),
    clock,
    signal: new AbortController().signal,
    component: 'default-scheduler',
    instance: 'default-scheduler-host',
    onError: (e) => errors.push(e),
  })
  return { clock, recorder, requests: transport.requests, errors }
}

const brief = (r: RecordedRequest) => `${r.method} ${r.path.replace(/\.[0-9a-f]+$/, '.HEX')}`

describe('events.k8s.io recorder', () => {
  test('writes the fields that kube-scheduler writes', async () => {
    const { recorder, requests } = make(createEventsV1Recorder)
    recorder.event(about, 'Normal', 'Scheduled', 'Successfully assigned default/x to node-1', 'Binding')
    await recorder.flush()
    expect(brief(requests[0]!)).toBe('POST /apis/events.k8s.io/v1/namespaces/default/events')
    const { metadata, ...rest } = requests[0]!.body!
    expect((metadata as { name: string }).name).toMatch(/^x\.[0-9a-f]{16}$/)
    expect(rest).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      eventTime: '2026-01-02T03:04:05.678000Z',
      reportingController: 'default-scheduler',
      reportingInstance: 'default-scheduler-host',
      action: 'Binding',
      reason: 'Scheduled',
      regarding: { kind: 'Pod', namespace: 'default', name: 'x', uid: 'u1', apiVersion: 'v1', resourceVersion: '7' },
      note: 'Successfully assigned default/x to node-1',
      type: 'Normal',
    })
  })

  test('the second of a kind starts a series, later ones are counted and written when it ends', async () => {
    const { clock, recorder, requests } = make(createEventsV1Recorder)
    for (let i = 0; i < 5; i++) {
      recorder.event(about, 'Warning', 'FailedScheduling', `try ${i}`, 'Scheduling')
      clock.advance(1000)
    }
    await recorder.flush()
    expect(requests.map(brief)).toEqual([
      'POST /apis/events.k8s.io/v1/namespaces/default/events',
      'PATCH /apis/events.k8s.io/v1/namespaces/default/events/x.HEX',
    ])
    expect(requests[1]!.body).toEqual({ series: { count: 2, lastObservedTime: '2026-01-02T03:04:06.678000Z' } })
    clock.advance(13 * 60_000)
    await recorder.flush()
    expect(requests[2]!.body).toEqual({ series: { count: 5, lastObservedTime: '2026-01-02T03:04:09.678000Z' } })
    recorder.event(about, 'Warning', 'FailedScheduling', 'anew', 'Scheduling')
    await recorder.flush()
    expect(requests[3]!.method).toBe('POST')
  })
})

describe('core/v1 recorder', () => {
  test('a repeated event raises count on the first one', async () => {
    const { clock, recorder, requests } = make(createCoreRecorder)
    recorder.event(about, 'Normal', 'SuccessfulCreate', 'Created pod: a')
    clock.advance(2000)
    recorder.event(about, 'Normal', 'SuccessfulCreate', 'Created pod: a')
    await recorder.flush()
    expect(requests.map(brief)).toEqual(['POST /api/v1/namespaces/default/events', 'PATCH /api/v1/namespaces/default/events/x.HEX'])
    expect(requests[0]!.body).toMatchObject({
      count: 1,
      firstTimestamp: '2026-01-02T03:04:05Z',
      source: { component: 'default-scheduler' },
      reportingComponent: 'default-scheduler',
      reportingInstance: '',
    })
    expect(requests[1]!.contentType).toBe('application/strategic-merge-patch+json')
    expect(requests[1]!.body).toEqual({ count: 2, lastTimestamp: '2026-01-02T03:04:07Z', message: 'Created pod: a' })
  })

  test('an event that expired meanwhile is created again with its count', async () => {
    const gone = { status: 404, json: { kind: 'Status', code: 404, reason: 'NotFound', message: 'gone' } }
    const { recorder, requests, errors } = make(createCoreRecorder, (r) => (r.method === 'PATCH' ? gone : { status: 201, json: r.body }))
    recorder.event(about, 'Normal', 'R', 'm')
    recorder.event(about, 'Normal', 'R', 'm')
    await recorder.flush()
    expect(requests.map((r) => r.method)).toEqual(['POST', 'PATCH', 'POST'])
    expect(requests[2]!.body).toMatchObject({ count: 2 })
    expect(errors).toEqual([])
  })

  test('the tenth different message of a kind is combined with the rest', async () => {
    const { recorder, requests } = make(createCoreRecorder)
    for (let i = 1; i <= 11; i++) recorder.event(about, 'Normal', 'R', `m${i}`)
    await recorder.flush()
    expect(requests.map((r) => r.method)).toEqual([...Array<string>(10).fill('POST'), 'PATCH'])
    expect(requests[9]!.body).toMatchObject({ message: '(combined from similar events): m10', count: 1 })
    expect(requests[10]!.body).toMatchObject({ message: '(combined from similar events): m11', count: 2 })
  })

  test('a count never overtakes the event it belongs to', async () => {
    const order: string[] = []
    const clock = new FakeClock()
    const created = Promise.withResolvers<void>()
    const recorder = createCoreRecorder({
      client: createClient(
        {
          request: async (r) => {
            if (r.method === 'POST') await created.promise
            order.push(r.method)
            return { status: 200, headers: {}, body: Buffer.from('{}') }
          },
          stream: () => Promise.reject(new Error('none')),
          close: () => Promise.resolve(),
        },
        { userAgent: 't', clock },
      ),
      clock,
      signal: new AbortController().signal,
      component: 'c',
    })
    recorder.event(about, 'Normal', 'R', 'm')
    recorder.event(about, 'Normal', 'R', 'm')
    created.resolve()
    await recorder.flush()
    expect(order).toEqual(['POST', 'PATCH'])
  })

  test('more than 25 at once about one object are dropped; one more is let through every 5 minutes', async () => {
    const { clock, recorder, requests } = make(createCoreRecorder)
    for (let i = 0; i < 40; i++) recorder.event(about, 'Normal', 'R', 'm')
    await recorder.flush()
    expect(requests).toHaveLength(25)
    clock.advance(300_000)
    recorder.event(about, 'Normal', 'R', 'm')
    recorder.event(about, 'Normal', 'R', 'm')
    await recorder.flush()
    expect(requests).toHaveLength(26)
  })

  test('what the server refuses is reported once and not sent again', async () => {
    const { recorder, requests, errors } = make(createCoreRecorder, () => ({
      status: 403,
      json: { kind: 'Status', code: 403, reason: 'Forbidden' },
    }))
    recorder.event(about, 'Normal', 'R', 'm')
    await recorder.flush()
    expect(requests).toHaveLength(1)
    expect(errors).toHaveLength(1)
  })
})

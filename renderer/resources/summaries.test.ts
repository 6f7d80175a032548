import { expect, test } from 'vitest'
import { orderOf } from '../kube/columns.ts'
import type { Row } from '../kube/store.ts'
import { type Event, eventView } from './events/view.ts'
import { summarizeEvents } from './summaries.ts'

const second = '2030-01-02T03:04:05Z'
const event = (reason: string, resourceVersion: string, times: Partial<Event>): Event => ({
  metadata: { name: reason, resourceVersion, creationTimestamp: second },
  reason,
  ...times,
})

/** As a pod's start writes them: the scheduler gives microseconds, the kubelet seconds. Out of order on purpose. */
const started = [
  event('Pulled', '99', { lastTimestamp: second }),
  event('Started', '101', { lastTimestamp: second }),
  event('Scheduled', '98', { eventTime: '2030-01-02T03:04:05.654321Z', lastTimestamp: null }),
  event('Earlier', '900', { lastTimestamp: '2030-01-02T03:04:04Z' }),
  event('Created', '100', { lastTimestamp: second }),
  event('Again', '102', { lastTimestamp: second, series: { count: 2, lastObservedTime: '2030-01-02T03:04:06.000001Z' } }),
]
const newestFirst = ['Again', 'Started', 'Created', 'Pulled', 'Scheduled', 'Earlier']

test('recent events: newest first; within a second those written later are on top', () => {
  const rows = started.map((object) => ({ key: object.metadata.name, object }) as unknown as Row)
  const recent = summarizeEvents(rows)
  expect(recent.map((e) => e.reason)).toEqual(newestFirst)
  expect(new Set(recent.slice(1, 5).map((e) => e.at)), 'one age for one second').toEqual(new Set([Date.parse(second)]))
})

test('of many events the newest are kept', () => {
  const rows = Array.from({ length: 500 }, (_, i) => {
    const n = (i * 7919) % 500
    return { key: String(n), object: event(`e${n}`, String(n + 1), { lastTimestamp: second }) } as unknown as Row
  })
  expect(summarizeEvents(rows).map((e) => e.key)).toEqual(Array.from({ length: 40 }, (_, i) => String(499 - i)))
})

test('the list of events has the same order', () => {
  const last = eventView.columns.find((c) => c.id === eventView.sort?.column)
  if (!last) throw new Error('events have no order of their own')
  const order = (e: Event): string => String(orderOf(last, e))
  const sorted = [...started].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  expect(sorted.map((e) => e.reason)).toEqual(newestFirst)
})

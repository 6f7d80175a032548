import { expect, test } from 'vitest'
import { Registry } from 'prom-client'
import { parseQuery } from '../machinery/query.ts'
import type { RequestContext } from '../request/context.ts'
import { RequestMetrics } from './metrics.ts'

function request(query: string, webhookMs: number): RequestContext {
  return {
    ...{ longRunning: false, webhookMs, exchange: { status: 201, bodyBytes: 1, headers: {} } },
    requestInfo: {
      ...{ isResourceRequest: true, verb: 'create', apiGroup: '', apiVersion: 'v1', resource: 'pods', subresource: '', namespace: 'a' },
      ...{ path: '/', query: parseQuery(query) },
    },
  } as unknown as RequestContext
}

test('a request’s own time is without that of webhooks, and of no dry run', async () => {
  const metrics = new RequestMetrics()
  const registry = new Registry()
  for (const source of metrics.sources()) registry.registerMetric(source as never)
  // They were waited for longer than the whole took.
  for (const query of ['', 'dryRun=All']) await metrics.filter(() => undefined)(request(query, 1e9))
  const text = await registry.metrics()
  const sums = text.split('\n').filter((line) => /^apiserver_request_(?:sli_)?duration_seconds_(?:sum|count)/.test(line))
  const of = (name: string): number[] => sums.filter((line) => line.startsWith(`${name}{`)).map((line) => Number(line.split(' ').at(-1)))
  expect(of('apiserver_request_duration_seconds_count')).toEqual([1, 1])
  expect(of('apiserver_request_sli_duration_seconds_count')).toEqual([1])
  expect(of('apiserver_request_sli_duration_seconds_sum')).toEqual([0])
})

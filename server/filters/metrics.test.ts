import { expect, test } from 'vitest'
import { Registry } from 'prom-client'
import { parseQuery } from '../machinery/query.ts'
import type { RequestContext } from '../request/context.ts'
import { RequestMetrics } from './metrics.ts'

function request(query: string, webhookMs: number): RequestContext {
  return {
    ...{ longRunning: false, user: { name: 'jane' }, webhookMs, exchange: { status: 201, bodyBytes: 1, headers: {} } },
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

test('bodies that were read are counted by resource and verb, whatever was answered', async () => {
  const metrics = new RequestMetrics()
  const registry = new Registry()
  for (const source of metrics.sources()) registry.registerMetric(source as never)
  const read = (bytes: number, status: number, verb = 'create'): Promise<void> | void => {
    const ctx = request('', 0)
    Object.assign(ctx, { bodyRead: bytes, exchange: { ...ctx.exchange, status }, requestInfo: { ...ctx.requestInfo, verb } })
    return metrics.filter(() => undefined)(ctx)
  }
  for (const bytes of [0, 50_000, 50_001, 3_100_000]) await read(bytes, 422)
  await read(7, 200, 'deletecollection')
  await metrics.filter(() => undefined)(request('', 0))
  const text = await registry.metrics()
  const value = (sample: string): number => Number(new RegExp(`^${sample} (.*)$`, 'm').exec(text)?.[1])
  const of = (verb: string, le: string): number =>
    value(`apiserver_request_body_size_bytes_bucket{group="",resource="pods",verb="${verb}",le="${le}"}`.replace('+', '\\+'))
  expect(['50000', '150000', '3.05e+06', '+Inf'].map((le) => of('create', le))).toEqual([2, 3, 3, 4])
  expect(of('delete_collection', '50000')).toBe(1)
})

import { expect, test } from 'vitest'
import { createClient } from '../../client/client.ts'
import type { TransportRequest, TransportResponse } from '../../client/transport.ts'
import { FakeClock } from '../../machinery/clock.ts'
import { NodeLease } from './lease.ts'

test('a node asks once, however long the server takes, and goes on when it has answered', async () => {
  const clock = new FakeClock()
  const asked: { method: string; answer: (body: unknown) => void }[] = []
  const transport = {
    request: ({ method }: TransportRequest) =>
      new Promise<TransportResponse>((resolve) => {
        const answer = (body: unknown): void =>
          resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) })
        asked.push({ method, answer })
      }),
    stream: () => new Promise<never>(() => undefined),
    close: () => Promise.resolve(),
  }
  const errors: unknown[] = []
  const lease = new NodeLease({
    client: createClient(transport, { userAgent: 'test', clock }),
    clock,
    signal: new AbortController().signal,
    node: () => ({ metadata: { name: 'n', uid: 'u' } }),
    onError: (e) => errors.push(e),
  })
  const first = lease.renew()
  await Promise.all([lease.renew(), lease.renew()])
  expect(asked.map((a) => a.method)).toEqual(['POST'])
  asked[0]!.answer({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n', resourceVersion: '1' }, spec: {} })
  await first
  const second = lease.renew()
  await lease.renew()
  expect(asked.map((a) => a.method)).toEqual(['POST', 'PUT'])
  asked[1]!.answer({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n', resourceVersion: '2' }, spec: {} })
  await second
  expect(errors).toEqual([])
})

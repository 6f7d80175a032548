import { afterEach, describe, expect, test } from 'vitest'
import type { Node } from '../../client/objects.ts'
import { NODES } from '../../client/resource.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { stepFor, ttlController } from './ttl.ts'

let c: TestCluster | undefined
afterEach(async () => {
  await c?.close()
  c = undefined
})

describe('the time to live of what kubelets read', () => {
  test.each([
    [100, 0, 0],
    [101, 0, 1],
    [95, 1, 1],
    [89, 1, 0],
    [3000, 0, 4],
    [1, 4, 0],
  ])('%i nodes, from step %i: step %i', (nodes, from, step) => expect(stepFor(nodes, from)).toBe(step))

  test('is on each node', async () => {
    const cluster = (c = await startTestCluster(ttlController))
    await cluster.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } })
    const ttl = async () => (await cluster.get<Node>(NODES, 'n')).metadata.annotations?.['node.alpha.kubernetes.io/ttl']
    expect(await cluster.until('annotated', ttl)).toBe('0')
  })
})

import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, SECRETS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { tokenCleanerController } from '../token-cleaner/token-cleaner.ts'
import { bootstrapSignerController, detachedSignature } from './bootstrap-signer.ts'

let c: TestCluster | undefined
afterEach(async () => {
  await c?.close()
  c = undefined
})

describe('bootstrap tokens', () => {
  const token = (id: string, data: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
    ...{ type: 'bootstrap.kubernetes.io/token', stringData: { 'token-id': id, 'token-secret': 'sesam', ...data } },
  })

  test('go when they expire', async () => {
    const cluster = (c = await startTestCluster(tokenCleanerController))
    const secrets = cluster.client.resource(SECRETS)
    const at = (s: number): string => new Date(cluster.clock.now() + s * 1000).toISOString()
    await secrets.create(token('soon', { expiration: at(30) }))
    await secrets.create(token('late', { expiration: at(3600) }))
    await secrets.create(token('ever', {}))
    const from = cluster.clock.now()
    await gone(cluster, SECRETS, 'bootstrap-token-soon', 'kube-system')
    expect(cluster.clock.now() - from).toBeGreaterThanOrEqual(30_000)
    expect((await secrets.list({ namespace: 'kube-system' })).items.map((s) => s.metadata.name)).toEqual([
      'bootstrap-token-ever',
      'bootstrap-token-late',
    ])
  })

  test('sign the cluster’s kubeconfig', async () => {
    const cluster = (c = await startTestCluster(bootstrapSignerController))
    const maps = cluster.client.resource<KubeObject & { data?: Record<string, string> }>(CONFIG_MAPS)
    await maps.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'cluster-info', namespace: 'kube-public' },
      data: { kubeconfig: 'k', 'jws-kubeconfig-gone': 'x' },
    })
    const signs = { 'usage-bootstrap-signing': 'true' }
    const unfit: KubeObject[] = [
      token('0mute0', {}),
      token('short', signs),
      token('expire', { ...signs, expiration: '2000-01-01T00:00:00Z' }),
      token('unread', { ...signs, expiration: 'tomorrow' }),
      token('no-key', { ...signs, 'token-secret': '' }),
      token('others', { ...signs, 'token-id': 'another' }),
      token('quoted', { ...signs, 'usage-bootstrap-signing': 'True' }),
    ]
    for (const secret of unfit) await cluster.client.resource(SECRETS).create(secret)
    await cluster.client.resource(SECRETS).create(token('abcdef', signs))
    const data = await cluster.until('signed', async () => {
      const map = await maps.get('cluster-info', { namespace: 'kube-public' })
      return map.data?.['jws-kubeconfig-abcdef'] !== undefined && map.data
    })
    expect(data).toEqual({ kubeconfig: 'k', 'jws-kubeconfig-abcdef': detachedSignature('k', 'abcdef', 'sesam') })
    const [header, payload, signature] = data['jws-kubeconfig-abcdef']!.split('.')
    expect([JSON.parse(Buffer.from(header!, 'base64url').toString()), payload]).toEqual([{ alg: 'HS256', kid: 'abcdef' }, ''])
    expect(signature).toBe(
      createHmac('sha256', 'sesam')
        .update(`${header}.${Buffer.from('k').toString('base64url')}`)
        .digest('base64url'),
    )
  })
})

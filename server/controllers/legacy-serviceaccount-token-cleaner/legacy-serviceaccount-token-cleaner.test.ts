import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, PODS, SECRETS, SERVICE_ACCOUNTS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { legacyServiceAccountTokenCleaner } from './legacy-serviceaccount-token-cleaner.ts'
import { secretNames } from './secret-names.ts'

const DAY = 24 * 3600
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await startTestCluster({ legacyServiceAccountTokenCleanUpPeriodMs: 2 * DAY * 1000 }, legacyServiceAccountTokenCleaner)
})
afterEach(() => cluster.close())

const day = (n: number): string => new Date(cluster.clock.now() + n * DAY * 1000).toISOString().slice(0, 10)
/** Since when the server says that it notes the use of tokens. */
const track = (since: string): Promise<KubeObject> =>
  cluster.client
    .resource(CONFIG_MAPS)
    .patch(
      'kube-apiserver-legacy-service-account-token-tracking',
      { type: 'merge', body: { data: { since } } },
      { namespace: 'kube-system' },
    )
async function account(...names: string[]): Promise<void> {
  const secrets = names.map((name) => ({ name }))
  await cluster.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' }, secrets })
}
const secret = (name: string, labels: Record<string, string> = {}): Promise<KubeObject> =>
  cluster.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name, labels, annotations: { 'kubernetes.io/service-account.name': 'robot' } },
  })
const days = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i++) {
    cluster.clock.advance(DAY * 1000)
    await cluster.pass(1)
  }
}
const labelOf = (name: string): Promise<string | undefined> =>
  cluster.get(SECRETS, name).then(
    (s) => s.metadata.labels?.[INVALID_SINCE] ?? 'none',
    (e: unknown) => {
      if (isStatusError(e, 'NotFound')) return undefined
      throw e
    },
  )

describe('tokens of old', () => {
  test('are marked when nobody has used them for so long, and deleted later', async () => {
    await track(day(-30))
    await account('old', 'mounted', 'used')
    for (const name of ['old', 'mounted', 'by-hand']) await secret(name)
    await secret('used', { 'kubernetes.io/legacy-token-last-used': day(3) })
    const volumes = [{ name: 'v', secret: { secretName: 'mounted' } }]
    await cluster.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { volumes, containers: [{ name: 'c', image: 'i' }] },
    })
    await days(4)
    const all = ['old', 'mounted', 'by-hand', 'used']
    expect(await Promise.all(all.map(labelOf))).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d$/), 'none', 'none', 'none'])
    await days(4)
    expect(await labelOf('old')).toBeUndefined()
    expect(await Promise.all(['mounted', 'by-hand'].map(labelOf))).toEqual(['none', 'none'])
    expect(cluster.errors).toEqual([])
  })

  test('stay as long as it is not known who uses them', async () => {
    await track(day(20))
    await account('old')
    await secret('old')
    await days(10)
    expect(await labelOf('old')).toBe('none')
    expect(cluster.errors).toEqual([])
  })
})

test('where a pod takes secrets in', () => {
  const spec = {
    imagePullSecrets: [{ name: 'pull' }],
    containers: [
      {
        name: 'c',
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } }],
        envFrom: [{ secretRef: { name: 'all' } }],
      },
    ],
    volumes: [
      { name: 'v', secret: { secretName: 'volume' } },
      { name: 'w', projected: { sources: [{ secret: { name: 'projected' } }] } },
      { name: 'x', csi: { driver: 'd', nodePublishSecretRef: { name: 'csi' } } },
    ],
  }
  expect(secretNames({ metadata: {}, spec }).sort()).toEqual(['all', 'csi', 'env', 'projected', 'pull', 'volume'])
})

import { expect, test } from 'vitest'
import { CLUSTER_TRUST_BUNDLES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { createAuthority } from '../../serving/x509.ts'
import { startTestCluster } from '../testing/cluster.ts'
import { bundleName, clusterTrustBundlePublisher } from './publisher.ts'

const SIGNER = 'kubernetes.io/kube-apiserver-serving'
const authority = (): string => createAuthority('ca', Date.UTC(2020, 0, 1), 36_500).cert

test('the authority’s bundle is published, comes back, and others of its signer go', async () => {
  const rootCA = authority()
  const cluster = await startTestCluster({ rootCA }, clusterTrustBundlePublisher)
  const bundles = async (): Promise<string[]> => (await cluster.list<KubeObject>(CLUSTER_TRUST_BUNDLES)).map((b) => b.metadata.name ?? '')
  const name = bundleName(SIGNER, rootCA)
  expect(name).toMatch(/^kubernetes\.io:kube-apiserver-serving:[0-9a-f]{24}$/)
  const only = (): Promise<boolean> => cluster.until('it alone', async () => (await bundles()).join() === name)
  await only()
  await cluster.client.resource(CLUSTER_TRUST_BUNDLES).delete(name)
  await only()
  const other = authority()
  await cluster.create(CLUSTER_TRUST_BUNDLES, {
    ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'ClusterTrustBundle', metadata: { name: bundleName(SIGNER, other) } },
    spec: { signerName: SIGNER, trustBundle: other },
  })
  await only()
  expect(cluster.errors).toEqual([])
  await cluster.close()
})

import { afterEach, expect, test } from 'vitest'
import { CONFIG_MAPS, NAMESPACES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { rootCACertificatePublisher } from './root-ca-certificate-publisher.ts'

let c: TestCluster
afterEach(() => c.close())

type ConfigMap = KubeObject & { data?: Record<string, string> }

const NAME = 'kube-root-ca.crt'
const DESCRIPTION = 'kubernetes.io/description'
const find = (namespace: string): Promise<ConfigMap | undefined> =>
  c.client
    .resource<ConfigMap>(CONFIG_MAPS)
    .get(NAME, { namespace })
    .catch(() => undefined)
const made = (namespace: string, metadata: object, data: Record<string, string>): Promise<unknown> =>
  c.client
    .resource<ConfigMap>(CONFIG_MAPS)
    .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, ...metadata }, data }, { namespace })
const correct = (namespace: string): Promise<ConfigMap> =>
  c.until(`the CA in ${namespace}`, async () => {
    const map = await find(namespace)
    return map !== undefined && Object.keys(map.data ?? {}).length === 1 && map.data?.['ca.crt'] === 'pem' && map
  })

test('each namespace has the CA, with what it is for; one that is changed, deleted or made by somebody else is mended', async () => {
  c = await startTestCluster({ rootCA: 'pem' }, rootCACertificatePublisher)
  const first = await correct('default')
  expect(first.metadata.annotations?.[DESCRIPTION]).toMatch(/^Contains a CA bundle that can be used to verify the kube-apiserver/)
  const maps = c.client.resource<ConfigMap>(CONFIG_MAPS)
  await maps.patch(NAME, { type: 'merge', body: { data: { 'ca.crt': 'wrong', more: 'x' } } }, { namespace: 'default' })
  await correct('default')
  await maps.delete(NAME, { namespace: 'default' })
  const again = await correct('default')
  expect(again.metadata.uid).not.toBe(first.metadata.uid)
  await maps.delete(NAME, { namespace: 'default' })
  await made('default', {}, { 'ca.crt': 'wrong' })
  await correct('default')
  await c.client.resource(NAMESPACES).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } })
  await correct('other')
  expect(c.errors).toEqual([])
})

test('a description of somebody else’s stays; one that is missing is given', async () => {
  c = await startTestCluster({ rootCA: 'pem' }, rootCACertificatePublisher, async (client) => {
    const annotations = { [DESCRIPTION]: 'ours' }
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, annotations }, data: { 'ca.crt': 'pem' } }
    await client.resource(CONFIG_MAPS).create(map, { namespace: 'default' })
    await client.resource(CONFIG_MAPS).create({ ...map, metadata: { name: NAME } }, { namespace: 'kube-public' })
  })
  await c.until('given', async () => (await find('kube-public'))?.metadata.annotations?.[DESCRIPTION] !== undefined)
  await c.pass(2)
  expect((await find('default'))?.metadata.annotations).toEqual({ [DESCRIPTION]: 'ours' })
})

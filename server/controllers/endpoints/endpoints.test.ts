import { afterEach, expect, test } from 'vitest'
import type { Pod, Service } from '../../client/objects.ts'
import { ENDPOINTS, PODS, SERVICES } from '../../client/resource.ts'
import { ready, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { endpointsController, type Endpoints } from './endpoints.ts'

let cluster: TestCluster
afterEach(() => cluster.close())

test('a pod that was not ready for a moment is ready again, though the informer heard of neither write', async () => {
  cluster = await startTestCluster(endpointsController)
  const labels = { app: 'web' }
  await cluster.create<Service>(SERVICES, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
    spec: { selector: labels, ports: [{ port: 80 }] },
  })
  const pod = await cluster.create<Pod>(PODS, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', labels } },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
  })
  const report = (isReady: boolean): Promise<void> => {
    const status = ready(cluster.clock)
    const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }]
    return cluster.report(pod, { ...status, conditions, podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }] })
  }
  const becomes = (which: 'addresses' | 'notReadyAddresses') =>
    cluster.until(which, async () => {
      const { subsets = [] } = await cluster.get<Endpoints>(ENDPOINTS, 'web')
      return subsets.length === 1 && subsets[0]?.[which]?.[0]?.ip === '10.1.0.1'
    })
  await report(true)
  await becomes('addresses')

  const heard = cluster.holdUp(({ path }) => path.startsWith('/api/v1/endpoints'))
  await report(false)
  await becomes('notReadyAddresses')
  await report(true)
  await cluster.pass(1)
  heard.letGo()
  await becomes('addresses')
  expect(cluster.errors).toEqual([])
})

import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Api } from '../../e2e/fixtures/api.ts'
import { foreignAuthority } from '../../e2e/fixtures/authority.ts'
import { ownAddress } from '../../e2e/fixtures/extension-server.ts'
import { podName, podNamespace } from './objects.ts'

const groupVersion = 'metrics.k8s.io/v1beta1'
const name = 'metrics-server'

/** The metrics API of a product, with figures of every seeded pod that are others each time. */
export async function withMetrics(kubeconfig: string, pods: number): Promise<AsyncDisposable & { answered(): number }> {
  using api = Api.fromKubeconfig(kubeconfig)
  let answered = 0
  const list = (): object => ({
    kind: 'PodMetricsList',
    apiVersion: groupVersion,
    metadata: {},
    items: Array.from({ length: pods }, (_, i) => ({
      metadata: { name: podName(i), namespace: podNamespace(i), labels: { app: 'app' } },
      timestamp: '2026-01-01T00:00:00Z',
      window: '15s',
      containers: [
        {
          name: 'app',
          usage: { cpu: `${(i * 7919 + answered * 104_729) % 900_000_000}n`, memory: `${80_000 + ((i + answered) % 60_000)}Ki` },
        },
      ],
    })),
  })
  const resource = { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }
  const pair = await (await foreignAuthority()).issue(`CN=${name}`, [name])
  const server = createServer(pair, (req, res) => {
    const path = (req.url ?? '').split('?')[0]
    const all = path === `/apis/${groupVersion}/pods`
    if (all) answered++
    const body = all
      ? list()
      : { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: path === `/apis/${groupVersion}` ? [resource] : [] }
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const address = ownAddress()
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const { port } = server.address() as AddressInfo
  await api.create('/api/v1/namespaces/kube-system/services', {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
    spec: { ports: [{ name: 'https', port: 443, targetPort: port }] },
  })
  await api.create('/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices', {
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  })
  await api.create('/apis/apiregistration.k8s.io/v1/apiservices', {
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1beta1.metrics.k8s.io' } },
    spec: {
      ...{ group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
      service: { namespace: 'kube-system', name },
    },
  })
  return {
    answered: () => answered,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import { expect, test } from 'vitest'
import type { Resource } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { folded, type Graph, type GraphNode } from './graph.ts'
import { ownerGraph } from './owners.ts'
import { type Contents, namespaceGraph, trafficGraph } from './traffic.ts'

const meta = (name: string, more: object = {}) => ({ name, namespace: 'n', uid: name, ...more })
const owner = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: name, controller: true }] })
const running = { phase: 'Running', containerStatuses: [] }
const contents: Contents = {
  pods: [
    { metadata: meta('web-1', { labels: { app: 'web' }, ...owner('ReplicaSet', 'web-r2') }), status: running },
    { metadata: meta('db-0', { labels: { app: 'db' }, ...owner('StatefulSet', 'db') }), status: running },
  ],
  services: [
    { metadata: meta('web'), spec: { selector: { app: 'web' } } },
    { metadata: meta('db'), spec: { selector: { app: 'db' } } },
  ],
  slices: [
    {
      metadata: meta('web-x', { labels: { 'kubernetes.io/service-name': 'web' } }),
      endpoints: [{ addresses: ['1'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web-1', namespace: 'n' } }],
    },
  ],
  ingresses: [
    {
      metadata: meta('front'),
      spec: {
        rules: [{ http: { paths: [{ backend: { service: { name: 'web', port: { number: 80 } } } }] } }],
        defaultBackend: { service: { name: 'lost' } },
      },
    },
  ],
  routes: [
    {
      kind: 'HTTPRoute',
      metadata: meta('route'),
      spec: { parentRefs: [{ name: 'gate', namespace: 'infra' }], rules: [{ backendRefs: [{ name: 'web', port: 8080 }] }] },
    },
  ],
  owners: {
    'deployments.apps': [{ metadata: meta('web') }],
    'replicasets.apps': [
      { metadata: meta('web-r1', owner('Deployment', 'web')) },
      { metadata: meta('web-r2', owner('Deployment', 'web')) },
    ],
    'statefulsets.apps': [{ metadata: meta('db') }],
  },
  known: { services: 'n', slices: true },
}
const lines = ({ edges }: Graph): string[] => edges.map(({ from, to, word }) => [from, '>', to, word].filter(Boolean).join(' ')).sort()

test('the way of requests through one service: gateway, route and ingress, slices, pods', () => {
  const graph = trafficGraph({ kind: 'Service', namespace: 'n', name: 'web' }, contents)
  expect(lines(graph)).toEqual([
    'EndpointSlice n/web-x > Pod n/web-1',
    'Gateway infra/gate > HTTPRoute n/route',
    'HTTPRoute n/route > Service n/web 8080',
    'Ingress n/front > Service n/web 80',
    'Service n/web > EndpointSlice n/web-x',
  ])
  expect(graph.nodes.find(({ here }) => here)?.id).toBe('Service n/web')
  expect(graph.nodes.map(({ name }) => name)).not.toContain('db')
})

test('an ingress to a service that is not there shows it as missing', () => {
  const graph = trafficGraph({ kind: 'Ingress', namespace: 'n', name: 'front' }, contents)
  expect(graph.nodes.find(({ name }) => name === 'lost')?.status).toEqual({ text: 'missing', tone: 'bad' })
})

test('of what may not be listed, or is in another namespace, nobody says that it is not there', () => {
  const word = (name: string, more: Partial<Contents>): string | undefined =>
    namespaceGraph({ ...contents, ...more }).nodes.find((node) => node.kind === 'Service' && node.name === name)?.status?.text
  expect(word('lost', { services: [], known: { slices: true } })).toBeUndefined()
  expect(word('db', {})).toBe('no endpoints')
  expect(word('db', { slices: [], known: { services: 'n', slices: false } })).toBeUndefined()
  const backendRefs = [{ name: 'far', namespace: 'elsewhere' }]
  const route = { kind: 'HTTPRoute', metadata: meta('route'), spec: { rules: [{ backendRefs }] } }
  expect(word('far', { routes: [route] })).toBeUndefined()
})

test('a namespace: services by their endpoints, or by their selectors where there are none; owners that own something', () => {
  const found = lines(namespaceGraph(contents))
  expect(found).toContain('Service n/web > Pod n/web-1')
  expect(found).toContain('Service n/db > Pod n/db-0')
  expect(found).toContain('Deployment n/web > ReplicaSet n/web-r2')
  expect(found).toContain('ReplicaSet n/web-r2 > Pod n/web-1')
  expect(found).toContain('StatefulSet n/db > Pod n/db-0')
  expect(found.join()).not.toContain('web-r1')
})

test('owners both ways, whatever the kind; a circle ends', () => {
  const kind = (name: string): Resource => ({
    group: 'apps',
    version: 'v1',
    plural: `${name.toLowerCase()}s`,
    singular: '',
    kind: name,
    namespaced: true,
    verbs: [],
    subresources: [],
    shortNames: [],
    categories: [],
  })
  const one = (type: string, name: string, more: object = {}): { resource: Resource; object: KubeObject } => ({
    resource: kind(type),
    object: { metadata: meta(name, more) },
  })
  const all = [
    one('Deployment', 'd'),
    one('ReplicaSet', 'r', owner('Deployment', 'd')),
    one('Pod', 'p', owner('ReplicaSet', 'r')),
    one('Pod', 'other'),
  ]
  const graph = ownerGraph(all[1]!, all, [])
  expect(lines(graph)).toEqual(['Deployment n/d > ReplicaSet n/r', 'ReplicaSet n/r > Pod n/p'])
  const lone = ownerGraph(one('Pod', 'p', owner('ReplicaSet', 'gone')), [], [])
  expect(lines(lone)).toEqual(['ReplicaSet n/gone > Pod n/p'])
  const circle = [one('Pod', 'a', owner('Pod', 'b')), one('Pod', 'b', owner('Pod', 'a'))]
  expect(lines(ownerGraph(circle[0]!, circle, []))).toHaveLength(2)
})

test('many alike are a few and a number, those in trouble among the few; what one has come from stays', () => {
  const pods = Array.from(
    { length: 30 },
    (_, at): GraphNode => ({
      id: `p${at}`,
      kind: 'Pod',
      name: `p${at}`,
      namespace: 'n',
      resource: 'pods',
      status: at === 29 ? { text: 'Error', tone: 'bad' } : { text: 'Running', tone: 'ok' },
      here: at === 28,
    }),
  )
  const set: GraphNode = { id: 'r', kind: 'ReplicaSet', name: 'r', namespace: 'n', resource: undefined }
  const graph = folded({ nodes: [set, ...pods], edges: pods.map(({ id }) => ({ from: 'r', to: id })) })
  expect(graph.nodes).toHaveLength(1 + 8 + 1)
  expect(graph.nodes.some(({ id }) => id === 'p29')).toBe(true)
  expect(graph.nodes.some(({ id }) => id === 'p28')).toBe(true)
  expect(graph.nodes.reduce((sum, { more = 0 }) => sum + more, 0)).toBe(30 - 9)
  expect(graph.edges).toHaveLength(9)
})

import { selects } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { Ingress } from '../ingresses/view.ts'
import { podSummary } from '../pods/status.ts'
import type { Pod } from '../pods/types.ts'
import type { EndpointSlice, Service } from '../services/types.ts'
import { workloadStatus } from '../workloads/status.ts'
import { controllerOf, type Graph, GraphBuilder, idOf } from './graph.ts'

/** A route of the Gateway API (HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute). */
export interface Route extends KubeObject {
  spec?: {
    parentRefs?: { kind?: string; namespace?: string; name: string }[]
    hostnames?: string[]
    rules?: { backendRefs?: { kind?: string; namespace?: string; name: string; port?: number }[] }[]
  }
}

/** What of a namespace is drawn. */
export interface Contents {
  pods: readonly Pod[]
  services: readonly Service[]
  slices: readonly EndpointSlice[]
  ingresses: readonly Ingress[]
  routes: readonly Route[]
  /** Deployments and other owners of pods, by resource key. */
  owners: Readonly<Record<string, readonly KubeObject[]>>
  /** Of what it may be said that it is not there: the namespace whose services are all known, and whether its slices are. */
  known: { services?: string; slices: boolean }
}

const kindOf = (object: KubeObject, fallback: string): string => object.kind ?? fallback
const keys = { Service: 'services', Pod: 'pods', Ingress: 'ingresses.networking.k8s.io', EndpointSlice: 'endpointslices.discovery.k8s.io' }
const ownerKinds: Record<string, string> = {
  'deployments.apps': 'Deployment',
  'replicasets.apps': 'ReplicaSet',
  'statefulsets.apps': 'StatefulSet',
  'daemonsets.apps': 'DaemonSet',
  'jobs.batch': 'Job',
  'cronjobs.batch': 'CronJob',
}

/** How requests reach pods, and who makes these: gateways and routes, ingresses, services, endpoint slices, pods, their owners. */
export function namespaceGraph(contents: Contents): Graph {
  const builder = new GraphBuilder()
  addPods(builder, contents.pods)
  for (const service of contents.services) addService(builder, service, contents, false)
  for (const ingress of contents.ingresses) addIngress(builder, ingress, contents)
  for (const route of contents.routes) addRoute(builder, route, contents)
  addOwners(builder, contents)
  return builder.graph
}

/** The way of requests through one service, or through all that an ingress or a route sends to. */
export function trafficGraph(here: { kind: string; name: string; namespace: string }, contents: Contents): Graph {
  const builder = new GraphBuilder()
  addPods(builder, contents.pods)
  for (const service of contents.services) addService(builder, service, contents, true)
  for (const ingress of contents.ingresses) addIngress(builder, ingress, contents)
  for (const route of contents.routes) addRoute(builder, route, contents)
  return reachable(builder.graph, idOf(here.kind, here.namespace, here.name))
}

function addPods(builder: GraphBuilder, pods: readonly Pod[]): void {
  for (const pod of pods) {
    const { text, tone } = podSummary(pod)
    const { name, namespace = '' } = pod.metadata
    builder.add({ kind: 'Pod', name, namespace, resource: keys.Pod, status: { text, tone } })
  }
}

/** With its slices between, or with the pods alone that stand in them. A service without a selector has pods by its slices only. */
function addService(builder: GraphBuilder, service: Service, { pods, slices, known }: Contents, between: boolean): void {
  const { name, namespace = '' } = service.metadata
  const own = slices.filter(
    (slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name && slice.metadata.namespace === namespace,
  )
  const ready = own.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length
  const external = service.spec?.type === 'ExternalName'
  const status = external
    ? { text: service.spec?.externalName ?? '', tone: 'muted' as const }
    : ready > 0
      ? { text: `${ready} ready`, tone: 'ok' as const }
      : known.slices
        ? { text: 'no endpoints', tone: 'warn' as const }
        : undefined
  const id = builder.add({ kind: 'Service', name, namespace, resource: keys.Service, status })
  for (const slice of own) {
    const endpoints = slice.endpoints ?? []
    const via = between
      ? builder.add({
          kind: 'EndpointSlice',
          name: slice.metadata.name,
          namespace,
          resource: keys.EndpointSlice,
          status: sliceStatus(slice),
        })
      : id
    if (between) builder.link(id, via)
    for (const { targetRef } of endpoints) {
      if (targetRef?.kind === 'Pod' && targetRef.name) builder.link(via, idOf('Pod', targetRef.namespace ?? namespace, targetRef.name))
    }
  }
  if (own.length > 0 || !service.spec?.selector) return
  for (const pod of pods) {
    if (pod.metadata.namespace === namespace && selects({ matchLabels: service.spec.selector }, pod.metadata.labels)) {
      builder.link(id, idOf('Pod', namespace, pod.metadata.name))
    }
  }
}

function sliceStatus({ endpoints }: EndpointSlice) {
  const all = endpoints ?? []
  const ready = all.filter(({ conditions }) => conditions?.ready !== false).length
  return { text: `${ready}/${all.length}`, tone: ready === all.length && ready > 0 ? ('ok' as const) : ('warn' as const) }
}

/** A service that is not there is drawn all the same: that is what one looks for. One that may not be listed, or of another namespace, may be there. */
function toService(
  builder: GraphBuilder,
  { services }: Contents['known'],
  from: string,
  { namespace, name, port }: { namespace: string; name: string; port?: number | string },
): void {
  const id = idOf('Service', namespace, name)
  if (!builder.has(id)) {
    const status = services === namespace ? { text: 'missing', tone: 'bad' as const } : undefined
    builder.add({ kind: 'Service', name, namespace, resource: keys.Service, status })
  }
  builder.link(from, id, port === undefined ? undefined : String(port))
}

function addIngress(builder: GraphBuilder, ingress: Ingress, { known }: Contents): void {
  const { name, namespace = '' } = ingress.metadata
  const id = builder.add({ kind: 'Ingress', name, namespace, resource: keys.Ingress })
  const backends = [
    ingress.spec?.defaultBackend,
    ...(ingress.spec?.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
  ]
  for (const backend of backends) {
    if (!backend?.service) continue
    const { name: service, port } = backend.service
    toService(builder, known, id, { namespace, name: service, port: port?.number ?? port?.name })
  }
}

function addRoute(builder: GraphBuilder, route: Route, { known }: Contents): void {
  const { name, namespace = '' } = route.metadata
  const kind = kindOf(route, 'HTTPRoute')
  const id = builder.add({ kind, name, namespace, resource: `${kind.toLowerCase()}s.gateway.networking.k8s.io` })
  for (const parent of route.spec?.parentRefs ?? []) {
    const parentKind = parent.kind ?? 'Gateway'
    const inside = parent.namespace ?? namespace
    const resource = parentKind === 'Gateway' ? 'gateways.gateway.networking.k8s.io' : parentKind === 'Service' ? keys.Service : undefined
    builder.link(builder.add({ kind: parentKind, name: parent.name, namespace: inside, resource }), id)
  }
  for (const { backendRefs = [] } of route.spec?.rules ?? []) {
    for (const backend of backendRefs) {
      if ((backend.kind ?? 'Service') !== 'Service') continue
      toService(builder, known, id, { namespace: backend.namespace ?? namespace, name: backend.name, port: backend.port })
    }
  }
}

function addOwners(builder: GraphBuilder, { owners, pods }: Contents): void {
  // What owns nothing that is there says nothing here: old ReplicaSets by the dozen.
  const wanted = new Set(pods.flatMap((pod) => controllerOf(pod)?.uid ?? []))
  const all = Object.entries(owners).flatMap(([key, objects]) => objects.map((object) => ({ key, object })))
  for (const { key, object } of all) {
    if (key === 'replicasets.apps' && !wanted.has(object.metadata.uid ?? '')) continue
    const kind = ownerKinds[key] ?? kindOf(object, '')
    const { name, namespace = '' } = object.metadata
    const status = workloadStatus(key, object)
    const id = builder.add({ kind, name, namespace, resource: key, ...(status ? { status } : {}) })
    const above = controllerOf(object)
    if (above) builder.link(idOf(above.kind, namespace, above.name), id)
  }
  for (const pod of pods) {
    const owner = controllerOf(pod)
    if (owner)
      builder.link(idOf(owner.kind, pod.metadata.namespace ?? '', owner.name), idOf('Pod', pod.metadata.namespace ?? '', pod.metadata.name))
  }
}

/** What leads to a node, and what it leads to. */
export function reachable({ nodes, edges }: Graph, start: string): Graph {
  const found = new Set([start])
  const walk = (next: (edge: Graph['edges'][number]) => [string, string]): void => {
    const after = new Map<string, string[]>()
    for (const edge of edges) {
      const [from, to] = next(edge)
      const list = after.get(from)
      if (list) list.push(to)
      else after.set(from, [to])
    }
    const seen = new Set([start])
    const queue = [start]
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      for (const to of after.get(at) ?? []) {
        if (seen.has(to)) continue
        seen.add(to)
        found.add(to)
        queue.push(to)
      }
    }
  }
  walk(({ from, to }) => [from, to])
  walk(({ from, to }) => [to, from])
  return {
    nodes: nodes.flatMap((node) => (found.has(node.id) ? [{ ...node, here: node.id === start }] : [])),
    edges: edges.filter(({ from, to }) => found.has(from) && found.has(to)),
  }
}

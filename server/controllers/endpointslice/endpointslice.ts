import type { Node, Pod, Service, ServicePort, Strings } from '../../client/objects.ts'
import { dropManagedFields } from '../../client/informer.ts'
import { NODES } from '../../client/resource.ts'
import { splitKey } from '../../client/store.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { asError, messageOf, unlessConflict, type Controller } from '../controller.ts'
import {
  addressesOf,
  addressTypes,
  belongs,
  hostnameOf,
  isHeadless,
  portOf,
  ServicePods,
  TriggerTimes,
  type AddressType,
} from '../endpoints/service-pods.ts'
import { controllerRef } from '../owners.ts'
import { isReady } from '../pods.ts'
import { closeHints, sharesByZone, ZoneHints } from './hints.ts'
import { MANAGED_BY, SERVICE_NAME, SliceWriter } from './slice-writer.ts'
import { planSlices, type SliceEndpoint, type SliceGroup, type SlicePort } from './slices.ts'
import { isNodeReady, sharesOf, ZONE } from './zones.ts'

const ALL_NODES = 'nodes'
const MANAGER = 'endpointslice-controller.k8s.io'
const HEADLESS = 'service.kubernetes.io/headless'

/** The EndpointSlices of each service with a selector: which pods are behind it, and in what state. */
export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  async start(ctx) {
    const queue = ctx.workQueue('endpoint_slice', { baseDelayMs: 1000, maxDelayMs: 1_000_000 })
    const topology = ctx.workQueue('endpoint_slice_topology')
    const zones = new ZoneHints()
    const view = new ServicePods(ctx, queue)
    const writer = new SliceWriter(ctx, MANAGER, 'Service')
    const nodes = ctx.informers.informer<Node>(NODES, { transform: dropManagedFields })
    const triggers = new TriggerTimes()
    const recorder = ctx.recorder('endpoint-slice-controller')
    const look = (s: Parameters<typeof writer.isMine>[0]): void => {
      if (writer.isMine(s)) queue.add(`${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME] ?? ''}`)
    }
    writer.slices.addHandler({ added: look, updated: look, deleted: look })
    const weigh = (): void => topology.add(ALL_NODES)
    nodes.addHandler({
      added: weigh,
      updated: (node, old) => {
        if (isNodeReady(node) !== isNodeReady(old) || node.metadata.labels?.[ZONE] !== old.metadata.labels?.[ZONE]) weigh()
      },
      deleted: weigh,
    })
    await Promise.all([view.start(), writer.slices.synced(), nodes.synced()])

    async function sync(key: string): Promise<void> {
      const service = view.services.lister.getByKey(key)
      if (service === undefined) {
        // The slices follow by their owner reference.
        triggers.forget(key)
        zones.forget(key)
        return writer.forget(key)
      }
      if (service.spec?.type === 'ExternalName' || service.spec?.selector === undefined) return
      const existing = await writer.of(key)
      // The event that ends this wait puts the key back.
      if (existing === undefined) return
      const { namespace, name } = splitKey(key)
      const pods = view.podsOf(service)
      const { groups, skipped } = groupsOf(service, pods, (n) => nodes.lister.get(n))
      const types = addressTypes(service)
      const byZone = sharesByZone(service)
      const plan = planSlices(existing, groups, {
        ...{ namespace, name, labels: labelsFor(service), owner: controllerRef(service, 'v1', 'Service') },
        ...{ triggerTime: triggers.next(service, pods), types, keepHints: byZone, deleting: service.metadata.deletionTimestamp != null },
      })
      const told = types.flatMap((type) => (byZone ? zones.share(key, type, existing, plan) : zones.stop(key, type)))
      const event = recorder.event.bind(recorder, { apiVersion: 'v1', kind: 'Service', object: service })
      const failures = await writer.apply(key, plan).then(
        () => skipped,
        (e: unknown) => [...skipped, e],
      )
      for (const t of told) event(t.type, t.reason, t.message)
      if (failures.length === 0) return
      // Without the pods in question the rest is up to date; the service is looked at again.
      const error = aggregate(failures)
      event('Warning', 'FailedToUpdateEndpointSlices', `Error updating Endpoint Slices for Service ${key}: ${messageOf(error)}`)
      throw error
    }

    startWorkers({
      ...{ queue: topology, workers: 1, signal: ctx.signal },
      sync: async () => zones.resized(sharesOf(nodes.lister.list())).forEach((key) => queue.add(key)),
      onError: (e) => ctx.onError(e, 'topology of endpoints'),
    })
    startWorkers({
      queue,
      workers: 5,
      signal: ctx.signal,
      sync,
      onError: unlessConflict(ctx, (key) => `endpoint slices of ${key}`),
    })
  },
}

/** `skipped`: pods on nodes that are not there (any more), which nobody could reach; unless the service says that everything counts. */
function groupsOf(
  service: Service,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
): { groups: SliceGroup[]; skipped: Error[] } {
  const groups = new Map<string, SliceGroup>()
  const skipped: Error[] = []
  const { namespace, name } = service.metadata
  for (const addressType of addressTypes(service)) {
    for (const pod of pods) {
      if (!belongs(pod, true)) continue
      const ports = portsOf(service, pod)
      const key = JSON.stringify([addressType, ports])
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = { addressType, ports, endpoints: [] }))
      const { nodeName = '' } = pod.spec ?? {}
      const node = nodeOf(nodeName)
      if (node === undefined && service.spec?.publishNotReadyAddresses !== true) {
        skipped.push(new Error(`skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${nodeName} Not Found`))
        continue
      }
      const endpoint = endpointOf(service, pod, addressType, node)
      if (endpoint.addresses.length === 0) continue
      group.endpoints.push({ ...endpoint, ...closeHints(service, endpoint) })
    }
  }
  return { groups: [...groups.values()], skipped }
}

/** One error for all, as the original's aggregates are written. */
function aggregate(errors: readonly unknown[]): Error {
  if (errors.length === 1) return asError(errors[0])
  return new Error(`[${[...new Set(errors.map(messageOf))].join(', ')}]`)
}

function endpointOf(service: Service, pod: Pod, type: AddressType, node: Node | undefined): SliceEndpoint {
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp != null
  const { namespace, name, uid } = pod.metadata
  const hostname = hostnameOf(pod, service)
  const nodeName = pod.spec?.nodeName
  const zone = node?.metadata.labels?.[ZONE]
  return {
    addresses: addressesOf(pod, type),
    conditions: { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === undefined || nodeName === '' ? {} : { nodeName }),
    ...(zone === undefined || zone === '' ? {} : { zone }),
  }
}

function portsOf(service: Service, pod: Pod): SlicePort[] {
  const out: SlicePort[] = []
  for (const p of service.spec?.ports ?? []) {
    const port = portOf(pod, p)
    if (port !== undefined) out.push(slicePort(p, port))
  }
  return out
}

const slicePort = (p: ServicePort, port: number): SlicePort => ({
  name: p.name ?? '',
  port,
  protocol: p.protocol ?? 'TCP',
  ...(p.appProtocol === undefined ? {} : { appProtocol: p.appProtocol }),
})

function labelsFor(service: Service): Strings {
  const { [HEADLESS]: _h, [MANAGED_BY]: _m, [SERVICE_NAME]: _s, ...labels } = service.metadata.labels ?? {}
  return {
    ...labels,
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
    [SERVICE_NAME]: service.metadata.name ?? '',
    [MANAGED_BY]: MANAGER,
  }
}

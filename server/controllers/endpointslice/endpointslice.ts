import type { Node, Pod, Service, ServicePort, Strings } from '../../client/objects.ts'
import { dropManagedFields } from '../../client/informer.ts'
import { NODES } from '../../client/resource.ts'
import { splitKey } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
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
import { MANAGED_BY, SERVICE_NAME, SliceWriter } from './slice-writer.ts'
import { planSlices, type SliceEndpoint, type SliceGroup, type SlicePort } from './slices.ts'

const MANAGER = 'endpointslice-controller.k8s.io'
const HEADLESS = 'service.kubernetes.io/headless'
const ZONE = 'topology.kubernetes.io/zone'

/** The EndpointSlices of each service with a selector: which pods are behind it, and in what state. */
export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  async start(ctx) {
    const queue = ctx.workQueue('endpoint_slice')
    const view = new ServicePods(ctx, queue)
    const writer = new SliceWriter(ctx, MANAGER)
    const nodes = ctx.informers.informer<Node>(NODES, { transform: dropManagedFields })
    const triggers = new TriggerTimes()
    const recorder = ctx.recorder('endpoint-slice-controller')
    const look = (s: Parameters<typeof writer.isMine>[0]): void => {
      if (writer.isMine(s)) queue.add(`${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME] ?? ''}`)
    }
    writer.slices.addHandler({ added: look, updated: look, deleted: look })
    await Promise.all([view.start(), writer.slices.synced(), nodes.synced()])

    async function sync(key: string): Promise<void> {
      const service = view.services.lister.getByKey(key)
      if (service === undefined) {
        // The slices follow by their owner reference.
        triggers.forget(key)
        return writer.forget(key)
      }
      if (service.spec?.type === 'ExternalName' || service.spec?.selector === undefined) return
      const existing = writer.of(key)
      // The event that ends this wait puts the key back.
      if (existing === undefined) return
      const { namespace, name } = splitKey(key)
      const pods = view.podsOf(service)
      const plan = planSlices(
        existing,
        groupsOf(service, pods, (n) => nodes.lister.get(n)),
        {
          namespace,
          name,
          labels: labelsFor(service),
          owner: controllerRef(service, 'v1', 'Service'),
          triggerTime: triggers.next(service, pods),
          always: addressTypes(service),
        },
      )
      try {
        await writer.apply(key, plan)
      } catch (e) {
        if (!isStatusError(e, 'Conflict')) {
          const text = `Error updating Endpoint Slices for Service ${key}: ${e instanceof Error ? e.message : String(e)}`
          recorder.event({ apiVersion: 'v1', kind: 'Service', object: service }, 'Warning', 'FailedToUpdateEndpointSlices', text)
        }
        throw e
      }
    }

    startWorkers({
      queue,
      workers: 5,
      signal: ctx.signal,
      sync,
      onError: unlessConflict(ctx, (key) => `endpoint slices of ${key}`),
    })
  },
}

function groupsOf(service: Service, pods: readonly Pod[], nodeOf: (name: string) => Node | undefined): SliceGroup[] {
  const groups = new Map<string, SliceGroup>()
  for (const addressType of addressTypes(service)) {
    for (const pod of pods) {
      if (!belongs(pod, true)) continue
      const endpoint = endpointOf(service, pod, addressType, nodeOf)
      if (endpoint.addresses.length === 0) continue
      const ports = portsOf(service, pod)
      const key = JSON.stringify([addressType, ports])
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = { addressType, ports, endpoints: [] }))
      group.endpoints.push(endpoint)
    }
  }
  return [...groups.values()]
}

function endpointOf(service: Service, pod: Pod, type: AddressType, nodeOf: (name: string) => Node | undefined): SliceEndpoint {
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp != null
  const { namespace, name, uid } = pod.metadata
  const hostname = hostnameOf(pod, service)
  const nodeName = pod.spec?.nodeName
  const zone = nodeName === undefined ? undefined : nodeOf(nodeName)?.metadata.labels?.[ZONE]
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

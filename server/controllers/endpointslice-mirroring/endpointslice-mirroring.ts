import { isIP } from 'node:net'
import type { Service, Strings } from '../../client/objects.ts'
import { ENDPOINTS, SERVICES } from '../../client/resource.ts'
import { keyOf, splitKey } from '../../client/store.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import type { EndpointAddress } from '../endpoints/subsets.ts'
import { MANAGED_BY, SERVICE_NAME, SliceWriter } from '../endpointslice/slice-writer.ts'
import { planSlices, type SliceEndpoint, type SliceGroup } from '../endpointslice/slices.ts'
import { controllerRef } from '../owners.ts'

const MANAGER = 'endpointslicemirroring-controller.k8s.io'
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
// --mirroring-max-endpoints-per-subset
const MAX_PER_SUBSET = 1000

/** Endpoints that people write for services without a selector, as EndpointSlices: what kube-proxy and others read. */
export const endpointSliceMirroringController: Controller = {
  name: 'endpointslice-mirroring-controller',
  account: 'endpointslicemirroring-controller',
  async start(ctx) {
    const queue = ctx.workQueue('endpoint_slice_mirroring')
    const services = ctx.informers.informer<Service>(SERVICES)
    const endpoints = ctx.informers.informer<Endpoints>(ENDPOINTS)
    const writer = new SliceWriter(ctx, MANAGER)
    const look = (o: Service | Endpoints): void => queue.add(keyOf(o))
    services.addHandler({ added: look, updated: look, deleted: look })
    endpoints.addHandler({ added: look, updated: look, deleted: look })
    const lookAtSlice = (s: Parameters<typeof writer.isMine>[0]): void => {
      if (writer.isMine(s)) queue.add(`${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME] ?? ''}`)
    }
    writer.slices.addHandler({ added: lookAtSlice, updated: lookAtSlice, deleted: lookAtSlice })
    await Promise.all([services.synced(), endpoints.synced(), writer.slices.synced()])

    async function sync(key: string): Promise<void> {
      const existing = writer.of(key)
      if (existing === undefined) return
      const source = endpoints.lister.getByKey(key)
      const service = services.lister.getByKey(key)
      if (source === undefined || service === undefined || service.spec?.selector !== undefined || !mayMirror(source)) {
        if (existing.length > 0) await writer.apply(key, { create: [], update: [], delete: existing })
        return
      }
      const { namespace, name } = splitKey(key)
      const { [LAST_APPLIED]: _, ...annotations } = source.metadata.annotations ?? {}
      const plan = planSlices(existing, groupsOf(source), {
        namespace,
        name,
        labels: labelsFor(source, name),
        annotations,
        owner: controllerRef(source, 'v1', 'Endpoints'),
        triggerTime: undefined,
        always: [],
      })
      await writer.apply(key, plan)
    }

    startWorkers({
      queue,
      workers: 5,
      signal: ctx.signal,
      sync,
      onError: unlessConflict(ctx, (key) => `mirrored endpoint slices of ${key}`),
    })
  },
}

function mayMirror(source: Endpoints): boolean {
  return source.metadata.labels?.[SKIP] !== 'true' && source.metadata.annotations?.[LEADER] === undefined
}

function labelsFor(source: Endpoints, service: string): Strings {
  const { [SKIP]: _, [MANAGED_BY]: _m, [SERVICE_NAME]: _s, ...labels } = source.metadata.labels ?? {}
  return { ...labels, [SERVICE_NAME]: service, [MANAGED_BY]: MANAGER }
}

function groupsOf(source: Endpoints): SliceGroup[] {
  const groups = new Map<string, SliceGroup>()
  for (const subset of source.subsets ?? []) {
    const ports = (subset.ports ?? []).map((p) => ({ ...p, name: p.name ?? '', protocol: p.protocol ?? 'TCP' }))
    const all = [
      ...(subset.addresses ?? []).map((a) => ({ a, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((a) => ({ a, ready: false })),
    ]
    for (const { a, ready } of all.slice(0, MAX_PER_SUBSET)) {
      const family = isIP(a.ip)
      if (family === 0) continue
      const addressType = `IPv${family}`
      const key = JSON.stringify([addressType, ports])
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = { addressType, ports, endpoints: [] }))
      group.endpoints.push(endpointOf(a, ready))
    }
  }
  return [...groups.values()]
}

function endpointOf(a: EndpointAddress, ready: boolean): SliceEndpoint {
  const { ip, hostname, nodeName, targetRef } = a
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  }
}

import type { Service } from '../../client/objects.ts'
import { ENDPOINTS, SERVICES } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import { SERVICE_NAME, SliceWriter } from '../endpointslice/slice-writer.ts'
import { MANAGER, MAX_PER_SUBSET, mirror } from './mirror.ts'

const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'

/** Endpoints that people write for services without a selector, as EndpointSlices: what kube-proxy and others read. */
export const endpointSliceMirroringController: Controller = {
  name: 'endpointslice-mirroring-controller',
  account: 'endpointslicemirroring-controller',
  async start(ctx) {
    const queue = ctx.workQueue('endpoint_slice_mirroring')
    const services = ctx.informers.informer<Service>(SERVICES)
    const endpoints = ctx.informers.informer<Endpoints>(ENDPOINTS)
    const writer = new SliceWriter(ctx, MANAGER, 'Endpoints')
    const recorder = ctx.recorder('endpoint-slice-mirroring-controller')
    const look = (o: Service | Endpoints): void => queue.add(keyOf(o))
    services.addHandler({ added: look, updated: look, deleted: look })
    endpoints.addHandler({ added: look, updated: look, deleted: look })
    const lookAtSlice = (s: Parameters<typeof writer.isMine>[0]): void => {
      if (writer.isMine(s)) queue.add(`${s.metadata.namespace}/${s.metadata.labels?.[SERVICE_NAME] ?? ''}`)
    }
    writer.slices.addHandler({ added: lookAtSlice, updated: lookAtSlice, deleted: lookAtSlice })
    await Promise.all([services.synced(), endpoints.synced(), writer.slices.synced()])

    async function sync(key: string): Promise<void> {
      const existing = await writer.of(key)
      if (existing === undefined) return
      const source = endpoints.lister.getByKey(key)
      const service = services.lister.getByKey(key)
      if (source === undefined || service === undefined || service.spec?.selector !== undefined || !mayMirror(source)) {
        if (existing.length > 0) await writer.apply(key, { create: [], update: [], delete: existing })
        return
      }
      const { plan, invalid, skipped } = mirror(source, existing)
      const warn = (reason: string, message: string): void =>
        recorder.event({ apiVersion: 'v1', kind: 'Endpoints', object: source }, 'Warning', reason, message)
      if (invalid > 0) warn('InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`)
      if (skipped > invalid) {
        const most = `A max of ${MAX_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset.`
        warn('TooManyAddressesToMirror', `${most} ${skipped} addresses were skipped`)
      }
      if (source.metadata.deletionTimestamp != null) plan.create = []
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

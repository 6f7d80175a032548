import { isDeepStrictEqual } from 'node:util'
import type { Service, Strings } from '../../client/objects.ts'
import { ENDPOINTS } from '../../client/resource.ts'
import { splitKey } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import type { Controller } from '../controller.ts'
import { isTerminating } from '../namespace/terminating.ts'
import { isHeadless, ServicePods, TRIGGER_TIME, TriggerTimes } from './service-pods.ts'
import { subsetsOf, truncate, type EndpointSubset } from './subsets.ts'

export interface Endpoints extends KubeObject {
  subsets?: EndpointSubset[]
}

const HEADLESS = 'service.kubernetes.io/headless'
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'

/** The Endpoints object of each service with a selector: the old view of what EndpointSlices say. */
export const endpointsController: Controller = {
  name: 'endpoints-controller',
  account: 'endpoint-controller',
  async start(ctx) {
    const queue = ctx.workQueue('endpoint')
    const view = new ServicePods(ctx, queue)
    const endpoints = ctx.informers.informer<Endpoints>(ENDPOINTS)
    const triggers = new TriggerTimes()
    const recorder = ctx.recorder('endpoint-controller')
    const client = ctx.client.resource<Endpoints>(ENDPOINTS)
    const { signal } = ctx
    /** Revisions that have been written over, by key: while the informer still shows one, there is no telling what is there (staleEndpointsTracker). */
    const replaced = new Map<string, string | undefined>()
    // Somebody removed or changed it: put it right.
    const look = (e: Endpoints): void => queue.add(`${e.metadata.namespace}/${e.metadata.name}`)
    endpoints.addHandler({ deleted: look })
    await Promise.all([view.start(), endpoints.synced()])

    async function sync(key: string): Promise<void> {
      const { namespace, name } = splitKey(key)
      const service = view.services.lister.getByKey(key)
      if (service === undefined) {
        triggers.forget(key)
        replaced.delete(key)
        if (endpoints.lister.getByKey(key) === undefined) return
        return void (await client.delete(name, { namespace, signal }).catch(ignoreMissing))
      }
      if (service.spec?.type === 'ExternalName' || service.spec?.selector === undefined) return
      const pods = view.podsOf(service)
      const trigger = triggers.next(service, pods)
      const subsets = subsetsOf(service, pods)
      const cut = truncate(subsets)
      const current = endpoints.lister.getByKey(key)
      if (current !== undefined && replaced.get(key) === current.metadata.resourceVersion) throw new BehindError()
      const labels = labelsFor(service)
      const annotated = (current?.metadata.annotations?.[OVER_CAPACITY] === 'truncated') === cut
      if (
        current !== undefined &&
        annotated &&
        areSame(current.subsets ?? [], subsets) &&
        isDeepStrictEqual(current.metadata.labels, labels)
      )
        return
      const annotations: Strings = { ...current?.metadata.annotations }
      delete annotations[TRIGGER_TIME]
      delete annotations[OVER_CAPACITY]
      if (trigger !== undefined) annotations[TRIGGER_TIME] = trigger
      if (cut) annotations[OVER_CAPACITY] = 'truncated'
      const metadata = current === undefined ? { name, namespace } : current.metadata
      const next: Endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { ...metadata, labels, annotations }, subsets }
      try {
        if (current === undefined) await client.create(next, { signal })
        else {
          await client.update(next, { signal })
          replaced.set(key, current.metadata.resourceVersion)
        }
      } catch (e) {
        if (isTerminating(e)) return
        const verb = current === undefined ? 'create' : 'update'
        const what = current === undefined ? `create endpoint for service ${namespace}/${name}` : `update endpoint ${namespace}/${name}`
        const reason = verb === 'create' ? 'FailedToCreateEndpoint' : 'FailedToUpdateEndpoint'
        const text = `Failed to ${what}: ${e instanceof Error ? e.message : String(e)}`
        recorder.event({ apiVersion: 'v1', kind: 'Endpoints', object: next }, 'Warning', reason, text)
        throw e
      }
    }

    startWorkers({
      queue,
      workers: 5,
      signal,
      sync,
      onError: (e, key) => {
        if (!(e instanceof BehindError) && !isStatusError(e, 'Conflict') && !isStatusError(e, 'AlreadyExists'))
          ctx.onError(e, `endpoints ${key}`)
      },
    })
  },
}

/** The informer has not heard yet of what was written last: the service is looked at again a little later. */
class BehindError extends Error {
  override name = 'BehindError'
}

function ignoreMissing(e: unknown): void {
  if (!isStatusError(e, 'NotFound')) throw e
}

/** Whoever wrote them: kube-controller-manager orders subsets and ports by a hash. */
function areSame(some: readonly EndpointSubset[], others: readonly EndpointSubset[]): boolean {
  const spelled = (x: unknown): string =>
    JSON.stringify(x, (_, v: unknown) => (isPlain(v) ? Object.fromEntries(Object.entries(v).sort()) : v))
  const sorted = (subsets: readonly EndpointSubset[]): string[] =>
    subsets.map((s) => spelled({ ...s, ports: (s.ports ?? []).map(spelled).sort() })).sort()
  return isDeepStrictEqual(some, others) || isDeepStrictEqual(sorted(some), sorted(others))
}

const isPlain = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

function labelsFor(service: Service): Strings {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {}
  return { ...labels, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}), [MANAGED_BY]: 'endpoint-controller' }
}

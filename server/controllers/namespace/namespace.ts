import type { Namespace } from '../../client/objects.ts'
import { NAMESPACES, type ResourceId } from '../../client/resource.ts'
import type { ObjectMeta } from '../../machinery/types.ts'
import { formatTime } from '../../machinery/clock.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { inParallel, type Controller, type ControllerContext } from '../controller.ts'
import { discover, type DiscoveredResource } from '../discovery.ts'
import { nextConditions, type DeletionOutcome } from './conditions.ts'

const FINALIZER = 'kubernetes'
const PAGE = 500
const PARALLEL_KINDS = 8
const PARALLEL_DELETES = 64
// A server works through one deletecollection object by object; many objects go faster as many deletes at once.
const MANY = 100

/** Objects still there: a reason to look again soon, not an error. */
class ContentRemains extends Error {
  override name = 'ContentRemains'
}

/**
 * Empties namespaces that are being deleted, then lets them go: everything that can be deleted is, pods first, because
 * what they use should outlive them; when all is gone, the `kubernetes` finalizer is taken off.
 */
export const namespaceController: Controller = {
  name: 'namespace-controller',
  async start(ctx) {
    // Between two looks at a namespace whose pods are still shutting down: 50 ms, doubling up to 2 s.
    const queue = ctx.workQueue('namespace', { baseDelayMs: 50, maxDelayMs: 2000 })
    const informer = ctx.informers.informer<Namespace>(NAMESPACES)
    const look = (ns: Namespace): void => {
      if (ns.metadata.deletionTimestamp != null) queue.add(ns.metadata.name ?? '')
    }
    informer.addHandler({ added: look, updated: look })
    await informer.synced()
    startWorkers({
      queue,
      workers: 10,
      signal: ctx.signal,
      sync: (name) => syncNamespace(ctx, name),
      onError: (e, key) => {
        if (!(e instanceof ContentRemains)) ctx.onError(e, `namespace ${key}`)
      },
    })
  },
}

async function syncNamespace(ctx: ControllerContext, name: string): Promise<void> {
  const namespaces = ctx.client.resource<Namespace>(NAMESPACES)
  try {
    const ns = await namespaces.get(name, { signal: ctx.signal })
    if (ns.metadata.deletionTimestamp == null || !(ns.spec?.finalizers ?? []).includes(FINALIZER)) return
    const { outcome, remains, failure } = await deleteContent(ctx, ns)
    // Also when all is well: a namespace that others hold stays, and must not go on saying what was in its way.
    const conditions = nextConditions(ns.status?.conditions ?? [], outcome, formatTime(ctx.clock.now()))
    let told = ns
    if (conditions !== undefined) {
      const status = { ...ns.status, phase: 'Terminating', conditions }
      told = await namespaces.updateStatus({ ...ns, status }, { signal: ctx.signal })
    }
    if (failure !== undefined) throw new Error(failure)
    if (remains) throw new ContentRemains(name)
    const finalizers = (told.spec?.finalizers ?? []).filter((f) => f !== FINALIZER)
    const released = { ...told, apiVersion: 'v1', kind: 'Namespace', spec: { ...told.spec, finalizers } }
    await namespaces.subresource('PUT', name, 'finalize', released, { signal: ctx.signal })
  } catch (e) {
    if (!isStatusError(e, 'NotFound')) throw e
  }
}

interface Left {
  resource: DiscoveredResource
  items: ObjectMeta[]
}

/** Whether nothing says why these are still there: no finalizer, and no time that pods have to shut down since the namespace was deleted. */
function isUnexpected({ resource, items }: Left, namespaceDeletedAt: number, now: number): boolean {
  if (items.some((m) => (m.finalizers ?? []).length > 0)) return false
  const graceSeconds = isPods(resource) ? Math.max(0, ...items.map((m) => Number(m.deletionGracePeriodSeconds ?? 0))) : 0
  return now - namespaceDeletedAt >= graceSeconds * 1000
}

const isPods = (r: ResourceId): boolean => r.group === '' && r.resource === 'pods'

/** What came of it, whether objects are still there, and what somebody has to be told of besides. */
async function deleteContent(
  ctx: ControllerContext,
  { metadata }: Namespace,
): Promise<{ outcome: DeletionOutcome; remains: boolean; failure: string | undefined }> {
  const { name: namespace = '', deletionTimestamp } = metadata
  const { resources, failures } = await discover(ctx.client, ctx.signal)
  const deletable = resources.filter((r) => r.namespaced && r.verbs.includes('delete') && r.verbs.includes('list'))
  const left: Left[] = []
  const sweep = (some: DiscoveredResource[]): Promise<unknown[]> =>
    inParallel(some, PARALLEL_KINDS, async (r) => {
      const items = await deleteAll(ctx, r, namespace)
      if (items.length > 0) left.push({ resource: r, items })
    })
  const errors = await sweep(deletable.filter(isPods))
  const podsLeft = left.length > 0
  // Pods that could not be asked for keep nothing else; those that are there do.
  if (!podsLeft) errors.push(...(await sweep(deletable.filter((r) => !isPods(r)))))
  // While it waits for pods upstream counts nothing, and says that no content and no finalizers remain (deleteAllContent).
  const counted = podsLeft ? [] : left
  const finalizers = new Map<string, number>()
  for (const { items } of counted) {
    for (const f of items.flatMap((m) => m.finalizers ?? [])) finalizers.set(f, (finalizers.get(f) ?? 0) + 1)
  }
  const said = errors.map((e) => (e instanceof Error ? e.message : String(e)))
  const [deletedAt, now] = [Date.parse(deletionTimestamp ?? ''), ctx.clock.now()]
  const unexpected = left
    .filter((l) => isUnexpected(l, deletedAt, now))
    .map(({ resource: r }) => {
      const gvr = `${r.group}/${r.version}, Resource=${r.resource}`
      return `unexpected items still remain in namespace: ${namespace} for gvr: ${gvr}`
    })
  const outcome = {
    discoveryFailures: failures,
    errors: [...said, ...unexpected],
    remaining: new Map(counted.map(({ resource: r, items }) => [`${r.resource}.${r.group}`, items.length])),
    finalizers,
  }
  return { outcome, remains: left.length > 0, failure: said[0] ?? [...failures][0]?.join(': ') }
}

/** Deletes what is not being deleted yet; resolves with what is left afterwards. Most kinds are empty and cost one small list. */
async function deleteAll(ctx: ControllerContext, r: DiscoveredResource, namespace: string): Promise<ObjectMeta[]> {
  try {
    const before = await listMetadata(ctx, r, namespace)
    if (!before.some((m) => m.deletionTimestamp == null)) return before
    const options = { namespace, propagationPolicy: 'Background' as const, signal: ctx.signal }
    const resource = ctx.client.resource(r)
    if (r.verbs.includes('deletecollection') && before.length <= MANY) await resource.deleteCollection(options)
    else {
      const errors = await inParallel(before, PARALLEL_DELETES, async (m) => {
        await resource.delete(m.name ?? '', options).catch((e: unknown) => {
          if (!isStatusError(e, 'NotFound')) throw e
        })
      })
      if (errors.length > 0) throw errors[0]
    }
    return await listMetadata(ctx, r, namespace)
  } catch (e) {
    // A kind that went away, or cannot be listed after all, has nothing to delete.
    if (isStatusError(e, 'NotFound') || isStatusError(e, 'MethodNotAllowed')) return []
    throw e
  }
}

async function listMetadata(ctx: ControllerContext, r: ResourceId, namespace: string): Promise<ObjectMeta[]> {
  const out: ObjectMeta[] = []
  let next: string | undefined
  do {
    const page = await ctx.client.resource(r).list({
      namespace,
      metadataOnly: true,
      limit: PAGE,
      signal: ctx.signal,
      ...(next === undefined ? {} : { continue: next }),
    })
    for (const item of page.items) out.push(item.metadata)
    next = page.metadata.continue
  } while (next !== undefined && next !== '')
  return out
}

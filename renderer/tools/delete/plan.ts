import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { byName } from '../../kube/order.ts'
import { eachOf } from '../../kube/parallel.ts'
import type { RowRef } from '../../kube/protocol.ts'
import { rowKey } from '../../kube/store.ts'
import { can, type Resource, resourceKey, resourceOfKind, resourcePath } from '../../kube/resource.ts'
import type { KubeList, KubeObject } from '../../kube/types.ts'
import { type Budget, type BudgetImpact, budgetImpacts } from './budgets.ts'
import { controllersOf, type Maker, makesAgain } from './makers.ts'

/** Something that goes when the chosen objects go. */
export interface Dependent {
  resource: Resource
  name: string
  namespace: string
  uid: string
  /** 1 for what the chosen object owns, 2 for what that owns, and so on. */
  depth: number
}

export interface KindCount {
  resource: Resource
  count: number
  /** The server told that there are more than could be counted. */
  atLeast: boolean
}

export interface DeletePlan {
  dependents: Dependent[]
  /** What a namespace or a node holds, by kind. */
  contents: KindCount[]
  /** Controllers that stay, and make some of the objects again. */
  makers: Maker[]
  /** PodDisruptionBudgets of whose pods some go. A deletion does not ask them: only an eviction does. */
  budgets: BudgetImpact[]
  /** Kinds that could not be looked at, with the server's words. */
  unknown: { kind: string; message: string }[]
  /** Kinds of which there are more objects than were searched for owners. */
  partial: string[]
}

/** Deleting these loses what no controller makes again: the name is asked for. */
const finalKinds = new Set([
  'namespaces',
  'nodes',
  'persistentvolumes',
  'persistentvolumeclaims',
  'customresourcedefinitions.apiextensions.k8s.io',
  'statefulsets.apps',
  'secrets',
  'apiservices.apiregistration.k8s.io',
])
export const isFinal = (resource: Resource): boolean => finalKinds.has(resourceKey(resource))

/** From as many objects on, those that go along included, a click is too little. */
const many = 20

/** Whether what is lost is final or large: then a word is typed before it happens. `orphan`: what the objects own stays. */
export function needsTyping(resource: Resource, chosen: number, plan: DeletePlan | undefined, orphan: boolean): boolean {
  const along = orphan ? 0 : (plan?.dependents.length ?? 0)
  return isFinal(resource) || chosen + along >= many || (plan?.budgets.some((budget) => budget.broken) ?? false)
}

/** Dependents by kind: those nearest to the chosen objects first, then the most. */
export function byKind(dependents: readonly Dependent[]): { resource: Resource; all: Dependent[] }[] {
  const groups = new Map<string, { resource: Resource; all: Dependent[] }>()
  for (const dependent of dependents) {
    const key = resourceKey(dependent.resource)
    const group = groups.get(key)
    if (group) group.all.push(dependent)
    else groups.set(key, { resource: dependent.resource, all: [dependent] })
  }
  const depth = (all: Dependent[]): number => Math.min(...all.map((d) => d.depth))
  return [...groups.values()].sort((a, b) => depth(a.all) - depth(b.all) || b.all.length - a.all.length)
}

const metadataList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
/** More objects of one kind than this are not searched for owners; the plan says so. */
export const searched = 50_000
const pageSize = 5_000
export const atOnce = 6

/** Kinds whose objects come and go by themselves: they say nothing about what a deletion costs. */
const noise = new Set(['events', 'events.events.k8s.io', 'leases.coordination.k8s.io', 'componentstatuses', 'bindings'])

/** Looks up what goes with the objects. Rejects only with an abort; a kind that cannot be listed is named in `unknown`. */
export async function makePlan(
  context: string,
  resource: Resource,
  objects: readonly RowRef[],
  all: readonly Resource[],
  signal: AbortSignal,
): Promise<DeletePlan> {
  const kinds = all.filter((r) => can(r, 'list', 'delete') && !noise.has(resourceKey(r)))
  const plan: DeletePlan = { dependents: [], contents: [], makers: [], budgets: [], unknown: [], partial: [] }
  const key = resourceKey(resource)
  if (key === 'namespaces') {
    await eachKind(
      kinds.filter((r) => r.namespaced),
      plan,
      signal,
      async (r) => {
        let count = 0
        let atLeast = false
        for (const object of objects) {
          const counted = await countIn(context, r, object.name, signal)
          count += counted.count
          atLeast ||= counted.atLeast
        }
        if (count > 0) plan.contents.push({ resource: r, count, atLeast })
      },
    )
    plan.contents.sort((a, b) => b.count - a.count || byName(a.resource.kind, b.resource.kind))
    return plan
  }
  if (key === 'nodes') {
    const pods = kinds.find((r) => resourceKey(r) === 'pods')
    if (pods)
      await eachKind([pods], plan, signal, async (r) => {
        for (const object of objects) {
          const selector = `fieldSelector=${encodeURIComponent(`spec.nodeName=${object.name}`)}`
          for await (const item of everyObject(context, r, '', selector, plan, signal)) plan.dependents.push(dependent(r, item, 1))
        }
      })
  }
  const namespaces = new Set(objects.map((object) => object.namespace))
  const candidates: { resource: Resource; object: KubeObject }[] = []
  const searchable = kinds.filter((r) => r.namespaced || !resource.namespaced)
  await eachKind(searchable, plan, signal, async (r) => {
    for (const namespace of r.namespaced ? namespaces : ['']) {
      for await (const object of everyObject(context, r, namespace, '', plan, signal))
        if (object.metadata.ownerReferences?.length) candidates.push({ resource: r, object })
    }
  })
  const chosen = new Set(objects.map((object) => object.key))
  plan.dependents.push(...ownedBy([...chosen], candidates))
  const owned = candidates.flatMap(({ object }) => (chosen.has(rowKey(object)) ? [object] : []))
  plan.makers = await findMakers(context, owned, all, signal)
  const going = plan.dependents.filter((d) => resourceKey(d.resource) === 'pods')
  if (key === 'pods') going.push(...objects.map(({ key: uid, name, namespace }) => ({ resource, uid, name, namespace, depth: 0 })))
  await findBudgets(context, going, kinds, plan, signal)
  return plan
}

/** More controllers than this are not asked one by one whether they still want what they own. */
const mostMakers = 30

async function findMakers(context: string, chosen: readonly KubeObject[], all: readonly Resource[], signal: AbortSignal): Promise<Maker[]> {
  const found = controllersOf(chosen).slice(0, mostMakers)
  const asked = await Promise.all(
    found.map(async ({ owner, namespace, count, loop }): Promise<Maker[]> => {
      const resource = resourceOfKind(all, owner.apiVersion, owner.kind)
      if (!resource) return []
      const path = clusterPath(context, resourcePath(resource, namespace, owner.name))
      const object = await requestJson<KubeObject>(path, { signal }).catch(() => undefined)
      signal.throwIfAborted()
      // An owner that is gone has its objects collected; the kind is missing in what some servers answer.
      if (!object || object.metadata.uid !== owner.uid || !makesAgain({ ...object, kind: owner.kind })) return []
      return [{ kind: owner.kind, name: owner.name, namespace, count, loop }]
    }),
  )
  return asked.flat()
}

async function findBudgets(
  context: string,
  going: readonly Dependent[],
  kinds: readonly Resource[],
  plan: DeletePlan,
  signal: AbortSignal,
): Promise<void> {
  const budgets = kinds.find((r) => resourceKey(r) === 'poddisruptionbudgets.policy')
  const pods = kinds.find((r) => resourceKey(r) === 'pods')
  if (!budgets || !pods || going.length === 0) return
  const uids = new Set(going.map((pod) => pod.uid))
  const namespaces = new Set(going.map((pod) => pod.namespace))
  await eachKind([budgets], plan, signal, async (r) => {
    for (const namespace of namespaces) {
      const path = clusterPath(context, resourcePath(r, namespace))
      const list = (await requestJson<{ items: Budget[] | null }>(path, { signal })).items ?? []
      if (list.length === 0) continue
      const there = []
      for await (const { metadata } of everyObject(context, pods, namespace, '', plan, signal))
        there.push({ uid: metadata.uid ?? '', namespace, labels: metadata.labels })
      plan.budgets.push(...budgetImpacts(list, there, uids))
    }
  })
}

/** Everything that the owners own, directly or through others; each once. */
export function ownedBy(owners: readonly string[], candidates: readonly { resource: Resource; object: KubeObject }[]): Dependent[] {
  const children = new Map<string, { resource: Resource; object: KubeObject }[]>()
  for (const candidate of candidates) {
    for (const owner of candidate.object.metadata.ownerReferences ?? []) {
      const known = children.get(owner.uid)
      if (known) known.push(candidate)
      else children.set(owner.uid, [candidate])
    }
  }
  const found: Dependent[] = []
  const seen = new Set(owners)
  let level = [...owners]
  for (let depth = 1; level.length > 0; depth++) {
    const next: string[] = []
    for (const uid of level) {
      for (const child of children.get(uid) ?? []) {
        const childUid = child.object.metadata.uid ?? ''
        if (seen.has(childUid)) continue
        seen.add(childUid)
        found.push(dependent(child.resource, child.object, depth))
        next.push(childUid)
      }
    }
    level = next
  }
  return found
}

const dependent = (resource: Resource, { metadata }: KubeObject, depth: number): Dependent => ({
  resource,
  name: metadata.name,
  namespace: metadata.namespace ?? '',
  uid: metadata.uid ?? '',
  depth,
})

async function listMetadata(context: string, r: Resource, namespace: string, query: string, signal: AbortSignal): Promise<KubeList> {
  const path = clusterPath(context, `${resourcePath(r, namespace)}?${query}`)
  const list = await requestJson<{ metadata: KubeList['metadata']; items: KubeObject[] | null }>(path, {
    signal,
    headers: { accept: `${metadataList},application/json` },
  })
  // Go writes an empty list's items as null.
  return { metadata: list.metadata, items: list.items ?? [] }
}

/** The objects of a collection page by page, up to `searched`; what is left then is noted in the plan. */
async function* everyObject(
  context: string,
  r: Resource,
  namespace: string,
  selector: string,
  plan: DeletePlan,
  signal: AbortSignal,
): AsyncGenerator<KubeObject, void> {
  let next = ''
  let seen = 0
  do {
    const query = [selector, `limit=${pageSize}`, next && `continue=${encodeURIComponent(next)}`].filter(Boolean).join('&')
    const page = await listMetadata(context, r, namespace, query, signal)
    yield* page.items
    seen += page.items.length
    next = page.metadata.continue ?? ''
  } while (next && seen < searched)
  if (next && !plan.partial.includes(r.kind)) plan.partial.push(r.kind)
}

async function countIn(context: string, r: Resource, namespace: string, signal: AbortSignal): Promise<{ count: number; atLeast: boolean }> {
  const list = await listMetadata(context, r, namespace, 'limit=1', signal)
  const more = list.metadata.remainingItemCount
  return { count: list.items.length + (more ?? 0), atLeast: Boolean(list.metadata.continue) && more === undefined }
}

async function eachKind(kinds: Resource[], plan: DeletePlan, signal: AbortSignal, look: (r: Resource) => Promise<void>): Promise<void> {
  await eachOf(
    kinds,
    atOnce,
    (resource) =>
      look(resource).catch((thrown: unknown) => {
        if (!signal.aborted) plan.unknown.push({ kind: resource.kind, message: thrown instanceof Error ? thrown.message : String(thrown) })
      }),
    signal,
  )
  signal.throwIfAborted()
}

export interface DeleteOutcome {
  object: RowRef
  state: 'waiting' | 'running' | 'done' | 'failed'
  error?: unknown
}

export interface DeleteChoices {
  /** What it owns stays. */
  orphan: boolean
  /** A pod is taken out of the store at once, without a word from its kubelet. */
  force: boolean
}

/** Deletes one object; only if it is still the one that was shown (uid precondition). Rejects with ApiError. */
export async function deleteObject(context: string, resource: Resource, object: RowRef, { orphan, force }: DeleteChoices): Promise<void> {
  const uid = object.key.includes('/') ? undefined : object.key
  await requestJson<unknown>(clusterPath(context, resourcePath(resource, object.namespace, object.name)), {
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: orphan ? 'Orphan' : 'Background',
      ...(force && { gracePeriodSeconds: 0 }),
      ...(uid && { preconditions: { uid } }),
    }),
  })
}

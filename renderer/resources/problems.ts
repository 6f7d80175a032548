import { going } from '../kube/going.ts'
import type { KindView } from '../kube/columns.ts'
import type { Row } from '../kube/store.ts'
import type { KubeObject, Tone } from '../kube/types.ts'
import { tlsSecrets } from './secrets/view.ts'

/** Who controls an object. */
export interface Owner {
  apiVersion: string
  kind: string
  name: string
}

/** Why pods of one owner fail: the same reason of the same container is one cause, however many pods have it. */
export interface Cause {
  /** Kubernetes' own word. */
  reason: string
  tone: Tone
  /** The component's own sentence, of the pod that is named. */
  message: string
  container?: string
  exitCode?: number
  /** The most of any of them. */
  restarts: number
  count: number
  /** When the first of them was created; ms. */
  since: number | null
  /** One of them, the newest. */
  pod: string
}

export interface PodCause extends Cause {
  namespace: string
  owner: Owner | undefined
}

/** An object of any kind whose own state asks for a look. */
export interface Trouble {
  /** Resource key; the summary that finds it is asked for one kind. */
  resource: string
  kind: string
  namespace: string
  name: string
  reason: string
  tone: Tone
  message: string
  /** The time that the reason speaks of, ms. */
  at?: number
  owner: Owner | undefined
  since: number | null
}

/** What needs a look, by whose it is. */
export interface ProblemGroup {
  key: string
  namespace: string
  owner: { kind: string; name: string; apiVersion?: string; resource?: string }
  tone: Tone
  /** The owner's own state, where that is told. */
  word: { text: string; tone: Tone } | undefined
  message: string
  /** Its own state, where that says what is to be done (`next-steps.ts`). */
  trouble?: Pick<Trouble, 'resource' | 'reason' | 'at'>
  causes: Cause[]
  since: number | null
}

const rank: Record<Tone, number> = { bad: 0, warn: 1, busy: 2, muted: 3, ok: 4 }
/** More than anybody reads on a dashboard; the counts tell the rest. */
const mostTroubles = 100

/** The controller; a ReplicaSet that a Deployment has made stands for the Deployment, whose name it begins with (util/hash of its template). */
export function ownerOf({ metadata }: Pick<KubeObject, 'metadata'>): Owner | undefined {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller)
  if (!controller) return undefined
  const hash = metadata.labels?.['pod-template-hash']
  if (controller.kind === 'ReplicaSet' && hash && controller.name.endsWith(`-${hash}`))
    return { apiVersion: 'apps/v1', kind: 'Deployment', name: controller.name.slice(0, -hash.length - 1) }
  return { apiVersion: controller.apiVersion, kind: controller.kind, name: controller.name }
}

export const createdMs = (object: Pick<KubeObject, 'metadata'>): number | null => {
  const at = Date.parse(object.metadata.creationTimestamp ?? '')
  return Number.isNaN(at) ? null : at
}

/** Counts causes: each problem is added to those that are the same. */
export class Causes {
  readonly #all = new Map<string, PodCause & { newest: number }>()

  add(one: Omit<PodCause, 'count'>): void {
    const { namespace, owner, pod, reason, container = '', exitCode = '' } = one
    const key = JSON.stringify([namespace, owner?.kind, owner?.name ?? pod, reason, container, exitCode])
    const known = this.#all.get(key)
    const since = one.since ?? 0
    if (!known) return void this.#all.set(key, { ...one, count: 1, newest: since })
    known.count++
    known.restarts = Math.max(known.restarts, one.restarts)
    known.since = earlier(known.since, one.since)
    if (since > known.newest) Object.assign(known, { pod, message: one.message, newest: since })
  }

  /** The most serious first, and of these those that most pods have. */
  list(most: number): PodCause[] {
    return [...this.#all.values()]
      .sort((a, b) => rank[a.tone] - rank[b.tone] || b.count - a.count)
      .slice(0, most)
      .map(({ newest: _, ...cause }) => cause)
  }
}

const earlier = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b))

interface Condition {
  type?: string
  status?: string
  reason?: string
  message?: string
}

/** The sentence of the condition that a word is from, else of one that speaks of a failure. */
function conditionMessage(object: KubeObject, word: string): string {
  const all = (object as { status?: { conditions?: Condition[] } }).status?.conditions
  if (!Array.isArray(all)) return ''
  const said = all.find(({ reason }) => reason === word) ?? all.find(({ status, message }) => status === 'False' && message)
  return said?.message ?? ''
}

/** Who holds an object that is being deleted: its finalizers, and of a namespace what its controller says is left in it. */
function leavingMessage(object: KubeObject): string {
  const all = (object as { status?: { conditions?: Condition[] } }).status?.conditions
  const left = Array.isArray(all) ? all.filter(({ type, status }) => status === 'True' && /(?:Remaining|Failure)$/.test(type ?? '')) : []
  return [...(object.metadata.finalizers ?? []), ...left.map(({ message }) => message)].filter(Boolean).join(', ')
}

/** Objects of one kind whose state is bad, or not well. */
export function summarizeTroubles(rows: Iterable<Row>, view: KindView): Trouble[] {
  const troubles: Trouble[] = []
  for (const { object, name, namespace } of rows) {
    const word = going(object.metadata) ?? view.status(object)
    if (!word || (word.tone !== 'bad' && word.tone !== 'warn')) continue
    const message = object.metadata.deletionTimestamp ? leavingMessage(object) : conditionMessage(object, word.text)
    troubles.push({
      resource: '',
      kind: '',
      namespace,
      name,
      reason: word.text,
      tone: word.tone,
      message,
      ...(word.at === undefined ? {} : { at: word.at }),
      owner: ownerOf(object),
      // A time that no other word comes after is when it became so.
      since: word.until === undefined ? (word.at ?? createdMs(object)) : createdMs(object),
    })
  }
  return troubles.sort((a, b) => rank[a.tone] - rank[b.tone]).slice(0, mostTroubles)
}

/** Kinds that have no state that could be bad, or whose state another one tells: pods and nodes have cards, ReplicaSets owners. */
const stateless = new Set([
  'pods',
  'nodes',
  'events',
  'events.events.k8s.io',
  'replicasets.apps',
  'controllerrevisions.apps',
  'configmaps',
  'serviceaccounts',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'limitranges',
  'resourcequotas',
  'podtemplates',
  'componentstatuses',
  'leases.coordination.k8s.io',
  'networkpolicies.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'storageclasses.storage.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'runtimeclasses.node.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  // Their schemas are more to read than a dashboard is worth.
  'customresourcedefinitions.apiextensions.k8s.io',
])
const statelessGroups = new Set(['rbac.authorization.k8s.io', 'flowcontrol.apiserver.k8s.io'])
const admission = 'admissionregistration.k8s.io'

export const mayBeInTrouble = (key: string, group: string): boolean =>
  !stateless.has(key) && !statelessGroups.has(group) && (group !== admission || key.includes('webhook'))

/** Of a kind of which only some objects have a state, those: the rest would be read for nothing. */
export const troubleSelectors: Readonly<Record<string, string>> = { secrets: tlsSecrets }

export const jobKey = (namespace: string, name: string): string => JSON.stringify([namespace, name])

/** The Jobs that pods fail of, by key: their pods do not say whose those are. */
export const jobsOf = (causes: readonly PodCause[]): string[] =>
  [...new Set(causes.flatMap(({ namespace, owner }) => (owner?.kind === 'Job' ? [jobKey(namespace, owner.name)] : [])))].sort()

/** Of these Jobs, by key, who has made them. */
export function summarizeJobOwners(rows: Iterable<Row>, keys: readonly string[]): Record<string, Owner> {
  const wanted = new Set(keys)
  const found: [string, Owner][] = []
  for (const { object, name, namespace } of rows) {
    const key = jobKey(namespace, name)
    const owner = wanted.has(key) ? ownerOf(object) : undefined
    if (owner) found.push([key, owner])
  }
  return Object.fromEntries(found)
}

const groupKey = (kind: string, namespace: string, name: string): string => JSON.stringify([kind, namespace, name])

/** One group for each owner: its own state, and why its pods fail. The most serious first, and those that are so for longest. */
export function groupProblems(
  causes: readonly PodCause[],
  troubles: readonly Trouble[],
  jobOwners: Readonly<Record<string, Owner>> = {},
): ProblemGroup[] {
  const groups = new Map<string, ProblemGroup>()
  const owners = new Map(troubles.map((trouble) => [groupKey(trouble.kind, trouble.namespace, trouble.name), trouble]))
  // A Job of a CronJob, a ReplicaSet of somebody's rollout: what is above it is whose problem it is.
  const top = (kind: string, namespace: string, name: string): { kind: string; name: string; apiVersion?: string } => {
    const above = owners.get(groupKey(kind, namespace, name))?.owner ?? (kind === 'Job' ? jobOwners[jobKey(namespace, name)] : undefined)
    return above ?? { kind, name }
  }
  const groupOf = (namespace: string, owner: ProblemGroup['owner']): ProblemGroup => {
    const key = groupKey(owner.kind, namespace, owner.name)
    const known = groups.get(key)
    if (known) {
      known.owner = { ...owner, ...known.owner }
      return known
    }
    const made: ProblemGroup = { key, namespace, owner, tone: 'ok', word: undefined, message: '', causes: [], since: null }
    groups.set(key, made)
    return made
  }
  for (const { resource, kind, namespace, name, reason, tone, message, at, owner, since } of troubles) {
    const own = owner === undefined
    const group = groupOf(namespace, own ? { kind, name, resource } : { ...owner })
    if (rank[tone] < rank[group.tone]) group.tone = tone
    group.since = earlier(group.since, since)
    if (own || group.word === undefined) Object.assign(group, { word: { text: reason, tone }, message })
    if (own) group.trouble = { resource, reason, at }
  }
  const newest = new Map<Cause, number>()
  for (const { namespace, owner, ...cause } of causes) {
    const { kind, name } = owner ?? { kind: 'Pod', name: cause.pod }
    const group = groupOf(namespace, { ...(owner ?? { apiVersion: 'v1' }), ...top(kind, namespace, name) })
    if (rank[cause.tone] < rank[group.tone]) group.tone = cause.tone
    group.since = earlier(group.since, cause.since)
    // One reason of many Jobs of one CronJob is one.
    const same = group.causes.find(
      (known) => known.reason === cause.reason && known.container === cause.container && known.exitCode === cause.exitCode,
    )
    if (!same) {
      group.causes.push(cause)
      newest.set(cause, cause.since ?? 0)
      continue
    }
    const isNewer = (cause.since ?? 0) > (newest.get(same) ?? 0)
    if (isNewer) newest.set(same, cause.since ?? 0)
    const newer = isNewer ? { pod: cause.pod, message: cause.message } : {}
    const restarts = Math.max(same.restarts, cause.restarts)
    Object.assign(same, newer, { count: same.count + cause.count, restarts, since: earlier(same.since, cause.since) })
  }
  return [...groups.values()].sort((a, b) => rank[a.tone] - rank[b.tone] || (a.since ?? 0) - (b.since ?? 0) || (a.key < b.key ? -1 : 1))
}

/** What a group is muted by: another reason, and it is seen again. */
export const muteMark = (context: string, { key, word, causes }: ProblemGroup): string =>
  JSON.stringify([context, key, ...[...new Set([...(word ? [word.text] : []), ...causes.map(({ reason }) => reason)])].sort()])

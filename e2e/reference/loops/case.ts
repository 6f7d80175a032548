import type { Client } from '../../../server/client/client.ts'
import { findCondition, type Pod } from '../../../server/client/objects.ts'
import { NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS, type ResourceId } from '../../../server/client/resource.ts'
import { formatTime } from '../../../server/machinery/clock.ts'
import { isStatusError } from '../../../server/machinery/status.ts'
import type { KubeObject } from '../../../server/machinery/types.ts'
import { resources } from './resources.ts'
import { snapshot, type Snapshot } from './snapshot.ts'

export type Json = Record<string, unknown>

/** What happens to a namespace, one thing after the other; nobody but the case plays scheduler and kubelet. After each the loops come to rest. */
export type Step =
  | { create: readonly Json[] }
  | { patch: string; body: Json; subresource?: string }
  /** As a kubelet would report it of the pods, by name; all of those of the labels without `count`. `{now}` is the time. */
  | { report: string; status: Json; count?: number }
  | { bind: string; node: string; count?: number }
  | { delete: string; options?: Json }
  /** All of a kind, or those of the labels. */
  | { deleteAll: string; labels?: string; options?: Json }
  /** Seconds. */
  | { pass: number }
  | { look: true }

export interface Case {
  name: string
  /** Nodes are in no namespace: with no other case beside it. */
  alone?: true
  /** Controllers that work beside the usual ones, which would do too much to the other cases. */
  also?: readonly string[]
  /** What is in no namespace and is looked at as well. */
  shows?: 'nodes'
  steps: readonly Step[]
}

/** What came of a case. */
export interface Answer {
  case: string
  seen: Snapshot[]
}

/** Where a case is played: the same for the original's loops, which take their time, and for ours, whose clock is the test's. */
export interface World {
  client: Client
  namespace: string
  now(): number
  /** Until nothing has been written for a while. */
  rest(): Promise<void>
  pass(seconds: number): Promise<void>
}

/** What is there at each `look`, and at the end. */
export async function play(c: Case, world: World): Promise<Snapshot[]> {
  const { client, namespace } = world
  await client.resource(NAMESPACES).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await client.resource(SERVICE_ACCOUNTS).create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }, { namespace })
  const seen: Snapshot[] = []
  for (const step of c.steps) {
    if ('look' in step) seen.push(await snapshot(world, c.shows))
    else await take(step, world)
  }
  seen.push(await snapshot(world, c.shows))
  for (const { metadata } of c.alone === true ? (await client.resource(NODES).list()).items : [])
    await client.resource(NODES).delete(metadata.name!)
  return seen
}

async function take(step: Exclude<Step, { look: true }>, world: World): Promise<void> {
  const { client, namespace } = world
  if ('pass' in step) return world.pass(step.pass)
  if ('create' in step) for (const obj of step.create) await create(obj as unknown as KubeObject, world)
  else if ('patch' in step) {
    const [id, name] = named(step.patch)
    const body = filled(step.body, world)
    const { subresource } = step
    await client
      .resource(id)
      .patch(name, { type: 'merge', body }, { ...inside(id, namespace), ...(subresource === undefined ? {} : { subresource }) })
  } else if ('delete' in step) {
    const [id, name] = named(step.delete)
    await client.resource(id).delete(name, { ...inside(id, namespace), ...step.options })
  } else if ('deleteAll' in step) {
    const id = resources[step.deleteAll]!
    const labelSelector = step.labels === undefined ? {} : { labelSelector: step.labels }
    for (const { metadata } of (await client.resource(id).list({ namespace, ...labelSelector })).items)
      await client.resource(id).delete(metadata.name!, { namespace, ...step.options })
  } else if ('bind' in step) {
    for (const pod of await podsOf(step.bind, step.count, world)) {
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name! }, target: { kind: 'Node', name: step.node } }
      await client.resource(PODS).subresource('POST', pod.metadata.name!, 'binding', body as KubeObject, { namespace })
    }
  } else {
    for (const pod of await podsOf(step.report, step.count, world)) {
      const status = filled(step.status, world)
      try {
        await client.resource(PODS).patch(pod.metadata.name!, { type: 'strategic', body: { status } }, { namespace, subresource: 'status' })
      } catch (e) {
        // What was said of the one before may have ended this one.
        if (!isStatusError(e, 'NotFound')) throw e
      }
    }
  }
  await world.rest()
}

const inside = (id: ResourceId, namespace: string): { namespace?: string } => (id.namespaced ? { namespace } : {})

function named(text: string): [ResourceId, string] {
  const [resource = '', name = ''] = text.split('/')
  const id = resources[resource]
  if (id === undefined) throw new Error(`no resource ${resource}`)
  return [id, name]
}

/** `{now}` is the time, `{now-3d}` three days before. */
const filled = (body: Json, { now }: World): Json =>
  JSON.parse(
    JSON.stringify(body).replace(/\{now(?:-(\d+)d)?\}/g, (_, days: string | undefined) =>
      formatTime(now() - Number(days ?? 0) * 86_400_000),
    ),
  ) as Json

async function create(obj: KubeObject, world: World): Promise<void> {
  const id = Object.values(resources).find((r) => r.kind === obj.kind)
  if (id === undefined) throw new Error(`no resource of ${obj.kind}`)
  const made = filled(obj as unknown as Json, world) as unknown as KubeObject
  const { status } = made as { status?: Json }
  const { name = '' } = made.metadata
  try {
    await world.client.resource(id).create(made, inside(id, world.namespace))
  } catch (e) {
    // Cases share nodes.
    if (obj.kind !== 'Node' || !isStatusError(e, 'AlreadyExists')) throw e
  }
  // A new node is tainted until its kubelet has reported.
  if (obj.kind === 'Node')
    await world.client.resource(id).patch(name, { type: 'merge', body: { spec: { taints: null, ...(made as { spec?: Json }).spec } } })
  if (status === undefined) return
  await world.client
    .resource(id)
    .patch(name, { type: 'merge', body: { status } }, { ...inside(id, world.namespace), subresource: 'status' })
}

/** Those of the labels that run no longer or not yet come last; of the others the first by name, or by index. */
async function podsOf(labelSelector: string, count: number | undefined, { client, namespace }: World): Promise<Pod[]> {
  const { items } = await client.resource<Pod>(PODS).list({ namespace, labelSelector })
  const open = items.filter((p) => p.metadata.deletionTimestamp == null && p.status?.phase !== 'Failed' && p.status?.phase !== 'Succeeded')
  const rank = (p: Pod): string => `${findCondition(p.status?.conditions, 'Ready')?.status === 'True' ? 1 : 0}${p.metadata.name}`
  const sorted = open.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  if (sorted.length < (count ?? 1)) throw new Error(`${labelSelector}: ${sorted.length} pods`)
  return sorted.slice(0, count)
}

/** Objects of the kind are made in a step of their own, when the rest has settled: what they find does not depend on who is faster. */
export const lastOf = (steps: readonly Step[], kind: string): Step[] =>
  steps.flatMap((step) => {
    if (!('create' in step) || !step.create.some((o) => o.kind === kind)) return [step]
    const others = step.create.filter((o) => o.kind !== kind)
    return [...(others.length > 0 ? [{ create: others }] : []), { create: step.create.filter((o) => o.kind === kind) }]
  })

import { isDeepStrictEqual } from 'node:util'
import { send, type Answer, type Ask, type Target } from '../conformance/http.ts'
import { DEFINITION, KINDS, metadata, NAMESPACE, type WrittenKind } from './partial-objects.ts'
import { Random } from './random.ts'

/**
 * Several writers of one object after each other: applies by three managers with and without force, updates, patches of every kind, writes of
 * the status and of managedFields, deletes. What each write answers, with who owns what, is compared with a kube-apiserver's. No answer
 * depends on the clock but by times, which are left out.
 */
type Json = Record<string, unknown>

export interface SequenceDifference {
  readonly requests: readonly Ask[]
  readonly reference: string
  readonly ours: string
}

const STEPS = 10
const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'

const JSON_PATCHES: readonly (readonly Json[])[] = [
  [{ op: 'add', path: '/metadata/labels', value: { j: '1' } }],
  [{ op: 'remove', path: '/metadata/labels/a' }],
  [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }],
  [{ op: 'remove', path: '/spec/replicas' }],
  [{ op: 'add', path: '/metadata/annotations/z', value: '9' }],
]

/** A request, made of the object as one server has it. */
type Make = (live: Json | undefined) => Ask

const patch = (path: string, type: string, body: unknown): Ask => ({
  ...{ method: 'PATCH', path, headers: { 'content-type': type, 'user-agent': 'writer/1' } },
  body: JSON.stringify(body),
})

/** Each as often as its weight says. */
const WRITES: readonly (readonly [weight: number, (r: Random, of: WrittenKind, path: string, name: string) => Make])[] = [
  [50, apply],
  [5, applyStatus],
  [15, update],
  [14, mergePatch],
  [7, (r, _of, path) => constant(patch(path, JSON_PATCH, r.pick(JSON_PATCHES)))],
  [5, (r, of, path) => constant(patch(`${path}/status?fieldManager=status`, MERGE, { status: r.pick(of.statuses) }))],
  [4, (_r, _of, path) => constant({ method: 'DELETE', path })],
]

const constant =
  (ask: Ask): Make =>
  () =>
    ask

function apply(r: Random, of: WrittenKind, path: string, name: string, whole = r.chance(0.3)): Make {
  const { apiVersion, kind } = of
  const body = { apiVersion, kind, metadata: { name, ...metadata(r) }, spec: of.spec(r, whole) }
  const options = `${r.chance(0.5) ? '&force=true' : ''}${r.chance(0.05) ? '&dryRun=All' : ''}`
  return constant(patch(`${path}?fieldManager=${r.pick(['m', 'n', 'o'])}${options}`, APPLY, body))
}

function applyStatus(r: Random, { apiVersion, kind, statuses }: WrittenKind, path: string, name: string): Make {
  return constant(
    patch(`${path}/status?fieldManager=m&force=true`, APPLY, { apiVersion, kind, metadata: { name }, status: r.pick(statuses) }),
  )
}

function mergePatch(r: Random, { kind, spec, fixed = [] }: WrittenKind, path: string): Make {
  const changed = without(spec(r, false), fixed)
  const labels = r.chance(0.3) ? { labels: { a: null } } : {}
  return constant(
    patch(`${path}?fieldManager=p`, kind === 'Widget' || r.chance(0.5) ? MERGE : STRATEGIC, {
      metadata: { ...metadata(r), ...labels },
      spec: changed,
    }),
  )
}

const without = (object: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([n]) => !names.includes(n)))

function update(r: Random, { spec, fixed = [] }: WrittenKind, path: string): Make {
  const [changed, meta, manager] = [without(spec(r, true), fixed), metadata(r), r.pick(['u', 'm'])]
  const dropped = r.chance(0.3) ? Object.keys(changed).slice(0, 1) : []
  const owners = r.weighted<((old: unknown) => unknown) | undefined>([
    [8, undefined],
    [1, () => [{}]],
    [0.5, () => []],
    [0.5, (old) => (Array.isArray(old) ? old.slice(0, 1) : old)],
  ])
  return (live) => {
    if (live === undefined) return { path }
    const old = live as { metadata: Json; spec?: Json }
    const managedFields = owners === undefined ? old.metadata.managedFields : owners(old.metadata.managedFields)
    const body = { ...old, metadata: { ...old.metadata, ...meta, managedFields }, spec: without({ ...old.spec, ...changed }, dropped) }
    return { method: 'PUT', path: `${path}?fieldManager=${manager}`, headers: { 'user-agent': 'writer/1' }, body }
  }
}

const DRAWN = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'time', 'clusterIP', 'clusterIPs', 'selfLink'])
const TIMES = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g
const VERSIONS = /(resourceVersion\W{1,20})\d+/g

/** What does not depend on chance or the clock. Causes and managers count as sets: Go walks maps in random order. */
function settled(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(TIMES, 'TIME').replace(VERSIONS, '$1N')
  if (Array.isArray(value)) return value.map(settled)
  if (typeof value !== 'object' || value === null) return value
  const out: Json = {}
  for (const [name, item] of Object.entries(value)) {
    if (DRAWN.has(name)) continue
    const of = settled(item)
    const isSet = (name === 'managedFields' || name === 'causes') && Array.isArray(of)
    out[name] = isSet ? of.map((each) => JSON.stringify(each)).sort() : of
  }
  const message = typeof out.message === 'string' ? out.message : undefined
  if (message !== undefined && out.reason === 'Conflict') out.message = message.split('\n').sort()
  if (message !== undefined && out.reason === 'Invalid') out.message = message.split(/\[|\]$|, /).sort()
  return out
}

function shown({ status, headers, body }: Answer): Json {
  return { status, warning: headers.warning, body: settled(JSON.parse(body.toString())) }
}

async function prepared(target: Target): Promise<void> {
  await send(target, { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: NAMESPACE } } })
  await send(target, { method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: DEFINITION })
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; ) {
    if ((await send(target, { path: KINDS.at(-1)!.path })).status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${target.name} does not serve the custom kind`)
}
const LIMIT_MS = 15_000

async function liveObject(target: Target, path: string): Promise<Json | undefined> {
  const { status, body } = await send(target, { path })
  return status === 200 ? (JSON.parse(body.toString()) as Json) : undefined
}

/** Plays so many sequences on both servers, each until its answers differ. */
export async function compareSequences(
  theirs: Target,
  mine: Target,
  seed: number,
  run: string,
  count: number,
): Promise<{ found: SequenceDifference[]; compared: number; codes: Map<number, number> }> {
  const targets = [theirs, mine] as const
  for (const target of targets) await prepared(target)
  const found: SequenceDifference[] = []
  const codes = new Map<number, number>()
  let compared = 0
  for (let n = 0; n < count; n++) {
    const r = new Random(seed * 1_000_003 + n)
    const of = KINDS[n % KINDS.length]!
    const name = `${run}-${n}`
    const path = `${of.path}/${name}`
    const requests: Ask[] = []
    for (let step = 0; step < STEPS; step++) {
      const make = step === 0 ? apply(r, of, path, name, true) : r.weighted(WRITES)(r, of, path, name)
      const asks = await Promise.all(targets.map(async (t) => make(await liveObject(t, path))))
      const [a, b] = (await Promise.all(targets.map((t, i) => send(t, asks[i]!)))).map(shown) as [Json, Json]
      requests.push(asks[0]!)
      compared++
      codes.set(a.status as number, (codes.get(a.status as number) ?? 0) + 1)
      if (isDeepStrictEqual(a, b)) continue
      found.push({ requests, reference: JSON.stringify(a), ours: JSON.stringify(b) })
      break
    }
    for (const target of targets) {
      await send(target, { method: 'DELETE', path })
      await send(target, patch(path, MERGE, { metadata: { finalizers: null } }))
    }
  }
  return { found, compared, codes }
}

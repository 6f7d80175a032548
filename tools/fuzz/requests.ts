import { PATCH_TYPES } from '../conformance/session.ts'
import { apiVersionOf, collection, make, type Sample } from '../conformance/objects.ts'
import { addDirectives, jsonPatch, mergePatch, mutate } from './mutate.ts'
import type { Random } from './random.ts'
import type { Types } from './schemas.ts'
import { jsonOf, oddString, oddValue } from './values.ts'

type Json = Record<string, unknown>

export interface FuzzRequest {
  /** Kind and operation, by which differences are grouped. */
  label: string
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

/** What requests are made of. */
export interface Ground {
  samples: readonly Sample[]
  types: ReadonlyMap<string, Types>
  namespace: string
  run: string
  /** Objects that are there, by group-version and resource; their version is written `RV`. */
  bases: ReadonlyMap<string, Json>
  /** No lists, watches and odd paths: writes only, none of which lasts. */
  paired: boolean
  /** The other way round: lists, watches, odd paths and bodies that cannot be read, and no more. */
  reads?: boolean
}

export const keyOf = (s: Sample): string => `${apiVersionOf(s)}/${s.resource}`

export function makeRequest(r: Random, ground: Ground): FuzzRequest {
  const sample = r.pick(ground.samples)
  if (ground.reads === true) {
    const make = r.weighted<(r: Random, g: Ground, s: Sample) => FuzzRequest>([
      [10, listed],
      [8, odd],
      [8, rawBody],
    ])
    return make(r, ground, sample)
  }
  const make = r.weighted<(r: Random, g: Ground, s: Sample) => FuzzRequest>([
    [30, created],
    [ground.paired ? 4 : 10, generated],
    [15, replaced],
    [25, patched],
    [10, statusWritten],
    [4, applied],
    [ground.paired ? 2 : 4, deleted],
    [ground.paired ? 0 : 6, listed],
    [ground.paired ? 0 : 5, odd],
    [ground.paired ? 0 : 3, rawBody],
  ])
  return make(r, ground, sample)
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** A write that does not last, unless it may: stored objects come to be mutated, listed and deleted too. */
const writeQuery = (r: Random, g: Ground): string => {
  const query = g.paired || r.chance(0.6) ? ['dryRun=All'] : []
  if (r.chance(0.2)) query.push(`fieldValidation=${r.pick(['Strict', 'Warn', 'Ignore'])}`)
  if (!g.paired && r.chance(0.05)) query.push(oddQuery(r))
  return query.length === 0 ? '' : `?${query.join('&')}`
}

const oddQuery = (r: Random): string =>
  `${r.pick(['limit', 'continue', 'resourceVersion', 'resourceVersionMatch', 'timeoutSeconds', 'fieldSelector', 'labelSelector', 'dryRun', 'fieldManager', 'force', 'pretty', 'sendInitialEvents', 'allowWatchBookmarks', 'gracePeriodSeconds', 'propagationPolicy', 'fieldValidation'])}=${encodeURIComponent(r.chance(0.5) ? oddString(r).replace(/[\ud800-\udfff]/g, '') : r.pick(['a=b', 'a in (b,c)', '!a', 'a!=b', 'metadata.name=x', 'a==b,c', 'Exact', '1', '0', '-1', 'true']))}`

const objectOf = (g: Ground, s: Sample): Json => make(s, `f-${g.run}-new`, g.run, g.namespace) as unknown as Json
const baseOf = (g: Ground, s: Sample): Json => structuredClone(g.bases.get(keyOf(s)) ?? objectOf(g, s))
const pathOf = (g: Ground, s: Sample): string => collection(s, g.namespace)
const onePath = (g: Ground, s: Sample): string => `${pathOf(g, s)}/${encodeURIComponent((baseOf(g, s).metadata as { name: string }).name)}`

function mutated(r: Random, g: Ground, s: Sample, object: Json): Json {
  const types = g.types.get(apiVersionOf(s))!
  const schema = types.kind(s.group, s.version, s.kind)
  const times = r.weighted([
    [6, 1],
    [3, 2],
    [1, 4],
  ] as const) // prettier-ignore
  for (let i = 0; i < times; i++) mutate(r, object, schema, types)
  return object
}

function created(r: Random, g: Ground, s: Sample): FuzzRequest {
  const body = jsonOf(mutated(r, g, s, objectOf(g, s)))
  return { label: `${keyOf(s)} create`, method: 'POST', path: pathOf(g, s) + writeQuery(r, g), headers: JSON_TYPE, body }
}

function generated(r: Random, g: Ground, s: Sample): FuzzRequest {
  const types = g.types.get(apiVersionOf(s))!
  const value = types.value(r, types.kind(s.group, s.version, s.kind), 6)
  const metadata = r.chance(0.8) ? { metadata: { name: `g-${g.run}` } } : {}
  const body = jsonOf({ ...(value as object), apiVersion: apiVersionOf(s), kind: s.kind, ...metadata })
  return { label: `${keyOf(s)} generated`, method: 'POST', path: pathOf(g, s) + writeQuery(r, g), headers: JSON_TYPE, body }
}

function replaced(r: Random, g: Ground, s: Sample): FuzzRequest {
  const body = jsonOf(mutated(r, g, s, baseOf(g, s)))
  return { label: `${keyOf(s)} update`, method: 'PUT', path: onePath(g, s) + writeQuery(r, g), headers: JSON_TYPE, body }
}

function patched(r: Random, g: Ground, s: Sample): FuzzRequest {
  const types = g.types.get(apiVersionOf(s))!
  const base = baseOf(g, s)
  const type = r.pick(['json', 'merge', 'strategic'] as const)
  let patch: unknown
  if (type === 'json') patch = jsonPatch(r, base, types.kind(s.group, s.version, s.kind), types)
  else {
    const merged = mergePatch(base, mutated(r, g, s, structuredClone(base)))
    if (type === 'strategic' && r.chance(0.3)) addDirectives(r, merged)
    patch = merged
  }
  if (r.chance(0.03)) patch = oddValue(r)
  const headers = { 'content-type': PATCH_TYPES[type] }
  return { label: `${keyOf(s)} ${type} patch`, method: 'PATCH', path: onePath(g, s) + writeQuery(r, g), headers, body: jsonOf(patch) }
}

function statusWritten(r: Random, g: Ground, s: Sample): FuzzRequest {
  const base = { ...baseOf(g, s), ...(s.status ?? {}) }
  const types = g.types.get(apiVersionOf(s))!
  const { properties } = types.resolve(types.kind(s.group, s.version, s.kind))
  if (properties?.status === undefined) return replaced(r, g, s)
  const status = isObject(base.status) && r.chance(0.6) ? structuredClone(base.status) : types.value(r, properties.status, 4)
  if (isObject(status)) mutate(r, status, properties.status, types)
  const path = `${onePath(g, s)}/status${writeQuery(r, g)}`
  if (r.chance(0.5)) return { label: `${keyOf(s)} status`, method: 'PUT', path, headers: JSON_TYPE, body: jsonOf({ ...base, status }) }
  const headers = { 'content-type': PATCH_TYPES.merge }
  return { label: `${keyOf(s)} status patch`, method: 'PATCH', path, headers, body: jsonOf({ status }) }
}

const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)

function applied(r: Random, g: Ground, s: Sample): FuzzRequest {
  const object = mutated(r, g, s, objectOf(g, s))
  if (r.chance(0.5) && isObject(object.metadata)) object.metadata.name = (baseOf(g, s).metadata as Json).name
  const { name } = (isObject(object.metadata) ? object.metadata : {}) as { name?: unknown }
  const path = `${pathOf(g, s)}/${encodeURIComponent(typeof name === 'string' && name !== '' ? name.slice(0, 60).replace(/[\ud800-\udfff]/g, '') : 'x')}`
  const force = r.chance(0.5) ? '&force=true' : ''
  const headers = { 'content-type': 'application/apply-patch+yaml' }
  return {
    label: `${keyOf(s)} apply`,
    method: 'PATCH',
    path: `${path}?fieldManager=fuzz&dryRun=All${force}`,
    headers,
    body: jsonOf(object),
  }
}

function deleted(r: Random, g: Ground, s: Sample): FuzzRequest {
  const options = {
    // What the query says does not count where there is a body.
    dryRun: ['All'],
    [r.pick(['propagationPolicy', 'gracePeriodSeconds', 'preconditions', 'orphanDependents', 'dryRun', 'kind', 'apiVersion', 'x'])]:
      r.chance(0.5) ? oddValue(r) : r.pick<unknown>(['Orphan', 'Foreground', 1, -1, true, { uid: 'x' }, { resourceVersion: '1' }, ['All']]),
  }
  return { label: `${keyOf(s)} delete`, method: 'DELETE', path: `${onePath(g, s)}?dryRun=All`, headers: JSON_TYPE, body: jsonOf(options) }
}

const ACCEPTS = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/json;as=x;v=v1;g=meta.k8s.io',
  'text/html',
  '*/*;q=x',
]

function listed(r: Random, g: Ground, s: Sample): FuzzRequest {
  const query = Array.from({ length: r.below(3) }, () => oddQuery(r))
  // A watch ends by itself; of two values the first counts.
  if (r.chance(0.2) || query.some((q) => q.startsWith('sendInitialEvents'))) query.unshift('watch=1', 'timeoutSeconds=1')
  const path = r.chance(0.3) ? onePath(g, s) : pathOf(g, s)
  return { label: `${keyOf(s)} read`, method: 'GET', path: `${path}?${query.join('&')}`, headers: { accept: r.pick(ACCEPTS) } }
}

function odd(r: Random, g: Ground, s: Sample): FuzzRequest {
  const part = (): string =>
    encodeURIComponent(
      oddString(r)
        .replace(/[\ud800-\udfff]/g, '')
        .slice(0, 300),
    )
  const path = r.pick([
    () => `${pathOf(g, s)}/${part()}`,
    () => `${onePath(g, s)}/${part()}`,
    () =>
      `${onePath(g, s)}/${r.pick(['scale', 'eviction', 'binding', 'log', 'exec', 'proxy', 'token', 'approval', 'finalize', 'ephemeralcontainers', 'resize'])}`,
    () => `/apis/${part()}/${part()}/${part()}`,
    () => `/api/v1/namespaces/${part()}/${s.resource}/${part()}`,
    () => `/${part()}/${part()}`,
    () => `/api/v1/watch/${s.resource}`,
  ])()
  const method = r.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])
  const query = /^(?:GET|HEAD)$/.test(method) && path.includes('watch') ? '?timeoutSeconds=1' : '?dryRun=All'
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: jsonOf(r.chance(0.5) ? objectOf(g, s) : oddValue(r)) }
  return { label: 'odd path', method, path: path + query, headers: JSON_TYPE, ...body }
}

const TYPES = [
  ...Object.values(PATCH_TYPES),
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
  'x',
]

/** Bodies that are no JSON, cut off, or of another type than they say. */
function rawBody(r: Random, g: Ground, s: Sample): FuzzRequest {
  const text = jsonOf(mutated(r, g, s, objectOf(g, s)))
  const body = r.pick([
    () => text.slice(0, r.below(text.length)),
    () => text.replace(/[{}[\],:"]/g, (c) => (r.chance(0.03) ? r.pick(['{', '}', '[', ']', ',', ':', '"', '']) : c)),
    () => `${text}${r.pick([' x', '{}', '\u0000', '\n---\n{}'])}`,
    () => `k8s\u0000${text}`,
    () => text,
    () => oddString(r),
    () => `a: &a [x]\nb: ${'*a '.repeat(50)}\n${text}`,
  ])()
  const method = r.pick(['POST', 'PUT', 'PATCH', 'DELETE'])
  const path = method === 'POST' ? pathOf(g, s) : onePath(g, s)
  return { label: `${keyOf(s)} raw body`, method, path: `${path}?dryRun=All`, headers: { 'content-type': r.pick(TYPES) }, body }
}

import type { ResourceFacts, SubresourceFacts } from '../scheme/contract.ts'
import { reference } from './schemas.ts'

type Json = Record<string, unknown>

const MEDIA = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']
const PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']
const PATCH = reference('io.k8s.apimachinery.pkg.apis.meta.v1.Patch')
const STATUS = reference('io.k8s.apimachinery.pkg.apis.meta.v1.Status')
const DELETE_OPTIONS = reference('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')

const BOOLEANS = new Set(['allowWatchBookmarks', 'watch', 'sendInitialEvents', 'orphanDependents', 'force'])
const INTEGERS = new Set(['limit', 'timeoutSeconds', 'gracePeriodSeconds'])
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation']
const LIST = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
]
const DELETE = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy']

function query(name: string): Json {
  const type = BOOLEANS.has(name) ? 'boolean' : INTEGERS.has(name) ? 'integer' : 'string'
  return { name, in: 'query', schema: { type, uniqueItems: true } }
}

const inPath = (name: string): Json => ({ name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } })

interface VerbFacts {
  method: string
  action: string
  prefix: string
  query: readonly string[]
  codes: readonly string[]
  body?: 'object' | 'patch' | 'delete'
  answers: 'object' | 'list' | 'status'
}

const COLLECTION: Readonly<Record<string, VerbFacts>> = {
  list: { method: 'get', action: 'list', prefix: 'list', query: LIST, codes: ['200'], answers: 'list' },
  create: {
    method: 'post',
    action: 'post',
    prefix: 'create',
    query: WRITE,
    codes: ['200', '201', '202'],
    body: 'object',
    answers: 'object',
  },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    prefix: 'deleteCollection',
    query: [...LIST, ...DELETE],
    codes: ['200'],
    body: 'delete',
    answers: 'status',
  },
}

const OBJECT: Readonly<Record<string, VerbFacts>> = {
  get: { method: 'get', action: 'get', prefix: 'read', query: [], codes: ['200'], answers: 'object' },
  create: {
    method: 'post',
    action: 'post',
    prefix: 'create',
    query: WRITE,
    codes: ['200', '201', '202'],
    body: 'object',
    answers: 'object',
  },
  update: { method: 'put', action: 'put', prefix: 'replace', query: WRITE, codes: ['200', '201'], body: 'object', answers: 'object' },
  patch: {
    method: 'patch',
    action: 'patch',
    prefix: 'patch',
    query: [...WRITE, 'force'],
    codes: ['200', '201'],
    body: 'patch',
    answers: 'object',
  },
  delete: { method: 'delete', action: 'delete', prefix: 'delete', query: DELETE, codes: ['200', '202'], body: 'delete', answers: 'status' },
}

const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1)

interface Target {
  r: ResourceFacts
  kind: { group: string; version: string; kind: string }
  /** Names of schemas. */
  object: string
  list: string
  operation: string
}

function operation(v: VerbFacts, t: Target): Json {
  const { group, version, kind } = t.kind
  const content = (media: readonly string[], schema: Json): Json => Object.fromEntries(media.map((m) => [m, { schema }]))
  const answer = v.answers === 'status' ? STATUS : reference(v.answers === 'list' ? t.list : t.object)
  const bodies: Record<NonNullable<VerbFacts['body']>, Json> = {
    object: { content: content(['*/*'], reference(t.object)), required: true },
    patch: { content: content(PATCHES, PATCH), required: true },
    delete: { content: content(['*/*'], DELETE_OPTIONS) },
  }
  return {
    tags: [`${(t.r.group === '' ? 'core' : t.r.group.split('.')[0]) ?? ''}_${t.r.version}`],
    operationId: `${v.prefix}${t.operation}`,
    ...(v.query.length === 0 ? {} : { parameters: v.query.map(query) }),
    ...(v.body === undefined ? {} : { requestBody: bodies[v.body] }),
    responses: {
      ...Object.fromEntries(
        v.codes.map((code) => [
          code,
          { description: { 200: 'OK', 201: 'Created', 202: 'Accepted' }[code], content: content(MEDIA, answer) },
        ]),
      ),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': v.action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  }
}

function item(verbs: readonly string[], table: Readonly<Record<string, VerbFacts>>, t: Target, parameters: readonly Json[]): Json {
  const entries = Object.entries(table).filter(([verb]) => verbs.includes(verb))
  return { ...Object.fromEntries(entries.map(([, v]) => [v.method, operation(v, t)])), parameters: [...parameters, query('pretty')] }
}

/** The paths of one resource, its subresources among them. `typeOf` names the schema of a kind. */
export function pathsOf(
  base: string,
  r: ResourceFacts,
  typeOf: (group: string, version: string, kind: string) => string | undefined,
): Json {
  const group = r.group === '' ? 'Core' : capital(r.group.split('.')[0] ?? '')
  const scope = r.namespaced ? 'Namespaced' : ''
  const list = typeOf(r.group, r.version, `${r.kind}List`) ?? r.type
  const target = (kind: Target['kind'], object: string, name: string): Target => ({
    r,
    kind,
    object,
    list,
    operation: `${group}${capital(r.version)}${name}`,
  })
  const own = { group: r.group, version: r.version, kind: r.kind }
  const main = target(own, r.type, `${scope}${r.kind}`)
  const within = r.namespaced ? [inPath('namespace')] : []
  const collection = `${base}${r.namespaced ? '/namespaces/{namespace}' : ''}/${r.resource}`
  const out: Json = {}
  if (r.namespaced && r.verbs.includes('list')) {
    out[`${base}/${r.resource}`] = item(['list'], COLLECTION, target(own, r.type, `${r.kind}ForAllNamespaces`), [])
  }
  if (Object.keys(COLLECTION).some((v) => r.verbs.includes(v))) out[collection] = item(r.verbs, COLLECTION, main, within)
  if (r.verbs.includes('get')) out[`${collection}/{name}`] = item(r.verbs, OBJECT, main, [inPath('name'), ...within])
  for (const s of r.subresources) {
    const object = typeOf(s.group, s.version, s.kind)
    if (object === undefined || !hasBody(s)) continue
    const t = target({ group: s.group, version: s.version, kind: s.kind }, object, `${scope}${r.kind}${capital(s.name)}`)
    out[`${collection}/{name}/${s.name}`] = item(s.verbs, OBJECT, t, [inPath('name'), ...within])
  }
  return out
}

/** Streams (log, exec, proxy) have no object to describe. */
const STREAMS = new Set(['log', 'exec', 'attach', 'portforward', 'proxy'])
const hasBody = (s: SubresourceFacts): boolean => !STREAMS.has(s.name)

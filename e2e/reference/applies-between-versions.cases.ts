import type { Request } from './play.ts'

/**
 * Server-side applies to a custom resource whose versions have other fields: v1 a size, parts in a list that is one value, and tags; v2 a width and
 * a height, parts in a list by name, and a set of tags. `{url}` and `{ca}` are the webhook's, which converts all but a note that only v2 has.
 */
type Json = Record<string, unknown>

const group = 'versions.example.com'
const text = { type: 'string' }
const integer = { type: 'integer' }
const list = (items: Json, more: Json = {}): Json => ({ type: 'array', items, ...more })
const part = { type: 'object', required: ['name'], properties: { name: text, n: integer } }
const spec = (properties: Json): Json => ({
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties }, status: { type: 'object', properties: { seen: integer } } },
  },
})
const subresources = { status: {} }
const v1 = (more: Json = {}): Json => ({
  ...{ name: 'v1', served: true, storage: true, subresources },
  schema: spec({ size: integer, parts: list(part, { 'x-kubernetes-list-type': 'atomic' }), tags: list(text) }),
  ...more,
})
const v2 = (more: Json = {}): Json => ({
  ...{ name: 'v2', served: true, storage: false, subresources },
  schema: spec({
    ...{ width: integer, height: integer, note: text },
    parts: list(part, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    tags: list(text, { 'x-kubernetes-list-type': 'set' }),
  }),
  ...more,
})

/** What the webhook makes of a spec. */
export function convertSpec({ size, width, parts, tags }: Json, version: string): Json {
  const sizes = version.endsWith('/v2') ? { width: size, height: size } : { size: width }
  const all: Json = { ...sizes, parts, tags }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

const briefly = { headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' } }
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** The same requests to two kinds: one that a webhook converts, one whose versions differ in name alone. */
interface Kind {
  readonly plural: string
  readonly kind: string
  readonly conversion: Json
}

const KINDS: readonly Kind[] = [
  {
    ...{ plural: 'boxes', kind: 'Box' },
    conversion: {
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: '{url}', caBundle: '{ca}' } },
    },
  },
  { plural: 'bags', kind: 'Bag', conversion: { strategy: 'None' } },
]

export interface VersionsRequest extends Request {
  /** Asked before until it is there: a definition is new. */
  waits?: string
  /** Until it is there no more. */
  gone?: boolean
}

function requestsOf({ plural, kind, conversion }: Kind): VersionsRequest[] {
  const at = (version: string, name: string): string => `/apis/${group}/${version}/namespaces/{ns}/${plural}/${name}`
  const definition = `${definitions}/${plural}.${group}`
  const named = (name: string): string => `${plural}: ${name}`
  const object = (version: string, name: string, fields: Json): Json => ({
    ...{ apiVersion: `${group}/${version}`, kind, metadata: { name } },
    ...fields,
  })
  const apply = (
    name: string,
    version: string,
    manager: string,
    fields: Json,
    more: { force?: true; target?: string; part?: string } = {},
  ) => ({
    ...{ name: named(name), method: 'PATCH', type: 'application/apply-patch+yaml' },
    path: `${at(version, more.target ?? 'a')}${more.part ?? ''}?fieldManager=${manager}${more.force === true ? '&force=true' : ''}`,
    body: object(version, more.target ?? 'a', fields),
  })
  const get = (name: string, version: string, target = 'a'): VersionsRequest => ({
    name: named(name),
    method: 'GET',
    path: at(version, target),
  })
  const merge = (name: string, version: string, body: Json, target = 'a'): VersionsRequest => ({
    ...{ name: named(name), method: 'PATCH', path: at(version, target), body, type: 'application/merge-patch+json' },
  })
  const define = (name: string, versions: readonly Json[], method = 'PATCH'): VersionsRequest => ({
    ...{ name: named(name), method, path: definition, body: { spec: { versions } }, type: 'application/merge-patch+json' },
    ...briefly,
  })
  const a = { name: 'a', n: 1 }
  const b = { name: 'b', n: 2 }
  return [
    {
      ...{ name: named('a definition'), method: 'POST', path: definitions, ...briefly },
      body: {
        ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` } },
        spec: { group, scope: 'Namespaced', names: { plural, kind }, versions: [v1(), v2()], conversion },
      },
    },
    { ...apply('made in v1', 'v1', 'one', { spec: { size: 1, parts: [a], tags: ['x'] } }), waits: at('v2', '').slice(0, -1) },
    get('shown in v2', 'v2'),
    apply('the same in v2 by another', 'v2', 'two', { spec: { width: 1, parts: [a], tags: ['x'] } }),
    apply('a width against a size', 'v2', 'two', { spec: { width: 2 } }),
    apply('a part by name against a list of parts', 'v2', 'two', { spec: { parts: [{ name: 'a', n: 5 }] } }),
    apply('a part more', 'v2', 'two', { spec: { parts: [b] } }),
    get('a part more, in v1', 'v1'),
    apply('tags as a set', 'v2', 'two', { spec: { parts: [b], tags: ['y'] } }),
    apply('by force', 'v2', 'two', { spec: { width: 2, parts: [b], tags: ['y'] } }, { force: true }),
    get('by force, in v1', 'v1'),
    apply('less in v1', 'v1', 'one', { spec: { parts: [a] } }),
    apply('less in v1 by force', 'v1', 'one', { spec: { parts: [a] } }, { force: true }),
    apply('nothing in v2', 'v2', 'two', {}),
    get('nothing in v2, in v1', 'v1'),
    apply('the first manager in the other version', 'v2', 'one', { spec: { height: 4, parts: [a, b] } }),
    apply('the first manager in the other version by force', 'v2', 'one', { spec: { height: 4, parts: [a, b] } }, { force: true }),
    apply('the first manager back in its version', 'v1', 'one', { spec: { size: 3 } }),
    merge('an update in v2', 'v2', { spec: { width: 7, tags: ['x', 'z'] } }),
    apply('against an update in the other version', 'v1', 'one', { spec: { size: 8 } }),
    merge('an update in v1', 'v1', { spec: { size: 9, tags: ['w'] } }),
    get('both updates, in v2', 'v2'),
    apply('a field that only v2 has', 'v2', 'two', { spec: { note: 'n' } }),
    get('a field that only v2 has, in v1', 'v1'),
    apply('a field that v1 does not have', 'v1', 'three', { spec: { width: 1 } }),
    apply('a status in v2', 'v2', 'two', { status: { seen: 1 } }, { part: '/status' }),
    apply('a status in v1 by another', 'v1', 'one', { status: { seen: 2 } }, { part: '/status' }),
    get('with a status, in v1', 'v1'),
    apply('made in v2', 'v2', 'one', { spec: { width: 3, height: 4, note: 'n', parts: [a, b] } }, { target: 'b' }),
    get('made in v2, in v1', 'v1', 'b'),
    apply('made in v2, the same in v1', 'v1', 'one', { spec: { size: 3, parts: [a, b] } }, { target: 'b' }),
    apply('made in v2, by another in v1', 'v1', 'two', { spec: { parts: [b, a] } }, { target: 'b' }),
    merge('labels in v1', 'v1', { metadata: { labels: { l: '1' } } }, 'b'),
    apply('labels in v2', 'v2', 'two', { metadata: { name: 'b', labels: { l: '2' } } }, { target: 'b' }),
    merge('managers are forgotten', 'v2', { metadata: { managedFields: [{}] } }, 'b'),
    apply('without managers', 'v1', 'one', { spec: { size: 6 } }, { target: 'b' }),
    define('v2 is stored', [v1({ storage: false }), v2({ storage: true })]),
    apply('when v2 is stored', 'v1', 'one', { spec: { size: 10 } }, { force: true }),
    get('when v2 is stored, in v2', 'v2'),
    merge('an update when v2 is stored', 'v2', { spec: { note: 'm' } }),
    define('v1 is not served', [v1({ storage: false, served: false }), v2({ storage: true })]),
    { ...get('when v1 is not served', 'v2'), waits: at('v1', 'a'), gone: true },
    apply('when v1 is not served, what it had', 'v2', 'one', { spec: { width: 11 } }),
    apply('when v1 is not served, by another', 'v2', 'two', { spec: { width: 12 } }),
    define('v2 alone', [v2({ storage: true })]),
    { ...{ name: named('the end'), method: 'DELETE', path: definition }, ...briefly },
  ]
}

export const versionsRequests: readonly VersionsRequest[] = [
  { name: 'a namespace', method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: '{ns}' } } },
  ...KINDS.flatMap(requestsOf),
]

import type { ConversionAnswer, Reply } from '../fixtures/conversion-webhook.ts'
import type { Request } from './play.ts'

/** What is asked while a conversion webhook says what it should not, or nothing. `{url}` and `{ca}` are the webhook's. */
export interface FaultRequest extends Request {
  /** From here on the webhook makes this of a right answer; `right`: nothing any more. */
  lies?: ((right: ConversionAnswer) => Reply) | 'right'
  /** Asked before until it is answered: a definition is new. */
  waits?: 'for an answer' | 'for 429'
}

const group = 'faults.example.com'
const definition = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boxes.${group}`
const schema = (properties: object): object => ({
  openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
})
const at = (version: string, name = ''): string => `/apis/${group}/${version}/namespaces/{ns}/boxes${name === '' ? '' : `/${name}`}`

const begin: FaultRequest[] = [
  { name: 'a namespace', method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: '{ns}' } } },
  {
    ...{ name: 'a definition', method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions' },
    headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
    body: {
      ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `boxes.${group}` } },
      spec: {
        ...{ group, scope: 'Namespaced', names: { plural: 'boxes', kind: 'Box' } },
        versions: [
          { name: 'v1', served: true, storage: true, schema: schema({ size: { type: 'integer' } }) },
          { name: 'v3', served: true, storage: false, schema: schema({ depth: { type: 'integer' } }) },
          {
            ...{ name: 'v2', served: true, storage: false },
            schema: schema({ width: { type: 'integer', default: 7 }, note: { type: 'string' }, open: { type: 'boolean', nullable: true } }),
          },
        ],
        conversion: {
          strategy: 'Webhook',
          webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: '{url}', caBundle: '{ca}' } },
        },
      },
    },
  },
  {
    ...{ name: 'an object in v1', method: 'POST', path: at('v1'), waits: 'for an answer' },
    body: {
      ...{ apiVersion: `${group}/v1`, kind: 'Box' },
      metadata: { name: 'a', labels: { l: '1' }, annotations: { a: '1' }, finalizers: ['example.com/f'] },
      spec: { size: 1 },
    },
  },
  { name: 'the same in v2', method: 'GET', path: at('v2', 'a'), waits: 'for an answer' },
]

type Meta = Record<string, unknown>
type Custom = NonNullable<ConversionAnswer['response']['convertedObjects']>[number]

const body = (value: unknown): Reply => ({ body: value })
const response =
  (change: (r: Record<string, unknown>) => object) =>
  (right: ConversionAnswer): Reply =>
    body({ ...right, response: change({ ...right.response }) })
const objects = (change: (all: readonly Custom[]) => unknown) =>
  response((r) => ({ ...r, convertedObjects: change(r['convertedObjects'] as Custom[]) }))
const object = (change: (o: Custom) => unknown) => objects((all) => all.map(change))
const metadata = (change: (m: Meta) => unknown) => object((o) => ({ ...o, metadata: change({ ...o.metadata }) }))
const without = (o: object, ...names: string[]): object => Object.fromEntries(Object.entries(o).filter(([k]) => !names.includes(k)))

const faults: Readonly<Record<string, (right: ConversionAnswer) => Reply>> = {
  'no answer but an end': () => 'hangs up',
  'an empty body': () => body(''),
  'no JSON': () => body('{'),
  'a list': () => body([]),
  'a text': () => body('"x"'),
  'an empty object': () => body({}),
  'a review in YAML': (right) => ({
    body: `kind: ConversionReview\napiVersion: ${right.apiVersion}\n`,
    headers: { 'content-type': 'application/yaml' },
  }),
  'another kind of review': (right) => body({ ...right, kind: 'AdmissionReview' }),
  'another group of review': (right) => body({ ...right, apiVersion: 'admission.k8s.io/v1' }),
  'an older review': (right) => body({ ...right, apiVersion: 'apiextensions.k8s.io/v1beta1' }),
  'a review of no kind': (right) => body(without(right, 'kind', 'apiVersion')),
  'no response': (right) => body(without(right, 'response')),
  'another uid': response((r) => ({ ...r, uid: 'other' })),
  'no uid': response((r) => without(r, 'uid')),
  'no result': response((r) => without(r, 'result')),
  'a failure': response((r) => ({ ...r, result: { status: 'Failure', message: 'not today' } })),
  'a failure without a word': response((r) => ({ ...r, result: { status: 'Failure' } })),
  'a result of no status': response((r) => ({ ...r, result: {} })),
  'an odd status': response((r) => ({ ...r, result: { status: 'Perhaps' } })),
  'no objects': response((r) => without(r, 'convertedObjects')),
  'an empty list of objects': objects(() => []),
  'an object too many': objects((all) => [...all, ...all]),
  'objects that are a text': objects(() => 'x'),
  'null for an object': object(() => null),
  'a text for an object': object(() => 'x'),
  'a list for an object': object(() => []),
  'an object without a kind': object((o) => without(o, 'kind')),
  'an object of another kind': object((o) => ({ ...o, kind: 'Other' })),
  'an object of the version that it had': object((o) => ({ ...o, apiVersion: `${group}/v1` })),
  'an object of another group': object((o) => ({ ...o, apiVersion: 'other/v2' })),
  'an object without a version': object((o) => without(o, 'apiVersion')),
  'a list of objects for an object': object((o) => ({ ...o, kind: 'BoxList', items: [o] })),
  'no metadata': object((o) => without(o, 'metadata')),
  'metadata that are a text': object((o) => ({ ...o, metadata: 'x' })),
  'another name': metadata((m) => ({ ...m, name: 'b' })),
  'no name': metadata((m) => without(m, 'name')),
  'another namespace': metadata((m) => ({ ...m, namespace: 'other' })),
  'no namespace': metadata((m) => without(m, 'namespace')),
  'another identity': metadata((m) => ({ ...m, uid: 'other' })),
  'labels that are a text': metadata((m) => ({ ...m, labels: 'x' })),
  'a label that is a number': metadata((m) => ({ ...m, labels: { l: 1 } })),
  'a label that is not valid': metadata((m) => ({ ...m, labels: { 'l l': 'x' } })),
  'an annotation that is a list': metadata((m) => ({ ...m, annotations: { a: [] } })),
  'an annotation that is not valid': metadata((m) => ({ ...m, annotations: { '-': 'x' } })),
  'other labels and annotations': metadata((m) => ({ ...m, labels: { m: '2' }, annotations: { b: '2' } })),
  'no labels and annotations': metadata((m) => without(m, 'labels', 'annotations')),
  'other metadata of every kind': metadata((m) => ({
    ...m,
    ...{ generation: 99, resourceVersion: '1', creationTimestamp: '2001-01-01T00:00:00Z', finalizers: [], managedFields: [] },
    ...{
      ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'y' }],
      deletionTimestamp: '2001-01-01T00:00:00Z',
      selfLink: 'x',
    },
  })),
  'a spec of another type': object((o) => ({ ...o, spec: 'x' })),
  'a value of another type': object((o) => ({ ...o, spec: { width: 'x' } })),
  'fields that nobody knows': object((o) => ({ ...o, spec: { width: 3, other: 1 }, more: 1 })),
  'null where it may be, and where not': object((o) => ({ ...o, spec: { width: null, note: null, open: null } })),
  'no spec': object((o) => without(o, 'spec')),
  'an internal error': () => ({ status: 500, body: 'x' }),
  'not found': () => ({ status: 404, body: '' }),
  'a Status': () => ({
    status: 403,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'no', reason: 'Forbidden', code: 403 },
  }),
  'a right answer with a status of its own': (right) => ({ status: 201, body: right }),
  'a wrong status around a right answer': (right) => ({ status: 418, body: right }),
  'a type of nothing known': (right) => ({ headers: { 'content-type': 'text/plain' }, body: right }),
}

/** Each is told of an object that is written: what was converted once need not be asked for again. */
const told = Object.entries(faults).map(
  ([name, lies], i): FaultRequest => ({
    ...{ name, method: 'POST', path: at('v2'), lies },
    body: {
      ...{ apiVersion: `${group}/v2`, kind: 'Box', spec: { width: 1 } },
      metadata: { name: `f-${i}`, labels: { l: '1' }, annotations: { a: '1' } },
    },
  }),
)

const failing = faults['a failure']!
const written: FaultRequest[] = [
  {
    ...{ name: 'a change', method: 'PATCH', path: at('v2', 'a'), type: 'application/merge-patch+json', lies: failing },
    body: { spec: { width: 5 } },
  },
  {
    ...{ name: 'an apply', method: 'PATCH', path: `${at('v2', 'a')}?fieldManager=m`, type: 'application/apply-patch+yaml' },
    body: { apiVersion: `${group}/v2`, kind: 'Box', metadata: { name: 'a' }, spec: { width: 3 } },
  },
  {
    ...{ name: 'an update in the stored version', method: 'PATCH', path: at('v1', 'a'), type: 'application/merge-patch+json' },
    body: { metadata: { labels: { l: '2' } } },
  },
]

/** Nothing is said at all: whoever needs the cache is sent away, and does not wait for it. */
const silence: FaultRequest[] = [
  {
    ...{ name: 'another definition', method: 'PATCH', path: definition, type: 'application/merge-patch+json', lies: () => 'hangs' },
    headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
    body: { spec: { names: { shortNames: ['bx'] } } },
  },
  { name: 'a list while it hangs', method: 'GET', path: at('v3'), waits: 'for 429' },
  { name: 'a list of any state while it hangs', method: 'GET', path: `${at('v3')}?resourceVersion=0` },
  { name: 'a list with a selector while it hangs', method: 'GET', path: `${at('v3')}?labelSelector=l` },
  { name: 'a watch while it hangs', method: 'GET', path: `${at('v3')}?watch=true&timeoutSeconds=1` },
  { name: 'the stored version while it hangs', method: 'GET', path: at('v1', 'a') },
]

const end: FaultRequest[] = [
  { ...{ name: 'in the end', method: 'GET', path: at('v1', 'a') }, lies: 'right' },
  {
    name: 'the finalizer goes',
    method: 'PATCH',
    path: at('v1', 'a'),
    type: 'application/merge-patch+json',
    body: { metadata: { finalizers: [] } },
  },
  {
    ...{ name: 'the end', method: 'DELETE', path: definition },
    headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
  },
]

export const conversionFaults: readonly FaultRequest[] = [...begin, ...told, ...written, ...silence, ...end]

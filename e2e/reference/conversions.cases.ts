import type { Request } from './play.ts'

/**
 * A custom resource whose versions a webhook converts: v1, which is stored, has a size, v2 a width and a height. `{url}` and `{ca}` are the
 * webhook's. What is asked while it refuses some or all objects, before and after the server has seen them converted.
 */
export interface ConversionRequest extends Request {
  /** What the webhook does from here on: it refuses all, those whose name begins with `bad`, or none. */
  webhook?: 'refuses' | 'refuses bad' | 'converts'
  /** Not asked before this request is answered so. */
  after?: { path: string; status: number; text?: string }
}

const group = 'conversions.example.com'
const definition = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boxes.${group}`
const integers = (...names: string[]): object => ({
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: Object.fromEntries(names.map((n) => [n, { type: 'integer' }])) } },
  },
})
const versions = (column: string): object[] => [
  { name: 'v1', served: true, storage: true, schema: integers('size'), subresources: { status: {} } },
  {
    ...{ name: 'v2', served: true, storage: false, schema: integers('width', 'height'), subresources: { status: {} } },
    additionalPrinterColumns: [{ name: column, type: 'integer', jsonPath: '.spec.width' }],
  },
]
const box = (version: string, name: string, spec: object): object => ({
  apiVersion: `${group}/${version}`,
  kind: 'Box',
  metadata: { name },
  spec,
})
const at = (version: string, name = '', namespace = '{ns}'): string =>
  `/apis/${group}/${version}/namespaces/${namespace}/boxes${name === '' ? '' : `/${name}`}`
const get = (name: string, path: string): ConversionRequest => ({ name, method: 'GET', path })
const remove = (name: string, path: string): ConversionRequest => ({ name, method: 'DELETE', path })
const merge = (name: string, path: string, body: object): ConversionRequest => ({
  ...{ name, method: 'PATCH', path, body },
  type: 'application/merge-patch+json',
})
const apply = (name: string, path: string, body: object): ConversionRequest => ({
  ...{ name, method: 'PATCH', path: `${path}?fieldManager=applier`, body },
  type: 'application/apply-patch+yaml',
})
const post = (name: string, path: string, body: object): ConversionRequest => ({ name, method: 'POST', path, body })
const namespace = (name: string): ConversionRequest =>
  post(`namespace ${name}`, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** Without the times in its status. */
const briefly = { headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' } }

const begin: ConversionRequest[] = [
  namespace('{ns}'),
  namespace('{ns}-2'),
  post('definition', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `boxes.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { plural: 'boxes', kind: 'Box' }, versions: versions('width') },
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: '{url}', caBundle: '{ca}' } },
      },
    },
  }),
  ...['bad', 'bad-2', 'good'].map((name) => ({
    ...post(`${name} in v1`, at('v1'), box('v1', name, { size: 1 })),
    after: { path: at('v1'), status: 200 },
  })),
  post('another in v1', at('v1', '', '{ns}-2'), box('v1', 'fine', { size: 2 })),
]

/** Nothing of v2 has been seen: a changed definition is served from caches of its own. */
const unseen: ConversionRequest[] = [
  { ...merge('new column', definition, { spec: { versions: versions('breadth') } }), ...briefly, webhook: 'refuses bad' },
  {
    ...get('list with a selector', `${at('v2')}?labelSelector=a`),
    after: { path: `${at('v2')}?labelSelector=a`, status: 429, text: 'failed to list' },
  },
  get('list', at('v2')),
  get('list of all namespaces', `/apis/${group}/v2/boxes`),
  get('list of any state', `${at('v2')}?resourceVersion=0`),
  get('list of a good name', `${at('v2')}?fieldSelector=metadata.name=good`),
  get('page of one', `${at('v2')}?limit=1`),
  get('page of all', `${at('v2')}?limit=9`),
  get('page of another namespace', `${at('v2', '', '{ns}-2')}?limit=9`),
  get('page with a selector', `${at('v2')}?limit=9&labelSelector=a`),
  get('watch', `${at('v2')}?watch=1&timeoutSeconds=1`),
  get('watch of any state', `${at('v2')}?watch=1&timeoutSeconds=1&resourceVersion=0`),
  get('get', at('v2', 'bad')),
  get('get of any state', `${at('v2', 'bad')}?resourceVersion=0`),
  get('get of status', `${at('v2', 'bad')}/status`),
  get('get of a good one', at('v2', 'good')),
  get('get of none', at('v2', 'none')),
  merge('patch', at('v2', 'bad'), { spec: { width: 4 } }),
  merge('patch of status', `${at('v2', 'bad')}/status`, { status: { a: 1 } }),
  { name: 'update', method: 'PUT', path: at('v2', 'bad'), body: box('v2', 'bad', { width: 4 }) },
  apply('apply', at('v2', 'bad'), box('v2', 'bad', { width: 4 })),
  post('create', at('v2'), box('v2', 'bad-3', { width: 4 })),
  remove('delete', at('v2', 'bad')),
  remove('delete of none', at('v2', 'none')),
  remove('delete of a collection', at('v2')),
  remove('delete of a selected collection', `${at('v2')}?labelSelector=a`),
  { ...get('get when all are refused', at('v2', 'good')), webhook: 'refuses' },
  get('in the stored version', at('v1', 'bad')),
]

/** Everything has been seen. */
const fields: ConversionRequest[] = [
  {
    ...get('list after all', `${at('v2')}?labelSelector=a`),
    webhook: 'converts',
    after: { path: at('v2'), status: 200 },
  },
  merge('a field of v2 takes that of v1', at('v2', 'good'), { spec: { width: 4 } }),
  get('who owns it, in v1', at('v1', 'good')),
  apply('apply in v2', at('v2', 'applied'), box('v2', 'applied', { width: 4, height: 4 })),
  apply('apply in v1 what v2 has applied', at('v1', 'applied'), box('v1', 'applied', { size: 4 })),
  {
    ...apply('apply in v1 against another', at('v1', 'applied'), box('v1', 'applied', { size: 5 })),
    path: `${at('v1', 'applied')}?fieldManager=other`,
  },
  {
    ...apply('apply in v2 against another', at('v2', 'applied'), box('v2', 'applied', { width: 5 })),
    path: `${at('v2', 'applied')}?fieldManager=other`,
  },
  apply('apply in v2 again', at('v2', 'applied'), box('v2', 'applied', { width: 4, height: 4 })),
  apply('apply in v2 less', at('v2', 'applied'), box('v2', 'applied', { width: 4 })),
  merge('an update in v1 takes from v2', at('v1', 'applied'), { spec: { size: 6 } }),
  { ...merge('an update while it is refused', at('v1', 'applied'), { spec: { size: 7 } }), webhook: 'refuses' },
  apply('apply in v1 while it is refused', at('v1', 'applied'), box('v1', 'applied', { size: 8 })),
  apply('apply in v1 while it is refused, of its own', at('v1', 'good'), box('v1', 'good', { size: 4 })),
  { ...get('afterwards', at('v2', 'applied')), webhook: 'converts' },
]

/** Another run finds nothing of this one. */
const end: ConversionRequest[] = [{ ...remove('end', definition), ...briefly }]

export const conversions: ConversionRequest[] = [...begin, ...unseen, ...fields, ...end]

import { encodeObject } from '../../server/codec/cbor/index.ts'
import { scheme } from '../../server/scheme/index.ts'
import type { Request } from './play.ts'

/** Requests of clients that speak CBOR (KEP-4222), to built-in kinds and to a custom one. */
type Json = Record<string, unknown>

const CBOR = 'application/cbor'
const APPLY = 'application/apply-patch+cbor'
const core = '/api/v1/namespaces/{ns}'
const maps = `${core}/configmaps`
const group = 'cbor.example.com'
const items = `/apis/${group}/v1/namespaces/{ns}/items`
const META = ';v=v1;g=meta.k8s.io'
const accept = (types = CBOR): { headers: Record<string, string> } => ({ headers: { accept: types } })

const get = (name: string, path: string, types?: string): Request => ({ name, method: 'GET', path, ...accept(types) })
const send =
  (method: string) =>
  (name: string, path: string, cbor: unknown, more: Partial<Request> = {}) => ({
    ...{ name, method, path, cbor },
    ...accept(),
    ...more,
  })
const post = send('POST')
const put = send('PUT')
const apply = (name: string, path: string, cbor: unknown): Request => send('PATCH')(name, path, cbor, { type: APPLY })
const object = (apiVersion: string, kind: string, name: string, fields: Json = {}): Json => ({
  ...{ apiVersion, kind, metadata: { name } },
  ...fields,
})
const map = (name: string, fields: Json = {}): Json => object('v1', 'ConfigMap', name, fields)
const item = (name: string, fields: Json = {}): Json => object(`${group}/v1`, 'Item', name, fields)
/** As a client with Go's types encodes it: bytes are tagged. */
const typed = (value: Json): string => encodeObject(value, scheme.typeOf('', 'v1', String(value['kind']))).toString('hex')

/** Bytes of a map with these pairs of encoded items. */
const head = (major: number, n: number): string =>
  n < 24 ? ((major << 5) | n).toString(16).padStart(2, '0') : `${((major << 5) | 24).toString(16)}${n.toString(16).padStart(2, '0')}`
const text = (value: string, major = 3): string => head(major, Buffer.byteLength(value)) + Buffer.from(value).toString('hex')
const pairs = (...entries: readonly [string, string][]): string => head(5, entries.length) + entries.flat().join('')
const meta = (name: string): [string, string] => [text('metadata'), pairs([text('name'), text(name)])]
const kind = (value = 'ConfigMap'): [string, string] => [text('kind'), text(value)]
const v1 = (value = 'v1'): [string, string] => [text('apiVersion'), text(value)]
const raw = (name: string, ...more: readonly [string, string][]): string => pairs(kind(), v1(), meta(name), ...more)

const pod = object('v1', 'Pod', 'cbor', {
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        ...{ name: 'a', image: 'a', env: [{ name: 'A', value: '1' }] },
        resources: { limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '500m' } },
        livenessProbe: { httpGet: { path: '/', port: 80 } },
        readinessProbe: { httpGet: { path: '/', port: 'web' } },
        ports: [{ containerPort: 80, name: 'web' }],
      },
    ],
  },
})

export const definition: Request = {
  name: 'a definition',
  method: 'POST',
  path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  cbor: object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `items.${group}`, {
    spec: {
      ...{ group, scope: 'Namespaced', names: { plural: 'items', kind: 'Item' } },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true },
          subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    replicas: { type: 'integer', default: 1 },
                    big: { type: 'integer', format: 'int64' },
                    ratio: { type: 'number', minimum: 0.5, maximum: 100, multipleOf: 0.5 },
                    name: { type: 'string', default: 'x' },
                    data: { type: 'string', format: 'byte' },
                    list: { type: 'array', items: { type: 'string' } },
                    any: { 'x-kubernetes-preserve-unknown-fields': true },
                  },
                },
                status: { type: 'object', properties: { replicas: { type: 'integer' } } },
              },
            },
          },
        },
      ],
    },
  }),
  ...accept(),
}

const created: Request[] = [
  post('a ConfigMap', maps, map('a', { data: { a: 'b', ä: '✓' }, binaryData: { b: 'AAEC' } })),
  post(
    'a Secret with tagged bytes',
    `${core}/secrets`,
    typed(object('v1', 'Secret', 'a', { data: { a: 'AP8=', e: '' }, stringData: { s: 't' } })),
  ),
  post('a Pod', `${core}/pods`, pod),
  post(
    'a Service',
    `${core}/services`,
    object('v1', 'Service', 'a', {
      spec: {
        ports: [
          { port: 80, targetPort: 'web' },
          { port: 81, name: 'b' },
        ],
      },
    }),
  ),
  post(
    'a Lease',
    '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases',
    object('coordination.k8s.io/v1', 'Lease', 'a', {
      spec: { holderIdentity: 'x', renewTime: '2024-01-01T00:00:00.123456Z', leaseDurationSeconds: 15 },
    }),
  ),
  post(
    'a ControllerRevision',
    '/apis/apps/v1/namespaces/{ns}/controllerrevisions',
    object('apps/v1', 'ControllerRevision', 'a', {
      ...{ revision: 9007199254740993n, data: { z: 1, a: [1.5, null, true, { b: 'c' }] } },
    }),
  ),
  post(
    'a Deployment',
    '/apis/apps/v1/namespaces/{ns}/deployments',
    object('apps/v1', 'Deployment', 'a', {
      spec: {
        ...{ replicas: 2, selector: { matchLabels: { a: 'b' } } },
        strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
      },
    }),
  ),
  { ...post('in CBOR, answered in JSON', maps, map('json')), headers: { accept: 'application/json' } },
  { name: 'in JSON, answered in CBOR', method: 'POST', path: maps, body: map('cbor'), type: 'application/json', ...accept() },
  post('a dry run', `${maps}?dryRun=All`, map('dry')),
  post('a name that is taken', maps, map('a')),
  post('what is not valid', maps, map('A B')),
  post('a review', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
  }),
]

const read: Request[] = [
  get('one', `${maps}/a`),
  get('one whose bytes are tagged', `${core}/secrets/a`),
  get('one that is not there', `${maps}/none`),
  get('a list', `${core}/secrets`),
  get('an empty list', `${core}/endpoints`),
  get('a page', `${maps}?limit=1&labelSelector=none`),
  get('metadata alone', `${maps}/a`, `${CBOR};as=PartialObjectMetadata${META}`),
  get('a list of metadata alone', `${core}/secrets`, `${CBOR};as=PartialObjectMetadataList${META}`),
  get('metadata of a list for one', `${maps}/a`, `${CBOR};as=PartialObjectMetadataList${META}`),
  get('a Table, which has no such form', `${core}/secrets`, `${CBOR};as=Table${META}`),
  get('a Table, or else in JSON', `${core}/secrets`, `${CBOR};as=Table${META},application/json;as=PartialObjectMetadataList${META}`),
  get('CBOR is preferred', `${maps}/a`, `application/json;q=0.5,${CBOR}`),
  get('JSON is preferred', `${maps}/a`, `application/json,${CBOR}`),
  get('a sequence of one', `${maps}/a`, 'application/cbor-seq'),
  get('a sequence of a list', maps, 'application/cbor-seq'),
  get('nothing that is had', maps, 'text/plain'),
  get('a watch', `${core}/secrets?watch=true&timeoutSeconds=1`),
  get('a watch of metadata', `${core}/secrets?watch=true&timeoutSeconds=1`, `${CBOR};as=PartialObjectMetadata${META}`),
  get('a watch as a sequence', `${maps}?watch=true&timeoutSeconds=1`, 'application/cbor-seq'),
  get('a watch in YAML', `${maps}?watch=true&timeoutSeconds=1`, 'application/yaml'),
  get('a scale', '/apis/apps/v1/namespaces/{ns}/deployments/a/scale'),
  get('a group', '/apis/apps'),
  get('an old discovery document', '/apis/coordination.k8s.io/v1'),
  get('a custom group', `/apis/${group}`),
  get('its kinds', `/apis/${group}/v1`),
  get('its kinds, or else in JSON', `/apis/${group}/v1`, `application/json;q=0.5,${CBOR};q=0.9`),
  get('the version', '/version'),
  get('a path that is none', '/nothing'),
]

const changed: Request[] = [
  put('replaced', `${maps}/a`, map('a', { data: { a: 'c' } })),
  put(
    'replaced in part',
    '/apis/apps/v1/namespaces/{ns}/deployments/a/scale',
    object('autoscaling/v1', 'Scale', 'a', { spec: { replicas: 3 } }),
  ),
  put('another name', `${maps}/a`, map('b')),
  apply('applied', `${maps}/applied?fieldManager=one`, map('applied', { data: { a: '1', b: '2' } })),
  apply('applied again', `${maps}/applied?fieldManager=one`, map('applied', { data: { a: '1' } })),
  apply('a conflict', `${maps}/applied?fieldManager=two`, map('applied', { data: { a: '2' } })),
  apply('a conflict by force', `${maps}/applied?fieldManager=two&force=true`, map('applied', { data: { a: '2' } })),
  apply('without a manager', `${maps}/applied`, map('applied')),
  apply('an unknown field is applied', `${maps}/applied?fieldManager=one&fieldValidation=Strict`, map('applied', { foo: 'bar' })),
  apply('another kind is applied', `${maps}/applied?fieldManager=one`, object('v1', 'Secret', 'applied')),
  apply('a list is applied', `${maps}/applied?fieldManager=one`, [1]),
  apply('null is applied', `${maps}/applied?fieldManager=one`, 'f6'),
  apply('nothing is applied', `${maps}/applied?fieldManager=one`, ''),
  apply('a key twice is applied', `${maps}/applied?fieldManager=one`, raw('applied', kind())),
  apply(
    'tagged bytes are applied',
    `${core}/secrets/applied?fieldManager=one`,
    typed(object('v1', 'Secret', 'applied', { data: { a: 'AP8=' } })),
  ),
  apply('a number for a text is applied', `${maps}/applied?fieldManager=one`, map('applied', { data: { a: 1 } })),
  apply(
    'a part is applied',
    '/apis/apps/v1/namespaces/{ns}/deployments/a/scale?fieldManager=one',
    object('autoscaling/v1', 'Scale', 'a', { spec: { replicas: 3 } }),
  ),
  send('PATCH')('a merge patch', `${maps}/a`, { data: { a: 'd' } }, { type: 'application/merge-patch+cbor' }),
  send('PATCH')('a patch without a type', `${maps}/a`, { data: { a: 'd' } }, { type: CBOR }),
  {
    name: 'a merge patch in JSON',
    method: 'PATCH',
    path: `${maps}/a`,
    body: { data: { a: 'd' } },
    type: 'application/merge-patch+json',
    ...accept(),
  },
  send('DELETE')('removed', `${maps}/json`, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 }),
  send('DELETE')('removed with odd options', `${maps}/cbor`, { propagationPolicy: 'Sometimes' }),
  send('DELETE')('removed with broken options', `${maps}/cbor`, 'a1'),
  send('DELETE')('removed with options of a wrong type', `${maps}/cbor`, { gracePeriodSeconds: 'x' }),
]

const faulty: Request[] = (
  [
    ['no body', ''],
    ['an end too early', 'a1'],
    ['something behind it', `${raw('f')}00`],
    ['JSON', Buffer.from('{"kind":"ConfigMap"}').toString('hex')],
    ['a list', '80'],
    ['null', 'f6'],
    ['a text', text('x')],
    ['a number', '01'],
    ['a key twice', raw('f', kind())],
    ['a key twice within', raw('f', [text('data'), pairs([text('a'), text('b')], [text('a'), text('c')])])],
    ['a key twice in both forms of texts', raw('f', [text('data'), pairs([text('a'), text('b')], [text('a', 2), text('c')])])],
    ['an unknown key twice', raw('f', [text('zz'), '01'], [text('zz'), '02'])],
    ['a key that is a number', raw('f', ['01', '02'])],
    ['a key that is a list', raw('f', ['80', '02'])],
    ['not a number', raw('f', [text('data'), 'f97e00'])],
    ['infinity', raw('f', [text('data'), 'fa7f800000'])],
    ['a big number', raw('f', [text('data'), 'c24101'])],
    ['undefined', raw('f', [text('data'), 'f7'])],
    ['a simple value', raw('f', [text('data'), 'e0'])],
    ['no UTF-8', raw('f', [text('data'), pairs([text('a'), '61ff'])])],
    ['no UTF-8 in bytes', `${raw('utf8', [text('data'), pairs([text('a'), '41ff'])])}`],
    ['a number for a text', raw('f', [text('data'), pairs([text('a'), '01'])])],
    ['a list for a map', raw('f', [text('data'), '80'])],
    ['a text for a struct', pairs(kind(), v1(), [text('metadata'), text('x')])],
    ['a list for a struct', pairs(kind(), v1(), [text('metadata'), '80'])],
    ['a text for bytes', raw('f', [text('binaryData'), pairs([text('a'), text('AAEC')])])],
    ['no base64', raw('f', [text('binaryData'), pairs([text('a'), text('!', 2)])])],
    ['a number for a boolean', raw('f', [text('immutable'), '01'])],
    ['a kind that is a number', pairs([text('kind'), '01'], v1(), meta('f'))],
    ['another kind', pairs(kind('Secret'), v1(), meta('f'))],
    ['another version', pairs(kind(), v1('v2'), meta('f'))],
    ['no version at all', pairs(kind(), v1('a/b/c'), meta('version'))],
    ['a kind that nobody knows', pairs(kind('Compass'), v1(), meta('f'))],
    ['neither kind nor version', pairs(meta('neither'))],
    [
      'a time that is none',
      pairs(kind(), v1(), [text('metadata'), pairs([text('name'), text('f')], [text('creationTimestamp'), text('x')])]),
    ],
    [
      'chunks and no lengths',
      `bf${kind().join('')}${v1().join('')}7f${text('meta')}${text('data')}ffbf${text('name')}7f${text('chu')}${text('nks')}ffffff`,
    ],
    ['tags that mean nothing', `d9d9f7d9d9f7${pairs(kind(), v1(), meta('tags'), [text('data'), pairs([text('a'), `c6${text('b')}`])])}`],
    ['a simple value of one byte too few', 'f818'],
    ['an argument of no length', '1c'],
    ['a break', 'ff'],
    ['a break behind a key', `bf${text('a')}ff`],
    ['a chunk of another type', `7f41${'00'}ff`],
    ['ten thousand levels', `${'81'.repeat(10_001)}00`],
    ['a list of very many', '9bffffffffffffffff'],
    ['a list of many', '9b00000000ffffffff'],
    ['a map of many', 'ba00300000'],
    ['a text of very many', '7bffffffffffffffff'],
  ] as const
).map(([name, bytes]) => post(`a body: ${name}`, maps, bytes))

const validated: Request[] = ['Strict', 'Warn', 'Ignore'].flatMap((mode) => {
  const path = `${maps}?dryRun=All&fieldValidation=${mode}`
  return [
    post(`${mode}: an unknown field`, path, raw('v', [text('foo'), '01'])),
    post(
      `${mode}: unknown fields in many places`,
      path,
      pairs(kind(), v1(), [text('metadata'), pairs([text('bar'), '01'], [text('name'), text('v')])], [text('foo'), '01']),
    ),
    post(`${mode}: an unknown field and a wrong type`, path, raw('v', [text('foo'), '01'], [text('immutable'), '01'])),
    post(`${mode}: a key twice`, path, raw('v', [text('immutable'), 'f4'], [text('immutable'), 'f5'])),
    post(
      `${mode}: an unknown field of a custom object`,
      `${items}?dryRun=All&fieldValidation=${mode}`,
      item('v', { foo: 1, spec: { bar: 2, name: 'x' } }),
    ),
  ]
})

const custom: Request[] = [
  post(
    'a custom object',
    items,
    item('a', { spec: { big: 9007199254740993n, ratio: 1.5, list: ['a'], any: { f: 2.5, n: null, b: true } } }),
  ),
  post(
    'a custom object with tagged bytes',
    items,
    pairs(kind('Item'), v1(`${group}/v1`), meta('bytes'), [text('spec'), pairs([text('data'), 'd64200ff'])]),
  ),
  post(
    'a custom object with a time',
    items,
    pairs(kind('Item'), v1(`${group}/v1`), meta('time'), [text('spec'), pairs([text('name'), 'c11a65920080'])]),
  ),
  post(
    'a float for an integer',
    items,
    pairs(kind('Item'), v1(`${group}/v1`), meta('float'), [text('spec'), pairs([text('replicas'), 'f94000'])]),
  ),
  post(
    'a float with a fraction for an integer',
    items,
    pairs(kind('Item'), v1(`${group}/v1`), meta('float'), [text('spec'), pairs([text('replicas'), 'f93e00'])]),
  ),
  post(
    'an integer that is too big',
    items,
    pairs(kind('Item'), v1(`${group}/v1`), meta('big'), [text('spec'), pairs([text('big'), '1b8000000000000000'])]),
  ),
  post('a text for an integer', items, item('text', { spec: { replicas: 'x' } })),
  post('a custom object without a kind', items, pairs(v1(`${group}/v1`), meta('kind'))),
  post('a custom object without a version', items, pairs(kind('Item'), meta('version'))),
  post('a custom object of another version', items, pairs(kind('Item'), v1(`${group}/v2`), meta('version'))),
  post('a custom object of another kind', items, pairs(kind('Other'), v1(`${group}/v1`), meta('other'))),
  post(
    'a custom object with a key twice',
    items,
    pairs(kind('Item'), v1(`${group}/v1`), meta('twice'), [text('spec'), pairs([text('name'), '01'], [text('name'), '02'])]),
  ),
  post('a custom object that ends early', items, 'a2'),
  post('a list as a custom object', items, '80'),
  post('nothing as a custom object', items, ''),
  get('a custom object is read', `${items}/a`),
  get('a custom object is read in JSON', `${items}/a`, 'application/json'),
  get('custom objects', items),
  get('custom objects watched', `${items}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name=a`),
  get('a custom scale', `${items}/a/scale`),
  get('custom metadata alone', `${items}/a`, `${CBOR};as=PartialObjectMetadata${META}`),
  get('a custom Table', `${items}/a`, `${CBOR};as=Table${META}`),
  get('custom objects in protobuf', items, 'application/vnd.kubernetes.protobuf'),
  get('custom objects in no form', items, 'text/plain'),
  put('a custom object replaced', `${items}/bytes`, item('bytes', { spec: { name: 'y' } })),
  put('a custom status', `${items}/bytes/status`, item('bytes', { status: { replicas: 3 } })),
  put('a custom scale replaced', `${items}/a/scale`, object('autoscaling/v1', 'Scale', 'a', { spec: { replicas: 4 } })),
  apply('a custom object is applied', `${items}/applied?fieldManager=one`, item('applied', { spec: { ratio: 2.5, list: ['x'] } })),
  apply('a custom object is applied again', `${items}/applied?fieldManager=one`, item('applied', { spec: { ratio: 3 } })),
  {
    name: 'a custom object is patched by a type that is none',
    method: 'PATCH',
    path: `${items}/a`,
    body: {},
    type: 'application/x',
    ...accept(),
  },
  send('DELETE')('a custom object is removed', `${items}/applied`, { propagationPolicy: 'Background' }),
]

export const cborRequests: readonly Request[] = [definition, ...created, ...read, ...changed, ...faulty, ...custom, ...validated]

/** The same media types where the gate is closed. */
export const closedRequests: readonly Request[] = [
  get('one', '/api/v1/namespaces/default'),
  get('one, or else in JSON', '/api/v1/namespaces/default', `${CBOR},application/json`),
  get('a list', '/api/v1/namespaces'),
  get('a watch', '/api/v1/namespaces?watch=true&timeoutSeconds=1'),
  get('a watch as a sequence', '/api/v1/namespaces?watch=true&timeoutSeconds=1', 'application/cbor-seq'),
  get('a group', '/apis/apps'),
  get('metadata alone', '/api/v1/namespaces/default', `${CBOR};as=PartialObjectMetadata${META}`),
  { ...post('a body', maps, map('a')), headers: {} },
  { ...apply('applied', `${maps}/a?fieldManager=one`, map('a')), headers: {} },
  { ...send('DELETE')('removed', `${maps}/a`, { kind: 'DeleteOptions', apiVersion: 'v1' }), headers: {} },
]

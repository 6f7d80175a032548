import { base } from './strategic-cases.ts'

/** One PATCH of an object in `objects`, played against a kube-apiserver by record.ts with `dryRun=All`. */
export interface PatchCase {
  name: string
  /** Key of `paths`. */
  object: keyof typeof paths
  type: keyof typeof mediaTypes
  /** The body's text. */
  patch: string
  /** Path to the part of the patched object that is compared; the codes and texts of errors always are. */
  part: readonly (string | number)[]
  fieldValidation?: 'Ignore' | 'Strict'
}

export const mediaTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

const core = '/api/v1/namespaces/default'
const apps = '/apis/apps/v1/namespaces/default'
export const paths = {
  deployment: `${apps}/deployments/d`,
  configMap: `${core}/configmaps/patched`,
  revision: `${apps}/controllerrevisions/patched`,
  missing: `${core}/configmaps/missing`,
}

/** What must be there before a case is played: where it is created, and its body. */
export const objects: readonly [collection: string, body: object][] = [
  [`${apps}/deployments`, base],
  [`${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'patched', labels: { a: 'b' } }, data: { k: 'v' } }],
  [
    `${apps}/controllerrevisions`,
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { name: 'patched' },
      data: { list: [{ a: 1 }], map: { b: 2 } },
      revision: 1,
    },
  ],
]

/** An error without the patched document, which holds times and identities. */
export const withoutDocument = (message: string): string => message.replace(/Invalid value: "\{.*\}": /s, 'Invalid value: <document>: ')

const args = ['spec', 'template', 'spec', 'containers', 0, 'args']
const at = '/spec/template/spec/containers/0/args'

/** Object, type, patch, part. */
type Content = [keyof typeof paths, keyof typeof mediaTypes, unknown, readonly (string | number)[]]
type Row = readonly [name: string, ...Content]

/** The arguments are x, y. */
const onArgs = (...operations: object[]): Content => ['deployment', 'json', operations, args]
const onData = (...operations: unknown[]): Content => ['configMap', 'json', operations, []]
const add = (path: string): object => ({ op: 'add', path: `${at}/${path}`, value: 'z' })

const arrays: readonly Row[] = [
  ...['-', '0', '1', '2', '3', '-1', '-2', '-3', '-4', '01', '+1', '+', '1e0', '1.0', ' 1', '', 'x', '9999999999999999999', '-0'].flatMap(
    (index): Row[] => [
      [`add at ${index}`, ...onArgs(add(index))],
      [`remove at ${index}`, ...onArgs({ op: 'remove', path: `${at}/${index}` })],
      [`replace at ${index}`, ...onArgs({ op: 'replace', path: `${at}/${index}`, value: 'z' })],
      [`test at ${index}`, ...onArgs({ op: 'test', path: `${at}/${index}`, value: 'y' })],
      [`copy from ${index}`, ...onArgs({ op: 'copy', from: `${at}/${index}`, path: `${at}/-` })],
      [`move from ${index}`, ...onArgs({ op: 'move', from: `${at}/${index}`, path: `${at}/0` })],
    ],
  ),
  [
    'a path through -1',
    'deployment',
    'json',
    [{ op: 'replace', path: '/spec/template/spec/containers/-1/image', value: 'z' }],
    ['spec', 'template', 'spec', 'containers', 2, 'image'],
  ],
  [
    'a path through 00',
    'deployment',
    'json',
    [{ op: 'replace', path: '/spec/template/spec/containers/00/image', value: 'z' }],
    ['spec', 'template', 'spec', 'containers', 0, 'image'],
  ],
  ['a path through -', 'deployment', 'json', [{ op: 'replace', path: '/spec/template/spec/containers/-/image', value: 'z' }], []],
  ['a path through a string', 'deployment', 'json', [{ op: 'add', path: `${at}/0/x`, value: 'z' }], []],
]

const keys: readonly Row[] = [
  ['add without a value', ...onData({ op: 'add', path: '/data/v' })],
  ['add null', ...onData({ op: 'add', path: '/data/v', value: null })],
  ['add without a value, in a list', ...onArgs({ op: 'add', path: `${at}/-` })],
  ['replace without a value', ...onData({ op: 'replace', path: '/data/k' })],
  ['replace a key that is not there', ...onData({ op: 'replace', path: '/data/v', value: 'w' })],
  ['test without a value, of a key that is there', ...onData({ op: 'test', path: '/data/k' })],
  ['test without a value, of a key that is not there', ...onData({ op: 'test', path: '/data/v' })],
  ['test null, of a key that is not there', ...onData({ op: 'test', path: '/data/v', value: null })],
  ['test null, of a key that is there', ...onData({ op: 'test', path: '/data/k', value: null })],
  ['test a value, of a key that is not there', ...onData({ op: 'test', path: '/data/v', value: 'v' })],
  ['test through a key that is not there', ...onData({ op: 'test', path: '/x/v', value: null })],
  ['test a map in another order', ...onData({ op: 'test', path: '', value: {} })],
  ['test a map', ...onData({ op: 'test', path: '/data', value: { k: 'v' } })],
  ['test a smaller map', ...onData({ op: 'test', path: '/data', value: {} })],
  ['test a list against a map', ...onData({ op: 'test', path: '/data', value: [] })],
  ['test a list', ...onArgs({ op: 'test', path: at, value: ['x', 'y'] })],
  ['test a shorter list', ...onArgs({ op: 'test', path: at, value: ['x'] })],
  ['copy from a key that is not there', ...onData({ op: 'copy', from: '/data/x', path: '/data/v' })],
  ['move from a key that is not there', ...onData({ op: 'move', from: '/data/x', path: '/data/v' })],
  ['copy from a path that is not there', ...onData({ op: 'copy', from: '/x/x', path: '/data/v' })],
  ['copy to a path that is not there', ...onData({ op: 'copy', from: '/data/k', path: '/x/v' })],
  ['copy a map into itself', ...onData({ op: 'copy', from: '/data', path: '/data/k' })],
  ['move a map into itself', ...onData({ op: 'move', from: '/data', path: '/data/k' })],
  ['move onto itself', ...onData({ op: 'move', from: '/data/k', path: '/data/k' })],
  ['add at the root', ...onData({ op: 'add', path: '', value: { kind: 'ConfigMap' } })],
  ['remove the root', ...onData({ op: 'remove', path: '' })],
  ['copy the root', ...onData({ op: 'copy', from: '', path: '/data/v' })],
  ['replace the root by a list', ...onData({ op: 'replace', path: '', value: [] })],
  ['replace the root by a string', ...onData({ op: 'replace', path: '', value: 'x' })],
  ['replace the root by null', ...onData({ op: 'replace', path: '', value: null })],
  ['replace the root by an object', ...onData({ op: 'replace', path: '', value: { metadata: { name: 'patched' }, data: { n: 'm' } } })],
  [
    'replace the root, then go on',
    ...onData({ op: 'replace', path: '', value: { metadata: { name: 'patched' } } }, { op: 'add', path: '/data', value: { z: '1' } }),
  ],
  ['a path without a slash', ...onData({ op: 'add', path: 'data', value: 'x' })],
  ['a path whose first part is not empty', ...onData({ op: 'add', path: 'x/data/z', value: 'x' })],
  ['an empty key', ...onData({ op: 'test', path: '/', value: null })],
  [
    'escaped',
    ...onData(
      { op: 'add', path: '/metadata/annotations', value: { 'a/b': '1', 'c~d': '2' } },
      { op: 'test', path: '/metadata/annotations/a~1b', value: '1' },
      { op: 'test', path: '/metadata/annotations/c~0d', value: '2' },
    ),
  ],
  ['a tilde alone', ...onData({ op: 'add', path: '/data/a~2', value: 'x' })],
  ['remove a key that is not there', ...onData({ op: 'remove', path: '/data/x' })],
  ['remove all', ...onData({ op: 'remove', path: '/data' })],
  ['another kind', ...onData({ op: 'replace', path: '/kind', value: 'Secret' })],
  ['a kind that is none', ...onData({ op: 'replace', path: '/kind', value: 'Odd' })],
  ['an empty kind', ...onData({ op: 'replace', path: '/kind', value: '' })],
  ['no kind', ...onData({ op: 'remove', path: '/kind' })],
  ['a kind that is a number', ...onData({ op: 'replace', path: '/kind', value: 5 })],
  ['no version', ...onData({ op: 'remove', path: '/apiVersion' })],
  ['another version', ...onData({ op: 'replace', path: '/apiVersion', value: 'v2' })],
  ['another group', ...onData({ op: 'replace', path: '/apiVersion', value: 'apps/v1' })],
  ['a version that is none', ...onData({ op: 'replace', path: '/apiVersion', value: 'a/b/c' })],
  ['metadata of another type', ...onData({ op: 'replace', path: '/metadata', value: 'x' })],
  ['no metadata', ...onData({ op: 'remove', path: '/metadata' })],
  ['no name', ...onData({ op: 'remove', path: '/metadata/name' })],
  ['another name', ...onData({ op: 'replace', path: '/metadata/name', value: 'other' })],
  ['another namespace', ...onData({ op: 'replace', path: '/metadata/namespace', value: 'other' })],
]

const bodies = [
  '{}',
  '[]',
  'null',
  '"x"',
  '5',
  'true',
  '',
  'x',
  '[{}]',
  '[null]',
  '[5]',
  '["x"]',
  '[[]]',
  '[{"op":"odd","path":"/data/k"}]',
  '[{"op":"add"}]',
  '[{"op":"add","path":null}]',
  '[{"op":5,"path":"/data/k"}]',
  '[{"op":"add","path":5}]',
  '[{"op":"copy","path":"/data/k","from":5}]',
  '[{"op":"copy","path":"/data/k"}]',
  '[{"op":"move","path":"/data/k"}]',
  '[{"op":"add","path":"/data/k","value":"x","other":1}]',
  '[{"OP":"add","path":"/data/k","value":"x"}]',
  '{"data":"x"}',
  '{"data":[]}',
  '{"data":null}',
  '{"data":{"k":null}}',
  '{"data":{"k":5}}',
  '{"data":{"k":{}}}',
  '{"metadata":null}',
  '{"metadata":[]}',
  '{"metadata":{"labels":5}}',
  '{"metadata":{"labels":["a"]}}',
  '{"metadata":{"finalizers":"x"}}',
  '{"metadata":{"finalizers":[5]}}',
  '{"metadata":{"generation":"x"}}',
  '{"metadata":{"creationTimestamp":"x"}}',
  '{"immutable":"x"}',
  '{"immutable":5}',
  '{"odd":1}',
  '{"kind":"Secret"}',
  '{"kind":5}',
  '{"apiVersion":"v2"}',
  '{"apiVersion":null}',
]
/** Lists of operations are for JSON patches, objects for the others; some of each are given to all. */
const fits = (patch: string, type: string): boolean =>
  patch === '{}' || patch === '[5]' || !(type === 'json' ? patch.startsWith('{') : patch.startsWith('[{') || patch.startsWith('[['))
const everyBody: readonly Row[] = bodies.flatMap((patch) =>
  (['json', 'merge', 'strategic'] as const)
    .filter((type) => fits(patch, type))
    .flatMap((type): Row[] => [
      [`${type} ${patch}`, 'configMap', type, patch, []],
      [`${type} ${patch} of no object`, 'missing', type, patch, []],
    ]),
)

const pod = (spec: object): object => ({ spec: { template: { spec } } })
const lists = ['spec', 'template', 'spec']
const onPod = (spec: object): Content => ['deployment', 'strategic', pod(spec), lists]
const onMeta = (metadata: object): Content => ['deployment', 'strategic', { metadata }, ['metadata', 'finalizers']]
const images = [{ name: 'b', image: 'j' }]

const directives: readonly Row[] = [
  ['an order without the item', ...onPod({ '$setElementOrder/containers': [{ name: 'c' }], containers: images })],
  [
    'an order that contradicts',
    ...onPod({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }], containers: [...images, { name: 'c', image: 'j' }] }),
  ],
  [
    'an order of a deleted item',
    ...onPod({ '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }], containers: [{ name: 'b', $patch: 'delete' }] }),
  ],
  ['an empty order', ...onPod({ '$setElementOrder/containers': [], containers: images })],
  [
    'an empty order and new items',
    ...onPod({
      '$setElementOrder/containers': [],
      containers: [
        { name: 'n', image: 'n' },
        { name: 'm', image: 'm' },
      ],
    }),
  ],
  ['an order that is a string', ...onPod({ '$setElementOrder/containers': 'x' })],
  ['an order that is null', ...onPod({ '$setElementOrder/containers': null })],
  ['an order of strings', ...onPod({ '$setElementOrder/containers': ['a'], containers: images })],
  ['an order of strings alone', ...onPod({ '$setElementOrder/containers': ['a'] })],
  ['an order without keys', ...onPod({ '$setElementOrder/containers': [{ image: 'x' }], containers: images })],
  ['an order for a list that is null', ...onPod({ '$setElementOrder/containers': [{ name: 'a' }], containers: null })],
  ['an order for a list that is a string', ...onPod({ '$setElementOrder/containers': [{ name: 'a' }], containers: 'x' })],
  ['an order for a field that is not known', ...onPod({ '$setElementOrder/odd': [{ name: 'a' }] })],
  ['an order for a map', ...onPod({ '$setElementOrder/nodeSelector': [{ name: 'a' }] })],
  ['an order for a number', 'deployment', 'strategic', { spec: { '$setElementOrder/replicas': [1] } }, ['spec']],
  ['an order for a list that is not there', ...onPod({ '$setElementOrder/imagePullSecrets': [{ name: 'a' }] })],
  [
    'an order for a list that is new',
    ...onPod({ '$setElementOrder/imagePullSecrets': [{ name: 'a' }, { name: 'b' }], imagePullSecrets: [{ name: 'b' }, { name: 'a' }] }),
  ],
  [
    'an order for a list that is new, fitting',
    ...onPod({ '$setElementOrder/imagePullSecrets': [{ name: 'a' }, { name: 'b' }], imagePullSecrets: [{ name: 'a' }, { name: 'b' }] }),
  ],
  ['an order without a slash', ...onPod({ $setElementOrder: [{ name: 'a' }] })],
  ['an order for an atomic list', ...onPod({ '$setElementOrder/tolerations': [{ key: 'k' }], tolerations: [{ key: 'k' }] })],
  ['an order for a list of another kind in the patch', ...onPod({ '$setElementOrder/containers': [{ name: 'a' }], containers: ['a'] })],
  [
    'an order in the finalizers, without the item',
    ...onMeta({ '$setElementOrder/finalizers': ['example.com/b'], finalizers: ['example.com/c'] }),
  ],
  ['an order in the finalizers', ...onMeta({ '$setElementOrder/finalizers': ['example.com/b', 'example.com/a'] })],
  [
    'an order in the finalizers, contradicting',
    ...onMeta({ '$setElementOrder/finalizers': ['example.com/b', 'example.com/a'], finalizers: ['example.com/a', 'example.com/b'] }),
  ],
  ['an order of numbers in the finalizers', ...onMeta({ '$setElementOrder/finalizers': [1, 2] })],
  ['finalizers twice', ...onMeta({ finalizers: ['example.com/z', 'example.com/z', 'example.com/a'] })],
  ['finalizers that are numbers', ...onMeta({ finalizers: [5] })],
  ['finalizers that are lists', ...onMeta({ finalizers: [['x']] })],
  ['finalizers that are maps', ...onMeta({ finalizers: [{ a: 1 }] })],
  ['finalizers that are empty', ...onMeta({ finalizers: [] })],
  ['finalizers that are a map', ...onMeta({ finalizers: {} })],
  ['delete from finalizers, a string', ...onMeta({ '$deleteFromPrimitiveList/finalizers': 'example.com/a' })],
  ['delete from finalizers, a map', ...onMeta({ '$deleteFromPrimitiveList/finalizers': {} })],
  ['delete nothing from finalizers', ...onMeta({ '$deleteFromPrimitiveList/finalizers': [null] })],
  ['a finalizer that is none', ...onMeta({ finalizers: ['x', null] })],
  ['a container that is none', ...onPod({ containers: [null] })],
  ['a pull secret that is none', ...onPod({ imagePullSecrets: [null] })],
  ['an order for a name', ...onMeta({ '$setElementOrder/name': ['x'] })],
  ['metadata replaced by what does not fit', ...onMeta({ $patch: 'replace', uid: true })],
  ['all replaced by what does not fit', 'deployment', 'strategic', { $patch: 'replace', spec: { replicas: 'x' } }, ['spec']],
  ['an item replaced by what does not fit', ...onPod({ containers: [{ name: 'a', image: 1 }, { $patch: 'replace' }] })],
  ['labels replaced by what does not fit', ...onMeta({ labels: { $patch: 'replace', a: 1 }, uid: true })],
  ['delete from finalizers, null', ...onMeta({ '$deleteFromPrimitiveList/finalizers': null })],
  ['delete from finalizers, nothing', ...onMeta({ '$deleteFromPrimitiveList/finalizers': [] })],
  ['delete from finalizers, numbers', ...onMeta({ '$deleteFromPrimitiveList/finalizers': [1] })],
  ['delete from finalizers, all', ...onMeta({ '$deleteFromPrimitiveList/finalizers': ['example.com/a', 'example.com/b'] })],
  ['delete from a list that is not there', ...onPod({ '$deleteFromPrimitiveList/imagePullSecrets': ['a'] })],
  ['delete from a list of maps', ...onPod({ '$deleteFromPrimitiveList/containers': ['a'] })],
  ['delete from an atomic list', ...onPod({ containers: [{ name: 'a', '$deleteFromPrimitiveList/args': ['x'] }] })],
  ['delete from a number', 'deployment', 'strategic', { spec: { '$deleteFromPrimitiveList/replicas': [1] } }, ['spec']],
  ['delete from a field that is not known', ...onPod({ '$deleteFromPrimitiveList/odd': ['a'] })],
  ['delete without a slash', ...onMeta({ $deleteFromPrimitiveList: ['a'] })],
  [
    'retain what the patch does not say',
    'deployment',
    'strategic',
    { spec: { strategy: { $retainKeys: ['rollingUpdate'], type: 'RollingUpdate' } } },
    ['spec', 'strategy'],
  ],
  ['retain a string', 'deployment', 'strategic', { spec: { strategy: { $retainKeys: 'type', type: 'Recreate' } } }, ['spec', 'strategy']],
  ['retain null', 'deployment', 'strategic', { spec: { strategy: { $retainKeys: null, type: 'Recreate' } } }, ['spec', 'strategy']],
  ['retain nothing', 'deployment', 'strategic', { spec: { strategy: { $retainKeys: [] } } }, ['spec', 'strategy']],
  [
    'retain, and take away',
    'deployment',
    'strategic',
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: null } } },
    ['spec', 'strategy'],
  ],
  [
    'retain in metadata',
    'deployment',
    'strategic',
    { metadata: { $retainKeys: ['name', 'labels', 'uid', 'namespace'], labels: { z: '1' } } },
    ['metadata', 'labels'],
  ],
  ['retain in a new item', ...onPod({ volumes: [{ name: 'n', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }] })],
  ['retain in a new map', ...onPod({ securityContext: { $retainKeys: ['runAsUser'], runAsUser: 5 } })],
  ['a directive in a new map', ...onPod({ dnsConfig: { $patch: 'replace', nameservers: ['1.1.1.1'] } })],
  ['a directive in a new list', ...onPod({ imagePullSecrets: [{ $patch: 'replace' }, { name: 'a' }] })],
  ['a delete in a new list', ...onPod({ imagePullSecrets: [{ name: 'b', $patch: 'delete' }, { name: 'a' }] })],
  ['nulls in a new list', ...onPod({ imagePullSecrets: [{ name: 'a', odd: null }] })],
  ['nulls in a new item', ...onPod({ containers: [{ name: 'n', image: 'n', args: null, resources: null }] })],
  [
    'merge as a directive of a map',
    'deployment',
    'strategic',
    { metadata: { labels: { $patch: 'merge', z: '1' } } },
    ['metadata', 'labels'],
  ],
  ['merge as a directive of an item', ...onPod({ containers: [{ name: 'a', $patch: 'merge', image: 'z' }] })],
  ['an unknown directive of an item', ...onPod({ containers: [{ name: 'a', $patch: 'odd', image: 'z' }] })],
  ['a directive that is a number', 'deployment', 'strategic', { metadata: { labels: { $patch: 5 } } }, ['metadata', 'labels']],
  ['a directive that is null', 'deployment', 'strategic', { metadata: { labels: { $patch: null } } }, ['metadata', 'labels']],
  ['a delete without a key', ...onPod({ containers: [{ $patch: 'delete' }] })],
  ['replace with nothing', ...onPod({ containers: [{ $patch: 'replace' }] })],
  ['replace by an item without its key', ...onPod({ containers: [{ $patch: 'replace' }, { image: 'x' }] })],
  ['replace and delete', ...onPod({ containers: [{ $patch: 'replace' }, { name: 'a', $patch: 'delete' }, { name: 'z', image: 'z' }] })],
  ['delete the whole object', 'deployment', 'strategic', { $patch: 'delete' }, []],
  ['replace the whole object', 'deployment', 'strategic', { $patch: 'replace', metadata: { name: 'd' } }, []],
  [
    'replace a map with nulls in it',
    'deployment',
    'strategic',
    { metadata: { labels: { $patch: 'replace', z: null, y: '1' } } },
    ['metadata', 'labels'],
  ],
  [
    'an item twice in the patch',
    ...onPod({
      containers: [
        { name: 'n', image: 'n' },
        { name: 'n', image: 'm' },
      ],
    }),
  ],
  [
    'an item twice in the patch, one that is there',
    ...onPod({
      containers: [
        { name: 'a', image: 'n' },
        { name: 'a', args: ['m'] },
      ],
    }),
  ],
  [
    'an item deleted and made',
    ...onPod({
      containers: [
        { name: 'a', $patch: 'delete' },
        { name: 'a', image: 'z' },
      ],
    }),
  ],
  ['a key that is a number', ...onPod({ containers: [{ name: 5, image: 'z' }] })],
  ['a key that is null', ...onPod({ containers: [{ name: null, image: 'z' }] })],
  ['a key in other capitals', ...onPod({ Containers: [{ name: 'a', image: 'z' }] })],
  ['items that are lists', ...onPod({ containers: [['a']] })],
  ['items that are numbers', ...onPod({ containers: [5] })],
  ['items of two types', ...onPod({ containers: [{ name: 'a' }, 'x'] })],
  ['a list that is a string', ...onPod({ containers: 'x' })],
  ['ports that are a string', ...onPod({ containers: [{ name: 'a', ports: 'x' }] })],
  ['a list that is a map', ...onPod({ containers: {} })],
  ['a map that is a list', ...onPod({ nodeSelector: [] })],
  ['a map that is a string', ...onPod({ nodeSelector: 'x' })],
  ['a map of numbers', ...onPod({ nodeSelector: { a: 5 } })],
  ['a map of maps', ...onPod({ nodeSelector: { disk: {} } })],
  ['a struct that is a string', ...onPod({ securityContext: 'x' })],
  ['a struct that is a list', ...onPod({ securityContext: [] })],
  ['a number that is a string', 'deployment', 'strategic', { spec: { replicas: 'x' } }, ['spec']],
  ['a number that is a map', 'deployment', 'strategic', { spec: { replicas: {} } }, ['spec']],
  ['a number that is true', 'deployment', 'strategic', { spec: { replicas: true } }, ['spec']],
  ['a number with a fraction', 'deployment', 'strategic', { spec: { replicas: 3.5 } }, ['spec']],
  ['a truth that is a string', ...onPod({ hostNetwork: 'x' })],
  ['a truth that is a number', ...onPod({ hostNetwork: 1 })],
  ['a string that is a number', ...onPod({ schedulerName: 5 })],
  ['a string that is a list', ...onPod({ schedulerName: [] })],
  ['a string that is true', ...onPod({ schedulerName: true })],
  ['a string with a fraction', ...onPod({ schedulerName: 1.5 })],
  ['a quantity that is none', ...onPod({ containers: [{ name: 'a', resources: { limits: { cpu: 'x' } } }] })],
  ['a quantity that is a map', ...onPod({ containers: [{ name: 'a', resources: { limits: { cpu: {} } } }] })],
  ['a quantity that is a number', ...onPod({ containers: [{ name: 'a', resources: { limits: { cpu: 2 } } }] })],
  ['a quantity that is true', ...onPod({ containers: [{ name: 'a', resources: { limits: { cpu: true } } }] })],
  [
    'a surge that is a fraction',
    'deployment',
    'strategic',
    { spec: { strategy: { rollingUpdate: { maxSurge: 1.5 } } } },
    ['spec', 'strategy'],
  ],
  ['a surge that is a map', 'deployment', 'strategic', { spec: { strategy: { rollingUpdate: { maxSurge: {} } } } }, ['spec', 'strategy']],
  ['a surge that is true', 'deployment', 'strategic', { spec: { strategy: { rollingUpdate: { maxSurge: true } } } }, ['spec', 'strategy']],
  ['a time that is none', ...onMeta({ creationTimestamp: 'x' })],
  ['a time that is a number', ...onMeta({ creationTimestamp: 5 })],
  ['a time that is a map', ...onMeta({ creationTimestamp: {} })],
  ['raw data', 'revision', 'strategic', { data: { map: { c: 3 } } }, ['data']],
  ['raw data, a list in it', 'revision', 'strategic', { data: { list: [1] } }, ['data']],
  ['raw data, 12,000 levels', 'revision', 'merge', `{"data":{"d":${'['.repeat(12_000)}${']'.repeat(12_000)}}}`, ['data', 'odd']],
  [
    'raw data, 12,000 levels, strategic',
    'revision',
    'strategic',
    `{"data":{"d":${'['.repeat(12_000)}${']'.repeat(12_000)}}}`,
    ['data', 'odd'],
  ],
  [
    'raw data, 12,000 levels, JSON patch',
    'revision',
    'json',
    `[{"op":"add","path":"/data/d","value":${'['.repeat(12_000)}${']'.repeat(12_000)}}]`,
    ['data', 'odd'],
  ],
]

const doubled = Array.from({ length: 27 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/c${i}` }))
const limits: readonly Row[] = [
  ['copies without end', ...onData(...doubled)],
  [
    'copies just within',
    ...onData(
      { op: 'add', path: '/data/k', value: 'x'.repeat(900_000) },
      ...['a', 'b', 'c'].map((k) => ({ op: 'copy', from: '/data/k', path: `/data/${k}` })),
      ...['a', 'b', 'c'].map((k) => ({ op: 'remove', path: `/data/${k}` })),
      { op: 'remove', path: '/data/k' },
    ),
  ],
  [
    'copies just too large',
    ...onData(
      { op: 'add', path: '/data/k', value: 'x'.repeat(900_000) },
      ...['a', 'b', 'c', 'd'].map((k) => ({ op: 'copy', from: '/data/k', path: `/data/${k}` })),
      { op: 'remove', path: '/data' },
    ),
  ],
  ['10,001 operations', ...onData(...Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/k', value: 'v' })))],
  ['10,000 operations', ...onData(...Array.from({ length: 10_000 }, () => ({ op: 'test', path: '/data/k', value: 'v' })))],
]

const rows = [...arrays, ...keys, ...everyBody, ...directives, ...limits]
const asText = (patch: unknown): string => (typeof patch === 'string' ? patch : JSON.stringify(patch))
const ofRow = ([name, object, type, patch, part]: Row): PatchCase => ({ name, object, type, patch: asText(patch), part })

export const patchCases: readonly PatchCase[] = [
  ...rows.map(ofRow),
  ...everyBody.flatMap((row) =>
    row[1] === 'configMap'
      ? (['Ignore', 'Strict'] as const).map((fieldValidation) => ({
          ...ofRow(row),
          name: `${row[0]}, ${fieldValidation}`,
          fieldValidation,
        }))
      : [],
  ),
]

import type { Request } from './play.ts'
import { patch, post } from './requests.ts'

type Json = Record<string, unknown>

/** Plugins that run only when they are switched on, all at once. */
export const plugins: readonly string[] = [
  ...['AlwaysAdmit', 'AlwaysPullImages', 'DenyServiceExternalIPs', 'EventRateLimit', 'ExtendedResourceToleration', 'ImagePolicyWebhook'],
  ...['LimitPodHardAntiAffinityTopology', 'NamespaceAutoProvision', 'NamespaceExists', 'OwnerReferencesPermissionEnforcement'],
  ...['PodNodeSelector', 'PodTolerationRestriction'],
]

const everywhere = (key: string, more: Json = {}): Json => ({ key, operator: 'Exists', ...more })
const UNHEALTHY = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

export const eventLimits: readonly Json[] = [
  { type: 'SourceAndObject', qps: 1, burst: 1 },
  { type: 'User', qps: 1, burst: 1000, cacheSize: 10 },
]
export const tolerations: Json = {
  default: [everywhere('cluster')],
  whitelist: [
    everywhere('cluster'),
    { operator: 'Exists', effect: 'NoSchedule' },
    ...UNHEALTHY.map((key) => everywhere(key, { effect: 'NoExecute', tolerationSeconds: 60 })),
    { key: 'v', value: 'x' },
    { key: 'n', operator: 'Equal', value: '1', effect: 'PreferNoSchedule' },
  ],
}
/** By namespace: labels that its pods may ask for. */
export const nodeSelectors: Readonly<Record<string, string>> = { clusterDefaultNodeSelector: 'pool=default', '{ns}': 'pool=default,zone=a' }
export const SECONDS = { notReady: 7, unreachable: 9 }

/** What is said of images that have such a name. */
export const verdicts: Readonly<Record<string, Json | string>> = {
  refused: { status: { allowed: false, reason: 'it is old' } },
  silent: { status: { allowed: false } },
  noted: { status: { allowed: true, auditAnnotations: { a: 'b', 'not a/b/c': 'd' } } },
  nothing: {},
  garbage: 'no json',
  list: [] as unknown as Json,
  typed: { status: { allowed: 'yes' } },
  other: { kind: 'Pod', apiVersion: 'v1', status: {} },
  unknown: { kind: 'Unknown', apiVersion: 'x/v1' },
  version: { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1', status: { allowed: true } },
}
/** Statuses that the webhook answers with nothing. */
export const failures: Readonly<Record<string, number>> = { missing: 404, broken: 500, busy: 503, empty: 204 }

/** Lines of the token file. */
export const users: readonly string[] = ['writer', 'deleter', 'finalizer', 'anything'].map((name) => `${name},${name},${name},`)

const NS = '/api/v1/namespaces/{ns}'
const namespace = (name: string, annotations?: Json): Request =>
  post(`a namespace ${name}`, '/api/v1/namespaces', { metadata: { name, ...(annotations === undefined ? {} : { annotations }) } })

const SELECTOR = 'scheduler.alpha.kubernetes.io/node-selector'
const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations'
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist'
const text = (...list: readonly Json[]): string => JSON.stringify(list)

/** Namespaces by what they say of their pods. */
const SAYING: Readonly<Record<string, Json>> = {
  placed: { [SELECTOR]: ' zone = a ,tier=' },
  anywhere: { [SELECTOR]: '' },
  'no-pair': { [SELECTOR]: 'zone' },
  'bad-key': { [SELECTOR]: 'a b=c' },
  'bad-value': { [SELECTOR]: 'a=b c' },
  tolerant: {
    [DEFAULTS]: text(everywhere('a'), everywhere('a', { effect: 'NoSchedule' })),
    [WHITELIST]: text(everywhere('a'), ...UNHEALTHY.map((key) => everywhere(key)), { key: 'b', value: 'x', effect: 'NoSchedule' }),
  },
  open: { [DEFAULTS]: '', [WHITELIST]: '' },
  'no-json': { [WHITELIST]: '{' },
  'no-default': { [DEFAULTS]: '[{"key":1}]' },
  'no-list': { [WHITELIST]: '{"key":"a"}' },
}

export const preparations: readonly Request[] = [
  namespace('{ns}'),
  ...Object.entries(SAYING).map(([name, annotations]) => namespace(`{ns}-${name}`, annotations)),
  ...['linux', 'windows', undefined].map((os) =>
    post(`a node of ${os}`, '/api/v1/nodes', {
      metadata: { name: `{ns}-${os ?? 'plain'}`, ...(os === undefined ? {} : { labels: { 'kubernetes.io/os': os } }) },
      status: {
        allocatable: { cpu: '2', memory: '1Gi' },
        declaredFeatures: os === 'linux' ? ['InPlacePodLevelResourcesVerticalScaling'] : [],
      },
    }),
  ),
  post('a role', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: '{ns}-writer' },
    rules: [{ apiGroups: [''], resources: ['configmaps', 'pods'], verbs: ['create', 'update', 'patch', 'get'] }],
  }),
  ...(
    [
      ['deleter', 'configmaps', 'delete', ''],
      ['finalizer', 'configmaps/finalizers', 'update', ''],
      ['anything', '*/finalizers', 'update', '*'],
    ] as const
  ).map(([name, resource, verb, group]) =>
    post(`a role of a ${name}`, '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      metadata: { name: `{ns}-${name}` },
      rules: [{ apiGroups: [group], resources: [resource], verbs: [verb] }],
    }),
  ),
  ...users.flatMap((line) => {
    const name = line.split(',')[0]!
    return [...new Set(['writer', name])].map((role) =>
      post(`the ${name} may what a ${role} may`, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        metadata: { name: `{ns}-${name}-${role}` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `{ns}-${role}` },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
      }),
    )
  }),
]

const pod = (name: string, spec: Json = {}, metadata: Json = {}): Json => ({
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})
const image = (name: string, more: Json = {}): Json => ({ containers: [{ name: 'c', image: name, ...more }] })
const podIn = (what: string, name: string, spec: Json = {}, metadata: Json = {}): Request =>
  post(`${what}: pod ${name}`, `/api/v1/namespaces/${what}/pods`, pod(name, spec, metadata))

const pulling: readonly Request[] = [
  podIn('{ns}', 'pulls', {
    containers: [
      { name: 'a', image: 'i', imagePullPolicy: 'Never' },
      { name: 'b', image: 'i:1', imagePullPolicy: 'IfNotPresent' },
    ],
    initContainers: [{ name: 'c', image: 'i@sha256:x', imagePullPolicy: 'Never' }],
    volumes: [{ name: 'v', image: { reference: 'r', pullPolicy: 'Never' } }],
  }),
  patch('another image', `${NS}/pods/pulls`, { spec: { containers: [{ name: 'a', image: 'j', imagePullPolicy: 'Always' }] } }),
  post('no kind of policy', `${NS}/pods`, pod('odd', image('i', { imagePullPolicy: 'Sometimes' }))),
]

const apart = (topologyKey: string): Json => ({
  affinity: {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { a: 'b' } } }] },
  },
})
const affinity: readonly Request[] = [
  podIn('{ns}', 'own-node', apart('kubernetes.io/hostname')),
  podIn('{ns}', 'own-zone', apart('topology.kubernetes.io/zone')),
  podIn('{ns}', 'no-key', apart('')),
]

const service = (name: string, spec: Json = {}): Json => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })
const services: readonly Request[] = [
  post('a service', `${NS}/services`, service('plain')),
  post('a service of another address', `${NS}/services`, service('outside', { externalIPs: ['1.2.3.4'] })),
  patch('another address later', `${NS}/services/plain`, { spec: { externalIPs: ['1.2.3.4'] } }),
]

const map = (name: string, metadata: Json = {}): Json => ({ metadata: { name, ...metadata } })
const provision: readonly Request[] = [
  post('nothing is made for a trial', '/api/v1/namespaces/{ns}-tried/configmaps?dryRun=All', map('m')),
  post('a map where nothing is', '/api/v1/namespaces/{ns}-new/configmaps', map('m')),
  post('a review where nothing is', '/apis/authorization.k8s.io/v1/namespaces/{ns}-asked/localsubjectaccessreviews', {
    spec: { user: 'a', resourceAttributes: { namespace: '{ns}-asked', verb: 'get', resource: 'pods' } },
  }),
  post('a map in a bad namespace', '/api/v1/namespaces/A_b/configmaps', map('m')),
  ...['tried', 'new', 'asked'].map(
    (name): Request => ({ name: `is ${name} there`, method: 'GET', path: `/api/v1/namespaces/{ns}-${name}` }),
  ),
  { name: 'delete where nothing is', method: 'DELETE', path: '/api/v1/namespaces/{ns}-none/configmaps/m' },
  { name: 'delete all where nothing is', method: 'DELETE', path: '/api/v1/namespaces/{ns}-none/configmaps' },
  { name: 'put where nothing is', method: 'PUT', path: '/api/v1/namespaces/{ns}-none/configmaps/m', body: map('m') },
]

const owner = (kind: string, name: string, more: Json = {}): Json => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name, uid: `u-${name}`, ...more }],
})
const holds = { blockOwnerDeletion: true }
const OWNERS: Readonly<Record<string, Json>> = {
  plain: owner('ConfigMap', 'o'),
  blocking: owner('ConfigMap', 'o', holds),
  'small-letters': owner('configmap', 'o', holds),
  'a-list': owner('ConfigMapList', 'o', holds),
  'of-a-node': owner('Node', 'o', holds),
  'of-a-deployment': owner('Deployment', 'o', { apiVersion: 'apps/v1', ...holds }),
  'of-another-version': owner('Deployment', 'o', { apiVersion: 'apps/v7', ...holds }),
  'of-nothing': owner('Nothing', 'o', holds),
  'of-no-group': owner('X', 'o', { apiVersion: 'none.example.com/v1', ...holds }),
  'too-many-slashes': owner('ConfigMap', 'o', { apiVersion: 'a/b/c', ...holds }),
}
const owners: readonly Request[] = users.flatMap((line) => {
  const token = line.split(',')[0]!
  return [
    ...Object.entries(OWNERS).map(([name, metadata]) =>
      post(`${token} makes one that is owned: ${name}`, `${NS}/configmaps`, map(`${token}-${name}`, metadata), { token }),
    ),
    post(`${token} makes one that is not owned`, `${NS}/configmaps`, map(`${token}-free`), { token }),
    patch(`${token} says whose it is`, `${NS}/configmaps/${token}-free`, { metadata: owner('ConfigMap', 'o') }, { token }),
    patch(`${token} lets it hold that back`, `${NS}/configmaps/${token}-free`, { metadata: owner('ConfigMap', 'o', holds) }, { token }),
    patch(`${token} says more of it`, `${NS}/configmaps/${token}-free`, { metadata: { labels: { a: 'b' } } }, { token }),
  ]
})

const placed: readonly Request[] = [
  ...['placed', 'anywhere', 'no-pair', 'bad-key', 'bad-value'].map((name) => podIn(`{ns}-${name}`, 'p')),
  podIn('{ns}-placed', 'with-more', { nodeSelector: { disk: 'ssd', zone: 'a' } }),
  podIn('{ns}-placed', 'elsewhere', { nodeSelector: { zone: 'b' } }),
  podIn('{ns}', 'by-default'),
  podIn('{ns}', 'in-the-list', { nodeSelector: { zone: 'a' } }),
  podIn('{ns}', 'not-in-the-list', { nodeSelector: { zone: 'b' } }),
  podIn('{ns}', 'of-another-pool', { nodeSelector: { pool: 'own' } }),
]

const tolerated: readonly Request[] = [
  ...['tolerant', 'open', 'no-json', 'no-default', 'no-list'].map((name) => podIn(`{ns}-${name}`, 'tolerates')),
  podIn('{ns}-tolerant', 'in-the-list', { tolerations: [{ key: 'b', operator: 'Equal', value: 'x', effect: 'NoSchedule' }] }),
  podIn('{ns}-tolerant', 'without-operator', { tolerations: [{ key: 'b', value: 'x', effect: 'NoSchedule' }] }),
  podIn('{ns}-tolerant', 'another-value', { tolerations: [{ key: 'b', operator: 'Equal', value: 'y', effect: 'NoSchedule' }] }),
  podIn('{ns}-tolerant', 'with-requests', image('i', { resources: { requests: { cpu: '1' } } })),
  podIn('{ns}-open', 'anything', { tolerations: [{ operator: 'Exists' }] }),
  podIn('{ns}', 'any-effect', { tolerations: [everywhere('cluster')] }),
  podIn('{ns}', 'any-key', { tolerations: [{ operator: 'Exists' }] }),
  podIn('{ns}', 'any-key-of-an-effect', { tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }] }),
  podIn('{ns}', 'a-minute', { tolerations: [everywhere(UNHEALTHY[0]!, { effect: 'NoExecute', tolerationSeconds: 60 })] }),
  podIn('{ns}', 'longer', { tolerations: [everywhere(UNHEALTHY[0]!, { effect: 'NoExecute', tolerationSeconds: 61 })] }),
  podIn('{ns}', 'for-ever', { tolerations: [everywhere(UNHEALTHY[0]!, { effect: 'NoExecute' })] }),
  podIn('{ns}', 'a-value', { tolerations: [{ key: 'v', operator: 'Equal', value: 'x', effect: 'NoExecute' }] }),
  podIn('{ns}', 'prefers', { tolerations: [{ key: 'n', operator: 'Equal', value: '1', effect: 'PreferNoSchedule' }] }),
  podIn('{ns}', 'more-than', { tolerations: [{ key: 'n', operator: 'Gt', value: '1', effect: 'PreferNoSchedule' }] }),
  podIn('{ns}', 'guaranteed', image('i', { resources: { requests: { cpu: '1', memory: '1Mi' }, limits: { cpu: '1', memory: '1Mi' } } })),
  patch('one more', `${NS}/pods/any-effect`, { spec: { tolerations: null } }),
]

const extended: readonly Request[] = [podIn('{ns}', 'of-a-vendor', image('i', { resources: { limits: { 'example.com/gpu': '1' } } }))]

const reviewed: readonly Request[] = [
  ...[...Object.keys(verdicts), ...Object.keys(failures)].map((name) => podIn('{ns}', `image-${name}`, image(`images/${name}`))),
  podIn('{ns}', 'two-images', { ...image('images/noted'), initContainers: [{ name: 'i', image: 'images/refused' }] }),
  patch('a debugger', `${NS}/pods/image-noted/ephemeralcontainers`, {
    spec: { ephemeralContainers: [{ name: 'd', image: 'images/silent' }] },
  }),
  patch('a debugger, and more than that', `${NS}/pods/image-noted/ephemeralcontainers`, {
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: { activeDeadlineSeconds: 9, ephemeralContainers: [{ name: 'd', image: 'i' }] },
  }),
  podIn('{ns}', 'with-words', image('images/noted'), {
    annotations: { 'x.image-policy.k8s.io/b': '1', 'x.image-policy.k8s.io/a': '2', other: '3' },
  }),
]

const size = (cpu: string, memory = '1Mi'): Json => ({ requests: { cpu, memory } })
const sized = (node: string, more: Json = {}): Json => ({
  ...{ nodeName: `{ns}-${node}`, containers: [{ name: 'c', image: 'i', resources: size('1') }] },
  ...more,
})
const resize = (name: string, what: string, resources: Json): Request =>
  patch(`${name}: ${what}`, `${NS}/pods/${name}/resize`, { spec: { containers: [{ name: 'c', resources }] } }, STRATEGIC)
const STRATEGIC = { type: 'application/strategic-merge-patch+json' }
const memory = (sizeLimit: string): Json => ({ volumes: [{ name: 'm', emptyDir: { medium: 'Memory', sizeLimit } }] })
const resized: readonly Request[] = [
  ...['linux', 'windows', 'plain', 'none'].map((node) => podIn('{ns}', `on-${node}`, sized(node))),
  ...['linux', 'windows', 'plain', 'none'].flatMap((node) => [
    resize(`on-${node}`, 'as it was', size('1')),
    resize(`on-${node}`, 'smaller', size('500m')),
    resize(`on-${node}`, 'all of it', size('2', '1Gi')),
    resize(`on-${node}`, 'more cpu', size('2001m')),
    resize(`on-${node}`, 'more of both', size('3', '2Gi')),
  ]),
  podIn('{ns}', 'whole-linux', sized('linux', { resources: size('1500m', '2Mi') })),
  podIn('{ns}', 'whole-plain', sized('plain', { resources: size('1500m', '2Mi') })),
  ...['linux', 'plain'].map((node) =>
    patch(`whole-${node} grows`, `${NS}/pods/whole-${node}/resize`, { spec: { resources: size('1800m', '2Mi') } }, STRATEGIC),
  ),
  ...['linux', 'plain'].map((node) =>
    podIn('{ns}', `begins-${node}`, sized(node, { initContainers: [{ name: 'i', image: 'i', resources: size('1') }] })),
  ),
  ...['linux', 'plain'].map((node) =>
    patch(
      `begins-${node} later`,
      `${NS}/pods/begins-${node}/resize`,
      { spec: { initContainers: [{ name: 'i', resources: size('500m') }] } },
      STRATEGIC,
    ),
  ),
  podIn('{ns}', 'in-memory', sized('plain', memory('1Mi'))),
  patch('more in memory', `${NS}/pods/in-memory/resize`, { spec: memory('2Mi') }, STRATEGIC),
  podIn('{ns}', 'nowhere-yet', image('i', { resources: size('1') })),
  resize('nowhere-yet', 'to anything', size('100')),
  patch('nowhere-yet: and more than that', `${NS}/pods/nowhere-yet/resize`, {
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: { activeDeadlineSeconds: 9 },
  }),
]

export const requests: readonly Request[] = [
  ...[...pulling, ...affinity, ...services, ...provision, ...owners, ...placed, ...tolerated, ...extended, ...reviewed, ...resized],
]

const about = {
  involvedObject: { kind: 'Pod', namespace: '{ns}', name: 'p', uid: 'u', apiVersion: 'v1' },
  source: { component: 'c', host: 'h' },
}
/** Of which more come at once than may. */
export const event = (name: string): Request => post(name, `${NS}/events`, { metadata: { name }, reason: 'R', ...about })
export const newEvent = (name: string): Request =>
  post(name, '/apis/events.k8s.io/v1/namespaces/{ns}/events', {
    ...{ metadata: { name }, eventTime: '2026-01-01T00:00:00.000000Z', type: 'Normal', reason: 'R', action: 'A' },
    ...{ reportingController: 'a.b/c', reportingInstance: 'i', regarding: { kind: 'Pod', namespace: '{ns}', name: 'p' } },
  })

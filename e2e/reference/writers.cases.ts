import type { Request } from './play.ts'

/**
 * What random sequences of writes by several clients have brought up: rules that show only where two of them meet. The kinds of the last
 * part have rules that kube-apiserver 1.37 takes from tags on its types, which it tells after all others.
 */
type Json = Record<string, unknown>

const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const core = '/api/v1/namespaces/{ns}'
const apps = '/apis/apps/v1/namespaces/{ns}'
const custom = '/apis/writers.example.com/v1/namespaces/{ns}'

const post = (name: string, path: string, body: Json): Request => ({ name, method: 'POST', path, body })
const put = (name: string, path: string, body: Json): Request => ({ name, method: 'PUT', path, body })
const get = (name: string, path: string): Request => ({ name, method: 'GET', path })
const remove = (name: string, path: string): Request => ({ name, method: 'DELETE', path })
const merge = (name: string, path: string, body: unknown): Request => ({ name, method: 'PATCH', path, body, type: MERGE })
const apply = (name: string, manager: string, path: string, body: Json): Request => ({
  ...{ name, method: 'PATCH', path: `${path}${path.includes('?') ? '&' : '?'}fieldManager=${manager}`, body, type: APPLY },
})
const object = (apiVersion: string, kind: string, name: string, fields: Json = {}, metadata: Json = {}): Json => ({
  ...{ apiVersion, kind, metadata: { name, ...metadata } },
  ...fields,
})

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const deployment = (name: string, spec: Json = {}, metadata: Json = {}): Json =>
  object('apps/v1', 'Deployment', name, { spec: { selector: { matchLabels: { a: 'b' } }, template, ...spec } }, metadata)
const scale = (name: string, spec: Json): Json => object('autoscaling/v1', 'Scale', name, { spec })

const setUp: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('definition', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'things.writers.example.com' } },
    spec: {
      ...{ group: 'writers.example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' } },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer' }, name: { type: 'string' } } } },
            },
          },
          subresources: { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
        },
      ],
    },
  }),
]

/** A Scale leaves out replicas that are 0. */
const scales: Request[] = [
  apply('none of a deployment', 'one', `${apps}/deployments/none`, deployment('none', { replicas: 0 })),
  ...[0, 1].map((replicas) =>
    apply(`a scale of ${replicas} where there is none`, 'two', `${apps}/deployments/none/scale`, scale('none', { replicas })),
  ),
  apply('a scale of nothing where there is none', 'two', `${apps}/deployments/none/scale`, scale('none', {})),
  get('what is left of them', `${apps}/deployments/none`),
  apply('some of a deployment', 'one', `${apps}/deployments/some`, deployment('some', { replicas: 2 })),
  merge('scaled to none by another', `${apps}/deployments/some/scale?fieldManager=two`, { spec: { replicas: 0 } }),
  get('nobody has what is none', `${apps}/deployments/some`),
  apply('nobody is asked', 'three', `${apps}/deployments/some/scale`, scale('some', { replicas: 3 })),
  get('the last has it', `${apps}/deployments/some`),
  apply('a custom size', 'one', `${custom}/things/t`, object('writers.example.com/v1', 'Thing', 't', { spec: { size: 1 } })),
  apply('a custom size of another', 'two', `${custom}/things/t/scale`, scale('t', { replicas: 2 })),
]

const owner = (name: string): Json => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: `u-${name}` })
const twice = { ownerReferences: [owner('a'), owner('a'), owner('b')] }
const owners: Request[] = [
  post('made with an owner twice', `${core}/configmaps`, object('v1', 'ConfigMap', 'owned', {}, twice)),
  put('put with an owner twice', `${core}/configmaps/owned`, object('v1', 'ConfigMap', 'owned', { data: { a: 'b' } }, twice)),
  merge('patched with an owner twice', `${core}/configmaps/owned`, { metadata: { ownerReferences: [owner('c'), owner('c')] } }),
]

const entries = (fieldsV1: Json, apiVersion = 'v1'): Json => ({
  metadata: { managedFields: [{ manager: 'z', operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1 }] },
})
const entriesOfClients: Request[] = [
  post('managed', `${core}/configmaps`, object('v1', 'ConfigMap', 'managed', { data: { a: 'b' } })),
  merge('elements of no kind that is known', `${core}/configmaps/managed`, entries({ 'x:y': {} })),
  merge('some elements that are known', `${core}/configmaps/managed`, entries({ 'x:y': { 'f:a': {} }, 'f:data': { 'f:a': {} } })),
  merge('an element without a kind', `${core}/configmaps/managed`, entries({ y: {} })),
]

const autoscaler = (version: string, metadata: Json, spec: Json = {}): Json =>
  object(
    `autoscaling/${version}`,
    'HorizontalPodAutoscaler',
    'auto',
    { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' }, ...spec } },
    metadata,
  )
const auto = (version: string): string => `/apis/autoscaling/${version}/namespaces/{ns}/horizontalpodautoscalers`
/** What stands twice in a set cannot be converted. */
const repeated: Request[] = [
  apply('finalizers of one version', 'one', `${auto('v1')}/auto`, autoscaler('v1', { finalizers: ['a.b/c'] })),
  put('one of them twice', `${auto('v2')}/auto`, autoscaler('v2', { finalizers: ['a.b/c', 'd.e/f', 'a.b/c'], labels: { a: 'b' } })),
  apply('applied in the other version', 'one', `${auto('v1')}/auto`, autoscaler('v1', {}, { minReplicas: 2 })),
]

const thing = (spec: Json, metadata: Json = {}): Json => object('writers.example.com/v1', 'Thing', 'meta', { spec }, metadata)
const empty = { labels: {}, annotations: {}, finalizers: [], ownerReferences: [] }
const customMetadata: Request[] = [
  apply('applied with empty metadata', 'one', `${custom}/things/meta`, thing({ size: 1 }, empty)),
  apply('a dry run with empty metadata', 'one', `${custom}/things/meta?dryRun=All`, thing({ size: 2 }, empty)),
  merge('patched with empty metadata', `${custom}/things/meta`, { metadata: { ...empty, finalizers: ['a.b/c'] }, spec: { size: 3 } }),
]

const faulty = { finalizers: ['a.b/c', 'd.e/f', 'x'], labels: { 'a b': 'c' } }
const ends = (kind: string, path: string, body: Json): Request[] => [
  post(`${kind} with a finalizer`, path, { ...body, metadata: { name: 'end', finalizers: ['a.b/c'] } }),
  remove(`the end of ${kind}`, `${path}/end`),
  merge(`faulty metadata at the end of ${kind}`, `${path}/end`, { metadata: faulty }),
]
const metadataOnUpdate: Request[] = [
  ...ends('a map', `${core}/configmaps`, object('v1', 'ConfigMap', 'end')),
  ...ends('a deployment', `${apps}/deployments`, deployment('end')),
  ...ends('a thing', `${custom}/things`, object('writers.example.com/v1', 'Thing', 'end')),
  merge('a name of a thing to be made up', `${custom}/things/meta?dryRun=All`, { metadata: { generateName: 'A_' } }),
  merge('a uid of another thing', `${custom}/things/meta`, { metadata: { uid: 'abc' } }),
]

const service = (fields: Json, metadata: Json = {}): Json => object('v1', 'Service', 'nowhere', fields, metadata)
const absent: Request[] = [
  apply('the status of a service that is not there', 'one', `${core}/services/nowhere/status`, service({ status: { loadBalancer: {} } })),
  put('the same by an update', `${core}/services/nowhere/status`, service({ status: { loadBalancer: {} } })),
  apply('the status of a deployment that is not there', 'one', `${apps}/deployments/nowhere/status`, {
    ...object('apps/v1', 'Deployment', 'nowhere', { status: { replicas: 1 } }),
  }),
  apply(
    'a version that is no number',
    'one',
    `${core}/configmaps/nowhere`,
    object('v1', 'ConfigMap', 'nowhere', {}, { resourceVersion: 'x' }),
  ),
  apply('a uid and a field that is unknown', 'one', `${core}/configmaps/nowhere`, {
    ...object('v1', 'ConfigMap', 'nowhere', { foo: 1 }, { uid: 'abc' }),
  }),
]

const claim = object('v1', 'PersistentVolumeClaim', 'claim', {
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
})
const printed: Request[] = [
  post('a claim', `${core}/persistentvolumeclaims`, claim),
  put('a claim for a volume and nothing else', `${core}/persistentvolumeclaims/claim`, {
    ...object('v1', 'PersistentVolumeClaim', 'claim', { spec: { volumeName: 'v' } }),
  }),
  post('a scoped quota', `${core}/resourcequotas`, object('v1', 'ResourceQuota', 'scoped', { spec: { scopes: ['BestEffort'] } })),
  put('a quota without its scopes', `${core}/resourcequotas/scoped`, object('v1', 'ResourceQuota', 'scoped', { spec: {} })),
]

const job = { template: { spec: { restartPolicy: 'Always', containers: [] } } }
const rbac = 'rbac.authorization.k8s.io/v1'
/** Each has faults of both kinds. */
const tagged: Request[] = Object.entries<[string, Json]>({
  'a cron job': ['/apis/batch/v1/namespaces/{ns}/cronjobs', object('batch/v1', 'CronJob', 'x', { spec: { jobTemplate: { spec: job } } })],
  'an autoscaler': [auto('v2'), object('autoscaling/v2', 'HorizontalPodAutoscaler', 'x', { spec: { minReplicas: 2, scaleTargetRef: {} } })],
  'an autoscaler of less than one': [
    auto('v1'),
    object('autoscaling/v1', 'HorizontalPodAutoscaler', 'x', { spec: { minReplicas: -1, maxReplicas: -2, scaleTargetRef: {} } }),
  ],
  'a role': [
    `/apis/${rbac}/namespaces/{ns}/roles`,
    object(rbac, 'Role', 'x', { rules: [{ apiGroups: [''] }, { verbs: ['get'], nonResourceURLs: ['/x'] }] }),
  ],
  'a binding': [
    `/apis/${rbac}/namespaces/{ns}/rolebindings`,
    object(rbac, 'RoleBinding', 'x', { roleRef: { apiGroup: 'x', kind: 'y' }, subjects: [{ kind: 'User' }, { kind: 'Nope', name: 'n' }] }),
  ],
  'an endpoint slice': [
    '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices',
    object('discovery.k8s.io/v1', 'EndpointSlice', 'x', { endpoints: [{ addresses: [] }], ports: [{ name: 'A_', port: 0 }] }),
  ],
  'an ingress class': [
    '/apis/networking.k8s.io/v1/ingressclasses',
    object('networking.k8s.io/v1', 'IngressClass', 'x', { spec: { controller: 'x', parameters: { scope: 'Namespace' } } }),
  ],
  'a network policy': [
    '/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies',
    object('networking.k8s.io/v1', 'NetworkPolicy', 'x', {
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { except: ['x'] } }], ports: [{ port: 0 }] }], policyTypes: ['Nope'] },
    }),
  ],
  'a priority level': [
    '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    object('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'x', {
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: -1, limitResponse: { type: 'Queue' } } },
    }),
  ],
  'a controller': [
    `${core}/replicationcontrollers`,
    object('v1', 'ReplicationController', 'x', { spec: { replicas: -1, minReadySeconds: -1, selector: {}, template } }),
  ],
  'a runtime class': [
    '/apis/node.k8s.io/v1/runtimeclasses',
    object('node.k8s.io/v1', 'RuntimeClass', 'x', { handler: 'A_', overhead: { podFixed: { cpu: '-1' } } }),
  ],
  'a storage class': [
    '/apis/storage.k8s.io/v1/storageclasses',
    object('storage.k8s.io/v1', 'StorageClass', 'x', { reclaimPolicy: 'Nope', volumeBindingMode: 'Nope' }),
  ],
  'an attachment': [
    '/apis/storage.k8s.io/v1/volumeattachments',
    object('storage.k8s.io/v1', 'VolumeAttachment', 'x', { spec: { source: {}, nodeName: '' } }),
  ],
  'a binding of a policy': [
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'x', {
      spec: { matchResources: { matchPolicy: 'Nope' }, paramRef: {} },
    }),
  ],
}).map(([name, [path, body]]) => post(`faults of ${name}`, path, body))

const dra = 'resource.k8s.io/v1'
const claims = `/apis/${dra}/namespaces/{ns}/resourceclaims`
const expression = (text: string): Json => ({ selectors: [{ cel: { expression: text } }] })
const claimOf = (name: string, exactly: Json = {}): Json =>
  object(dra, 'ResourceClaim', name, { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'c', ...exactly } }] } } })
const consumer = (uid: string): Json => ({ resource: 'pods', name: 'p', uid })
const result = { request: 'r', driver: 'd.example.com', pool: 'p', device: 'd' }
const state = (name: string, status: Json): Request => merge(name, `${claims}/claimed/status`, { status })
/** Expressions of selectors, and the state of claims. */
const devices: Request[] = [
  ...Object.entries({
    'an unknown field': 'device.nope == 1',
    'broken syntax': 'device.driver ==',
    'a text': 'device.driver',
    'what is right': 'device.driver == "d.example.com" && device.attributes["d.example.com"].size > 3',
  }).map(([name, text], i) =>
    post(`a class with ${name}`, `/apis/${dra}/deviceclasses`, object(dra, 'DeviceClass', `{ns}-${i}`, { spec: expression(text) })),
  ),
  post('a claim with a faulty expression', claims, claimOf('faulty', expression('device.nope'))),
  post('a claim of devices', claims, claimOf('claimed')),
  state('reserved and not allocated', { reservedFor: [consumer('a')] }),
  state('allocated to a request that is not there', { allocation: { devices: { results: [{ ...result, request: 'x' }] } } }),
  state('allocated with faults', { allocation: { devices: { results: [{ request: 'r' }], config: [{ source: 'Nope' }] } } }),
  state('allocated', { allocation: { devices: { results: [result] } } }),
  state('reserved twice', { reservedFor: [consumer('a'), consumer('a')] }),
  state('reserved without names', { reservedFor: [{}] }),
  state('reserved', { reservedFor: [consumer('a')] }),
  state('allocated otherwise', { allocation: { devices: { results: [{ ...result, device: 'other' }] } } }),
]

const volume = (spec: Json): Json =>
  object('v1', 'PersistentVolume', '{ns}', {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, ...spec },
  })
const near = (...keys: string[]): Json => ({
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: keys.map((key) => ({ key, operator: 'Exists' })) }] } },
})
const volumes = '/api/v1/persistentvolumes'
const driver = (spec: Json): Json => object('storage.k8s.io/v1', 'CSIDriver', '{ns}.example.com', { spec })
const daemons = object('apps/v1', 'DaemonSet', 'daemons', {
  spec: { selector: { matchLabels: { a: 'b' } }, template, updateStrategy: { type: 'OnDelete', rollingUpdate: { maxSurge: 1 } } },
})
const portsTwice = [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }, { name: 'x', containerPort: 80 }]
/** Rules of single kinds. */
const others: Request[] = [
  post('a volume near a zone', volumes, volume(near('failure-domain.beta.kubernetes.io/zone'))),
  put('a volume near the same zone', `${volumes}/{ns}`, volume(near('topology.kubernetes.io/zone'))),
  put('a volume near something else', `${volumes}/{ns}`, volume(near('topology.kubernetes.io/zone', 'x'))),
  put('a volume near nothing', `${volumes}/{ns}`, volume({})),
  post('a driver that asks for tokens', '/apis/storage.k8s.io/v1/csidrivers', driver({ tokenRequests: [{ audience: 'a' }] })),
  merge('a driver that asks for the same tokens', '/apis/storage.k8s.io/v1/csidrivers/{ns}.example.com', {
    metadata: { labels: { a: 'b' } },
  }),
  merge('a driver that asks for others', '/apis/storage.k8s.io/v1/csidrivers/{ns}.example.com', {
    spec: { tokenRequests: [{ audience: 'b' }] },
  }),
  merge('a driver that says how', '/apis/storage.k8s.io/v1/csidrivers/{ns}.example.com', { spec: { serviceAccountTokenInSecrets: true } }),
  post('daemons that roll when deleted', `${apps}/daemonsets`, daemons),
  post('a class of ingresses', '/apis/networking.k8s.io/v1/ingressclasses', {
    ...object('networking.k8s.io/v1', 'IngressClass', '{ns}', { spec: { controller: 'a.b/c' } }),
  }),
  merge('a class of no controller', '/apis/networking.k8s.io/v1/ingressclasses/{ns}', { spec: { controller: null } }),
  post('a controller of pods', `${core}/replicationcontrollers`, object('v1', 'ReplicationController', 'rc', { spec: { template } })),
  get('the scale of a controller', `${core}/replicationcontrollers/rc/scale`),
  merge('a scaled controller', `${core}/replicationcontrollers/rc/scale`, { spec: { replicas: 3 } }),
  post('a template with a port twice', `${core}/podtemplates`, {
    ...object('v1', 'PodTemplate', 'ports', {
      template: { ...template, spec: { containers: [{ name: 'c', image: 'i', ports: portsTwice }] } },
    }),
  }),
  merge('a label of it', `${core}/podtemplates/ports`, { metadata: { labels: { a: 'b' } } }),
  post('a binding of a role', `/apis/${rbac}/namespaces/{ns}/rolebindings`, {
    ...object(rbac, 'RoleBinding', 'bound', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } }),
  }),
  merge('a binding of nothing', `/apis/${rbac}/namespaces/{ns}/rolebindings/bound`, { roleRef: { name: '', kind: 'Nope' } }),
  merge('an autoscaler that nobody manages', `${auto('v1')}/auto`, { metadata: { managedFields: [] } }),
]

const short = { finalizers: ['short'] }
const hook = (url: string): Json =>
  object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'hook', {
    webhooks: [{ name: 'a.b.c', admissionReviewVersions: ['v1'], sideEffects: 'None', clientConfig: { url } }],
  })
const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?dryRun=All'
const requests = (list: Json[], more: Json = {}): Json =>
  object(dra, 'ResourceClaim', 'x', { spec: { devices: { requests: list, ...more } } })
/** What random faults in otherwise good objects have brought up. */
const faults: Request[] = [
  post('a lease with a short finalizer', '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases', {
    ...object('coordination.k8s.io/v1', 'Lease', 'short', {}, short),
  }),
  post('a map with a short finalizer', `${core}/configmaps`, object('v1', 'ConfigMap', 'short', {}, short)),
  post('a nameless budget with faults', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: {}, spec: { minAvailable: '%' } },
  }),
  post('a nameless budget', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', {
    ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: {}, spec: { minAvailable: 1 } },
  }),
  post('a controller of a long name', `${core}/replicationcontrollers`, {
    ...object('v1', 'ReplicationController', 'x'.repeat(254), { spec: { template } }),
  }),
  post('a class of a faulty name', `/apis/${dra}/deviceclasses`, object(dra, 'DeviceClass', '../x', { spec: expression('device.nope') })),
  ...['::1', 'http://a', 'https://a b', 'https://', '%'].map((url) => post(`a hook at ${url}`, hooks, hook(url))),
  post('a claim without a name for its request', claims, requests([{ exactly: { deviceClassName: 'c' } }])),
  post('a claim with a request twice', claims, requests([1, 2].map((count) => ({ name: 'r', exactly: { deviceClassName: 'c', count } })))),
  ...['::1', 'a', 'a.b/c-d', '/x', 'a/'].map((matchAttribute) =>
    post(
      `a claim of equal ${matchAttribute}`,
      claims,
      requests([{ name: 'r', exactly: { deviceClassName: 'c' } }], { constraints: [{ matchAttribute }] }),
    ),
  ),
  post('a thing with a time that is none', `${custom}/things`, thing({}, { creationTimestamp: {} })),
]

export const writers: readonly Request[] = [
  ...setUp,
  ...scales,
  ...owners,
  ...entriesOfClients,
  ...repeated,
  ...customMetadata,
  ...metadataOnUpdate,
  ...absent,
  ...printed,
  ...tagged,
  ...devices,
  ...others,
  ...faults,
]

// Long because it is a table of requests.
import type { Request } from './play.ts'

/** Requests that clients seldom make: what they say of versions and identities, what they are sent to, and which objects they bring about. */
type Json = Record<string, unknown>

const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const core = '/api/v1/namespaces/{ns}'
const apps = '/apis/apps/v1/namespaces/{ns}'
const admission = 'admissionregistration.k8s.io/v1'
const devices = 'resource.k8s.io/v1'

const get = (name: string, path: string): Request => ({ name, method: 'GET', path })
const post = (name: string, path: string, body: unknown): Request => ({ name, method: 'POST', path, body })
const put = (name: string, path: string, body: unknown): Request => ({ name, method: 'PUT', path, body })
const merge = (name: string, path: string, body: unknown): Request => ({ name, method: 'PATCH', path, body, type: MERGE })
const apply = (name: string, path: string, body: unknown): Request => ({
  ...{ name, method: 'PATCH', body, type: APPLY },
  path: `${path}?fieldManager=m&force=true`,
})
const object = (apiVersion: string, kind: string, name: string, fields: Json): Json => ({ apiVersion, kind, metadata: { name }, ...fields })

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const rights = '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}'
const changing = ['patch', 'update']
const setUp: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('service account', `${core}/serviceaccounts`, { metadata: { name: 'default' } }),
  post('a deployment', `${apps}/deployments`, { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } }),
  post('a role that creates nothing', `${rights}/roles`, {
    metadata: { name: 'changer' },
    rules: [
      { apiGroups: [''], resources: ['configmaps', 'events'], verbs: changing },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: changing },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: [...changing, 'create'] },
    ],
  }),
  post('who has it', `${rights}/rolebindings`, {
    ...{ metadata: { name: 'changer' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'changer' } },
    subjects: [{ kind: 'User', name: 'changer', apiGroup: 'rbac.authorization.k8s.io' }],
  }),
  post('a pod', `${core}/pods`, { metadata: { name: 'p' }, spec: { automountServiceAccountToken: false, ...template.spec } }),
]

const policies = `/apis/${admission}/validatingadmissionpolicies`
const policy = (name: string, fields: Json): Json => object(admission, 'ValidatingAdmissionPolicy', name, fields)
const rules = [{ apiGroups: ['x.y'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['z'] }]
const service = (name: string): Json =>
  object('v1', 'Service', name, { spec: { ports: [{ port: 80 }] }, status: { loadBalancer: { ingress: [{ ip: '10.1.2.3' }] } } })
/** Storage of few statuses lets a write of one create the object, and reserves nothing for it. */
const statuses: Request[] = [
  apply('the status of a policy that is not there', `${policies}/{ns}/status`, policy('{ns}', { status: { observedGeneration: 1 } })),
  apply('a whole policy as a status', `${policies}/{ns}/status`, {
    ...policy('{ns}', { spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'true' }] } }),
  }),
  apply('its status', `${policies}/{ns}/status`, policy('{ns}', { status: { observedGeneration: 7 } })),
  put('the status of another policy', `${policies}/{ns}-none/status`, policy('{ns}-none', { status: {} })),
  merge('a part of it', `${policies}/{ns}-none/status`, { status: {} }),
  put('a whole service as a status', `${core}/services/put/status`, service('put')),
  apply('applied', `${core}/services/applied/status`, service('applied')),
]

const scaled = (metadata: Json): Json => ({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata, spec: { replicas: 2 } })
const scale = `${apps}/deployments/d/scale`
const scales: Request[] = Object.entries<Json>({
  'no name': {},
  'another name': { name: 'other' },
  'another namespace': { name: 'd', namespace: 'other' },
  'another object': { name: 'd', uid: 'x' },
  'another version': { name: 'd', resourceVersion: '1' },
  'a version that is no number': { name: 'd', resourceVersion: 'x' },
}).flatMap(([name, metadata]) => [
  put(`a scale of ${name}`, scale, scaled(metadata)),
  put(`a scale of ${name} on trial`, `${scale}?dryRun=All`, scaled(metadata)),
  apply(`an applied scale of ${name}`, scale, scaled(metadata)),
  merge(`a scale changed to ${name}`, scale, { metadata: { name: null, ...metadata } }),
])

/** What is no path, and what is no method of one. */
const paths: Request[] = [
  ...['deployments/d/scale/x', 'deployments/d/status/x'].map((path) => get(path, `${apps}/${path}`)),
  ...['pods/p/log/x', 'pods/p/exec/x', 'pods/p/nothing'].map((path) => get(path, `${core}/${path}`)),
  ...['HEAD', 'POST', 'DELETE'].map((method) => ({ name: `${method} of components`, method, path: '/api/v1/componentstatuses' })),
  { name: 'HEAD of a watch of nothing', method: 'HEAD', path: '/api/v1/watch/pods/p' },
  ...['exec', 'attach', 'portforward', 'log'].map((sub) => put(`an update of ${sub}`, `${core}/pods/p/${sub}?dryRun=All`, {})),
]

const taint = { key: 'k', effect: 'NoSchedule' }
const rule = (fields: Json): Json => object(devices, 'DeviceTaintRule', '{ns}', { spec: { taint: fields } })
const slice = (fields: Json): Json =>
  object(devices, 'ResourceSlice', '{ns}', {
    spec: {
      ...{ driver: 'd.example.com', allNodes: true, pool: { name: 'p', resourceSliceCount: 1, generation: 1 } },
      devices: [{ name: 'a', taints: [fields] }],
    },
  })
/** Since when a taint holds is a default: who writes it owns it. */
const taints: Request[] = [
  post('a rule of taints', `/apis/${devices}/devicetaintrules`, rule(taint)),
  merge('with another value', `/apis/${devices}/devicetaintrules/{ns}?fieldManager=other`, { spec: { taint: { value: 'v' } } }),
  merge('without a time', `/apis/${devices}/devicetaintrules/{ns}?fieldManager=another`, { spec: { taint: { timeAdded: null } } }),
  post('a slice of devices', `/apis/${devices}/resourceslices`, slice(taint)),
  apply('an applied slice', `/apis/${devices}/resourceslices/{ns}`, slice({ ...taint, value: 'v' })),
]

const token = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const lists: Request[] = [
  ...['a in (', 'a in (b,', 'a in (b', 'a in (,', 'a in ()'].map((selector) =>
    get(`labels ${selector}`, `${core}/configmaps?labelSelector=${encodeURIComponent(selector)}`),
  ),
  ...[null, [1], 'a', { v: 1 }, { v: 'meta.k8s.io/v1', rv: 'x' }, { v: 'meta.k8s.io/v1', rv: 1, start: 1 }].map((value) =>
    get(`a token of ${JSON.stringify(value)}`, `${core}/configmaps?continue=${token(value)}`),
  ),
]

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const definition = (metadata: Json): Json => ({
  metadata,
  spec: {
    ...{ group: '{ns}.example.com', names: { plural: 'things', kind: 'Thing' }, scope: 'Namespaced' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
})
const faults = { labels: { 'a b': 'c' }, annotations: { 'a b': 'c' }, finalizers: ['x y'], ownerReferences: [{}] }
/** A definition's name is looked at with the rest of its metadata, an update's metadata more than once. */
const names: Request[] = [
  post('a definition of another name', definitions, definition({ name: 'x', ...faults })),
  post('a definition of no such name', definitions, definition({ name: 'A_b', ...faults })),
  post('a definition of a version twice', definitions, {
    metadata: { name: 'things.{ns}.example.com' },
    spec: {
      ...{ group: '{ns}.example.com', names: { plural: 'things', kind: 'Thing' }, scope: 'Namespaced' },
      versions: [1, 2].map(() => ({ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } })),
    },
  }),
  post('a definition', definitions, definition({ name: 'things.{ns}.example.com' })),
  merge('with faults', `${definitions}/things.{ns}.example.com`, { metadata: faults }),
  merge('with faults beside its status', `${definitions}/things.{ns}.example.com/status`, { metadata: faults }),
]

const storage = '/apis/storage.k8s.io/v1'
const services = '/apis/apiregistration.k8s.io/v1/apiservices'
const objects: Readonly<Record<string, [path: string, name: string, fields: Json]>> = {
  'another pod': [`${core}/pods`, 'q', { spec: { automountServiceAccountToken: false, ...template.spec } }],
  'a claim': [
    `${core}/persistentvolumeclaims`,
    'q',
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  ],
  'a node': ['/api/v1/nodes', '{ns}-q', {}],
  'a namespace': ['/api/v1/namespaces', '{ns}-q', {}],
  'a volume': [
    '/api/v1/persistentvolumes',
    '{ns}-q',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } },
  ],
  'a node of a driver': [`${storage}/csinodes`, '{ns}-q', { spec: { drivers: [] } }],
  'an attachment': [
    `${storage}/volumeattachments`,
    '{ns}-q',
    { spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'p' } } },
  ],
  'a rule': [`/apis/${devices}/devicetaintrules`, '{ns}-q', { spec: { taint: { ...taint, timeAdded: '2026-01-01T00:00:00Z' } } }],
  'a level': [
    '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    '{ns}-q',
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } } },
  ],
}
const sent: Readonly<Record<string, Json>> = {
  'a name to be made up': { generateName: 'A_' },
  'another uid': { uid: 'x' },
  'another grace': { deletionGracePeriodSeconds: 5 },
  'a link': { selfLink: '/x' },
  'a label': { labels: { a: 'b' } },
}
/** Which metadata comes with a status, and who looks at it. */
const metadata: Request[] = Object.entries(objects).flatMap(([kind, [path, name, fields]]) => [
  post(kind, path, { metadata: { name }, ...fields }),
  ...Object.entries(sent).map(([what, fields]) =>
    merge(`${what} with the status of ${kind}`, `${path}/${name}/status?dryRun=All`, { metadata: fields }),
  ),
  merge(`another uid of ${kind}`, `${path}/${name}?dryRun=All`, { metadata: { uid: 'x' } }),
])

const controllers = `${core}/replicationcontrollers`
const controller = (metadata: Json): Json => ({ metadata, spec: { selector: { a: 'b' }, template } })
const erase = (name: string, path: string, body?: Json): Request => ({ name, method: 'DELETE', path, body })
const aggregated = {
  spec: { group: '{ns}.x', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1, service: { name: 'a', namespace: '{ns}' } },
}
const others: Request[] = [
  // Whether it is available is written at any time.
  post('a service of an API', services, { metadata: { name: 'v1.{ns}.x' }, ...aggregated }),
  ...['', '/status'].flatMap((sub) =>
    [{ uid: 'x' }, { deletionGracePeriodSeconds: 5 }].map((fields) =>
      merge(`${JSON.stringify(fields)} of a service${sub}`, `${services}/v1.{ns}.x${sub}?dryRun=All`, { metadata: fields }),
    ),
  ),
  post('a controller of pods', controllers, controller({ name: 'rc', generateName: 'A_' })),
  merge('with another name to be made up', `${controllers}/rc?dryRun=All`, { metadata: { generateName: 'B_' } }),
  erase('deleted behind its pods', `${controllers}/rc`, { propagationPolicy: 'Foreground' }),
  erase('deleted once more', `${controllers}/rc`),
  ...['/api/v1/nodes', '/api/v1/namespaces', '/api/v1/persistentvolumes', `/apis/${devices}/resourceslices`].map((path) =>
    get(`${path} of a namespace`, `${path}?fieldSelector=metadata.namespace%3Dx`),
  ),
  ...['/api/v1', '/apis/events.k8s.io/v1'].flatMap((group) => [
    post(`a nameless event of ${group}`, `${group}/namespaces/{ns}/events`, { metadata: { labels: { 'a b': 'c' } } }),
    post(`an event of ${group} of a faulty name`, `${group}/namespaces/{ns}/events`, { metadata: { name: 'a/b', labels: { 'a b': 'c' } } }),
    post(`an event of ${group} about nothing here`, `${group}/namespaces/{ns}/events`, { metadata: { name: 'A' } }),
  ]),
  erase('the namespace goes', '/api/v1/namespaces/{ns}-q'),
  post('an event in it', '/apis/events.k8s.io/v1/namespaces/{ns}-q/events', { metadata: { name: 'e' } }),
  post('the same in core', '/api/v1/namespaces/{ns}-q/events', { metadata: { name: 'e' }, involvedObject: { namespace: '{ns}-q' } }),
]

const STRATEGIC = 'application/strategic-merge-patch+json'
const pod = { containers: [{ name: 'c', image: 'i' }] }
const batch = '/apis/batch/v1/namespaces/{ns}'
const once = { template: { spec: { ...pod, restartPolicy: 'Never' } } }
/** Each with a pod's spec in it. */
const described: Readonly<Record<string, [path: string, fields: (spec: Json) => Json]>> = {
  'a pod': [`${core}/pods`, (spec) => ({ spec: { automountServiceAccountToken: false, ...spec } })],
  'a template': [`${core}/podtemplates`, (spec) => ({ template: { spec } })],
  'a controller': [controllers, (spec) => ({ spec: { selector: { a: 'b' }, template: { ...template, spec } } })],
  ...Object.fromEntries(
    ['deployments', 'replicasets', 'statefulsets', 'daemonsets'].map((kind): [string, [string, (spec: Json) => Json]] => [
      kind,
      [`${apps}/${kind}`, (spec) => ({ spec: { selector: { matchLabels: { a: 'b' } }, template: { ...template, spec } } })],
    ]),
  ),
  'a job': [`${batch}/jobs`, (spec) => ({ spec: { template: { spec: { ...once.template.spec, ...spec } } } })],
  'a cron job': [
    `${batch}/cronjobs`,
    (spec) => ({ spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { ...once.template.spec, ...spec } } } } } }),
  ],
}
const probe = { httpGet: { port: 80, protocol: 'HTTP2' } }
const gatedFields: Json = {
  schedulingGroup: { podGroupName: 'x' },
  containers: [{ ...pod.containers[0], lifecycle: { stopSignal: 'SIGTERM' } }],
  initContainers: [{ name: 'i', image: 'i', lifecycle: { stopSignal: 'SIGTERM' } }],
}
/** Fields of gates that are off are not kept. */
const gated: Request[] = Object.entries(described).flatMap(([kind, [path, fields]]) => [
  post(`${kind} with fields that are off`, path, { metadata: { name: 'gated' }, ...fields({ ...pod, ...gatedFields }) }),
  {
    ...{ name: `they are added to ${kind}`, method: 'PATCH', path: `${path}/gated`, type: STRATEGIC },
    body: fields({ containers: [{ name: 'c', livenessProbe: probe, lifecycle: { stopSignal: 'SIGTERM', preStop: probe } }] }),
  },
])

const claims = [
  {
    metadata: { name: 'v' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' }, limits: { storage: '2500m' } } },
  },
]
/** What a set is warned of differs between a create and an update. */
const sets: Request[] = [
  post('a set that keeps all', `${apps}/statefulsets`, {
    metadata: { name: 'keeps' },
    spec: { selector: { matchLabels: { a: 'b' } }, template, revisionHistoryLimit: -1, volumeClaimTemplates: claims },
  }),
  merge('the same with a label', `${apps}/statefulsets/keeps`, { metadata: { labels: { a: 'b' } } }),
  merge('and with more', `${apps}/statefulsets/keeps`, { spec: { replicas: 2 } }),
]

/** Names that objects of JavaScript know of themselves. */
const prototypes: Request[] = ['__proto__', 'constructor', 'toString'].flatMap((name) => {
  const given = { [name]: '1' }
  const resources = { requests: { storage: '1', ...given } }
  const bounded = (field: string): Json => ({ containers: [{ name: 'c', image: 'i', resources: { [field]: { cpu: '1', [name]: '1' } } }] })
  return [
    post(`a map of ${name}`, `${core}/configmaps?dryRun=All`, { metadata: { name: 'p', annotations: given }, data: given }),
    post(`a secret of ${name}`, `${core}/secrets?dryRun=All`, { metadata: { name: 'p' }, stringData: given }),
    post(`a label ${name}`, `${core}/configmaps?dryRun=All`, { metadata: { name: 'p', labels: given } }),
    post(`a claim of ${name}`, `${core}/persistentvolumeclaims?dryRun=All`, {
      ...{ metadata: { name: 'p' }, spec: { accessModes: ['ReadWriteOnce'], resources } },
    }),
    ...['requests', 'limits'].map((field) =>
      post(`${field} of ${name}`, `${core}/podtemplates?dryRun=All`, {
        ...{ metadata: { name: 'p' }, template: { spec: bounded(field) } },
      }),
    ),
  ]
})

const profile = { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' }
/** What is told before other things are looked at. */
const firstTold: Request[] = [
  ...['none', 'default'].flatMap((account) =>
    Object.entries<Json>({
      'another name': { name: 'other' },
      'another namespace': { namespace: 'other' },
      'another uid': { uid: 'x' },
    }).map(([name, metadata]) =>
      post(`a token of ${account} with ${name}`, `${core}/serviceaccounts/${account}/token`, { metadata, spec: {} }),
    ),
  ),
  post('the eviction of no pod, with options that are none', `${core}/pods/none/eviction`, {
    ...{ metadata: { name: 'none' }, deleteOptions: { propagationPolicy: 'x' } },
  }),
  post('an old annotation of a pod that is refused', `${core}/pods?dryRun=All`, {
    metadata: { name: 'x', annotations: profile },
    spec: { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true, allowPrivilegeEscalation: false } }] },
  }),
  post('a quota for none of a scope', `${core}/resourcequotas?dryRun=All`, {
    metadata: { name: 'q' },
    spec: {
      hard: { pods: '1', 'requests.storage': '1Gi' },
      scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: [] }] },
    },
  }),
]

/** Texts that JSON escapes where Go's %q does not, or the other way round, as values of types with a name of their own. */
const ODD = '<a>&\u202e'
const quota = (hard: Json): Json => ({ metadata: { name: 'q' }, spec: { hard } })
const windows = (fields: Json): Json => ({
  ...{
    metadata: { name: 'p' },
    template: { spec: { containers: [{ name: 'c', image: 'i', securityContext: { windowsOptions: fields } }] } },
  },
})
const removal = (name: string, path: string, preconditions: Json): Request => ({
  ...{ name, method: 'DELETE', path: `${path}?dryRun=All`, body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions } },
})
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
/** What a long comparison of generated requests has brought up. */
const EVENT = {
  ...{
    eventTime: '2026-01-02T03:04:05.000000Z',
    reportingController: 'example.com/x',
    reportingInstance: 'x',
    action: 'A',
    reason: 'R',
    type: 'Normal',
  },
  regarding: { kind: 'Pod', name: 'p', namespace: '{ns}' },
}
const nowhere = { addressType: 'IPv4', endpoints: [] }
/** Of somebody who may change objects and not create them. */
const byChanger: Request[] = [
  apply('a map by who may not create', `${core}/configmaps/mine`, object('v1', 'ConfigMap', 'mine', {})),
  apply('a map that is wrong', `${core}/configmaps/mine`, object('v1', 'ConfigMap', 'mine', { data: { '*': 'x' } })),
  put(
    'a lease by who may not create',
    '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/mine',
    object('coordination.k8s.io/v1', 'Lease', 'mine', {}),
  ),
  put('a map that is not there', `${core}/configmaps/mine`, object('v1', 'ConfigMap', 'mine', {})),
  apply(
    'a slice by who may',
    '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices/mine',
    object('discovery.k8s.io/v1', 'EndpointSlice', 'mine', nowhere),
  ),
  put(
    'another',
    '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices/other',
    object('discovery.k8s.io/v1', 'EndpointSlice', 'other', nowhere),
  ),
].map((request) => ({ ...request, headers: { 'impersonate-user': 'changer' } }))

const found: Request[] = [
  post('an event to finalize', '/apis/events.k8s.io/v1/namespaces/{ns}/events', {
    ...object('events.k8s.io/v1', 'Event', 'finalized', EVENT),
  }),
  post('a quota for an odd name', `${core}/resourcequotas?dryRun=All`, quota({ [ODD]: '1' })),
  post('a request for an odd name', `${core}/podtemplates?dryRun=All`, {
    ...{ metadata: { name: 'p' }, template: { spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { [ODD]: '1' } } }] } } },
  }),
  post('odd credentials of Windows', `${core}/podtemplates?dryRun=All`, windows({ gmsaCredentialSpecName: ODD, runAsUserName: ODD })),
  post('an odd target of a metric', '/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers?dryRun=All', {
    metadata: { name: 'h' },
    spec: {
      ...{ maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: ODD, averageUtilization: 80 } } }],
    },
  }),
  post('an address by the beginning of its name', '/apis/networking.k8s.io/v1/ipaddresses?dryRun=All', {
    ...{ metadata: { generateName: 'x' }, spec: { parentRef: { resource: 'services', namespace: '{ns}', name: 's' } } },
  }),
  ...[{ uid: 'x' }, { uid: 'x', resourceVersion: '0' }].flatMap((preconditions) => {
    const of = Object.keys(preconditions).join(' and ')
    return [
      removal(`a namespace by another ${of}`, '/api/v1/namespaces/{ns}', preconditions),
      removal(`a pod by another ${of}`, `${core}/pods/p`, preconditions),
    ]
  }),
  post('a definition to be deleted', CRD, {
    metadata: { name: 'finds.{ns}.example.com' },
    spec: {
      ...{ group: '{ns}.example.com', scope: 'Cluster', names: { plural: 'finds', kind: 'Find' } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }),
  removal('a definition by another uid', `${CRD}/finds.{ns}.example.com`, { uid: 'x' }),
  post('a slice to be changed', `/apis/${devices}/resourceslices`, {
    metadata: { name: 'found-{ns}' },
    spec: { driver: 'd.example.com', nodeName: 'n', pool: { name: 'n', generation: 1, resourceSliceCount: 1 }, devices: [{ name: 'a' }] },
  }),
  merge('a slice with a field that is not kept', `/apis/${devices}/resourceslices/found-{ns}?dryRun=All`, {
    ...{ spec: { partitionTypeAttribute: 'example.com/type' } },
  }),
  { name: 'the slice', method: 'DELETE', path: `/apis/${devices}/resourceslices/found-{ns}` },
  ...['"*"', '[1]', '[{}]'].map((entries) =>
    apply(`owners that are ${entries}`, `${core}/configmaps/owned`, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', managedFields: JSON.parse(entries) as unknown } },
    }),
  ),
  ...['a//b', 'a%2F%2Fb', 'a%2Fb', 'a%2F'].map((path) => get(`a class at ${path}`, `/apis/storage.k8s.io/v1/storageclasses/${path}`)),
  post('a pod that claims', `${core}/pods`, {
    ...object('v1', 'Pod', 'claims', {
      spec: { automountServiceAccountToken: false, ...template.spec, resourceClaims: [{ name: 'a', resourceClaimTemplateName: 't' }] },
    }),
  }),
  ...[[{ name: 'a', resourceClaimName: 'c' }], null, []].map((resourceClaimStatuses) =>
    merge(`its claims are ${JSON.stringify(resourceClaimStatuses)}`, `${core}/pods/claims/status`, { status: { resourceClaimStatuses } }),
  ),
  {
    ...{ name: 'operations with odd fields', method: 'PATCH', type: 'application/json-patch+json' },
    path: `${apps}/deployments/d?dryRun=All&fieldValidation=Warn`,
    body: `[{"op":"add","path":"/spec/a","value":1,"foo":"bar"},{"op":"add","path":"/spec/b","path":"/spec/c","value":{"x":1,"x":2}},
      {"op":"test","path":"/kind","value":"Deployment","odd":1}]`,
  },
  post('a template whose pod has empty claims', `${core}/podtemplates?dryRun=All`, {
    ...object('v1', 'PodTemplate', 'claims', { template: { spec: { ...template.spec, resources: { claims: [] } } } }),
  }),
  ...['/api/v1', '/apis/events.k8s.io/v1'].map((group) =>
    merge(`finalizers of an event in ${group}`, `${group}/namespaces/{ns}/events/finalized?dryRun=All`, {
      metadata: { finalizers: ['v1', 'v1'] },
    }),
  ),
  ...[{ operation: 100 }, { time: 'default' }, { manager: null }].map((entry) =>
    apply(`owners of which one is ${JSON.stringify(entry)}`, `${core}/configmaps/owned`, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', managedFields: [entry], labels: 'time' in entry ? 7 : {} } },
    }),
  ),
  ...['x/', '/', '/v1', 'a/b/c', ''].map((apiVersion) =>
    post(`a map of the version ${apiVersion}`, `${core}/configmaps?dryRun=All`, object(apiVersion, 'ConfigMap', 'versioned', {})),
  ),
  ...['x/', '/', '/v1', 'a/b/c'].map((apiVersion) =>
    post(`a migration of the version ${apiVersion}`, '/apis/storagemigration.k8s.io/v1/storageversionmigrations?dryRun=All', {
      ...object(apiVersion, 'StorageVersionMigration', 'versioned', { spec: { resource: { group: 'apps', resource: 'deployments' } } }),
    }),
  ),
  post('a signing request with a slash', '/apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All', {
    ...object('certificates.k8s.io/v1', 'CertificateSigningRequest', 'a/b', {
      spec: { signerName: 'example.com/x', usages: ['any'], request: 'eA==' },
    }),
  }),
  get('profiles without a slash', '/debug/pprof'),
  get('no profile', '/debug/pprof/nothing'),
]

/** What Kubernetes 1.14 had still. */
const exports: Request[] = ['', 'true', '0', 'False', 'no&export=0'].flatMap((value) =>
  [
    '/api/v1/namespaces/{ns}',
    `${core}/pods/none`,
    `${apps}/deployments/d/scale`,
    `${apps}/deployments/none/status`,
    '/api/v1/componentstatuses/x',
  ].map((path) => get(`${path} with export=${value}`, `${path}?resourceVersion=0&export=${value}`)),
)

const daemons = `${apps}/daemonsets`
const generation = (value: string): Json => ({ metadata: { annotations: { 'deprecated.daemonset.template.generation': value } } })
/** What no JSON says: names of fields as they are, and a type that Go cannot make. */
const conversions: Request[] = [
  post('a daemon set', daemons, { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } }),
  ...['a\\b', 'a"b', '\u2028'].flatMap((field) =>
    ['Warn', 'Strict'].map((validation) => ({
      ...{ name: `an unknown field ${JSON.stringify(field)}, ${validation}`, method: 'PATCH', type: STRATEGIC },
      ...{
        path: `${apps}/deployments/d?dryRun=All&fieldValidation=${validation}`,
        body: { metadata: { [field]: { x: 1 } } },
      },
    })),
  ),
  ...['x', '', '+1'].flatMap((value) => [
    { name: `a strategic generation ${value}`, method: 'PATCH', type: STRATEGIC, path: `${daemons}/d?dryRun=All`, body: generation(value) },
    apply(`an applied generation ${value}`, `${daemons}/d`, {
      ...object('apps/v1', 'DaemonSet', 'd', {}),
      metadata: { name: 'd', ...(generation(value).metadata as Json) },
    }),
  ]),
]

/** Amounts below what an int64 holds, and texts by pointers. */
const values: Request[] = [
  ...['-9223372036854775808', '-9223372036854775809', '-1Ei', '-10E'].map((storage) =>
    post(`a volume of ${storage}`, '/api/v1/persistentvolumes?dryRun=All', {
      ...object('v1', 'PersistentVolume', 'v', {
        spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
      }),
    }),
  ),
  post('a time zone of controls', '/apis/batch/v1/namespaces/{ns}/cronjobs', {
    ...{ metadata: { name: 'zone' }, spec: { schedule: '* * * * *', timeZone: '<\u0001>', jobTemplate: { spec: { template } } } },
  }),
]

/** Who has no route is told so before the options are read, and what is posted in another form as well. */
const order: Request[] = [
  ...['dryRun=x', 'fieldValidation=x'].flatMap((options) => [
    { name: `a text that is posted with ${options}`, method: 'POST', path: `${core}/configmaps?${options}`, type: 'text/plain', body: {} },
    {
      name: `an eviction in a text with ${options}`,
      method: 'POST',
      path: `${core}/pods/none/eviction?${options}`,
      type: 'text/plain',
      body: {},
    },
    {
      name: `a review in a text with ${options}`,
      method: 'POST',
      path: `/apis/authentication.k8s.io/v1/tokenreviews?${options}`,
      type: 'text/plain',
      body: {},
    },
    { name: `a text that is put with ${options}`, method: 'PUT', path: `${core}/configmaps/none?${options}`, type: 'text/plain', body: {} },
    { name: `a scale that is posted with ${options}`, method: 'POST', path: `${apps}/deployments/d/scale?${options}`, body: {} },
    { name: `a binding that is deleted with ${options}`, method: 'DELETE', path: `${core}/pods/none/binding?${options}` },
    { name: `the end of a namespace that is read with ${options}`, method: 'GET', path: `/api/v1/namespaces/{ns}/finalize?${options}` },
  ]),
  { name: 'a proxy that is traced', method: 'TRACE', path: `${core}/services/none/proxy?dryRun=All` },
  post('a map to be there', `${core}/configmaps`, { metadata: { name: 'there' } }),
  ...['', '?dryRun=All'].map((query) =>
    post(`its name, with a beginning of one${query}`, `${core}/configmaps${query}`, { metadata: { name: 'there', generateName: 'the-' } }),
  ),
]

export const requests: readonly Request[] = [
  ...setUp,
  ...statuses,
  ...scales,
  ...paths,
  ...taints,
  ...lists,
  ...names,
  ...metadata,
  ...others,
  ...gated,
  ...sets,
  ...prototypes,
  ...firstTold,
  ...found,
  ...byChanger,
  ...exports,
  ...conversions,
  ...values,
  ...order,
]

import type { Request } from './play.ts'

/**
 * What of an object goes before it is written: fields of features that are off in 1.37, in every kind that has them. And what of a request is
 * judged before any object is looked at: names, escapes and empty texts.
 */
type Json = Record<string, unknown>

const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const core = '/api/v1/namespaces/{ns}'
const devices = '/apis/resource.k8s.io/v1'

const post = (name: string, path: string, body: Json): Request => ({ name, method: 'POST', path, body })
const merge = (name: string, path: string, body: Json): Request => ({ name, method: 'PATCH', path, body, type: MERGE })
const named = (fields: Json): Json => ({ metadata: { name: 'gates' }, ...fields })

const users = { defaultUser: 7, items: [{ key: 'a', path: 'b', user: 5 }] }
const container = (name: string, lifecycle: Json): Json => ({
  ...{ name, image: 'i', lifecycle },
  livenessProbe: { grpc: { port: 1, mode: 'TLS' } },
  readinessProbe: { httpGet: { port: 1, protocol: 'HTTP2' } },
  volumeMounts: [{ name: 's', mountPath: '/x', bindMountOptions: ['noexec'] }],
})
const spec = {
  schedulingGroup: { podGroupName: 'a' },
  evictionResponders: [{ name: 'a.b/c', priority: 1000 }],
  containers: [
    container('c', { stopSignal: 'SIGTERM' }),
    container('d', { stopSignal: 'SIGTERM', preStop: { httpGet: { port: 80, protocol: 'HTTP2' } } }),
  ],
  initContainers: [{ name: 'i', image: 'i', volumeMounts: [{ name: 's', mountPath: '/x', bindMountOptions: ['noexec'] }] }],
  volumes: [
    { name: 's', secret: { secretName: 'x', ...users } },
    { name: 'm', configMap: { name: 'x', ...users } },
    { name: 'd', downwardAPI: { defaultUser: 3, items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' }, user: 3 }] } },
    { name: 'e', emptyDir: { mode: 448 } },
    {
      name: 'p',
      projected: {
        defaultUser: 9,
        sources: [{ secret: { name: 'x', items: users.items } }, { serviceAccountToken: { path: 't', user: 4 } }],
      },
    },
  ],
}
const template = { metadata: { labels: { a: 'b' } }, spec }
const selector = { matchLabels: { a: 'b' } }
const job = { template: { ...template, spec: { ...spec, restartPolicy: 'Never' } }, scheduling: { schedulingPolicy: { basic: {} } } }
const slice = { driver: 'd.example.com', nodeName: 'n', pool: { name: 'p', resourceSliceCount: 1 } }

const fields: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  ...(
    [
      ['deployment', '/apis/apps/v1/namespaces/{ns}/deployments', { selector, template }],
      ['replica set', '/apis/apps/v1/namespaces/{ns}/replicasets', { selector, template }],
      ['daemon set', '/apis/apps/v1/namespaces/{ns}/daemonsets', { selector, template }],
      ['stateful set', '/apis/apps/v1/namespaces/{ns}/statefulsets', { selector, template, serviceName: 's' }],
      ['replication controller', `${core}/replicationcontrollers`, { selector: { a: 'b' }, template }],
      ['cron job', '/apis/batch/v1/namespaces/{ns}/cronjobs', { schedule: '* * * * *', jobTemplate: { spec: job } }],
    ] as const
  ).map(([kind, path, wanted]) => post(kind, path, named({ spec: wanted }))),
  post('template', `${core}/podtemplates`, named({ template })),
  merge('nothing of a template has changed', `${core}/podtemplates/gates`, {
    template: { spec: { schedulingGroup: { podGroupName: 'b' } } },
  }),
  post('account', `${core}/serviceaccounts`, { metadata: { name: 'default' } }),
  post('pod', `${core}/pods`, named({ spec: { ...spec, automountServiceAccountToken: false } })),
  merge('status', `${core}/pods/gates/status`, {
    status: {
      volumeHealth: [{ name: 'a' }],
      nodeAllocatableResourceClaimStatuses: [{ resourceClaimName: 'a' }],
      containerStatuses: [
        {
          ...{ name: 'c', image: 'i', imageID: 'x', ready: true, restartCount: 0 },
          volumeMounts: [{ name: 's', mountPath: '/x', volumeStatus: { image: {} } }],
        },
      ],
    },
  }),
  post('node', '/api/v1/nodes?dryRun=All', { metadata: { name: '{ns}' }, spec: { podPreemptionPolicy: {} } }),
  post('slice', `${devices}/resourceslices`, {
    metadata: { name: '{ns}' },
    spec: {
      ...slice,
      devices: [{ name: 'd', attributes: { a: { ints: [1] }, b: { int: 1 } }, nodeAllocatableResources: [{ resources: {} }] }],
      partitionTypeAttribute: 'a',
    },
  }),
  post('claim', `${devices}/namespaces/{ns}/resourceclaims`, {
    ...named({ spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x', derivedAttributes: [] } }] } } }),
  }),
  merge('status of a claim', `${devices}/namespaces/{ns}/resourceclaims/gates/status`, {
    status: {
      allocation: { devices: { results: [{ request: 'r', driver: 'd.e', pool: 'p', device: 'd', skipNodeOperations: ['Prepare'] }] } },
    },
  }),
]

const classes = '/apis/networking.k8s.io/v1/ingressclasses?dryRun=All'
const parameters = (scope: string | null): Json => ({
  ...named({ spec: { controller: 'a.b/c', parameters: { kind: 'c', name: 'n', namespace: 'n', scope } } }),
})

const texts: Request[] = [
  ...['http://a b', 'a.b/c d', '/x', 'a', ''].map((controller) =>
    post(`controller ${JSON.stringify(controller)}`, classes, named({ spec: { controller } })),
  ),
  ...['', 'x', null].map((scope) => post(`scope ${JSON.stringify(scope)}`, classes, parameters(scope))),
  post('no protocol', '/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies?dryRun=All', {
    ...named({ spec: { podSelector: {}, ingress: [{ ports: [{ protocol: '', port: 80 }] }] } }),
  }),
  post('no policy', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets?dryRun=All', {
    ...named({ spec: { minAvailable: 1, selector: {}, unhealthyPodEvictionPolicy: '' } }),
  }),
  post('no policy of groups', '/apis/storage.k8s.io/v1/csidrivers?dryRun=All', named({ spec: { fsGroupPolicy: '' } })),
  post('no reclaim policy', '/apis/storage.k8s.io/v1/storageclasses?dryRun=All', named({ provisioner: 'a/b', reclaimPolicy: '' })),
  post('a mark that is no space', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All', {
    ...named({
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'] }] },
        variables: [{ name: '\ufeff', expression: '1' }],
        validations: [{ expression: 'true', message: '\u0085' }],
      },
    }),
  }),
  ...[
    { sharedCounters: [], devices: [{ name: 'd' }] },
    { sharedCounters: [], devices: [] },
  ].map((parts) =>
    post(`slice of ${JSON.stringify(parts)}`, `${devices}/resourceslices?dryRun=All`, named({ spec: { ...slice, ...parts } })),
  ),
]

/** Texts whose types in Go are no plain strings are printed as JSON. */
const printed: Request[] = [
  post('an operator of a selector', '/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies?dryRun=All', {
    ...named({ spec: { podSelector: { matchExpressions: [{ key: 'a', operator: '<\u0007>', values: ['b'] }] } } }),
  }),
  post('an operator of nodes', `${core}/pods?dryRun=All`, {
    metadata: { name: 'affine' },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'i' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'a', operator: '<&' }], matchFields: [{ key: 'metadata.name', operator: '>&' }] },
            ],
          },
        },
      },
    },
  }),
  post('an operator of scopes', `${core}/resourcequotas?dryRun=All`, {
    ...named({ spec: { hard: { pods: '1' }, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: '<a>' }] } } }),
  }),
  post('a share of pods', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets?dryRun=All', {
    ...named({ spec: { minAvailable: '<a>&', selector: {} } }),
  }),
  post('a share of a roll-out', '/apis/apps/v1/namespaces/{ns}/deployments?dryRun=All', {
    metadata: { name: 'shares' },
    spec: {
      selector,
      template: { metadata: template.metadata, spec: { containers: [{ name: 'c', image: 'i' }] } },
      strategy: { rollingUpdate: { maxSurge: '<a>', maxUnavailable: '101%' } },
    },
  }),
  ...['.', '..', 'a/'].map((generateName) =>
    post(`a prefix ${generateName}`, '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles?dryRun=All', {
      metadata: { name: 'gates', generateName },
      rules: [],
    }),
  ),
]

const of = (name: string): Request[] => [
  { name: `GET ${name}`, method: 'GET', path: name },
  { name: `DELETE ${name}`, method: 'DELETE', path: name },
  merge(`PATCH ${name}`, name, {}),
  { name: `APPLY ${name}`, method: 'PATCH', path: `${name}?fieldManager=f`, body: { apiVersion: 'v1' }, type: APPLY },
]
const applied = (a: string): Request => ({
  ...{ name: `apply of ${a}`, method: 'PATCH', path: `${core}/configmaps/gates?fieldManager=f&dryRun=All`, type: APPLY },
  body: `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"gates","labels":{"a":${a}}}}`,
})
const requests: Request[] = [
  ...of(`${core}/configmaps/50%25`),
  ...of('/api/v1/nodes/50%25'),
  { name: 'a scale', method: 'GET', path: '/apis/apps/v1/namespaces/{ns}/deployments/50%25/scale' },
  { name: 'a log', method: 'GET', path: `${core}/pods/50%25/log` },
  {
    name: 'a lease',
    method: 'PUT',
    path: '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/50%25',
    body: { metadata: { name: '50%' } },
  },
  ...['"\\ud800"', '"\\ud83d\\ude00"', '"\\/"', '"\\\\/"', '-0', '1e2', '"\\u00e9"'].map(applied),
]

export const gates: readonly Request[] = [...fields, ...texts, ...printed, ...requests]

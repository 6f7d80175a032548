// Long because it is a table of requests.
import type { Request } from './play.ts'

/**
 * What random faults in good objects of all kinds have brought up beside a kube-apiserver: an empty list that is sent is shown as one, rules
 * that 1.37 declares with its types come after all others, and the outcome of a patch is read with its fields in order.
 */
type Json = Record<string, unknown>

const MERGE = 'application/merge-patch+json'
const core = '/api/v1/namespaces/{ns}'
const apps = '/apis/apps/v1/namespaces/{ns}'
const devices = '/apis/resource.k8s.io/v1'
const claims = `${devices}/namespaces/{ns}/resourceclaims`
const templates = `${devices}/namespaces/{ns}/resourceclaimtemplates`
const storage = '/apis/storage.k8s.io/v1'

const post = (name: string, path: string, body: Json): Request => ({ name, method: 'POST', path, body })
const put = (name: string, path: string, body: Json): Request => ({ name, method: 'PUT', path, body })
const merge = (name: string, path: string, body: unknown): Request => ({ name, method: 'PATCH', path, body, type: MERGE })
const named = (name: string, fields: Json, metadata: Json = {}): Json => ({ metadata: { name, ...metadata }, ...fields })

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const hook = { name: 'a.example.com', clientConfig: { url: 'https://example.com' }, sideEffects: 'None', admissionReviewVersions: ['v1'] }
const policies = '/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies'
const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'

const setUp: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('a claim', `${core}/persistentvolumeclaims`, named('claim', { spec: claim })),
  post('a template of device claims', templates, named('devices', { spec: { spec: requests({}) } })),
  post('a device claim', claims, named('devices', { spec: requests({}) })),
  post('a runtime class', '/apis/node.k8s.io/v1/runtimeclasses', named('{ns}-faults', { handler: 'runc' })),
]

function requests(one: Json, more: Json = {}): Json {
  return { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x', ...one } }], ...more } }
}

/** Told as they were sent: null where there is nothing, [] or {} where there is nothing in it. */
const empties: Request[] = [
  put(
    'a claim of nothing',
    `${core}/persistentvolumeclaims/claim`,
    named('claim', { spec: { accessModes: [], resources: { requests: {} } } }),
  ),
  merge('a claim of no size', `${core}/persistentvolumeclaims/claim`, { spec: { resources: { requests: { storage: null } } } }),
  post('a range', '/apis/networking.k8s.io/v1/servicecidrs', named('{ns}-faults', { spec: { cidrs: ['10.77.0.0/24'] } })),
  merge('no range', '/apis/networking.k8s.io/v1/servicecidrs/{ns}-faults', { spec: { cidrs: [] } }),
  merge('none at all', '/apis/networking.k8s.io/v1/servicecidrs/{ns}-faults', { spec: { cidrs: null } }),
  post('no policies of an autoscaler', '/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers', {
    ...named('auto', {}),
    spec: { maxReplicas: 1, scaleTargetRef: { kind: 'A', name: 'b' }, behavior: { scaleUp: { policies: [] }, scaleDown: {} } },
  }),
  ...[{}, undefined].map((labels) =>
    post(`a template with ${labels === undefined ? 'no' : 'empty'} labels`, `${core}/replicationcontrollers`, {
      ...named('labels', { spec: { selector: { a: 'b' }, template: { ...template, metadata: { labels } } } }),
    }),
  ),
  post('a volume of no capacity', '/api/v1/persistentvolumes', named('{ns}-faults', { spec: { capacity: {}, hostPath: { path: '/x' } } })),
  post('a set', `${apps}/statefulsets`, {
    ...named('set', {}),
    spec: { selector: { matchLabels: { a: 'b' } }, template, volumeClaimTemplates: [{ metadata: { name: 'v' }, spec: claim }] },
  }),
  merge('a set without claims', `${apps}/statefulsets/set`, { spec: { volumeClaimTemplates: [] } }),
  put(
    'a template of nothing',
    `${templates}/devices`,
    named('devices', {
      spec: { spec: requests({ selectors: [], tolerations: [], capacity: { requests: {} } }, { config: [], constraints: [] }) },
    }),
  ),
]

/** Stored is none of them, so that each is a change to who compares with reflect.DeepEqual. */
const generations: Request[] = [
  post('a policy', policies, named('policy', { spec: { podSelector: {} } })),
  put('empty rules', `${policies}/policy`, named('policy', { spec: { podSelector: {}, ingress: [] } })),
  put('empty rules again', `${policies}/policy`, named('policy', { spec: { podSelector: {}, ingress: [] } })),
  put('no rules', `${policies}/policy`, named('policy', { spec: { podSelector: {} } })),
  put('an empty selector', `${policies}/policy`, named('policy', { spec: { podSelector: { matchLabels: {} } } })),
  post('hooks', hooks, named('{ns}-faults', { webhooks: [hook] })),
  merge('no hooks', `${hooks}/{ns}-faults`, { webhooks: [] }),
  merge('no hooks again', `${hooks}/{ns}-faults`, { webhooks: [] }),
]

const conditions = [
  {},
  { type: 'A b', status: 'X', observedGeneration: -1, reason: '_' },
  { type: 'a', status: 'True', reason: 'r', lastTransitionTime: '2020-01-01T00:00:00Z', observedGeneration: 0 },
  { type: 'a', status: 'True', reason: 'r', lastTransitionTime: '2020-01-01T00:00:00Z' },
]
const withConditions: readonly [string, string, Json][] = [
  ['a budget', '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets', { spec: {} }],
  [
    'a migration',
    '/apis/storagemigration.k8s.io/v1/storageversionmigrations',
    { spec: { resource: { group: 'apps', resource: 'deployments' } } },
  ],
]
const states: Request[] = [
  ...withConditions.flatMap(([name, path, fields]) => [
    post(name, path, named('{ns}-faults', fields)),
    merge(`conditions of ${name}`, `${path}/{ns}-faults/status`, {
      status: { conditions },
    }),
  ]),
  put('a claim without a state', `${core}/persistentvolumeclaims/claim/status?dryRun=All`, named('claim', { spec: claim, status: {} })),
  merge('health of a claim', `${core}/persistentvolumeclaims/claim/status?dryRun=All`, { status: { healthStatus: {} } }),
  post('a node of drivers', `${storage}/csinodes`, named('{ns}-faults', { spec: { drivers: [] } })),
  merge('health of storage', `${storage}/csinodes/{ns}-faults/status?dryRun=All`, {
    status: { storageHealth: [{ name: 'a', healthConditions: [{ status: 'StorageDegraded', reason: 'r' }] }] },
  }),
]

const notOfTemplates = {
  ...{ name: 'n', generateName: 'g', namespace: 'x', selfLink: 's', uid: 'u', resourceVersion: '1', generation: 2 },
  ...{ creationTimestamp: '2020-01-01T00:00:00Z', deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 },
  ...{ labels: { a: 'b c' }, annotations: { 'a b': 'c' }, ownerReferences: [{}], finalizers: ['x'], managedFields: [] },
}
const slice = (name: string, spec: Json): Json =>
  named(name, { spec: { driver: 'd', pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, nodeName: 'n', ...spec } })
const capacity = (requestPolicy: Json): Json => ({ allowMultipleAllocations: true, capacity: { x: { value: '10', requestPolicy } } })

const slices: Record<string, Json> = {
  attributes: {
    devices: [
      { name: 'a', attributes: { x: {} } },
      { name: 'b', attributes: { y: { int: 1, bool: true } } },
      { name: 'c', attributes: { 'a/b': { version: '1.0' } } },
      { name: 'd', attributes: { '/c': { string: 'x'.repeat(65) } } },
      { name: 'd', attributes: { 'e e': { string: 'x' } } },
    ],
  },
  'lists of attributes': { devices: [{ name: 'a', attributes: { x: { strings: ['a'] } } }] },
  capacities: {
    devices: [
      { name: 'a', ...capacity({ default: '1', validRange: { min: '2', max: '20', step: '3' } }) },
      { name: 'b', ...capacity({ default: '1', validValues: ['3', '2', '2', '30'] }) },
      { name: 'c', ...capacity({ validRange: {} }), allowMultipleAllocations: false },
      { name: 'd', ...capacity({ default: '1', validRange: { max: '1' } }) },
      { name: 'e', ...capacity({ default: '1', validRange: { min: '1' }, validValues: ['1'] }) },
    ],
  },
  'the rest of a device': {
    devices: [
      {
        name: 'A b',
        nodeName: 'n',
        bindingConditions: ['a', 'a', 'b c'],
        consumesCounters: [
          { counterSet: 'X', counters: {} },
          { counterSet: 'X', counters: { B: { value: '1' } } },
        ],
        taints: [
          { key: 'a', effect: 'Q' },
          { key: '', value: '_' },
        ],
      },
      { name: 'b', bindingFailureConditions: ['a', 'b', 'c', 'd', 'e'] },
    ],
  },
  'places of devices': {
    nodeName: null,
    perDeviceNodeSelection: true,
    devices: [{ name: 'a' }, { name: 'b', nodeName: 'A b', allNodes: true }, { name: 'c', allNodes: false, nodeSelector: {} }],
  },
  counters: { devices: null, sharedCounters: [{ name: 'A' }, { name: 'a', counters: { B: { value: '1' } } }, { name: 'a', counters: {} }] },
  'two terms': { nodeName: null, nodeSelector: { nodeSelectorTerms: [{}, {}] } },
  'a large driver': { driver: 'D' },
}

const devicesOf: Request[] = [
  post('metadata that no template has', templates, named('metadata', { spec: { metadata: notOfTemplates, spec: requests({}) } })),
  merge('metadata that changes', `${templates}/devices`, { spec: { metadata: { deletionGracePeriodSeconds: 3, finalizers: ['a.b/c'] } } }),
  post('a request of both kinds', templates, {
    ...named('both', {}),
    spec: {
      spec: {
        devices: { requests: [{ name: 'r', exactly: { selectors: [{ cel: { expression: 'x' } }] }, firstAvailable: [{ name: 'A' }] }] },
      },
    },
  }),
  post('attributes of both kinds', claims, {
    ...named('both', {}),
    spec: requests({}, { constraints: [{ matchAttribute: 'a', distinctAttribute: '1' }, { distinctAttribute: 'A/b' }, {}] }),
  }),
  post('what is asked for twice', claims, {
    ...named('twice', {}),
    spec: {
      devices: {
        requests: [1, 2].map(() => ({
          name: 'r',
          exactly: { deviceClassName: 'x', tolerations: [{ effect: 'Q', value: 'v', key: 'k' }] },
        })),
        config: [{ requests: ['r', 'r', 'q'], opaque: { driver: 'd/d', parameters: [] } }],
      },
    },
  }),
  post(
    'no expression',
    claims,
    named('empty', { spec: requests({ selectors: [{ cel: { expression: '' } }, { cel: { expression: ' ' } }] }) }),
  ),
  ...['x', 'requests.kubernetes.io/y', 'a b/c'].map((extendedResourceName) =>
    post(`a class of ${extendedResourceName}`, `${devices}/deviceclasses`, named('{ns}-faults', { spec: { extendedResourceName } })),
  ),
  post('a class with a prefix', `${devices}/deviceclasses?dryRun=All`, named('{ns}-faults', { spec: {} }, { generateName: 'A b' })),
  post('a class with a prefix of two', `${devices}/deviceclasses?dryRun=All`, named('{ns}-faults', { spec: {} }, { generateName: 'A/b' })),
  ...Object.entries(slices).map(([name, spec]) => post(name, `${devices}/resourceslices?dryRun=All`, slice('{ns}-faults', spec))),
  merge('devices of a claim', `${claims}/devices/status`, {
    status: {
      devices: [
        {
          driver: 'b',
          pool: '',
          device: '',
          conditions: [{}],
          shareID: 'x',
          data: [],
          networkData: { ips: ['1.2.3.4', '010.1.2.3/24', 'FE80::1/64'] },
        },
      ],
      reservedFor: [{}, {}],
    },
  }),
  merge('an allocation of a claim', `${claims}/devices/status`, {
    status: {
      allocation: {
        devices: {
          results: [{ request: 'q', driver: '', pool: 'A/', device: '', bindingConditions: ['a'], tolerations: [{ operator: 'X' }] }],
          config: [{ source: 'X', requests: ['q', 'q'] }, { opaque: { driver: 'D d', parameters: null } }],
        },
      },
    },
  }),
]

const attachment = (attacher: string, volume = 'v'): Json => ({
  spec: { attacher, nodeName: 'n', source: { persistentVolumeName: volume } },
})
const declared: Request[] = [
  post('a long attacher', `${storage}/volumeattachments`, named('{ns}-faults', attachment(`A${'x'.repeat(260)} `))),
  post('an attachment', `${storage}/volumeattachments`, named('{ns}-faults', attachment('a'))),
  merge('another attacher', `${storage}/volumeattachments/{ns}-faults`, attachment('"', '"')),
  merge('no handler', '/apis/node.k8s.io/v1/runtimeclasses/{ns}-faults', { handler: '' }),
  post('a long handler', '/apis/node.k8s.io/v1/runtimeclasses?dryRun=All', named('{ns}-long', { handler: 'x'.repeat(64) })),
  post('a long class of a sub-request', `${claims}?dryRun=All`, {
    ...named('long', {}),
    spec: { devices: { requests: [{ name: 'r', firstAvailable: [{ name: 's', deviceClassName: 'x'.repeat(254) }] }] } },
  }),
]

/** What was sent empty is told from what was not, through the conversion to the stored version. */
const schemas: Request[] = [{ dependencies: {} }, { not: { dependencies: {} } }, { patternProperties: {}, definitions: {}, oneOf: [] }].map(
  (schema) =>
    post(
      `a definition with ${JSON.stringify(schema)}`,
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All',
      named('gs.faults.example.com', {
        spec: {
          group: 'faults.example.com',
          scope: 'Namespaced',
          names: { plural: 'gs', kind: 'G' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', ...schema } } }],
        },
      }),
    ),
)

const scopes: Request[] = [
  post('a quota', `${core}/resourcequotas`, named('quota', { spec: { hard: { 'count/widgets.example.com': '2' } } })),
  ...[[null], [''], ['BestEffort', null]].map((scopes) =>
    put(`scopes ${JSON.stringify(scopes)} of a quota`, `${core}/resourcequotas/quota`, {
      ...named('quota', { spec: { hard: { 'count/widgets.example.com': '2' }, scopes } }),
    }),
  ),
]

const words: Request[] = [
  merge('a uid of Go', `${core}/persistentvolumeclaims/claim`, { metadata: { uid: '\u0007<' } }),
  put('a phase of Go', '/api/v1/namespaces/{ns}/status', named('{ns}', { status: { phase: '\u0007' } })),
  post('fields with odd names', `${core}/configmaps?dryRun=All`, { ...named('odd', {}), '\\': 1, '\u2028': { a: 1 }, '': 1, '\u0000': 1 }),
  post('the same, refused', `${core}/configmaps?fieldValidation=Strict`, {
    ...named('odd', {}, { '\\': 1, '': 1 }),
    '"': 1,
  }),
  merge('what is wrong is told in order', `${core}/persistentvolumeclaims/claim`, {
    spec: { volumeName: 1, accessModes: 2 },
    metadata: { resourceVersion: 1, labels: { a: {} } },
  }),
  merge('so is what is not known', `${core}/persistentvolumeclaims/claim?dryRun=All`, { z: 1, y: 1, spec: { b: 1, a: 1 } }),
]

const job = { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } }
const fault = { startingDeadlineSeconds: -1, timeZone: 'Nowhere/Else', failedJobsHistoryLimit: -1 }
const others: Request[] = [
  post('an unreadable selector of a job', '/apis/batch/v1/namespaces/{ns}/jobs', {
    ...named('unreadable', {}),
    spec: { ...job, manualSelector: true, selector: { matchExpressions: [{}, { key: 'a', operator: 'In' }] } },
  }),
  post('a job of others', '/apis/batch/v1/namespaces/{ns}/jobs', {
    ...named('others', {}),
    spec: { ...job, manualSelector: true, selector: { matchLabels: { a: 'c' } } },
  }),
  post('a cron job that selects', '/apis/batch/v1/namespaces/{ns}/cronjobs', {
    ...named('x'.repeat(60), {}),
    spec: { schedule: '* *', ...fault, jobTemplate: { spec: { ...job, manualSelector: true, selector: { matchLabels: { a: 'c' } } } } },
  }),
  post('a set of claims without names', `${apps}/statefulsets`, {
    ...named('unnamed', {}),
    spec: { selector: { matchLabels: { a: 'b' } }, template, volumeClaimTemplates: [{ spec: claim }] },
  }),
  post('a revision', `${apps}/controllerrevisions`, named('revision', { revision: 1, data: { a: 1 } })),
  merge('a revision of something more', `${apps}/controllerrevisions/revision`, { data: { b: [] } }),
  post('a slice of endpoints', '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices', {
    ...named('slice', {}),
    addressType: 'IPv4',
    endpoints: [],
  }),
  merge('other addresses', '/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices/slice', { addressType: 'IPv5' }),
  merge('another handler', '/apis/node.k8s.io/v1/runtimeclasses/{ns}-faults', { handler: 'a.b' }),
  post('a role of Go', '/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings', {
    ...named('role', {}),
    roleRef: { apiGroup: '<a>&', kind: '<b>', name: 'c' },
    subjects: [{ kind: '<c>', apiGroup: '<d>', name: 'e' }],
  }),
  post('a finalizer of an event', `${core}/events`, {
    ...named('event', {}, { finalizers: ['short'] }),
    involvedObject: { kind: 'Pod', name: 'p', namespace: '{ns}' },
  }),
  post('an old node', '/api/v1/nodes?dryRun=All', named('{ns}-faults', { spec: { externalID: 'x' } })),
  {
    ...post('a slash for a version', `${core}/configmaps?dryRun=All`, named('slash', {})),
    body: { apiVersion: '/', ...named('slash', {}) },
  },
  { name: 'options of another kind', method: 'DELETE', path: `${core}/configmaps/slash`, body: { kind: 'Orphan' } },
  post('a link to itself', `${core}/configmaps`, named('link', { data: { a: 'b' } }, { selfLink: '/a' })),
  merge('a link that is tried', `${core}/configmaps/link?dryRun=All`, { metadata: { selfLink: '/b' }, data: { a: 'c' } }),
  merge('a link that is written', `${core}/configmaps/link`, { metadata: { selfLink: '/c' }, data: { a: 'd' } }),
  post('a begin with half a character', `${core}/configmaps`, { apiVersion: 'v1', kind: ['x', '\u{1f600}\u{1f600}', '\u202e'] } as Json),
]

const STRATEGIC = 'application/strategic-merge-patch+json'
const pod = (name: string, spec: Json): Request =>
  post(name, `${core}/pods?dryRun=All`, named('pod', { spec: { containers: [{ name: 'c', image: 'i' }], ...spec } }))
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  ...named('faults.{ns}.example.com', {
    spec: {
      group: '{ns}.example.com',
      scope: 'Namespaced',
      names: { plural: 'faults', kind: 'Fault' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }),
}
const rule = { action: 'Stop', exitCodes: {} }

/** What pairs of random requests have brought up. */
const paired: Request[] = [
  post('an account for pods', `${core}/serviceaccounts`, named('default', {})),
  pod('overhead with nothing in it', { overhead: {} }),
  pod('rules of an init container without a policy', { initContainers: [{ name: 'a', image: 'i', restartPolicyRules: [rule] }] }),
  pod('rules of a container without a policy', { containers: [{ name: 'a', image: 'i', restartPolicyRules: [rule] }] }),
  pod('an account with a slash', { serviceAccountName: 'example.com/a%' }),
  ...['9999999999999999999999', '9223372036854775808', '18446744073709551616', '9223372036854775807'].map((text) =>
    post(
      `a count of ${text}`,
      `${core}/resourcequotas?dryRun=All`,
      named('quota', { spec: { hard: { 'count/widgets.example.com': text } } }),
    ),
  ),
  post('a definition', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition),
  {
    name: 'a stored version without a name',
    method: 'PATCH',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/faults.{ns}.example.com',
    type: STRATEGIC,
    body: { spec: { versions: [{ served: false, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] } },
  },
  merge('a switched off list of a template with nothing in it', `${templates}/devices?dryRun=All`, {
    spec: { metadata: { labels: { a: 'b' } }, spec: requests({ derivedAttributes: [], selectors: [], tolerations: [] }) },
  }),
  {
    name: 'a member of a revision before the others, strategic',
    method: 'PATCH',
    path: `${apps}/controllerrevisions/revision?dryRun=All`,
    type: STRATEGIC,
    body: { data: { '*': 1 } },
  },
  post(
    'a job',
    '/apis/batch/v1/namespaces/{ns}/jobs',
    named('job', { spec: { suspend: true, template: { spec: { ...template.spec, restartPolicy: 'Never' } } } }),
  ),
  {
    name: 'an account of pods that is there twice',
    method: 'PATCH',
    path: '/apis/batch/v1/namespaces/{ns}/jobs/job/status?dryRun=All',
    type: MERGE,
    body: { status: { uncountedTerminatedPods: { succeeded: ['\ufeff<a>', '\ufeff<a>'] } } },
  },
  merge('a document that is escaped', `${core}/configmaps/link`, ['<a>&', '\u2028']),
  post('a capacity beyond int64', `/api/v1/persistentvolumes?dryRun=All`, {
    ...named('{ns}-faults', {
      spec: {
        capacity: { storage: '1Gi', In: '123456789012345678901234567890' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/x' },
      },
    }),
  }),
  post('text for a number of daemons', `${apps}/daemonsets?dryRun=All`, {
    ...named('text', {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '1', maxSurge: '+2' } },
      },
    }),
  }),
  merge('a member of a revision before the others', `${apps}/controllerrevisions/revision?dryRun=All`, {
    data: { '<a>&': {}, é: 1, A: 2 },
  }),
]

const apply = (name: string, path: string, body: string | Json): Request => ({
  ...{ name, method: 'PATCH', path: `${path}${path.includes('?') ? '&' : '?'}fieldManager=f` },
  ...{ type: 'application/apply-patch+yaml', body },
})
const budget = (minAvailable: string): Request =>
  apply(
    `an apply of ${minAvailable} where a number or a text goes`,
    '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets/applied?dryRun=All',
    `{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"applied"},"spec":{"minAvailable":${minAvailable},"selector":{}}}`,
  )
const revision = (name: string, data: string): string =>
  `{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"${name}"},"revision":1,"data":${data}}`
const applies: Request[] = [
  apply('an apply of an entry whose time is none', `${core}/endpoints/applied`, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'applied', managedFields: [{ manager: 'a', operation: 'c', time: '1h2m' }] },
  }),
  ...['1.0', '1e2', '1.50', '1e15', '{}', '[1]'].map(budget),
  ...['1e3', '12345678901234567890', '1.50', '"1e3"'].map((cpu) =>
    apply(
      `an apply of the quantity ${cpu}`,
      `${core}/resourcequotas/applied?dryRun=All`,
      `{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"applied"},"spec":{"hard":{"cpu":${cpu}}}}`,
    ),
  ),
  apply('an apply of raw fields', `${apps}/controllerrevisions/applied?dryRun=All`, revision('applied', '{"b":1.0,"a":{"d":1,"c":2}}')),
  apply('a raw field that is a long number', `${apps}/controllerrevisions/applied?dryRun=All`, revision('applied', '1e30')),
]

/** What stands behind a document in braces is looked at for one token, by who reads one document. */
const BEHIND = [
  ' x',
  '{}',
  ' ]',
  ': x',
  '\n---\n{}',
  '\n- a',
  ' # c',
  '\n...\nx',
  ' @',
  '\n@',
  ' %',

  ' ? a',
  '\n? a',
  ' - a',
  '\t{}',
  '\u0000',
]
const MAP = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"behind"}}'
/** What people forget, and what they write too much. */
const TYPING_FAULTS = [
  'apiVersion: v1\nkind ConfigMap\nmetadata:\n  name: x\n',
  'apiVersion: v1\nkind: ConfigMap\ndata:\n  a:"b"\n  c: d\n',
  'apiVersion: v1\nkind: ConfigMap\ndata:\n\ta: b\n',
  'apiVersion: v1\nitems:\n- a: b\n c: d\n',
  'apiVersion: v1\ndata:\n  a: "b\n',
  '{"apiVersion":"v1""kind":"ConfigMap"}',
  '{"apiVersion":"v1","items":[{"a":1}"b"]}',
  '{"apiVersion":"v1",kind":"ConfigMap"}',
  '{"apiVersion": "v1",\n "kind": "ConfigMap"\n "data": {}}',
  '{"kind": *a}',
  '%apiVersion: v1\n',
]
const inYaml = (name: string, body: string): Request => ({
  ...{ name, method: 'POST', path: `${core}/configmaps?dryRun=All`, type: 'application/yaml', body },
})
const yaml: Request[] = [
  ...BEHIND.map((behind) => inYaml(`YAML with ${JSON.stringify(behind)} behind it`, MAP + behind)),
  ...TYPING_FAULTS.map((text) => inYaml(`YAML that is ${JSON.stringify(text)}`, text)),
]

const get = (name: string, path: string, accept?: string): Request => ({
  ...{ name, method: 'GET', path },
  ...(accept === undefined ? {} : { headers: { accept } }),
})
const head = (path: string): Request => ({ name: `HEAD ${path}`, method: 'HEAD', path })
const token = (...bytes: number[]): Request =>
  get(`a token of ${bytes.join(' ')}`, `${core}/configmaps?limit=1&continue=${Buffer.from(bytes).toString('base64url')}`)
const requestsForCertificates = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const signing = {
  ...{ signerName: 'example.com/x', usages: ['client auth'] },
  request: [
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIR01HNENBUUF3RERFS01BZ0dBMVVFQXd3QllUQlpNQk1HQnlxR1NNNDlBZ0',
    'VHQ0NxR1NNNDlBd0VIQTBJQQpCTHA0NzlkaUM0N29BY1EySk82L05iSFlIaEV1emxMbmlkZzNJRzRXNVNWUHgwaG5xdnJmTlVnclN0RUsrM0I5',
    'CklLZDZHakx2Q1JxeDFFYXNUcHZJaGVtZ0FEQUtCZ2dxaGtqT1BRUURBZ05JQURCRkFpQkRBSStHd0FQM2V2UDYKUkRVOUM4T2VlRnIwcW5YcX',
    'Z5RzNxUEZWdXdMOGRnSWhBTlUxSys5cTFFYjl0SjlMQ2lxUXZ4YmhJdndGQnZhUQpYZG5oTlZrd3RQNkkKLS0tLS1FTkQgQ0VSVElGSUNBVEUg',
    'UkVRVUVTVC0tLS0tCg==',
  ].join(''),
}
const reads: Request[] = [
  ...['x', '-1'].flatMap((version) =>
    ['/api/v1', '/apis/events.k8s.io/v1'].map((group) =>
      get(`an event of ${group} at ${version}`, `${group}/namespaces/{ns}/events/x?resourceVersion=${version}`),
    ),
  ),
  get('a namespace below one', '/api/v1/namespaces/{ns}/namespaces/{ns}'),
  post('a request for a certificate that has no path', `${requestsForCertificates}?dryRun=All`, {
    ...named('a/b', { spec: signing }, { labels: { '-1': 'x' } }),
  }),
  post('the same without another fault', `${requestsForCertificates}?dryRun=All`, named('a/b', { spec: signing })),
  get('a form and a limit that are none', `${core}/configmaps?limit=x`, 'text/html'),
  get('a form and a selector that are none', `${core}/configmaps?fieldSelector=x`, 'application/json;as=x;v=v1;g=meta.k8s.io'),
  get('a watch in YAML from what is no version', `${core}/configmaps?watch=1&resourceVersion=x`, 'application/yaml'),
  get('a watch in YAML', `${core}/configmaps?watch=1&timeoutSeconds=1`, 'application/yaml'),
  ...['status', 'scale', 'log', '-1s', 'a/b'].map((below) => head(`${core}/pods/p/${below}`)),
  head(`${core}/pods/p`),
  head('/apis/storage.k8s.io/v1/volumeattachments/a/x'),
  token(0xb6),
  token(0x7b, 0xb6),
  token(0x07),
  token(0xc3, 0xa9),
  { ...{ name: 'a patch of a type that is none', method: 'PATCH', path: `${core}/endpoints/e` }, type: 'text/plain', body: '{}' },
]

export const faults: readonly Request[] = [
  ...setUp,
  ...empties,
  ...generations,
  ...states,
  ...devicesOf,
  ...declared,
  ...schemas,
  ...scopes,
  ...applies,
  ...yaml,
  ...reads,
  ...words,
  ...others,
  ...paired,
]

// Long because it is a table of requests.
import type { Request } from './play.ts'
import { patch, post } from './requests.ts'

type Json = Record<string, unknown>

/** What tokens are bound to and what becomes of them; what a node may do for the pods that it runs; evictions; who signs and approves. */
const NS = '/api/v1/namespaces/{ns}'
const get = (name: string, path: string, more: Partial<Request> = {}): Request => ({ name, method: 'GET', path, ...more })
const remove = (name: string, path: string, body?: Json): Request => ({ name, method: 'DELETE', path, ...(body && { body }) })

const spec = (more: Json = {}): Json => ({ automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], ...more })
const pod = (name: string, more: Json = {}, labels: Json = {}): Request =>
  post(`pod ${name}`, `${NS}/pods`, { metadata: { name, labels }, spec: spec(more) })
const [n, m] = ['{ns}-n', '{ns}-m']
const claim = (name: string, volumeName?: string): Request =>
  post(`claim ${name}`, `${NS}/persistentvolumeclaims`, {
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: '',
      ...(volumeName && { volumeName }),
    },
  })
const secretKey = { secretKeyRef: { name: 'of-env', key: 'k' } }

export const preparations: readonly Request[] = [
  post('a namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  ...['default', 'robot', 'other'].map((name) => post(`account ${name}`, `${NS}/serviceaccounts`, { metadata: { name } })),
  ...[n, m].map((name) => post(`node ${name}`, '/api/v1/nodes', { metadata: { name } })),
  ...['held', 'free', 'of-env', 'of-pull', 'of-volume'].map((name) => post(`secret ${name}`, `${NS}/secrets`, { metadata: { name } })),
  ...['held', 'free', 'projected'].map((name) => post(`map ${name}`, `${NS}/configmaps`, { metadata: { name } })),
  post('volume', '/api/v1/persistentvolumes', {
    metadata: { name: '{ns}-pv' },
    spec: {
      ...{ capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], claimRef: { namespace: '{ns}', name: 'held' } },
      csi: { driver: 'd', volumeHandle: 'h', nodePublishSecretRef: { namespace: '{ns}', name: 'of-volume' } },
    },
  }),
  ...[claim('held', '{ns}-pv'), claim('free'), claim('mine-scratch')],
  post('a claim of devices', '/apis/resource.k8s.io/v1/namespaces/{ns}/resourceclaims', { metadata: { name: 'held' }, spec: {} }),
  post('another', '/apis/resource.k8s.io/v1/namespaces/{ns}/resourceclaims', { metadata: { name: 'free' }, spec: {} }),
  post('a third', '/apis/resource.k8s.io/v1/namespaces/{ns}/resourceclaims', { metadata: { name: 'made' }, spec: {} }),
  pod('mine', {
    ...{ nodeName: n, serviceAccountName: 'robot', imagePullSecrets: [{ name: 'of-pull' }] },
    containers: [{ name: 'c', image: 'i', env: [{ name: 'E', valueFrom: secretKey }] }],
    volumes: [
      { name: 's', secret: { secretName: 'held' } },
      { name: 'm', configMap: { name: 'held' } },
      {
        name: 'p',
        projected: { sources: [{ configMap: { name: 'projected' } }, { serviceAccountToken: { path: 't', audience: 'vault' } }] },
      },
      { name: 'c', persistentVolumeClaim: { claimName: 'held' } },
      {
        name: 'scratch',
        ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
      },
    ],
    resourceClaims: [
      { name: 'a', resourceClaimName: 'held' },
      { name: 'b', resourceClaimTemplateName: 't' },
    ],
  }),
  patch('its claim is made', `${NS}/pods/mine/status`, { status: { resourceClaimStatuses: [{ name: 'b', resourceClaimName: 'made' }] } }),
  pod('theirs', { nodeName: m, serviceAccountName: 'other' }),
  pod('nobodys', { serviceAccountName: 'robot' }),
  post('the namespace of leases', '/api/v1/namespaces', { metadata: { name: 'kube-node-lease' } }),
]
/** Names that a server may have already. */
export const maybeThere: ReadonlySet<string> = new Set(['the namespace of leases'])

// Nodes ----------------------------------------------------------------------------------------------------------------------------------

const as = (node: string): Partial<Request> => ({
  headers: { 'impersonate-user': `system:node:${node}`, 'impersonate-group': 'system:nodes' },
})
const claims = '/apis/resource.k8s.io/v1/namespaces/{ns}/resourceclaims'
const READ: readonly string[] = [
  ...['held', 'free', 'of-env', 'of-pull', 'of-volume', 'none'].map((name) => `${NS}/secrets/${name}`),
  ...['held', 'free', 'projected'].map((name) => `${NS}/configmaps/${name}`),
  ...['held', 'free', 'mine-scratch'].map((name) => `${NS}/persistentvolumeclaims/${name}`),
  ...['held', 'free', 'made'].map((name) => `${claims}/${name}`),
  ...['robot', 'other', 'default'].map((name) => `${NS}/serviceaccounts/${name}`),
  ...['mine', 'theirs', 'nobodys'].map((name) => `${NS}/pods/${name}`),
  ...[`/api/v1/persistentvolumes/{ns}-pv`, `/api/v1/nodes/${n}`, `/api/v1/nodes/${m}`],
  ...['/api/v1/nodes?limit=1', `/api/v1/nodes?fieldSelector=metadata.name%3D${n}`, `/api/v1/nodes?fieldSelector=metadata.name%3D${m}`],
  ...['/api/v1/pods?limit=1', `/api/v1/pods?fieldSelector=spec.nodeName%3Dnone`, `${NS}/pods?limit=1`],
  ...[
    `${NS}/secrets?fieldSelector=metadata.name%3Dheld`,
    `${NS}/secrets?fieldSelector=metadata.name%3Dfree`,
    `${NS}/secrets?fieldSelector=metadata.name%21%3Dheld`,
    `${NS}/secrets`,
  ],
  ...[`${NS}/configmaps?fieldSelector=metadata.name%3Dheld`, `${NS}/persistentvolumeclaims`, claims],
  ...[
    '/api/v1/services?fieldSelector=metadata.name%3Dnone',
    '/apis/node.k8s.io/v1/runtimeclasses',
    '/apis/storage.k8s.io/v1/csidrivers',
    '/apis/storage.k8s.io/v1/csinodes',
  ],
  ...['/apis/certificates.k8s.io/v1/certificatesigningrequests', '/apis/certificates.k8s.io/v1/certificatesigningrequests/none'],
  ...[
    '/apis/resource.k8s.io/v1/resourceslices',
    `/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3D${n}`,
    '/apis/resource.k8s.io/v1/deviceclasses',
  ],
  ...[
    `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${n}`,
    '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases',
  ],
  ...['/apis/apps/v1/deployments', '/api/v1/namespaces', `${NS}/events`, '/apis/certificates.k8s.io/v1/clustertrustbundles?limit=1'],
]
const refs = { pod: (name: string, uid: string): Json => ({ kind: 'Pod', apiVersion: 'v1', name, uid }) }
const token = (account: string): string => `${NS}/serviceaccounts/${account}/token`
/** Of each, of whom it is asked and for which pod. */
const TOKENS: readonly (readonly [account: string, pod: string, uid: string, audiences?: readonly string[]])[] = [
  ...([
    ['robot', 'mine', '{uid of mine}'],
    ['robot', 'mine', 'x'],
    ['robot', 'theirs', '{uid of theirs}'],
    ['other', 'theirs', '{uid of theirs}'],
  ] as const),
  ...([
    ['other', 'mine', '{uid of mine}'],
    ['robot', 'nobodys', '{uid of nobodys}'],
    ['robot', 'none', 'x'],
  ] as const),
  ...([
    ['robot', 'mine', '{uid of mine}', ['vault']],
    ['robot', 'mine', '{uid of mine}', ['other']],
    ['robot', 'mine', '{uid of mine}', ['vault', 'other']],
  ] as const),
]
const CSR = '/apis/certificates.k8s.io/v1'
const nodes: readonly Request[] = [
  ...[n, m].flatMap((node) => READ.map((path) => get(`${node} reads ${path}`, path, as(node)))),
  ...TOKENS.map(([account, name, uid, audiences], i) =>
    post(
      `a node asks for token ${i}: of ${account} for ${name}`,
      `${token(account)}?dryRun=All`,
      { spec: { boundObjectRef: refs.pod(name, uid), ...(audiences && { audiences }) } },
      {
        headers: { ...as(n).headers, accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' },
      },
    ),
  ),
  post(
    'a node asks for a certificate of a pod',
    `${CSR}/namespaces/{ns}/podcertificaterequests?dryRun=All`,
    {
      metadata: { name: 'r' },
      spec: {
        signerName: 'a.example/b',
        podName: 'mine',
        podUID: '{uid of mine}',
        nodeName: n,
        nodeUID: '{uid of n}',
        serviceAccountName: 'robot',
        serviceAccountUID: 'x',
        pkixPublicKey: 'AAAA',
        proofOfPossession: 'AAAA',
      },
    },
    as(n),
  ),
  ...['mine', 'theirs', 'nobodys'].flatMap((name) => [
    patch(`a node writes the status of ${name}`, `${NS}/pods/${name}/status?dryRun=All`, { status: { message: 'm' } }, as(n)),
    patch(
      `a node labels ${name} by its status`,
      `${NS}/pods/${name}/status?dryRun=All`,
      { metadata: { labels: { 'topology.kubernetes.io/zone': 'z' } } },
      as(n),
    ),
    post(`a node evicts ${name}`, `${NS}/pods/${name}/eviction?dryRun=All`, { metadata: { name } }, as(n)),
    { ...remove(`a node deletes ${name}`, `${NS}/pods/${name}?dryRun=All`), ...as(n) },
    get(`a node reads the log of ${name}`, `${NS}/pods/${name}/log`, as(n)),
    post(`a node binds ${name}`, `${NS}/pods/${name}/binding?dryRun=All`, { metadata: { name }, target: { kind: 'Node', name: n } }, as(n)),
  ]),
  ...['held', 'free', 'mine-scratch'].map((name) =>
    patch(
      `a node writes the status of the claim ${name}`,
      `${NS}/persistentvolumeclaims/${name}/status?dryRun=All`,
      { status: { capacity: { storage: '2Gi' } } },
      as(n),
    ),
  ),
  ...['held', 'free'].map((name) =>
    patch(
      `a node writes the claim ${name}`,
      `${NS}/persistentvolumeclaims/${name}?dryRun=All`,
      { metadata: { labels: { a: 'b' } } },
      as(n),
    ),
  ),
  ...[n, m].flatMap((of) => [
    patch(
      `a node writes the status of ${of}`,
      `/api/v1/nodes/${of}/status?dryRun=All`,
      { status: { nodeInfo: { machineID: 'x' } } },
      as(n),
    ),
    patch(`a node cordons ${of}`, `/api/v1/nodes/${of}?dryRun=All`, { spec: { unschedulable: true } }, as(n)),
    patch(`a node annotates ${of}`, `/api/v1/nodes/${of}?dryRun=All`, { metadata: { annotations: { a: 'b' } } }, as(n)),
    { ...remove(`a node deletes ${of}`, `/api/v1/nodes/${of}?dryRun=All`), ...as(n) },
    get(`a node looks into ${of}`, `/api/v1/nodes/${of}/proxy/healthz`, as(m)),
  ]),
]

// Tokens ---------------------------------------------------------------------------------------------------------------------------------

/** What tokens are bound to, and what ends them. */
export const boundTokens: readonly { readonly name: string; readonly ref: Json; readonly ends: Request; readonly account?: string }[] = [
  { name: 'a pod', ref: refs.pod('of-token', '{uid of it}'), ends: remove('its pod goes', `${NS}/pods/of-token?gracePeriodSeconds=0`) },
  { name: 'a secret', ref: { kind: 'Secret', apiVersion: 'v1', name: 'free' }, ends: remove('its secret goes', `${NS}/secrets/free`) },
  { name: 'a node', ref: { kind: 'Node', apiVersion: 'v1', name: m }, ends: remove('its node goes', `/api/v1/nodes/${m}`) },
  { name: 'nothing', ref: {}, account: 'other', ends: remove('its account goes', `${NS}/serviceaccounts/other`) },
]
export const tokenOf = ({ ref, account = 'robot' }: (typeof boundTokens)[number]): Request =>
  post('', token(account), { spec: 'kind' in ref ? { boundObjectRef: ref } : {} })

// Evictions ------------------------------------------------------------------------------------------------------------------------------

const PDB = '/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets'
const evict = (name: string, of: string, more: Json = {}, query = ''): Request =>
  post(name, `${NS}/pods/${of}/eviction${query}`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: of }, ...more })
const app = (name: string): Json => ({ selector: { matchLabels: { app: name } } })
const running = (ready: string): Json => ({ status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] } })
const budget = (name: string, spec: Json, status: Json): Request[] => [
  post(`budget ${name}`, PDB, { metadata: { name }, spec: { ...app(name), ...spec } }),
  patch(`budget ${name} is counted`, `${PDB}/${name}/status`, {
    status: { observedGeneration: 1, expectedPods: 1, currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, ...status },
  }),
]
const evictions: readonly Request[] = [
  ...['none', 'one', 'stale', 'unready', 'unready-always', 'twice', 'done', 'pending', 'full', 'short'].flatMap((name) => [
    pod(`e-${name}`, { nodeName: n }, { app: name, ...(name === 'twice' && { other: 'x' }) }),
    ...(name === 'pending'
      ? []
      : [
          patch(
            `e-${name} runs`,
            `${NS}/pods/e-${name}/status`,
            name === 'done' ? { status: { phase: 'Succeeded' } } : running(name.startsWith('unready') ? 'False' : 'True'),
          ),
        ]),
  ]),
  ...budget('none', { minAvailable: 1 }, {}),
  ...budget('one', { minAvailable: 0 }, { disruptionsAllowed: 1 }),
  ...budget('stale', { minAvailable: 1 }, { observedGeneration: 0, disruptionsAllowed: 1 }),
  ...budget('unready', { minAvailable: 1 }, { currentHealthy: 0 }),
  ...budget('unready-always', { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' }, { currentHealthy: 0 }),
  ...budget('twice', { minAvailable: 1 }, {}),
  post('a second budget', PDB, { metadata: { name: 'other' }, spec: { selector: { matchLabels: { other: 'x' } }, maxUnavailable: 0 } }),
  ...budget('done', { minAvailable: 1 }, {}),
  ...budget('pending', { minAvailable: 1 }, {}),
  ...budget(
    'full',
    { maxUnavailable: 1 },
    { disruptionsAllowed: 1, disruptedPods: Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`p${i}`, '2026-01-01T00:00:00Z'])) },
  ),
  ...budget('short', { minAvailable: '50%' }, { disruptionsAllowed: -1 }),
  ...['none', 'one', 'stale', 'unready', 'unready-always', 'twice', 'done', 'pending', 'full', 'short'].flatMap((name) => [
    evict(`evict ${name}, as a trial`, `e-${name}`, {}, '?dryRun=All'),
    evict(`evict ${name}, as a trial in its options`, `e-${name}`, { deleteOptions: { dryRun: ['All'] } }),
    get(`the budget of ${name}, untouched`, `${PDB}/${name}`),
  ]),
  evict('evict with a trial that is none', 'e-none', { deleteOptions: { dryRun: ['Some'] } }),
  evict('evict with two trials', 'e-one', { deleteOptions: { dryRun: ['All', 'All'] } }, '?dryRun=All'),
  evict('evict with another uid', 'e-one', { deleteOptions: { preconditions: { uid: 'x' } } }),
  evict('evict with another version', 'e-one', { deleteOptions: { preconditions: { resourceVersion: '1' } } }),
  evict('evict with a negative grace', 'e-none', { deleteOptions: { gracePeriodSeconds: -1 } }),
  evict('evict with orphans', 'e-none', { deleteOptions: { orphanDependents: true, propagationPolicy: 'Orphan' } }),
  evict('evict another name', 'e-none', { metadata: { name: 'e-one' } }),
  evict('evict without a name', 'e-none', { metadata: {} }),
  evict('evict in another namespace', 'e-none', { metadata: { name: 'e-none', namespace: 'default' } }),
  evict('evict in an older version', 'e-none', { apiVersion: 'policy/v1beta1' }),
  evict('evict as another kind', 'e-none', { kind: 'Pod', apiVersion: 'v1' }),
  evict('evict what is not there', 'nothing'),
  ...['one', 'unready-always', 'done', 'pending'].flatMap((name) => [
    evict(`evict ${name}`, `e-${name}`),
    get(`the pod ${name}`, `${NS}/pods/e-${name}`),
  ]),
  evict('evict it again', 'e-one'),
]

// Certificates ---------------------------------------------------------------------------------------------------------------------------

const REQUESTS = `${CSR}/certificatesigningrequests`
/** Of CN=a. */
export const SIGNERS = ['example.com/a', 'example.com/b', 'kubernetes.io/kube-apiserver-client'] as const
const RULES: Readonly<Record<string, readonly Json[]>> = {
  nobody: [],
  'approver-of-a': [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['example.com/a'], verbs: ['approve'] }],
  'approver-of-all': [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['example.com/*'], verbs: ['approve'] }],
  'signer-of-a': [
    { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['example.com/a'], verbs: ['sign', 'attest'] },
  ],
  'signer-of-all': [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: ['sign', 'attest'] }],
}
const USERS = Object.keys(RULES)
export const users: readonly string[] = USERS.map((name) => `${name},certifies-${name},${name},`)
const writer = {
  apiGroups: ['certificates.k8s.io'],
  ...{
    resources: [
      'certificatesigningrequests',
      'certificatesigningrequests/approval',
      'certificatesigningrequests/status',
      'clustertrustbundles',
    ],
    verbs: ['*'],
  },
}
export const certifiers: readonly Request[] = USERS.flatMap((name) => [
  post(`what ${name} may`, '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: `certifies-${name}` },
    rules: [writer, ...RULES[name]!],
  }),
  post(`${name} may it`, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: `certifies-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `certifies-${name}` },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `certifies-${name}` }],
  }),
])
/** The text of a request is set by the suite. */
export const signing: readonly Request[] = SIGNERS.map((signerName, i) =>
  post(`a request to ${signerName}`, REQUESTS, {
    metadata: { name: `{ns}-${i}` },
    spec: { signerName, usages: ['client auth'], request: '{request}' },
  }),
)
const condition = (type: string, more: Json = {}): Json => ({ type, status: 'True', reason: 'R', message: 'm', ...more })
const conditions = (...list: Json[]): Json => ({ status: { conditions: list } })
const certifying: readonly Request[] = [
  post('a request of masters', `${REQUESTS}?dryRun=All`, {
    metadata: { name: '{ns}-x' },
    spec: { signerName: SIGNERS[2], usages: ['client auth'], request: '{request of masters}' },
  }),
  post('a request of masters to another', `${REQUESTS}?dryRun=All`, {
    metadata: { name: '{ns}-x' },
    spec: { signerName: SIGNERS[0], usages: ['client auth'], request: '{request of masters}' },
  }),
  post(
    'a request that says whose it is',
    `${REQUESTS}?dryRun=All`,
    {
      metadata: { name: '{ns}-x' },
      spec: { signerName: SIGNERS[0], usages: ['client auth'], request: '{request}', username: 'joe', groups: ['g'], uid: 'u' },
    },
    { token: 'nobody' },
  ),
  ...USERS.flatMap((user) =>
    SIGNERS.flatMap((signer, i) => [
      patch(`${user} approves for ${signer}`, `${REQUESTS}/{ns}-${i}/approval?dryRun=All`, conditions(condition('Approved')), {
        token: user,
      }),
      patch(`${user} signs for ${signer}`, `${REQUESTS}/{ns}-${i}/status?dryRun=All`, { status: { certificate: 'AAAA' } }, { token: user }),
      patch(`${user} fails for ${signer}`, `${REQUESTS}/{ns}-${i}/status?dryRun=All`, conditions(condition('Failed')), { token: user }),
      patch(`${user} says something of ${signer}`, `${REQUESTS}/{ns}-${i}/status?dryRun=All`, conditions(condition('Mine')), {
        token: user,
      }),
      patch(
        `${user} labels the one to ${signer} by its status`,
        `${REQUESTS}/{ns}-${i}/status?dryRun=All`,
        { metadata: { labels: { a: 'b' } } },
        { token: user },
      ),
    ]),
  ),
  ...USERS.flatMap((user) =>
    ['', ...SIGNERS].map((signerName) =>
      post(
        `${user} puts up a bundle of ${signerName}`,
        `${CSR}/clustertrustbundles?dryRun=All`,
        {
          ...{
            metadata: { name: signerName === '' ? 'x' : `${signerName.replace('/', ':')}:x` },
            spec: { ...(signerName !== '' && { signerName }), trustBundle: 'x' },
          },
        },
        { token: user },
      ),
    ),
  ),
  patch('two conditions of a kind', `${REQUESTS}/{ns}-0/approval?dryRun=All`, conditions(condition('Approved'), condition('Approved'))),
  patch('approved and denied', `${REQUESTS}/{ns}-0/approval?dryRun=All`, conditions(condition('Approved'), condition('Denied'))),
  patch('approved falsely', `${REQUESTS}/{ns}-0/approval?dryRun=All`, conditions(condition('Approved', { status: 'False' }))),
  patch('denied by its status', `${REQUESTS}/{ns}-0/status?dryRun=All`, conditions(condition('Denied'))),
  patch('a certificate by approval', `${REQUESTS}/{ns}-0/approval?dryRun=All`, { status: { certificate: 'AAAA' } }),
  patch('another text', `${REQUESTS}/{ns}-0?dryRun=All`, { spec: { usages: ['server auth'] } }),
  patch('approved', `${REQUESTS}/{ns}-0/approval`, conditions(condition('Approved'))),
  patch('not any more', `${REQUESTS}/{ns}-0/approval?dryRun=All`, { status: { conditions: [] } }),
  patch('denied after all', `${REQUESTS}/{ns}-0/approval?dryRun=All`, conditions(condition('Approved'), condition('Denied'))),
  patch('no certificate', `${REQUESTS}/{ns}-0/status?dryRun=All`, { status: { certificate: 'AAAA' } }),
]

export const requests = { nodes, evictions, certifying } as const

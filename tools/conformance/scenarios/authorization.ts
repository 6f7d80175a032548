import type { Scenario, Session } from '../session.ts'

type Json = Record<string, unknown>

const API = 'rbac.authorization.k8s.io'
const RBAC = `/apis/${API}/v1`
const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
const MERGE = { 'content-type': 'application/merge-patch+json' }
/** Reviews under way at once. */
const AT_ONCE = 16

const rule = (verbs: string, apiGroups: string, resources: string, resourceNames?: string): Json => ({
  verbs: verbs.split(','),
  apiGroups: apiGroups.split(','),
  resources: resources.split(','),
  ...(resourceNames === undefined ? {} : { resourceNames: resourceNames.split(',') }),
})
const user = (name: string): Json => ({ kind: 'User', apiGroup: API, name })
const group = (name: string): Json => ({ kind: 'Group', apiGroup: API, name })
const account = (name: string, namespace?: string): Json => ({
  kind: 'ServiceAccount',
  name,
  ...(namespace === undefined ? {} : { namespace }),
})
const roleRef = (kind: string, name: string): Json => ({ apiGroup: API, kind, name })

interface Subject {
  readonly user: string
  readonly groups?: readonly string[]
}

const authenticated = 'system:authenticated'

/** Of default roles only; the others are of this run. */
const SYSTEM: readonly Subject[] = [
  { user: 'root', groups: ['system:masters'] },
  { user: 'nobody', groups: [authenticated] },
  { user: 'system:anonymous', groups: ['system:unauthenticated'] },
  { user: 'system:kube-controller-manager', groups: [authenticated] },
  { user: 'system:kube-scheduler', groups: [authenticated] },
  { user: 'system:kube-proxy', groups: [authenticated] },
  { user: 'system:node:a', groups: ['system:nodes', authenticated] },
  { user: 'system:node:b', groups: ['system:nodes'] },
  { user: 'system:node:a', groups: [authenticated] },
  { user: 'system:node:', groups: ['system:nodes'] },
  { user: 'monitor', groups: ['system:monitoring'] },
  ...['deployment-controller', 'generic-garbage-collector', 'namespace-controller', 'persistent-volume-binder', 'token-cleaner'].map(
    (name) => ({
      user: `system:serviceaccount:kube-system:${name}`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', authenticated],
    }),
  ),
]

const VERBS = ['get', 'list', 'create', 'update', 'delete', 'escalate']

/** Group, resource with its subresource, and the names that are asked about. */
const RESOURCES: readonly (readonly [group: string, resource: string, ...names: string[]])[] = [
  ['', 'pods', '', 'p', 'other'],
  ['', 'pods/log', 'p'],
  ['', 'pods/status', 'p'],
  ['', 'pods/eviction', 'p'],
  ['', 'secrets', '', 's', 'pull', 'volume', 'other'],
  ['', 'configmaps', '', 'c', 'env', 'extension-apiserver-authentication'],
  ['', 'persistentvolumeclaims', 'claim', 'other'],
  ['', 'persistentvolumeclaims/status', 'claim'],
  ['', 'persistentvolumes', 'pv', ''],
  ['', 'serviceaccounts', 'own', 'default', ''],
  ['', 'serviceaccounts/token', 'own', 'default'],
  ['', 'nodes', 'a', ''],
  ['', 'nodes/status', 'a'],
  ['', 'nodes/proxy', 'a'],
  ['', 'services', ''],
  ['', 'namespaces', 'x'],
  ['', 'events', ''],
  ['apps', 'deployments', '', 'd'],
  ['apps', 'deployments/scale', 'd'],
  ['batch', 'jobs', ''],
  ['coordination.k8s.io', 'leases', 'a', ''],
  ['storage.k8s.io', 'csinodes', 'a', 'b'],
  ['storage.k8s.io', 'csinodes/status', 'a'],
  ['storage.k8s.io', 'volumeattachments', 'va', ''],
  ['certificates.k8s.io', 'certificatesigningrequests', ''],
  ['certificates.k8s.io', 'podcertificaterequests', 'r', ''],
  ['resource.k8s.io', 'resourceslices', 'slice', ''],
  ['resource.k8s.io', 'resourceclaims', 'rc'],
  [API, 'roles', 'r', ''],
  [API, 'clusterroles', 'view'],
  ['authorization.k8s.io', 'selfsubjectaccessreviews', ''],
  ['authorization.k8s.io', 'subjectaccessreviews', ''],
  ['example.com', 'widgets', ''],
]
const PATHS = ['/', '/api', '/api/v1', '/apis', '/healthz', '/livez/ping', '/metrics', '/metrics/x', '/version/', '/openapi/v3', '/logs/']

export const authorization: Scenario[] = [
  { name: 'authorization/matrix', run: matrix },
  { name: 'authorization/grants', run: grants },
  { name: 'authorization/impersonation', run: impersonation },
]

/** Decisions about everybody, everything and everywhere, before and after roles have changed. */
async function matrix(s: Session): Promise<void> {
  const ns = await s.namespace('authz')
  const own = subjectsOf(s, ns)
  await makeRoles(s, ns)
  await makeNodesObjects(s, ns)
  await settle(s, { user: s.name('ann') }, ns)
  await decisions(s, 'before', SYSTEM, ['', ns])
  await decisions(s, 'before', own, ['', ns, 'kube-system'])
  const nodes = SYSTEM.filter((x) => x.user.startsWith('system:node:'))
  await decisions(s, 'nodes before', nodes, ['kube-node-lease'])
  await s.quiet({
    method: 'PATCH',
    path: `${RBAC}/clusterroles/${s.name('reader')}`,
    body: { rules: [rule('get,watch', '', 'secrets,*/status')] },
    headers: MERGE,
  })
  await s.quiet({ method: 'DELETE', path: `${RBAC}/namespaces/${ns}/roles/own` })
  await s.quiet({
    method: 'PATCH',
    path: `${RBAC}/clusterrolebindings/${s.name('all')}`,
    body: { subjects: [user(s.name('bea'))] },
    headers: MERGE,
  })
  await s.quiet({ method: 'DELETE', path: `/api/v1/namespaces/${ns}/pods/p?gracePeriodSeconds=0` })
  await s.quiet({
    method: 'POST',
    path: `${RBAC}/namespaces/${ns}/rolebindings`,
    body: { metadata: { name: 'last' }, roleRef: roleRef('ClusterRole', s.name('reader')), subjects: [user('last')] },
  })
  await settle(s, { user: 'last' }, ns, 'secrets')
  await decisions(s, 'after', own, ['', ns, 'kube-system'])
  await decisions(s, 'nodes after', nodes, [ns])
  for (const path of [
    `clusterroles/${s.name('reader')}`,
    `clusterroles/${s.name('all')}`,
    `clusterrolebindings/${s.name('all')}`,
    `clusterrolebindings/${s.name('gone')}`,
  ])
    await s.quiet({ method: 'DELETE', path: `${RBAC}/${path}` })
  for (const path of ['/api/v1/persistentvolumes/pv', '/apis/storage.k8s.io/v1/volumeattachments/va'])
    await s.quiet({ method: 'DELETE', path })
}

const subjectsOf = (s: Session, ns: string): Subject[] => [
  { user: s.name('ann'), groups: [authenticated] },
  { user: s.name('bea'), groups: [s.name('dev'), authenticated] },
  { user: 'x', groups: [s.name('dev'), s.name('ops')] },
  { user: `system:serviceaccount:${ns}:own`, groups: ['system:serviceaccounts', `system:serviceaccounts:${ns}`] },
  { user: `system:serviceaccount:other:own` },
  { user: s.name('lost') },
]

async function makeRoles(s: Session, ns: string): Promise<void> {
  const roles: [string, Json][] = [
    [
      `clusterroles`,
      {
        metadata: { name: s.name('reader') },
        rules: [rule('get,list', '', 'pods,pods/log,*/scale'), rule('*', 'apps', 'deployments', 'd')],
      },
    ],
    [
      `clusterroles`,
      {
        metadata: { name: s.name('all') },
        rules: [rule('*', '*', 'services,*/scale'), { verbs: ['get'], nonResourceURLs: ['/metrics*', '/logs/**'] }],
      },
    ],
    [`namespaces/${ns}/roles`, { metadata: { name: 'own' }, rules: [rule('get,delete', '', 'secrets', 's,x'), rule('create', '*', '*')] }],
    [
      `clusterrolebindings`,
      {
        metadata: { name: s.name('all') },
        roleRef: roleRef('ClusterRole', s.name('all')),
        subjects: [group(s.name('dev')), account('own', ns)],
      },
    ],
    [
      `clusterrolebindings`,
      { metadata: { name: s.name('gone') }, roleRef: roleRef('ClusterRole', 'no-such-role'), subjects: [user(s.name('lost'))] },
    ],
    [
      `namespaces/${ns}/rolebindings`,
      { metadata: { name: 'lost' }, roleRef: roleRef('Role', 'no-such-role'), subjects: [user(s.name('lost'))] },
    ],
    [
      `namespaces/${ns}/rolebindings`,
      { metadata: { name: 'own' }, roleRef: roleRef('Role', 'own'), subjects: [account('own'), group(s.name('ops'))] },
    ],
    [
      `namespaces/kube-system/rolebindings`,
      { metadata: { name: s.name('reader') }, roleRef: roleRef('ClusterRole', s.name('reader')), subjects: [user(s.name('ann'))] },
    ],
    [
      `namespaces/${ns}/rolebindings`,
      { metadata: { name: 'reader' }, roleRef: roleRef('ClusterRole', s.name('reader')), subjects: [user(s.name('ann'))] },
    ],
  ]
  for (const [path, body] of roles) await s.quiet({ method: 'POST', path: `${RBAC}/${path}`, body })
}

/** A pod on node a with everything that its kubelet needs. */
async function makeNodesObjects(s: Session, ns: string): Promise<void> {
  const volumes = [
    { name: '1', secret: { secretName: 's' } },
    { name: '2', configMap: { name: 'c' } },
    { name: '3', persistentVolumeClaim: { claimName: 'claim' } },
  ]
  const env = [{ name: 'E', valueFrom: { configMapKeyRef: { name: 'env', key: 'k' } } }]
  const spec = {
    nodeName: 'a',
    serviceAccountName: 'own',
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: 'pull' }],
    containers: [{ name: 'c', image: 'i', env }],
    volumes,
  }
  const csi = { driver: 'd', volumeHandle: 'h', nodePublishSecretRef: { name: 'volume', namespace: ns } }
  const pv = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], csi, claimRef: { namespace: ns, name: 'claim' } }
  const attachment = { attacher: 'd', nodeName: 'a', source: { persistentVolumeName: 'pv' } }
  const objects: [string, Json][] = [
    [`/api/v1/namespaces/${ns}/serviceaccounts`, { metadata: { name: 'own' } }],
    [`/api/v1/namespaces/${ns}/pods`, { metadata: { name: 'p' }, spec }],
    ['/api/v1/persistentvolumes', { metadata: { name: 'pv' }, spec: pv }],
    ['/apis/storage.k8s.io/v1/volumeattachments', { metadata: { name: 'va' }, spec: attachment }],
  ]
  for (const [path, body] of objects) await s.quiet({ method: 'POST', path, body })
}

/** Informers of the reference are behind its answers: waits until it knows of the last binding. */
async function settle(s: Session, subject: Subject, namespace: string, resource = 'pods'): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const spec = { ...subject, resourceAttributes: { verb: 'get', resource, namespace } }
    const { json } = await s.quiet({ method: 'POST', path: REVIEWS, body: { spec } })
    if ((json.status as { allowed?: boolean } | undefined)?.allowed === true) return
    await new Promise<void>((r) => void setTimeout(r, 50))
  }
  throw new Error(`${s.target.name} never saw the roles of ${subject.user}`)
}

async function decisions(s: Session, when: string, subjects: readonly Subject[], namespaces: readonly string[]): Promise<void> {
  for (const subject of subjects) {
    const specs: Json[] = PATHS.flatMap((path) => ['get', 'post'].map((verb) => ({ nonResourceAttributes: { path, verb } })))
    for (const [apiGroup, full, ...names] of RESOURCES)
      for (const name of names)
        for (const verb of VERBS)
          for (const namespace of namespaces) {
            const [resource, subresource] = full.split('/')
            specs.push({
              resourceAttributes: {
                verb,
                group: apiGroup,
                resource,
                ...(subresource === undefined ? {} : { subresource }),
                name,
                namespace,
              },
            })
          }
    const answers: Record<string, string> = {}
    let next = 0
    const lane = async (): Promise<void> => {
      for (let spec = specs[next++]; spec !== undefined; spec = specs[next++])
        answers[labelOf(spec)] = await decide(s, { ...subject, ...spec })
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    const sorted = Object.fromEntries(Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1)))
    s.note(`${when}: ${subject.user} [${(subject.groups ?? []).join()}], ${specs.length} decisions`, sorted)
  }
}

function labelOf({ resourceAttributes: r, nonResourceAttributes: n }: Json): string {
  return Object.values((r ?? n) as Record<string, string>).join(' ')
}

/** Which of several bindings allows, and in which order those without a role are told of, is chance in the reference. */
async function decide(s: Session, spec: Json): Promise<string> {
  const { json, status } = await s.quiet({ method: 'POST', path: REVIEWS, body: { spec } })
  const answer = json.status as { allowed?: boolean; denied?: boolean; reason?: string } | undefined
  if (answer === undefined) return `${status} ${String(json.message)}`
  const { allowed = false, denied = false, reason = '' } = answer
  if (allowed) return `yes${reason.startsWith('RBAC: allowed by ') ? ' by RBAC' : reason}`
  const sorted = reason.replace(/\[(.*)\]/, (_, list: string) => `[${list.split(', ').sort().join(', ')}]`)
  return `${denied ? 'denied' : 'no'} ${sorted}`
}

const as = (name: string, ...groups: string[]): Record<string, string> => ({
  'impersonate-user': name,
  ...(groups.length === 0 ? {} : { 'impersonate-group': groups.join() }),
})

/** Nobody grants what he does not have. */
async function grants(s: Session): Promise<void> {
  const ns = await s.namespace('grants')
  const [w, lost] = [s.name('w'), s.name('lost')]
  const all = 'roles,rolebindings,clusterroles,clusterrolebindings'
  const writer = { metadata: { name: s.name('writer') }, rules: [rule('create,update,patch,get', API, all), rule('get', '', 'pods')] }
  const bind = (name: string, kind: string, to: string, ...subjects: Json[]): Json => ({
    metadata: { name },
    roleRef: roleRef(kind, to),
    subjects,
  })
  await s.quiet({ method: 'POST', path: `${RBAC}/clusterroles`, body: writer })
  await s.quiet({
    method: 'POST',
    path: `${RBAC}/clusterrolebindings`,
    body: bind(s.name('gone'), 'ClusterRole', 'no-such-role', user(lost)),
  })
  await s.quiet({
    method: 'POST',
    path: `${RBAC}/clusterrolebindings`,
    body: bind(s.name('w'), 'ClusterRole', s.name('writer'), user(w), user(lost)),
  })
  await settle(s, { user: lost }, ns)
  const roles = `${RBAC}/namespaces/${ns}/roles`
  const bindings = `${RBAC}/namespaces/${ns}/rolebindings`
  const role = (name: string, ...rules: Json[]): Json => ({ metadata: { name }, rules })
  const [wider, own] = [rule('get,list', '', 'pods,secrets'), rule('get', '', 'pods', 'a')]
  await s.post('a role of own rights', roles, role('ok', own), as(w))
  await s.post('a role of others’ rights', roles, role('bad', wider, rule('*', '*', '*')), as(w, 'g'))
  await s.post('without a name', roles, { metadata: { generateName: 'bad-' }, rules: [wider] }, as(w))
  await s.post(
    'names and paths',
    `${RBAC}/clusterroles`,
    role('bad', { verbs: ['get'], nonResourceURLs: ['/x', '/y'] }, rule('get', ',apps', 'x', 'a,b')),
    as(w),
  )
  await s.post(
    'aggregation',
    `${RBAC}/clusterroles`,
    { ...role('sum'), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } },
    as(w),
  )
  await s.post('with a binding to nothing', `${RBAC}/clusterroles`, role('bad', rule('list', '', 'x')), as(lost))
  await s.post('wrong and wide', roles, role('b%d', { ...own, verbs: [] }, wider), as(w))
  await s.post('dry run', `${roles}?dryRun=All`, role('bad', wider), as(w))
  await s.put('update', `${roles}/ok`, role('ok', wider), as(w))
  await s.put('create by update', `${roles}/new`, role('new', wider), as(w))
  await s.post('bind own', bindings, bind('ok', 'Role', 'ok', user('x')), as(w))
  for (const [kind, name] of [
    ['Role', 'gone'],
    ['ClusterRole', 'gone'],
    ['ClusterRole', 'cluster-admin'],
    ['ClusterRole', 'system:discovery'],
    ['Foo', 'x'],
    ['', ''],
  ] as const)
    await s.post(`bind ${kind} ${name}`, bindings, bind('b', kind, name, user('x')), as(w))
  await s.post('bind a role in the cluster', `${RBAC}/clusterrolebindings`, bind(s.name('b'), 'Role', 'x', user('x')), as(w))
  const patch = (path: string, body: Json): Parameters<Session['do']>[1] => ({
    method: 'PATCH',
    path,
    body: JSON.stringify(body),
    headers: { ...MERGE, ...as(w) },
  })
  await s.do('a label of a wider role', patch(`${RBAC}/clusterroles/cluster-admin?dryRun=All`, { metadata: { labels: { a: 'b' } } }))
  await s.do('a subject of a wider binding', patch(`${RBAC}/clusterrolebindings/cluster-admin?dryRun=All`, { subjects: [user(w)] }))
  await s.do('a label of a sum', patch(`${RBAC}/clusterroles/edit?dryRun=All`, { metadata: { labels: { a: 'b' } } }))
  for (const path of [`clusterroles/${s.name('writer')}`, `clusterrolebindings/${s.name('w')}`, `clusterrolebindings/${s.name('gone')}`])
    await s.quiet({ method: 'DELETE', path: `${RBAC}/${path}` })
}

const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

async function impersonation(s: Session): Promise<void> {
  const who = (label: string, headers: Record<string, string>): Promise<unknown> => s.post(label, WHO, {}, headers)
  await who('a node', as('system:node:n1'))
  await who('an account', as('system:serviceaccount:a:b'))
  await who('a user', as(s.name('ann')))
  await who('groups, uid and extra', { ...as(s.name('ann'), 'g'), 'impersonate-uid': '5', 'impersonate-extra-acme.com%2fscopes': 'x' })
  await who('masters', as('x', 'system:masters'))
  await who('anonymous', as('system:anonymous'))
  await who('unauthenticated', as('x', 'system:unauthenticated'))
  await who('an account that is none', as('system:serviceaccount:a'))
  await who('a group alone', { 'impersonate-group': 'g', 'impersonate-extra-a': 'b' })
  await who('a uid alone', { 'impersonate-uid': '5' })
  await who('nobody', { 'impersonate-user': '' })
  await s.get('without rights', '/api/v1/pods', as(s.name('ann')))
  await s.get('without rights on a path', '/metrics', as(s.name('ann')))
}

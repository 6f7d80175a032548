import type { Scenario, Session } from '../session.ts'

type Json = Record<string, unknown>

/** What a ResourceQuota lets through, with its status as its controller would have it: there is none on either side. */
export const quotas: Scenario[] = [
  { name: 'quotas/objects', run: objects },
  { name: 'quotas/pods', run: pods },
  { name: 'quotas/scopes', run: scopes },
  { name: 'quotas/validation', run: validation },
]

const container = (name: string, requests?: Json, limits?: Json): Json => ({
  name,
  image: 'i',
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
})
const pod = (name: string, containers: Json[], more: Json = {}): Json => ({
  metadata: { name },
  spec: { automountServiceAccountToken: false, containers, ...more },
})
const merge = (path: string, body: Json) => ({ method: 'PATCH', path, body, headers: { 'content-type': 'application/merge-patch+json' } })

/** A namespace with a quota that has been counted. Informers of the reference are behind its answers: waits until the probe is refused. */
async function limited(s: Session, base: string, spec: Json, probe: [string, Json], used: Json = {}): Promise<string> {
  const ns = `/api/v1/namespaces/${await s.namespace(base)}`
  await s.post(`${base}: create`, `${ns}/resourcequotas`, { metadata: { name: 'q' }, spec })
  const hard = spec.hard as Json
  const zero = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
  await s.do(`${base}: counted`, merge(`${ns}/resourcequotas/q/status`, { status: { hard, used: { ...zero, ...used } } }))
  for (let i = 0; i < 200; i++) {
    const { status } = await s.quiet({ method: 'POST', path: `${ns}/${probe[0]}?dryRun=All`, body: probe[1] })
    if (status === 403) return ns
    await new Promise<void>((r) => void setTimeout(r, 50))
  }
  throw new Error(`${s.target.name} never saw the quota of ${base}`)
}

const shown = (s: Session, label: string, ns: string): Promise<unknown> => s.get(`${label}: the quota`, `${ns}/resourcequotas/q`)

async function objects(s: Session): Promise<void> {
  const hard = {
    ...{ configmaps: '1', 'count/secrets': '1', secrets: '0', 'count/deployments.apps': '1', services: '3', 'services.nodeports': '2' },
    ...{
      'services.loadbalancers': '1',
      persistentvolumeclaims: '2',
      'requests.storage': '5Gi',
      'count/endpointslices.discovery.k8s.io': '0',
    },
    ...{ 'fast.storageclass.storage.k8s.io/requests.storage': '2Gi', 'slow.storageclass.storage.k8s.io/persistentvolumeclaims': '0' },
  }
  const ns = await limited(s, 'objects', { hard }, ['secrets', { metadata: { name: 'x' } }])
  for (const name of ['a', 'b']) await s.post(`configmap ${name}`, `${ns}/configmaps`, { metadata: { name } })
  await s.post('a secret, dry run', `${ns}/secrets?dryRun=All`, { metadata: { name: 'a' } })
  const service = (name: string, type: string, ports: number, more: Json = {}): Json => ({
    metadata: { name },
    spec: { type, ports: Array.from({ length: ports }, (_, i) => ({ name: `p${i}`, port: 80 + i })), ...more },
  })
  await s.post('too many node ports', `${ns}/services`, service('a', 'NodePort', 3))
  await s.quiet({ method: 'POST', path: `${ns}/services`, body: service('b', 'LoadBalancer', 1) })
  await s.post('a second load balancer', `${ns}/services`, service('c', 'LoadBalancer', 1, { allocateLoadBalancerNodePorts: false }))
  await s.quiet({ method: 'POST', path: `${ns}/services`, body: service('d', 'ClusterIP', 3) })
  await s.patch('a service that wants node ports', `${ns}/services/d`, 'merge', { spec: { type: 'NodePort' } })
  await shown(s, 'services', ns)
  const claim = (name: string, storage: string, more: Json = {}): Json => ({
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage } }, ...more },
  })
  const claims = `${ns}/persistentvolumeclaims`
  await s.post('a claim', claims, claim('a', '1500M', { storageClassName: 'fast' }))
  await s.post('a claim above its class', claims, claim('b', '1Gi', { storageClassName: 'fast' }))
  await s.post('a claim of a class that has none', claims, claim('b', '1', { storageClassName: 'slow' }))
  await s.post('a claim above all', claims, claim('b', '4Gi'))
  await s.post('a part of a byte', claims, claim('c', '1500m'))
  await s.post('one claim more', claims, claim('d', '1'))
  await s.patch('allocated', `${claims}/a/status`, 'merge', { status: { phase: 'Bound', allocatedResources: { storage: '9Gi' } } })
  await shown(s, 'claims', ns)
  await s.delete('a claim goes', `${claims}/c`)
  const apps = `/apis/apps/v1${ns.slice('/api/v1'.length)}/deployments`
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container('a')] } }
  for (const name of ['a', 'b']) {
    await s.post(`deployment ${name}`, apps, { metadata: { name }, spec: { selector: { matchLabels: { a: 'b' } }, template } })
  }
  await s.patch('a scale is no object', `${apps}/a/scale`, 'merge', { spec: { replicas: 5 } })
  await s.do('apply', {
    method: 'PATCH',
    path: `${ns}/configmaps/new?fieldManager=m`,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } },
    headers: { 'content-type': 'application/apply-patch+yaml' },
  })
  await shown(s, 'end', ns)
}

async function pods(s: Session): Promise<void> {
  const hard = {
    pods: '4',
    cpu: '2',
    'requests.memory': '1Gi',
    'limits.cpu': '4',
    'requests.example.com/card': '1',
    'hugepages-2Mi': '4Mi',
    'count/pods': '9',
  }
  const ns = await limited(s, 'pods', { hard }, ['pods', pod('x', [container('a')])])
  const path = `${ns}/pods`
  const all = (cpu: string, memory: string): Json => container('a', { cpu, memory }, { cpu })
  await s.post('nothing said', path, pod('a', [container('b'), container('a')], { initContainers: [container('i')] }))
  await s.post('one thing said', path, pod('a', [container('a', { cpu: '1' })]))
  await s.post('too much of two', path, pod('a', [all('3', '2Gi')]))
  await s.post('fits', path, pod('a', [all('500m', '256Mi')]))
  await s.post('with init containers', path, pod('b', [all('100m', '1Mi')], { initContainers: [all('1', '512Mi')] }))
  await s.post(
    'with a sidecar',
    path,
    pod('c', [all('400m', '1Mi')], { initContainers: [{ ...all('400m', '1Mi'), name: 's', restartPolicy: 'Always' }] }),
  )
  await s.post(
    'of the whole pod',
    path,
    pod('c', [container('a')], { resources: { requests: { cpu: '100m', memory: '1Mi' }, limits: { cpu: '200m' } } }),
  )
  await s.post(
    'a card',
    path,
    pod('d', [container('a', { cpu: '1m', memory: '1', 'example.com/card': '2' }, { cpu: '1', 'example.com/card': '2' })]),
  )
  await s.post(
    'pages',
    path,
    pod('d', [container('a', { cpu: '1m', memory: '1', 'hugepages-2Mi': '8Mi' }, { cpu: '1', memory: '1', 'hugepages-2Mi': '8Mi' })]),
  )
  await shown(s, 'pods', ns)
  await s.patch('resized too far', `${path}/a/resize`, 'strategic', {
    spec: { containers: [{ name: 'a', resources: { requests: { cpu: '9' }, limits: { cpu: '9' } } }] },
  })
  await s.patch('resized', `${path}/a/resize`, 'strategic', {
    spec: { containers: [{ name: 'a', resources: { requests: { cpu: '600m' }, limits: { cpu: '600m' } } }] },
  })
  await shown(s, 'resized', ns)
  await s.patch('an update is not counted', `${path}/a`, 'merge', { metadata: { labels: { a: 'b' } } })
  await s.do('status unknown', merge(`${ns}/resourcequotas/q/status`, { status: { used: null } }))
  for (let i = 0; i < 200; i++) {
    const { json } = await s.quiet({ method: 'POST', path: `${path}?dryRun=All`, body: pod('y', [all('1m', '1')]) })
    if (JSON.stringify(json).includes('unknown')) break
    await new Promise<void>((r) => void setTimeout(r, 50))
  }
  await s.post('nobody knows what is left', path, pod('y', [all('1m', '1')]))
}

async function scopes(s: Session): Promise<void> {
  const request = { cpu: '100m' }
  const elsewhere = { topologyKey: 'k', namespaceSelector: {} }
  const bodies: [string, Json][] = [
    ['plain', pod('p', [container('a')])],
    ['short', pod('p', [container('a')], { activeDeadlineSeconds: 5 })],
    ['asking', pod('p', [container('a', request)])],
    ['critical', pod('p', [container('a')], { priorityClassName: 'system-node-critical' })],
    ['across', pod('p', [container('a')], { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [elsewhere] } } })],
    [
      'near',
      pod('p', [container('a')], { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k' }] } } }),
    ],
  ]
  const priority = (operator: string, ...values: string[]): Json => ({
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, ...(values.length > 0 ? { values } : {}) }] },
  })
  const cases: [string, Json, string][] = [
    ...['Terminating short', 'NotTerminating plain', 'BestEffort plain', 'NotBestEffort asking', 'CrossNamespacePodAffinity across'].map(
      (text): [string, Json, string] => {
        const [scope = '', probe = ''] = text.split(' ')
        return [scope.toLowerCase(), { scopes: [scope] }, probe]
      },
    ),
    ['in', priority('In', 'system-node-critical', 'x'), 'critical'],
    ['notin', priority('NotIn', 'system-node-critical'), 'plain'],
    ['exists', priority('Exists'), 'critical'],
    ['doesnotexist', priority('DoesNotExist'), 'plain'],
    ['both', { ...priority('Exists'), scopes: ['BestEffort'] }, 'critical'],
  ]
  for (const [name, scope, probe] of cases) {
    const ns = await limited(s, name, { hard: { pods: '0' }, ...scope }, ['pods', bodies.find(([of]) => of === probe)![1]])
    for (const [label, body] of bodies) await s.post(`${name}: ${label}`, `${ns}/pods?dryRun=All`, body)
  }
  const classes = { scopeSelector: { matchExpressions: [{ scopeName: 'VolumeAttributesClass', operator: 'In', values: ['gold'] }] } }
  const claim = (more: Json): Json => ({
    metadata: { name: 'c' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 's', resources: { requests: { storage: '1' } }, ...more },
  })
  const gold = claim({ volumeAttributesClassName: 'gold' })
  const ns = await limited(s, 'attributes', { hard: { persistentvolumeclaims: '0' }, ...classes }, ['persistentvolumeclaims', gold])
  await s.post('attributes: gold', `${ns}/persistentvolumeclaims`, gold)
  await s.post('attributes: silver', `${ns}/persistentvolumeclaims`, claim({ volumeAttributesClassName: 'silver' }))
  await s.patch('attributes: silver to gold', `${ns}/persistentvolumeclaims/c`, 'merge', { spec: { volumeAttributesClassName: 'gold' } })
}

async function validation(s: Session): Promise<void> {
  const path = `/api/v1/namespaces/${await s.namespace('invalid')}/resourcequotas`
  const expression = (scopeName: string, operator: string, values?: string[]): Json => ({
    scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values ? { values } : {}) }] },
  })
  const specs: Json[] = [
    { hard: { pods: '-1' } },
    { hard: { nonsense: '1' } },
    { hard: { pods: '1.5' } },
    { hard: { 'count/a.b': '1' } },
    { hard: { storage: '1' } },
    { hard: { secrets: '1' }, scopes: ['BestEffort'] },
    { hard: { cpu: '1' }, scopes: ['BestEffort'] },
    { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] },
    { hard: { pods: '1' }, scopes: ['Nothing'] },
    { hard: { pods: '1' }, ...expression('Nothing', 'Exists') },
    { hard: { pods: '1' }, ...expression('Terminating', 'In', ['x']) },
    { hard: { pods: '1' }, ...expression('PriorityClass', 'In') },
    { hard: { pods: '1' }, ...expression('PriorityClass', 'Exists', ['x']) },
    { hard: { pods: '1' }, ...expression('PriorityClass', 'Is', ['x']) },
    { hard: { secrets: '1' }, ...expression('PriorityClass', 'Exists') },
    {
      hard: {
        'requests.cpu': '3',
        'limits.cpu': '1',
        memory: '2Gi',
        'limits.memory': '1Gi',
        'requests.ephemeral-storage': '2',
        'limits.ephemeral-storage': '1',
      },
    },
  ]
  for (const [i, spec] of specs.entries()) await s.post(`quota ${i}`, `${path}?dryRun=All`, { metadata: { name: 'q' }, spec })
  const pair = { matchExpressions: ['BestEffort', 'NotBestEffort'].map((scopeName) => ({ scopeName, operator: 'Exists' })) }
  await s.post('two that exclude each other', path, { metadata: { name: 'q' }, spec: { hard: { pods: '1' }, scopeSelector: pair } })
  await s.post('right', path, { metadata: { name: 'q' }, spec: { hard: { pods: '1' }, scopes: ['BestEffort'] } })
  await s.patch('scopes stay', `${path}/q`, 'merge', { spec: { scopes: ['NotBestEffort'] } })
  for (const status of [
    { hard: { pods: '-1' } },
    { used: { nonsense: '1' } },
    { hard: { pods: '1' }, used: { pods: '1.5' } },
    { used: { pods: '1' } },
  ]) {
    await s.patch(`a status ${JSON.stringify(status)}`, `${path}/q/status`, 'merge', { status })
  }
}

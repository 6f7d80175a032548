import type { Scenario, Session } from '../session.ts'

type Json = Record<string, unknown>

/** What admission plugins without a client's policy make of pods, claims and ingresses: limit ranges, default classes, runtime classes. */
export const limits: Scenario[] = [
  { name: 'limits/defaults', run: defaults },
  { name: 'limits/bounds', run: bounds },
  { name: 'limits/classes', run: classes },
]

const resources = (requests?: Json, limits?: Json): Json => ({ ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) })
const container = (name: string, requests?: Json, limits?: Json): Json => ({ name, image: 'i', resources: resources(requests, limits) })
const pod = (name: string, containers: Json[], more: Json = {}): Json => ({
  metadata: { name },
  spec: { automountServiceAccountToken: false, containers, ...more },
})

/** Informers of the reference are behind its answers: waits until a write is answered otherwise than before. */
async function until(s: Session, path: string, body: Json, changed: (answer: { status: number; json: Json }) => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (changed(await s.quiet({ method: 'POST', path: `${path}?dryRun=All`, body }))) return
    await new Promise<void>((r) => void setTimeout(r, 50))
  }
  throw new Error(`${s.target.name} never saw what was written for ${path}`)
}

const refused = ({ status }: { status: number }): boolean => status === 403

async function defaults(s: Session): Promise<void> {
  const ns = await s.namespace('limits')
  const pods = `/api/v1/namespaces/${ns}/pods`
  const range = {
    metadata: { name: 'defaults' },
    spec: {
      limits: [
        { type: 'Container', default: { cpu: '500m', memory: '64Mi' }, defaultRequest: { cpu: '100m', 'ephemeral-storage': '1Gi' } },
      ],
    },
  }
  await s.post('create the limit range', `/api/v1/namespaces/${ns}/limitranges`, range)
  await until(s, pods, pod('x', [container('a')]), ({ json }) => JSON.stringify(json).includes('limit-ranger'))
  await s.post('nothing said', pods, pod('nothing', [container('a'), container('b')]))
  await s.post('something said', pods, pod('some', [container('a', { cpu: '50m' }), container('b', undefined, { memory: '32Mi' })]))
  await s.post(
    'everything said',
    pods,
    pod('all', [container('a', { cpu: '1', memory: '1', 'ephemeral-storage': '1' }, { cpu: '1', memory: '1' })]),
  )
  await s.post('init containers', pods, pod('init', [container('a', { cpu: '1' }, { cpu: '2' })], { initContainers: [container('i')] }))
  await s.post('of the whole pod', pods, pod('whole', [container('a')], { resources: resources({ cpu: '1' }, { cpu: '2' }) }))
  await s.post('a request above the default limit', pods, pod('above', [container('a', { cpu: '1' })]))
  await s.patch('an update', `${pods}/nothing`, 'merge', { metadata: { labels: { a: 'b' } } })
  await s.patch('a resize', `${pods}/nothing/resize`, 'strategic', {
    spec: { containers: [{ name: 'a', resources: { requests: { cpu: '200m' } } }] },
  })
}

async function bounds(s: Session): Promise<void> {
  const range = async (base: string, item: Json, probe: [string, Json]): Promise<string> => {
    const ns = await s.namespace(base)
    await s.post(`${base}: create`, `/api/v1/namespaces/${ns}/limitranges`, { metadata: { name: base }, spec: { limits: [item] } })
    await until(s, `/api/v1/namespaces/${ns}/${probe[0]}`, probe[1], refused)
    return ns
  }
  const tooMuch = pod('x', [container('a', { cpu: '100' }, { cpu: '100' })])
  const cases: [string, Json][] = [
    ['no request', pod('a', [container('a')])],
    ['too little', pod('a', [container('a', { cpu: '10m' }, { cpu: '1' })])],
    ['limit too little', pod('a', [container('a', { cpu: '1m' }, { cpu: '2m' })])],
    ['too much', pod('a', [container('a', { cpu: '1' }, { cpu: '3' })])],
    ['a request that is too much', pod('a', [container('a', { cpu: '3' })])],
    ['two containers', pod('a', [container('a', { cpu: '1m' }, { cpu: '1m' }), container('b', { cpu: '2m' }, { cpu: '2m' })])],
    [
      'an init container',
      pod('a', [container('a', { cpu: '1' }, { cpu: '1' })], { initContainers: [container('i', { cpu: '5' }, { cpu: '5' })] }),
    ],
    [
      'a sidecar',
      pod('a', [container('a', { cpu: '1' }, { cpu: '1' })], {
        initContainers: [{ ...container('i', { cpu: '5' }, { cpu: '5' }), restartPolicy: 'Always' }],
      }),
    ],
    ['of the whole pod', pod('a', [container('a', { cpu: '1' }, { cpu: '1' })], { resources: resources({ cpu: '9' }, { cpu: '9' }) })],
    ['a large ratio', pod('a', [container('a', { cpu: '300m' }, { cpu: '2' })])],
    ['right', pod('a', [container('a', { cpu: '500m' }, { cpu: '1' })])],
  ]
  for (const type of ['Container', 'Pod']) {
    for (const [name, item] of Object.entries({
      min: { min: { cpu: '100m' } },
      max: { max: { cpu: '2' } },
      ratio: { maxLimitRequestRatio: { cpu: '2.5' } },
    })) {
      const probe = name === 'max' ? tooMuch : pod('x', [container('a', { cpu: '1m' }, { cpu: '50m' })])
      const base = `${type}-${name}`.toLowerCase()
      const ns = await range(base, { type, ...item }, ['pods', probe])
      for (const [label, body] of cases) await s.post(`${base}: ${label}`, `/api/v1/namespaces/${ns}/pods?dryRun=All`, body)
      await s.post(`${base}: made`, `/api/v1/namespaces/${ns}/pods`, cases.at(-1)![1])
      const resize = (cpu: string, limit: string): Json => ({
        spec: { containers: [{ name: 'a', resources: resources({ cpu }, { cpu: limit }) }] },
      })
      await s.patch(`${base}: resized too far`, `/api/v1/namespaces/${ns}/pods/a/resize`, 'strategic', resize('1m', '100'))
      await s.patch(`${base}: resized`, `/api/v1/namespaces/${ns}/pods/a/resize`, 'strategic', resize('600m', '1200m'))
    }
  }
  const claim = (storage: string): Json => ({
    metadata: { name: 'c' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  })
  const item = { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10Gi' } }
  const ns = await range('claims', item, ['persistentvolumeclaims', claim('1')])
  for (const size of ['1Mi', '100Gi', '1G', '1073741824', '5Gi']) {
    await s.post(`claims: ${size}`, `/api/v1/namespaces/${ns}/persistentvolumeclaims?dryRun=All`, claim(size))
  }
}

async function classes(s: Session): Promise<void> {
  const ns = await s.namespace('classes')
  const name = (base: string): string => s.name(base)
  const claims = `/api/v1/namespaces/${ns}/persistentvolumeclaims`
  const claim = (of: string, more: Json = {}, storage = '1Gi'): Json => ({
    metadata: { name: of },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...more },
  })
  const storageClass = (of: string, more: Json): Json => ({ metadata: { name: name(of) }, provisioner: 'p', ...more })
  const marked = (of: string, mark: string): Json => ({ metadata: { name: name(of), annotations: { [mark]: 'true' } } })
  await s.post('a claim without a class', claims, claim('none'))
  await s.quiet({
    method: 'POST',
    path: '/apis/storage.k8s.io/v1/storageclasses',
    body: storageClass('grows', { allowVolumeExpansion: true }),
  })
  await s.quiet({ method: 'POST', path: '/apis/storage.k8s.io/v1/storageclasses', body: storageClass('stays', {}) })
  const mark = 'storageclass.kubernetes.io/is-default-class'
  await s.post('a default class', '/apis/storage.k8s.io/v1/storageclasses', { ...storageClass('mine', {}), ...marked('mine', mark) })
  await until(s, claims, claim('x'), ({ json }) => JSON.stringify(json).includes(name('mine')))
  await s.post('a claim that says nothing', claims, claim('default'))
  await s.post('a claim that wants none', claims, claim('empty', { storageClassName: '' }))
  await s.post('a claim by the old annotation', claims, {
    ...claim('old'),
    metadata: { name: 'old', annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } },
  })
  for (const which of ['grows', 'stays']) {
    await s.post(`a claim of ${which}`, claims, claim(which, { storageClassName: name(which) }))
    const grow = { spec: { resources: { requests: { storage: '2Gi' } } } }
    await s.patch(`${which}: grown while it is not bound`, `${claims}/${which}`, 'merge', grow)
    await s.patch(`${which}: bound`, `${claims}/${which}`, 'merge', { spec: { volumeName: name('pv') } })
    await s.patch(`${which}: says that it is bound`, `${claims}/${which}/status`, 'merge', {
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    })
    await s.patch(`${which}: grown`, `${claims}/${which}`, 'merge', grow)
  }
  await s.post('a volume', '/api/v1/persistentvolumes', {
    metadata: { name: name('pv') },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp/x' } },
  })
  await s.post('an attributes class', '/apis/storage.k8s.io/v1/volumeattributesclasses', {
    metadata: { name: name('vac') },
    driverName: 'd',
    parameters: { a: 'b' },
  })
  const ingresses = `/apis/networking.k8s.io/v1/namespaces/${ns}/ingresses`
  const ingress = (of: string, metadata: Json = {}, more: Json = {}): Json => ({
    metadata: { name: of, ...metadata },
    spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...more },
  })
  await s.post('an ingress without a class', ingresses, ingress('none'))
  await s.post('a default ingress class', '/apis/networking.k8s.io/v1/ingressclasses', {
    ...marked('mine', 'ingressclass.kubernetes.io/is-default-class'),
    spec: { controller: 'example.com/c' },
  })
  await until(s, ingresses, ingress('x'), ({ json }) => JSON.stringify(json).includes(name('mine')))
  await s.post('an ingress that says nothing', ingresses, ingress('default'))
  await s.post('an ingress with a class', ingresses, ingress('own', {}, { ingressClassName: 'own' }))
  await s.post('an ingress by annotation', ingresses, ingress('old', { annotations: { 'kubernetes.io/ingress.class': 'x' } }))
  await runtimeClasses(s, ns)
  for (const path of ['storage.k8s.io/v1/storageclasses/mine', 'networking.k8s.io/v1/ingressclasses/mine']) {
    await s.quiet({ method: 'DELETE', path: `/apis/${name(path)}` })
  }
}

async function runtimeClasses(s: Session, ns: string): Promise<void> {
  const pods = `/api/v1/namespaces/${ns}/pods`
  const runtimeClassName = s.name('heavy')
  const toleration = (key: string, more: Json = {}): Json => ({ key, operator: 'Exists', ...more })
  await s.post('a runtime class', '/apis/node.k8s.io/v1/runtimeclasses', {
    metadata: { name: runtimeClassName },
    handler: 'h',
    overhead: { podFixed: { cpu: '250m', memory: '64Mi' } },
    scheduling: { nodeSelector: { kind: 'heavy' }, tolerations: [toleration('a', { effect: 'NoSchedule' }), toleration('b')] },
  })
  const a = [container('a')]
  await until(s, pods, pod('x', a, { runtimeClassName }), ({ status }) => status === 201)
  await s.post('a pod of the class', pods, pod('plain', a, { runtimeClassName }))
  await s.post('with an overhead of its own', pods, pod('p', a, { runtimeClassName, overhead: { cpu: '1' } }))
  await s.post('with the same overhead', pods, pod('same', a, { runtimeClassName, overhead: { cpu: '0.25', memory: '65536Ki' } }))
  await s.post('with an overhead and no class', pods, pod('p', a, { overhead: { cpu: '1' } }))
  await s.post('with another node', pods, pod('p', a, { runtimeClassName, nodeSelector: { kind: 'light' } }))
  await s.post('with more of the node', pods, pod('more', a, { runtimeClassName, nodeSelector: { disk: 'ssd' } }))
  const tolerations = [toleration('a'), toleration('b', { effect: 'NoExecute' }), toleration('c')]
  await s.post('with tolerations', pods, pod('tolerations', a, { runtimeClassName, tolerations }))
  await s.post('of a class that is not there', pods, pod('p', a, { runtimeClassName: 'nothing' }))
  await s.post('of no such class, by no name', pods, {
    ...pod('', a, { runtimeClassName: 'nothing' }),
    metadata: { generateName: 'made-' },
  })
  await s.post('of a priority class that is not there', pods, {
    ...pod('', a, { priorityClassName: 'nothing' }),
    metadata: { generateName: 'made-' },
  })
  await s.quiet({ method: 'DELETE', path: `/apis/node.k8s.io/v1/runtimeclasses/${runtimeClassName}` })
  const node = s.name('node')
  const labels = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', other: 'o' }
  await s.quiet({ method: 'POST', path: '/api/v1/nodes', body: { metadata: { name: node, labels } } })
  const bind = (of: string): Promise<unknown> =>
    s.post(`bind ${of}`, `${pods}/${of}/binding`, { metadata: { name: of }, target: { kind: 'Node', name: node } })
  await until(s, pods, pod('x', a, { nodeName: node }), ({ json }) => JSON.stringify(json).includes('"z"'))
  for (const [of, own] of [
    ['bound', {}],
    ['labelled', { 'topology.kubernetes.io/zone': 'mine' }],
  ] as const) {
    await s.quiet({ method: 'POST', path: pods, body: { ...pod(of, a), metadata: { name: of, labels: own } } })
    await bind(of)
    await s.get(`${of}: read`, `${pods}/${of}`)
  }
  await s.post('a pod with its node', pods, pod('placed', a, { nodeName: node }))
  await s.quiet({ method: 'DELETE', path: `/api/v1/nodes/${node}` })
}

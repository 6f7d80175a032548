import type { Request } from './play.ts'

/** Writes of several clients to the same objects, in one sequence. */
const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const core = '/api/v1/namespaces/{ns}'
const apps = '/apis/apps/v1/namespaces/{ns}'

type Fields = Record<string, unknown>
const change = <T extends object>(object: T, edit: (o: Deep) => void): T => {
  edit(object as unknown as Deep)
  return object
}
/** An object that a case edits: fields of any depth. */
interface Deep {
  [field: string]: Deep
}

const apply = (name: string, path: string, body: unknown, query = 'fieldManager=m'): Request => ({
  name,
  method: 'PATCH',
  path: `${path}?${query}`,
  body,
  type: APPLY,
})
const patch = (name: string, type: string, path: string, body: unknown): Request => ({ name, method: 'PATCH', path, body, type })
const merge = (name: string, path: string, body: unknown): Request => patch(name, MERGE, path, body)
const post = (name: string, path: string, body: unknown): Request => ({ name, method: 'POST', path, body })
const put = (name: string, path: string, body: unknown): Request => ({ name, method: 'PUT', path, body })
const get = (name: string, path: string): Request => ({ name, method: 'GET', path })
const object = (apiVersion: string, kind: string, name: string, fields: Fields = {}): Fields => ({
  apiVersion,
  kind,
  metadata: { name },
  ...fields,
})

const maps = `${core}/configmaps`
const map = (fields: Fields = {}, name = 'x'): Fields => object('v1', 'ConfigMap', name, fields)
const labelled = (metadata: Fields, fields: Fields = {}): Fields => ({ ...map(fields), metadata: { name: 'x', ...metadata } })

const setUp: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('service account', `${core}/serviceaccounts`, { metadata: { name: 'default' } }),
]

const refused: Request[] = [
  ...Object.entries<[unknown, string?]>({
    'no manager': [map(), ''],
    'another name': [map({}, 'y')],
    'no name': [{ apiVersion: 'v1', kind: 'ConfigMap' }],
    'another namespace': [labelled({ namespace: 'other' })],
    'another kind': [{ ...map(), kind: 'Secret' }],
    'another version': [{ ...map(), apiVersion: 'v2' }],
    'a kind of no group': [{ ...map(), apiVersion: 'a/b/c' }],
    'no kind': [{ metadata: { name: 'x' } }],
    'a list': ['[1]'],
    'no body': [''],
    'a number': ['3'],
    'a text': ['abc'],
    'managed fields': [labelled({ managedFields: [] })],
    'a uid and no object': [labelled({ uid: 'abc' })],
    'a number for a text': [map({ data: { a: 1 } })],
    'a text for a map': [map({ data: 's' })],
    'a list for a map': [map({ data: [1] })],
    'a text for a boolean': [map({ immutable: 'x' })],
    'an unknown field': [map({ foo: 1 })],
    'a label that is a number': [labelled({ labels: { a: 1 } })],
    'a label that is none': [labelled({ labels: { a: 'b c' } })],
    'an empty manager': [map(), 'fieldManager='],
    'a long manager': [map(), `fieldManager=${'m'.repeat(129)}`],
    'an unprintable manager': [map(), 'fieldManager=a%00b'],
    'force that is no boolean': [map(), 'fieldManager=m&force=maybe'],
    'a dry run of nothing': [map(), 'fieldManager=m&dryRun=Some'],
    'a validation that is none': [map(), 'fieldManager=m&fieldValidation=Loose'],
    'binary data that is no base64': [map({ binaryData: { a: '?' } })],
  }).map(([name, [body, query]]) => apply(`refused: ${name}`, `${maps}/x`, body, query ?? 'fieldManager=m')),
  patch('refused: force with another patch', MERGE, `${maps}/x?force=true`, {}),
  ...Object.entries({
    'two colons': 'a: b: c',
    'two colons, on another line': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels: a: b\n',
    'an open bracket': 'a: [1\n',
    'a tab': 'a:\n\t- b\n',
    'a tab on the first line': '\ta: b',
    'an open quote': '"abc',
    'an open quote, on another line': 'a: b\nc: "abc\nd: e\n',
    'an open brace': '{a: 1',
    'JSON that ends early': '{"apiVersion":"v1"',
    'JSON with a stray comma': '{"a":1,}',
    'an unknown anchor': 'a: *x\n',
    'a reserved character': '@x',
    'a tag that does not fit': 'a: !!int x\n',
    'wrong indentation': 'a:\n  b: 1\n c: 2\n',
    'a sequence on a line with its key': 'a: - b\n',
    'a boolean': 'true',
    null: 'null',
  }).map(([name, text]) => apply(`YAML: ${name}`, `${maps}/x`, text)),
  ...['', 'Warn', 'Strict', 'Ignore'].map((validation) =>
    apply(
      `a name twice, ${validation || 'as it comes'}`,
      `${maps}/x`,
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  name: x\ndata:\n  a: b\n  a: c\n',
      `fieldManager=m&dryRun=All${validation && `&fieldValidation=${validation}`}`,
    ),
  ),
  ...['Warn', 'Strict', 'Ignore'].map((validation) =>
    apply(`an unknown field, ${validation}`, `${maps}/x`, map({ foo: 1 }), `fieldManager=m&fieldValidation=${validation}`),
  ),
]

const oneMap: Request[] = [
  apply('apply makes it', `${maps}/x`, map({ data: { a: '1', b: '2' } })),
  apply('the same again', `${maps}/x`, map({ data: { a: '1', b: '2' } })),
  apply('another manager shares a value', `${maps}/x`, map({ data: { a: '1' } }), 'fieldManager=n'),
  apply('another manager’s value is a conflict', `${maps}/x`, map({ data: { a: '9' } }), 'fieldManager=n'),
  apply('several conflicts', `${maps}/x`, map({ data: { a: '9', b: '9' } }), 'fieldManager=o'),
  apply('a dry run with force', `${maps}/x`, map({ data: { b: '7' } }), 'fieldManager=m&dryRun=All&force=true'),
  apply('a shared value is left out by one', `${maps}/x`, map({ data: { b: '2' } })),
  get('it is there', `${maps}/x`),
  apply('and by the other', `${maps}/x`, map(), 'fieldManager=n'),
  merge('a merge patch takes', `${maps}/x?fieldManager=k`, { data: { b: '3', c: '4' } }),
  apply('what it took is a conflict', `${maps}/x`, map({ data: { b: '2' } })),
  apply('force takes it back', `${maps}/x`, map({ data: { b: '2' } }), 'fieldManager=m&force=true'),
  patch('JSON patch, the manager from the user agent', 'application/json-patch+json', `${maps}/x`, [
    { op: 'add', path: '/data/z', value: 'q' },
  ]),
  merge('reset by [{}]', `${maps}/x?fieldManager=k`, { metadata: { managedFields: [{}] } }),
  merge('an update after it is not tracked', `${maps}/x`, { data: { d: '3' } }),
  apply('the first apply after it', `${maps}/x`, map({ data: { b: '2' } })),
  merge('reset by []', `${maps}/x?fieldManager=k`, { metadata: { managedFields: [] } }),
  apply('an apply after it that changes', `${maps}/x`, map({ data: { b: '5' } })),
  apply('an apply after it with force', `${maps}/x`, map({ data: { b: '5' } }), 'fieldManager=m&force=1'),
  apply('null values', `${maps}/x`, labelled({ labels: null }, { data: { b: null } }), 'fieldManager=m&force=1'),
  apply('an empty map', `${maps}/x`, labelled({ labels: {} }, { data: {} }), 'fieldManager=m&force=1'),
  put('a put without managed fields', `${maps}/x?fieldManager=p`, map({ data: { e: '1' } })),
  put(
    'a put with managed fields that nobody can read',
    `${maps}/x?fieldManager=p`,
    labelled({ managedFields: [{ manager: 'x', operation: 'Sing' }] }, { data: { e: '2' } }),
  ),
  put(
    'a put with managed fields of its own',
    `${maps}/x?fieldManager=p`,
    labelled(
      {
        managedFields: [
          {
            manager: 'x',
            operation: 'Update',
            apiVersion: 'v1',
            time: '2026-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:e': {} } },
          },
        ],
      },
      { data: { e: '2', f: '3' } },
    ),
  ),
  put(
    'managed fields of a version that nobody knows',
    `${maps}/x?fieldManager=p`,
    labelled(
      {
        managedFields: [
          {
            manager: 'x',
            operation: 'Update',
            apiVersion: 'v9',
            time: '2026-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { 'f:e': {} } },
          },
        ],
      },
      { data: { e: '2', f: '4' } },
    ),
  ),
  put(
    'managed fields without a type',
    `${maps}/x?fieldManager=p`,
    labelled(
      { managedFields: [{ manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsV1: { 'f:data': {} } }] },
      { data: { e: '2', f: '4' } },
    ),
  ),
  put(
    'managed fields with a set that is none',
    `${maps}/x?fieldManager=p`,
    labelled(
      { managedFields: [{ manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { data: {} } }] },
      { data: { e: '2', f: '4' } },
    ),
  ),
  apply('a uid of another object', `${maps}/x`, labelled({ uid: 'abc' })),
  apply('a resource version of before', `${maps}/x`, labelled({ resourceVersion: '1' })),
  apply('finalizers', `${maps}/x`, labelled({ finalizers: ['a.b/c'] })),
  apply('finalizers of another', `${maps}/x`, labelled({ finalizers: ['d.e/f', 'a.b/c'] }), 'fieldManager=n'),
  apply('finalizers left out by one', `${maps}/x`, labelled({})),
  apply('the same finalizer twice', `${maps}/x`, labelled({ finalizers: ['d.e/f', 'd.e/f'] }), 'fieldManager=n'),
  apply('owners', `${maps}/x`, labelled({ ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u1' }] })),
  apply(
    'owners of another',
    `${maps}/x`,
    labelled({ ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n2', uid: 'u2' }] }),
    'fieldManager=o',
  ),
  apply(
    'an owner’s field of another',
    `${maps}/x`,
    labelled({ ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u1', controller: true }] }),
    'fieldManager=o',
  ),
  apply(
    'an owner without uid',
    `${maps}/x`,
    labelled({ ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n' }] }),
    'fieldManager=o',
  ),
  apply('owners that are no list', `${maps}/x`, labelled({ ownerReferences: {} }), 'fieldManager=o'),
  apply('a generated name', `${maps}/x`, labelled({ generateName: 'g-', deletionGracePeriodSeconds: 5, generation: 7 })),
  merge('finalizers by a merge patch', `${maps}/x`, { metadata: { finalizers: null } }),
  apply('keys of all sorts', `${maps}/x`, map({ data: { 10: 'a', 2: 'b', 'a.b-c_d': 'c' } })),
  apply('binary data', `${maps}/x`, map({ data: { 10: 'a' }, binaryData: { q: 'AQI=' } })),
  apply('it becomes immutable', `${maps}/x`, map({ data: { 10: 'a' }, immutable: true }), 'fieldManager=m&force=true'),
  apply('and cannot be changed', `${maps}/x`, map({ data: { 10: 'b' }, immutable: true }), 'fieldManager=m&force=true'),
]

const deployment = (edit: (o: Deep) => void = () => undefined): Fields =>
  change(
    object('apps/v1', 'Deployment', 'd', {
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'x' } },
        template: {
          metadata: { labels: { app: 'x' } },
          spec: {
            containers: [
              {
                name: 'c',
                image: 'i',
                ports: [{ containerPort: 80 }],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
                args: ['a'],
              },
            ],
            tolerations: [{ key: 'k', operator: 'Exists' }],
            volumes: [{ name: 'v', emptyDir: {} }],
          },
        },
      },
    }),
    edit,
  )
const container = (o: Deep): Deep => o.spec!.template!.spec!.containers![0]!
const containers = (...all: Fields[]): Fields => object('apps/v1', 'Deployment', 'd', { spec: { template: { spec: { containers: all } } } })
const replicas = (n: unknown): Fields => object('apps/v1', 'Deployment', 'd', { spec: { replicas: n } })
const d = `${apps}/deployments/d`
const scale = (n: number, kind = 'Scale'): Fields =>
  object(kind === 'Scale' ? 'autoscaling/v1' : 'apps/v1', kind, 'd', { spec: { replicas: n } })
const condition = (type: string): Fields => ({
  type,
  status: 'True',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  lastUpdateTime: '2026-01-01T00:00:00Z',
  reason: 'r',
  message: 'm',
})
const lastApplied = (o: Fields): Fields => ({
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(o)}\n` },
})

const deployments: Request[] = [
  post('a deployment', `${apps}/deployments?fieldManager=client`, deployment()),
  apply(
    'conflicts in items',
    d,
    deployment((o) => {
      o.spec!.replicas = 3 as never
      container(o).image = 'j' as never
    }),
    'fieldManager=a',
  ),
  apply(
    'force in items',
    d,
    deployment((o) => {
      o.spec!.replicas = 3 as never
      container(o).image = 'j' as never
    }),
    'fieldManager=a&force=true',
  ),
  patch('a strategic merge patch', STRATEGIC, `${d}?fieldManager=s`, {
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'c', env: [{ name: 'C', value: '3' }] },
            { name: 'side', image: 'z' },
          ],
        },
      },
    },
  }),
  apply(
    'less than before',
    d,
    deployment((o) => {
      delete o.spec!.replicas
      delete o.spec!.template!.spec!.volumes
      o.spec!.template!.spec!.containers = [{ name: 'c', image: 'j' }] as never
    }),
    'fieldManager=a',
  ),
  apply(
    'new items and another order',
    d,
    containers(
      { name: 'new', image: 'q' },
      {
        name: 'c',
        env: [
          { name: 'Z', value: '0' },
          { name: 'A', value: '1' },
        ],
      },
    ),
    'fieldManager=b',
  ),
  apply(
    'the order turned round',
    d,
    containers(
      { name: 'side' },
      {
        name: 'c',
        env: [
          { name: 'A', value: '1' },
          { name: 'Z', value: '0' },
        ],
      },
      { name: 'new', image: 'q' },
    ),
    'fieldManager=b',
  ),
  apply('an item goes', d, containers({ name: 'c', env: [{ name: 'Z', value: '0' }] }), 'fieldManager=b'),
  apply('a name that HTML minds', d, containers({ name: 'c', env: [{ name: 'A<B&"é', value: '0' }] }), 'fieldManager=b'),
  apply('an item without its name', d, containers({ image: 'x' }), 'fieldManager=b'),
  apply('an item that is null', d, containers(null as never), 'fieldManager=b'),
  apply('an item that is a text', d, containers('c' as never), 'fieldManager=b'),
  apply(
    'the same port twice',
    d,
    deployment((o) => {
      container(o).ports = [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }] as never
    }),
    'fieldManager=a&force=true',
  ),
  apply(
    'a port on two protocols',
    d,
    containers({ name: 'c', ports: [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }] }),
    'fieldManager=ports',
  ),
  apply('ports that are no list', d, containers({ name: 'c', ports: {} }), 'fieldManager=ports'),
  apply('an unknown field of an item', d, containers({ name: 'c', color: 'red' }), 'fieldManager=b'),
  apply('a text for a number', d, replicas('3'), 'fieldManager=t'),
  apply(
    'a float for an integer',
    d,
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":3.5}}',
    'fieldManager=t&force=true',
  ),
  apply(
    '3.0 for an integer',
    d,
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":3.0}}',
    'fieldManager=t&force=true',
  ),
  apply(
    'a number too big',
    d,
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":9007199254740993}}',
    'fieldManager=t&force=true',
  ),
  apply('a number below zero', d, replicas(-1), 'fieldManager=t&force=true'),
  apply(
    'resources',
    d,
    containers({ name: 'c', resources: { limits: { cpu: 1, memory: '1Gi' }, requests: { cpu: '1000m' } } }),
    'fieldManager=q',
  ),
  apply(
    'the same quantity in other words',
    d,
    containers({ name: 'c', resources: { limits: { cpu: '1', memory: '1024Mi' } } }),
    'fieldManager=q2',
  ),
  apply('a quantity that is none', d, containers({ name: 'c', resources: { limits: { cpu: 'x' } } }), 'fieldManager=q3'),
  apply(
    'a probe by name and by number',
    d,
    containers({ name: 'c', livenessProbe: { httpGet: { port: 'http' } }, readinessProbe: { httpGet: { port: 80 } } }),
    'fieldManager=probe',
  ),
  apply(
    'tolerations, a list as a whole',
    d,
    object('apps/v1', 'Deployment', 'd', { spec: { template: { spec: { tolerations: [{ key: 'k2', operator: 'Exists' }] } } } }),
    'fieldManager=tol&force=true',
  ),
  apply(
    'a selector cannot change',
    d,
    object('apps/v1', 'Deployment', 'd', { spec: { selector: { matchLabels: { app: 'y' } } } }),
    'fieldManager=sel&force=true',
  ),
  apply('status does not count here', d, object('apps/v1', 'Deployment', 'd', { status: { replicas: 7 } }), 'fieldManager=st'),
  merge('scale by a merge patch', `${d}/scale?fieldManager=hpa`, { spec: { replicas: 5 } }),
  apply('apply to the scale', `${d}/scale`, scale(6), 'fieldManager=sc'),
  apply('a conflict of scales', `${d}/scale`, scale(7), 'fieldManager=sc2'),
  apply('force on the scale', `${d}/scale`, scale(7), 'fieldManager=sc2&force=true'),
  apply('replicas are the scale’s', d, replicas(9), 'fieldManager=a'),
  merge('a scale that somebody owns', `${d}/scale?fieldManager=sc3`, { spec: { replicas: 7 } }),
  apply('another kind on the scale', `${d}/scale`, scale(7, 'Deployment'), 'fieldManager=sc2'),
  put(
    'a put on the scale',
    `${d}/scale?fieldManager=sc4`,
    change(scale(8), (o) => {
      o.metadata = { name: 'd', namespace: '{ns}' } as never
    }),
  ),
  merge('the same scale again', `${d}/scale?fieldManager=sc5`, { spec: { replicas: 8 } }),
  get('the deployment', d),
  merge('replicas with something else', `${d}?fieldManager=both`, { spec: { replicas: 4, minReadySeconds: 1 } }),
  merge('a scale of which nothing changes', `${d}/scale?fieldManager=sc6`, { spec: { replicas: 4 } }),
  get('the deployment after it', d),
  apply('a scale that another owns with more', `${d}/scale`, scale(4), 'fieldManager=sc7'),
  apply('and one that it changes', `${d}/scale`, scale(5), 'fieldManager=sc7&force=true'),
  apply('its own scale again', `${d}/scale`, scale(6), 'fieldManager=sc7'),
  get('the deployment after these', d),
  merge('status by a merge patch', `${d}/status?fieldManager=ctl`, { status: { replicas: 1, conditions: [condition('Available')] } }),
  apply(
    'apply to the status',
    `${d}/status`,
    object('apps/v1', 'Deployment', 'd', { status: { conditions: [condition('Progressing')] } }),
    'fieldManager=ctl2',
  ),
  apply(
    'a condition of another',
    `${d}/status`,
    object('apps/v1', 'Deployment', 'd', { status: { conditions: [{ ...condition('Available'), status: 'False' }] } }),
    'fieldManager=ctl2',
  ),
  apply(
    'spec does not count in a status',
    `${d}/status`,
    object('apps/v1', 'Deployment', 'd', { spec: { replicas: 9 }, status: { observedGeneration: 1 } }),
    'fieldManager=ctl2',
  ),
  apply(
    'labels do count in a status',
    `${d}/status`,
    change(object('apps/v1', 'Deployment', 'd', {}), (o) => {
      o.metadata = { name: 'd', labels: { s: '1' } } as never
    }),
    'fieldManager=ctl3',
  ),
  apply('a status of nothing', `${apps}/deployments/none/status`, object('apps/v1', 'Deployment', 'none', { status: { replicas: 1 } })),
  apply(
    'a scale of nothing',
    `${apps}/deployments/none/scale`,
    change(scale(1), (o) => {
      o.metadata = { name: 'none' } as never
    }),
  ),
  patch('what kubectl applied from its side', STRATEGIC, `${d}?fieldManager=kubectl-client-side-apply`, {
    metadata: lastApplied(
      deployment((o) => {
        container(o).image = 'csa' as never
      }),
    ),
    spec: { template: { spec: { containers: [{ name: 'c', image: 'csa' }] } } },
  }),
  apply(
    'and now from the server’s',
    d,
    deployment((o) => {
      delete o.spec!.replicas
      container(o).image = 'ssa' as never
    }),
    'fieldManager=kubectl',
  ),
  apply(
    'with what HTML minds, and big numbers',
    d,
    deployment((o) => {
      delete o.spec!.replicas
      container(o).args = ['<&>', '\u2028'] as never
      o.metadata!.annotations = { z: 'x', 10: 'a', 9: 'b' } as never
    }),
    'fieldManager=kubectl&force=true',
  ),
]

const service = (fields: Fields): Fields => object('v1', 'Service', 's', { spec: { selector: { a: 'b' }, ...fields } })
const s = `${core}/services/s`
const services: Request[] = [
  apply(
    'ports without protocol',
    s,
    service({
      ports: [
        { port: 80, name: 'p0' },
        { port: 53, protocol: 'UDP', name: 'p1' },
      ],
    }),
    'fieldManager=a',
  ),
  apply('one port less', s, service({ ports: [{ port: 80, name: 'p0' }] }), 'fieldManager=a'),
  apply('the default in words', s, service({ ports: [{ port: 80, name: 'p0', protocol: 'TCP' }] }), 'fieldManager=b'),
  apply(
    'the same port as TCP and UDP',
    s,
    service({
      ports: [
        { port: 80, name: 'p0' },
        { port: 80, protocol: 'UDP', name: 'p2' },
      ],
    }),
    'fieldManager=a',
  ),
  apply('a target port by name', s, service({ ports: [{ port: 80, name: 'p0', targetPort: 'http' }] }), 'fieldManager=c&force=true'),
  merge('a port by a merge patch', `${s}?fieldManager=k`, { spec: { ports: [{ port: 81, name: 'only' }] } }),
  apply(
    'a port’s status',
    `${s}/status`,
    object('v1', 'Service', 's', { status: { loadBalancer: { ingress: [{ ip: '10.9.9.9' }] } } }),
    'fieldManager=lb',
  ),
  apply(
    'conditions of a service',
    `${s}/status`,
    object('v1', 'Service', 's', { status: { conditions: [{ ...condition('Ready'), lastUpdateTime: undefined }] } }),
    'fieldManager=lb2',
  ),
]

const pod = (fields: Fields): Fields => object('v1', 'Pod', 'p', fields)
const p = `${core}/pods/p`
const podsOfOne: Request[] = [
  post('a pod', `${core}/pods`, {
    ...pod({ spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' } } }] } }),
    metadata: { name: 'p', labels: { a: 'b' } },
  }),
  post('its node', `${p}/binding`, { target: { kind: 'Node', name: 'n' } }),
  patch('its status', STRATEGIC, `${p}/status`, {
    status: { phase: 'Running', podIPs: [{ ip: '10.0.0.9' }], podIP: '10.0.0.9', conditions: [{ type: 'Ready', status: 'True' }] },
  }),
  patch('its status again', STRATEGIC, `${p}/status`, {
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Initialized', status: 'True' },
      ],
    },
  }),
  apply(
    'its status by apply',
    `${p}/status`,
    pod({ status: { conditions: [{ type: 'Ready', status: 'False' }] } }),
    'fieldManager=kl&force=true',
  ),
  merge('its labels', p, { metadata: { labels: { x: 'y' }, finalizers: ['a.b/c'] } }),
  patch('an ephemeral container', STRATEGIC, `${p}/ephemeralcontainers`, { spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] } }),
  apply(
    'an ephemeral container by apply',
    `${p}/ephemeralcontainers`,
    pod({ spec: { ephemeralContainers: [{ name: 'e2', image: 'i' }] } }),
    'fieldManager=ea',
  ),
  merge('nothing new', p, { metadata: { labels: { x: 'y' } } }),
  apply('a pod’s image', p, pod({ spec: { containers: [{ name: 'c', image: 'i2' }] } }), 'fieldManager=im&force=true'),
  apply('what a pod does not allow', p, pod({ spec: { hostNetwork: true } }), 'fieldManager=im'),
  apply(
    'a pod’s resources by apply',
    `${p}/resize`,
    pod({ spec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] } }),
    'fieldManager=rs&force=true',
  ),
  merge('a pod’s resources', `${p}/resize?fieldManager=rm`, {
    spec: { containers: [{ name: 'c', image: 'i2', resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }] },
  }),
  apply('apply to a binding', `${p}/binding`, object('v1', 'Binding', 'p', { target: { kind: 'Node', name: 'n' } })),
  apply('apply to an eviction', `${p}/eviction`, object('policy/v1', 'Eviction', 'p')),
  apply('apply to a log', `${p}/log`, pod({})),
  get('the pod', p),
  merge('no finalizers', p, { metadata: { finalizers: null } }),
  apply(
    'a pod from nothing',
    `${core}/pods/p2`,
    object('v1', 'Pod', 'p2', {
      spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
    }),
  ),
  apply('a pod without containers', `${core}/pods/p3`, object('v1', 'Pod', 'p3', { spec: {} })),
]

const hpa = (version: string, spec: Fields): Fields => object(`autoscaling/${version}`, 'HorizontalPodAutoscaler', 'h', { spec })
const h = (version: string): string => `/apis/autoscaling/${version}/namespaces/{ns}/horizontalpodautoscalers/h`
const target = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } }
const versions: Request[] = [
  apply('v1', h('v1'), hpa('v1', { ...target, maxReplicas: 3, targetCPUUtilizationPercentage: 50 }), 'fieldManager=a'),
  apply('v2', h('v2'), hpa('v2', { minReplicas: 2 }), 'fieldManager=b'),
  apply('a conflict across versions', h('v2'), hpa('v2', { maxReplicas: 5 }), 'fieldManager=b'),
  apply('v1 with less', h('v1'), hpa('v1', { ...target, maxReplicas: 3 }), 'fieldManager=a'),
  merge('an update in v2', `${h('v2')}?fieldManager=u`, {
    spec: {
      maxReplicas: 9,
      metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 70 } } }],
    },
  }),
  apply('the same manager in the other version', h('v2'), hpa('v2', { ...target, maxReplicas: 9 }), 'fieldManager=a'),
  apply(
    'an autoscaler’s status',
    `${h('v2')}/status`,
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'h', {
      status: { currentReplicas: 1, desiredReplicas: 2, conditions: [{ type: 'AbleToScale', status: 'True' }] },
    }),
    'fieldManager=c',
  ),
  get('as v1', h('v1')),
]

const secrets = `${core}/secrets`
const cluster = '/apis/storage.k8s.io/v1/storageclasses/{ns}'
const others: Request[] = [
  apply('a secret by stringData', `${secrets}/s1`, 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s1\nstringData:\n  a: b\n'),
  apply('by data', `${secrets}/s1`, 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s1\ndata:\n  a: Yg==\n'),
  apply('by both', `${secrets}/s1`, object('v1', 'Secret', 's1', { data: { a: 'Yg==' }, stringData: { a: 'c', d: 'e' } })),
  apply(
    'a type cannot change',
    `${secrets}/s1`,
    object('v1', 'Secret', 's1', { type: 'kubernetes.io/basic-auth' }),
    'fieldManager=t&force=true',
  ),
  apply('a storage class', cluster, object('storage.k8s.io/v1', 'StorageClass', '{ns}', { provisioner: 'a.b/c', mountOptions: ['a'] })),
  apply('another’s parameters', cluster, object('storage.k8s.io/v1', 'StorageClass', '{ns}', { mountOptions: ['b'] }), 'fieldManager=o'),
  apply(
    'a namespace',
    '/api/v1/namespaces/{ns}',
    change(object('v1', 'Namespace', '{ns}'), (o) => {
      o.metadata = { name: '{ns}', labels: { a: 'b' } } as never
    }),
  ),
  apply(
    'a namespace’s end',
    '/api/v1/namespaces/{ns}/finalize',
    object('v1', 'Namespace', '{ns}', { spec: { finalizers: ['kubernetes'] } }),
  ),
  apply(
    'a namespace’s status',
    '/api/v1/namespaces/{ns}/status',
    object('v1', 'Namespace', '{ns}', { status: { conditions: [{ type: 'NamespaceContentRemaining', status: 'False' }] } }),
  ),
  apply(
    'a service account’s token',
    `${core}/serviceaccounts/default/token`,
    object('authentication.k8s.io/v1', 'TokenRequest', 'default', { spec: { audiences: ['a'] } }),
  ),
  apply(
    'a service account',
    `${core}/serviceaccounts/default`,
    object('v1', 'ServiceAccount', 'default', { secrets: [{ name: 'a' }], imagePullSecrets: [{ name: 'b' }] }),
  ),
  apply(
    'a signing request',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests/{ns}/approval',
    object('certificates.k8s.io/v1', 'CertificateSigningRequest', '{ns}', { status: {} }),
  ),
  apply(
    'a review',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x',
    object('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'x', { spec: {} }),
  ),
  apply(
    'a network policy',
    '/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies/n',
    object('networking.k8s.io/v1', 'NetworkPolicy', 'n', {
      spec: { podSelector: { matchLabels: { a: 'b' } }, ingress: [{ from: [{ podSelector: {} }] }] },
    }),
  ),
  apply(
    'an ingress',
    '/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses/i',
    object('networking.k8s.io/v1', 'Ingress', 'i', {
      spec: {
        rules: [
          { host: 'a.b', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }] } },
        ],
      },
    }),
  ),
  apply(
    'a cron job',
    '/apis/batch/v1/namespaces/{ns}/cronjobs/c',
    object('batch/v1', 'CronJob', 'c', {
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } },
      },
    }),
  ),
  apply(
    'a stateful set',
    `${apps}/statefulsets/ss`,
    object('apps/v1', 'StatefulSet', 'ss', {
      spec: {
        serviceName: 's',
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
        volumeClaimTemplates: [
          { metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
        ],
      },
    }),
  ),
  apply(
    'a node',
    '/api/v1/nodes/{ns}',
    object('v1', 'Node', '{ns}', {
      spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], podCIDRs: ['10.1.0.0/24'], podCIDR: '10.1.0.0/24' },
    }),
  ),
  apply(
    'a node’s status',
    '/api/v1/nodes/{ns}/status',
    object('v1', 'Node', '{ns}', {
      status: {
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        capacity: { cpu: '4' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    }),
  ),
  apply(
    'a lease',
    '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/l',
    object('coordination.k8s.io/v1', 'Lease', 'l', {
      spec: { holderIdentity: 'a', leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:00.123456Z' },
    }),
  ),
  apply(
    'an event',
    `${core}/events/e`,
    object('v1', 'Event', 'e', {
      involvedObject: { kind: 'Pod', namespace: '{ns}', name: 'p' },
      reason: 'r',
      message: 'm',
      type: 'Normal',
    }),
  ),
  apply(
    'endpoints',
    `${core}/endpoints/s`,
    object('v1', 'Endpoints', 's', { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }),
  ),
  apply(
    'a priority class',
    '/apis/scheduling.k8s.io/v1/priorityclasses/{ns}',
    object('scheduling.k8s.io/v1', 'PriorityClass', '{ns}', { value: 7 }),
  ),
  apply('nothing of that name', '/api/v1/namespaces/{ns}/compasses/x', object('v1', 'Compass', 'x')),
  apply('a collection', maps, map()),
  apply('a namespace that is not there', '/api/v1/namespaces/{ns}-none/configmaps/x', map()),
]

export const applies: readonly Request[] = [
  ...setUp,
  ...refused,
  ...oneMap,
  ...deployments,
  ...services,
  ...podsOfOne,
  ...versions,
  ...others,
]

import type { Request } from './play.ts'

/** What clients hardly ever send: which form of an answer is chosen, what is on trial, and what is no number or text of its kind. */
type Json = Record<string, unknown>

const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const core = '/api/v1/namespaces/{ns}'
const apps = '/apis/apps/v1/namespaces/{ns}'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const group = '{ns}.example.com'
const things = `/apis/${group}/v1/namespaces/{ns}/things`

const get = (name: string, path: string, accept: string): Request => ({ name, method: 'GET', path, headers: { accept } })
const post = (name: string, path: string, body: unknown): Request => ({ name, method: 'POST', path, body })
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const selector = { matchLabels: { a: 'b' } }
const definition = (versions: unknown): Json => ({
  metadata: { name: `things.${group}` },
  spec: { group, names: { plural: 'things', kind: 'Thing' }, scope: 'Namespaced', versions },
})
const setUp: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('service account', `${core}/serviceaccounts`, { metadata: { name: 'default' } }),
  post('a map', `${core}/configmaps`, { metadata: { name: 'c' }, data: { a: 'b' } }),
  post('a deployment', `${apps}/deployments`, { metadata: { name: 'd' }, spec: { selector, template } }),
  post('an event', `${core}/events?fieldManager=core`, {
    ...{ metadata: { name: 'e' }, involvedObject: { namespace: '{ns}', name: 'x', kind: 'Pod' }, reason: 'R', message: 'm', count: 2 },
  }),
  post('a definition', definitions, {
    ...definition([
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ]),
  }),
]

const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const YAML = 'application/yaml'
const partial = (kind: string, media = JSON_TYPE): string => `${media};as=${kind};v=v1;g=meta.k8s.io`
const ACCEPTS = [
  ...[`${JSON_TYPE};q=0`, `${JSON_TYPE};q=0,${YAML}`, `${JSON_TYPE};q=x,${YAML};q=0.1`, `${JSON_TYPE};q=0.1,*/*`, '*/*,text/html;q=0.5'],
  ...['APPLICATION/JSON', 'application/*', 'application', `/,${JSON_TYPE}`, `${JSON_TYPE}/x`, 'text/html', '*/json'],
  ...[`${JSON_TYPE};v=v1`, `${JSON_TYPE};g=meta.k8s.io`, `${JSON_TYPE};stream=watch`, `${JSON_TYPE};stream=x`, `${YAML};stream=watch`],
  ...[`${JSON_TYPE};sv=v1`, `${JSON_TYPE};sv=v2`, `${JSON_TYPE};foo`, partial('Nothing'), partial('PartialObjectMetadata')],
  ...[partial('PartialObjectMetadata', YAML), `${partial('Table', PROTOBUF)},${YAML}`, partial('Status'), `${partial('Nothing')},${YAML}`],
]
const PATHS: Readonly<Record<string, string>> = {
  ...{ 'a map': `${core}/configmaps/c`, maps: `${core}/configmaps?fieldSelector=metadata.name=c`, 'no map': `${core}/configmaps/none` },
  ...{ things: `${things}?limit=1`, 'no thing': `${things}/none`, 'a version': '/apis/apps/v1', 'a group': '/apis/apps' },
}
/** YAML is compared where it has no version and no time. */
const isYaml = (accept: string): boolean => accept.includes(YAML) && !accept.endsWith('stream=watch')
const forms: Request[] = ACCEPTS.flatMap((accept) =>
  Object.entries(PATHS)
    .filter(([name]) => !isYaml(accept) || name.startsWith('no ') || name === 'a group')
    .map(([name, path]) => get(`${name} as ${accept}`, path, accept)),
)

const watches: Request[] = [
  get('a watch as metadata of a list', `${core}/configmaps?watch=1&resourceVersion=0`, partial('PartialObjectMetadataList')),
  get('a map as metadata of a list', `${core}/configmaps/c`, partial('PartialObjectMetadataList')),
]

const methods: Request[] = ['TRACE', 'HEAD', 'PROPFIND', 'POST'].flatMap((method) =>
  ['/api/v2', '/api/v1/none', '/apis/none/v1', '/apis/apps/v9', `/apis/${group}/v9`, `${things}/c/none`].map((path) => ({
    ...{ name: `${method} of ${path}`, method, path },
  })),
)

// What it says of each version has a hash of the group's name.
methods.push({ name: 'HEAD of a version of things', method: 'HEAD', path: `/apis/${group}/v1` })

const trial = (name: string, version: string): Request[] => [
  post(`a version ${name} on trial`, `${core}/configmaps?dryRun=All`, { metadata: { name: 'trial', resourceVersion: version } }),
  {
    ...{ name: `a version ${name} of an update that creates, on trial`, method: 'PUT' },
    path: '/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/trial?dryRun=All',
    body: { metadata: { name: 'trial', resourceVersion: version }, spec: {} },
  },
  post(`a thing of the version ${name} on trial`, `${things}?dryRun=All`, {
    ...{ apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'trial', resourceVersion: version } },
  }),
]
const trials: Request[] = [...trial('that is none', 'x"\n'), ...trial('0', '0'), ...trial('7', '7')]

const strategic = (name: string, body: string): Request => ({
  ...{ name, method: 'PATCH', path: `${apps}/deployments/d?dryRun=All`, body, type: STRATEGIC },
})
/** A number with a point or an exponent is a float64 in Go, also where it is whole. */
const floats: Request[] = ['1e2', '2.0', '2', '-0', '1000000.0', '1e300'].flatMap((number) => [
  strategic(`${number} for a map`, `{"metadata":{"labels":${number}}}`),
  strategic(`${number} for a list`, `{"metadata":{"finalizers":${number}}}`),
  strategic(`${number} for a text`, `{"metadata":{"finalizers":[${number}]}}`),
  strategic(`${number} for a directive`, `{"spec":{"$patch":${number}}}`),
  strategic(`${number} for an order`, `{"spec":{"template":{"spec":{"$setElementOrder/containers":${number}}}}}`),
  strategic(`${number} for a container`, `{"spec":{"template":{"spec":{"containers":[${number}]}}}}`),
  strategic(`${number} for a name`, `{"spec":{"template":{"spec":{"containers":[{"name":${number},"image":"x"}]}}}}`),
  strategic(`${number} replicas`, `{"spec":{"replicas":${number}}}`),
])

const NAMES: Readonly<Record<string, string>> = { 'a%00b': 'a\0b', 'a%7f': 'a\x7f', '%E2%98%83': '☃' }
const names: Request[] = Object.entries(NAMES).flatMap(([escaped, name]) => [
  get(`a map called ${escaped}`, `${core}/configmaps/${escaped}`, JSON_TYPE),
  {
    ...{ name: `a map called ${escaped} applied`, method: 'PATCH', type: APPLY, path: `${core}/configmaps/${escaped}?fieldManager=m` },
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
  },
  post(`a field called ${escaped}`, `${core}/configmaps?fieldValidation=Strict`, `{"metadata":{"name":"x"},${JSON.stringify(name)}:1}`),
  post(
    `a field called ${escaped} twice`,
    `${core}/configmaps?fieldValidation=Strict`,
    `{"metadata":{"name":"x"},${[1, 2].map((n) => `${JSON.stringify(name)}:${n}`).join()}}`,
  ),
])

/** The types of `/api` and of `/apis` are apart: who has written through one has no part in what is written through the other. */
const groupsOfEvents: Request[] = [
  {
    ...{ name: 'an event applied in its other group', method: 'PATCH', type: APPLY },
    path: '/apis/events.k8s.io/v1/namespaces/{ns}/events/e?fieldManager=events',
    body: {
      ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e' }, deprecatedCount: 3 },
      regarding: { namespace: '{ns}', name: 'x', kind: 'Pod' },
    },
  },
  get('who owns what of it', `${core}/events/e`, JSON_TYPE),
  {
    ...{ name: 'and changed in the first one', method: 'PATCH', type: MERGE, path: `${core}/events/e?fieldManager=again` },
    body: { metadata: { labels: { a: 'b' } }, count: 4 },
  },
]

const ephemeral = (fields: Json): Json => ({ ephemeralContainers: [{ name: 'e', image: 'i', ...fields }] })
/** Go asks for zero values, which empty lists and maps are not. */
const empties: Request[] = Object.entries<Json>({
  ...{ 'no ports': { ports: [] }, 'an empty lifecycle': { lifecycle: {} }, 'no limits': { resources: { limits: {} } } },
  ...{ 'no resources': { resources: {} }, 'no policy of sizes': { resizePolicy: [] } },
}).flatMap(([name, fields]) => [
  post(`${name} of an ephemeral container`, `${core}/pods?dryRun=All`, {
    metadata: { name: 'p' },
    spec: { ...template.spec, ...ephemeral(fields) },
  }),
  post(`${name} of one in a template`, `${core}/podtemplates?dryRun=All`, {
    ...{ metadata: { name: 'p' }, template: { ...template, spec: { ...template.spec, ...ephemeral(fields) } } },
  }),
])

const flow = '/apis/flowcontrol.apiserver.k8s.io/v1'
const levels: Request[] = ['x', 'exempt', 'catch-all'].flatMap((name) =>
  [
    ...[{}, { type: 'X' }, { type: 'X', limited: {} }, { type: 'X', limited: { limitResponse: { type: 'X' } }, exempt: {} }],
    ...[
      { type: 'Exempt', exempt: { nominalConcurrencyShares: -7 } },
      { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    ],
    { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} }, lendablePercent: 7, borrowingLimitPercent: 8 } },
  ].map((spec) =>
    post(`a level ${name} ${JSON.stringify(spec)}`, `${flow}/prioritylevelconfigurations?dryRun=All`, { metadata: { name }, spec }),
  ),
)
const rule = {
  subjects: [
    { kind: 'Group', group: { name: 'system:masters' } },
    { kind: 'ServiceAccount', serviceAccount: { namespace: 'n', name: 'm' } },
  ],
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
}
const schemas: Request[] = ['exempt', 'catch-all'].flatMap((name) =>
  [
    ...[{}, { matchingPrecedence: 1, priorityLevelConfiguration: { name }, rules: [rule] }],
    {
      matchingPrecedence: 9,
      distinguisherMethod: { type: 'ByUser' },
      priorityLevelConfiguration: { name },
      rules: [{ ...rule, nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }],
    },
  ].map((spec) => post(`a schema ${name} ${JSON.stringify(spec)}`, `${flow}/flowschemas?dryRun=All`, { metadata: { name }, spec })),
)

const jobs: Request[] = [
  post('a job of a selector that is none', '/apis/batch/v1/namespaces/{ns}/jobs?dryRun=All', {
    metadata: { name: 'j' },
    spec: {
      selector: { matchExpressions: [{ key: 'a', operator: 'X' }] },
      template: { spec: { ...template.spec, restartPolicy: 'Never' } },
    },
  }),
]

/** What is kept as it was sent is JSON, in which a whole float is none. */
const raws: Request[] = [
  post('a revision', `${apps}/controllerrevisions`, { metadata: { name: 'r' }, revision: 1, data: { a: 1 } }),
  ...['1.0', '1e0', '1', '2.0'].map((number) => ({
    ...{ name: `its data as ${number}`, method: 'PATCH', path: `${apps}/controllerrevisions/r?dryRun=All`, type: STRATEGIC },
    body: `{"data":{"a":${number}}}`,
  })),
]

const terms = (...lists: readonly unknown[][]): Json[] => lists.map((matchLabelExpressions) => ({ matchLabelExpressions }))
const classes: Request[] = [terms([]), terms([], []), terms([{ key: 'a', values: ['b'] }], [{ key: 'a', values: ['b'] }], [])].map(
  (allowedTopologies) =>
    post(`a class of ${JSON.stringify(allowedTopologies)}`, '/apis/storage.k8s.io/v1/storageclasses?dryRun=All', {
      ...{ metadata: { name: 'c' }, provisioner: 'a.b/c', allowedTopologies },
    }),
)

/** Each of these servers upstream knows types of its own alone. */
const schemes: Request[] = ['{"apiVersion":"v1","kind":"Pod"}', '{"apiVersion":"autoscaling/v1","kind":"Scale"}'].flatMap((body) => [
  { name: `a definition from ${body}`, method: 'PUT', path: `${definitions}/things.${group}?dryRun=All`, body },
  {
    name: `a service of the API from ${body}`,
    method: 'PUT',
    path: '/apis/apiregistration.k8s.io/v1/apiservices/v1.apps?dryRun=All',
    body,
  },
  { name: `a map from ${body}`, method: 'PUT', path: `${core}/configmaps/c?dryRun=All`, body },
])
const reviews: Request[] = ['PartialObjectMetadataList', 'PartialObjectMetadata'].map((kind) => ({
  ...{ name: `a review as ${kind}`, method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews' },
  ...{ headers: { accept: partial(kind) }, body: {} },
}))
const selectors: Request[] = ['=', '!=', 'a=,=', 'metadata.name=c,==', '=x'].map((text) => ({
  ...{ name: `fields ${text}`, method: 'GET' },
  path: `${core}/configmaps?fieldSelector=${encodeURIComponent(text)}`,
}))

const metadata: Request[] = [
  post('a runtime class', '/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: '{ns}' }, handler: 'runc' }),
  {
    ...{ name: 'with a selector that is none', method: 'PATCH', type: MERGE, path: '/apis/node.k8s.io/v1/runtimeclasses/{ns}?dryRun=All' },
    body: { scheduling: { nodeSelector: { 'a b': 'c' }, tolerations: [{ operator: 'X' }] }, overhead: { podFixed: { cpu: -1 } } },
  },
  {
    ...{ name: 'a service of the API with faults', method: 'PATCH', type: MERGE },
    path: '/apis/apiregistration.k8s.io/v1/apiservices/v1.apps?dryRun=All',
    body: { metadata: { labels: { 'a b': 'c d' }, annotations: { 'x y': '' } } },
  },
]

const change = (name: string, path: string, body: unknown): Request => ({
  name,
  method: 'PATCH',
  type: MERGE,
  path: `${path}?dryRun=All`,
  body,
})
const types: Request[] = [
  change('a version behind a slash', `${core}/configmaps/c`, { apiVersion: '/x', metadata: null }),
  change('another kind of no version', `${core}/configmaps/c`, { apiVersion: null, kind: 'Other', metadata: null }),
  change('another kind of no version in a group', `${apps}/deployments/d`, { apiVersion: null, kind: 'Other', metadata: null }),
  post('an object of a version behind a slash', `${core}/configmaps`, { apiVersion: '/x', kind: 'ConfigMap', metadata: { name: 'x' } }),
  post('a claim', `${core}/persistentvolumeclaims`, {
    ...{ metadata: { name: 'q' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  }),
  change('a claim of a mode that is none', `${core}/persistentvolumeclaims/q`, { spec: { volumeMode: '\u0007<' } }),
  post('a job of no exit codes', '/apis/batch/v1/namespaces/{ns}/jobs?dryRun=All', {
    metadata: { name: 'j' },
    spec: {
      podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [] } }] },
      template: { spec: { ...template.spec, restartPolicy: 'Never' } },
    },
  }),
]

const others: Request[] = [
  post('metadata that are none, of another kind', `${things}?dryRun=All`, { apiVersion: `${group}/v1`, kind: 'Other', metadata: false }),
  post('a field too many, of another kind', `${things}?dryRun=All&fieldValidation=Strict`, {
    apiVersion: `${group}/v1`,
    kind: 'Other',
    metadata: { name: 'a', none: 1 },
  }),
  post('no version of another kind', `${things}?dryRun=All`, { apiVersion: null, kind: 'Other', metadata: {} }),
]

/** Which storage passes Tables on is its own to say; what is not there shows that this is asked before anything else. */
const tables: Request[] = Object.entries<readonly string[]>({
  [`${core}/pods/none`]: ['', 'status', 'resize', 'ephemeralcontainers'],
  '/api/v1/namespaces/none': ['status', 'finalize'],
  [`${apps}/deployments/none`]: ['status', 'scale'],
  '/apis/certificates.k8s.io/v1/certificatesigningrequests/none': ['status', 'approval'],
  [`${definitions}/none`]: ['', 'status'],
  '/apis/apiregistration.k8s.io/v1/apiservices/none': ['', 'status'],
  '/apis/resource.k8s.io/v1/namespaces/{ns}/resourceclaims/none': ['status'],
  '/apis/resource.k8s.io/v1/devicetaintrules/none': ['status'],
}).flatMap(([path, subresources]) =>
  subresources.flatMap((subresource) => {
    const asked = { path: subresource === '' ? path : `${path}/${subresource}`, headers: { accept: partial('Table') } }
    return [
      { ...{ name: `a table from GET ${asked.path}`, method: 'GET' }, ...asked },
      { ...{ name: `a table from PUT ${asked.path}`, method: 'PUT', body: {} }, ...asked },
      { ...{ name: `a table from PATCH ${asked.path}`, method: 'PATCH', type: MERGE, body: {} }, ...asked },
    ]
  }),
)
tables.push(get('as metadata', `${definitions}/none/status`, partial('PartialObjectMetadata')))

/** Merged, an object has numbers that Go fits into their fields when it converts to a type, in whatever version somebody owns fields. */
const scaler = (version: string, spec: Json, status?: Json): Request => ({
  ...{ name: `a scaler in ${version} with ${JSON.stringify({ spec, status })}`, method: 'PATCH', type: APPLY },
  path: `/apis/autoscaling/${version}/namespaces/{ns}/horizontalpodautoscalers/h?force=true&fieldManager=${encodeURIComponent(JSON.stringify({ spec, status }).slice(0, 100))}`,
  body: {
    ...{ apiVersion: `autoscaling/${version}`, kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } },
    ...{ spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 3, ...spec }, status },
  },
})
const scalers: Request[] = [
  scaler('v2', { metrics: [{ type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 4 } } }] }),
  ...[1e30, 99_999_999_999, 1.5].flatMap((n) => [scaler('v1', { maxReplicas: n }), scaler('v1', {}, { currentReplicas: n })]),
  ...['x', 3].map((lastScaleTime) => scaler('v1', {}, { lastScaleTime })),
]

/** An empty list is told from an absent one, in whatever version a definition is kept. */
const versionless: Request[] = [[], null, undefined].flatMap((versions) => [
  post(`a definition of the versions ${JSON.stringify(versions)}`, `${definitions}?dryRun=All`, {
    ...definition(versions),
    metadata: { name: `none.${group}` },
  }),
  ...(versions === undefined
    ? []
    : [MERGE, STRATEGIC].map((type) => ({
        ...{ name: `the versions ${JSON.stringify(versions)} from ${type}`, method: 'PATCH', type },
        ...{ path: `${definitions}/things.${group}?dryRun=All`, body: { spec: { versions } } },
      }))),
])

const emptyLists = Object.fromEntries(
  ['resourceClaims', 'tolerations', 'volumes', 'initContainers', 'schedulingGates', 'imagePullSecrets'].map((field) => [field, []]),
)
const shownValues: Request[] = [
  post('a pod', `${core}/pods`, { metadata: { name: 'e' }, spec: { ...template.spec, automountServiceAccountToken: false } }),
  change('its host name, and empty lists', `${core}/pods/e`, { spec: { ...emptyLists, hostname: 'x' } }),
  post('a secret', `${core}/secrets`, { metadata: { name: 's' }, type: 'a' }),
  ...['<', '\u0007', '\u2028', '"'].map((type) => change(`its type ${JSON.stringify(type)}`, `${core}/secrets/s`, { type })),
  ...['1e30', '99999999999999999999', '1.5', '1e400', '"1"'].map((generation) =>
    post(
      `a thing of the generation ${generation}`,
      `${things}?dryRun=All`,
      `{"apiVersion":"${group}/v1","kind":"Thing","metadata":{"name":"g","generation":${generation}}}`,
    ),
  ),
]

/** Go shows bytes, whether they are UTF-8 or not. */
const bytes: Request[] = ['ff', 'c37b7d', 'efbbbf7b7d', '20f09f98807b', '7b80', '7b2261223af09f988080', 'feff007b'].flatMap((cbor) =>
  Object.entries({ maps: `POST ${core}/configmaps`, things: `POST ${things}`, 'no map': `DELETE ${core}/configmaps/none` }).map(
    ([name, asked]) => {
      const [method = '', path = ''] = asked.split(' ')
      return { name: `bytes ${cbor} for ${name}`, method, path, type: JSON_TYPE, cbor }
    },
  ),
)

const TABLE = `${JSON_TYPE};as=Table;g=meta.k8s.io;v=v1`

/** A route that produces something else besides, and one that says something of what it leads to. */
const routes: Request[] = [
  ...['text/plain', 'text/plain, */*', 'text/html', 'application/*', TABLE].flatMap((accept) => [
    get(`a log as ${accept}`, `${core}/pods/none/log`, accept),
    get(`no bytes of a log as ${accept}`, `${core}/pods/none/log?limitBytes=x`, accept),
  ]),
  ...['text/plain', `${JSON_TYPE};as=Nothing;g=a;v=v`].flatMap((accept) => [
    get(`endpoints as ${accept}`, `${core}/endpoints/none`, accept),
    get(`states of components as ${accept}`, '/api/v1/componentstatuses?limit=x', accept),
  ]),
  get('a watch of states of components', '/api/v1/componentstatuses?watch=1&labelSelector=a+in+(', JSON_TYPE),
]

/** What is wrong with how an answer is wanted is found when there is one: a write is done by then. */
const included: Request[] = [
  ...['limit=x', 'resourceVersion=x', 'fieldSelector=a%3Db', 'watch=1&resourceVersion=x', 'watch=1'].map((query) =>
    get(`all maps with nothing included and ${query}`, `${core}/configmaps?includeObject=Nothing&${query}`, TABLE),
  ),
  get('no map with nothing included', `${core}/configmaps/none?includeObject=Nothing`, TABLE),
  {
    ...{ name: 'a new map with nothing included', method: 'POST', path: `${core}/configmaps?includeObject=Nothing` },
    ...{ headers: { accept: TABLE }, body: { metadata: { name: 'included' } } },
  },
  { name: 'the end of that map', method: 'DELETE', path: `${core}/configmaps/included?includeObject=Nothing`, headers: { accept: TABLE } },
  get('that map', `${core}/configmaps/included`, JSON_TYPE),
]

export const negotiations: readonly Request[] = [
  ...setUp,
  ...forms,
  ...watches,
  ...methods,
  ...trials,
  ...floats,
  ...names,
  ...groupsOfEvents,
  ...empties,
  ...levels,
  ...schemas,
  ...jobs,
  ...raws,
  ...classes,
  ...others,
  ...schemes,
  ...reviews,
  ...selectors,
  ...metadata,
  ...types,
  ...tables,
  ...scalers,
  ...versionless,
  ...shownValues,
  ...bytes,
  ...routes,
  ...included,
]

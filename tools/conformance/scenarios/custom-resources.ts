import type { Scenario, Session } from '../session.ts'

type Json = Record<string, unknown>

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const MERGE = { 'content-type': 'application/merge-patch+json' }
const APPLY = { 'content-type': 'application/apply-patch+yaml' }
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const TRIES = 100

const SPEC = {
  type: 'object',
  properties: {
    size: { type: 'integer', default: 3, minimum: 1 },
    replicas: { type: 'integer' },
    color: { type: 'string', enum: ['red', 'green', 'a&b'] },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    weight: { type: 'number' },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, port: { type: 'integer' } } },
    },
  },
}
const STATUS = { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } }
const SCALE = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' }
const schema = (properties: Json): Json => ({ openAPIV3Schema: { type: 'object', properties } })
const V1 = {
  ...{ name: 'v1', served: true, storage: true, schema: schema({ spec: SPEC, status: STATUS }) },
  subresources: { status: {}, scale: SCALE },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'How large.' },
    { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
    { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: [{ jsonPath: '.spec.color' }],
}
const OLD = { name: 'v1beta1', served: true, storage: false, deprecated: true, schema: schema({ spec: { ...SPEC, required: ['color'] } }) }

interface Kind {
  readonly group: string
  readonly crd: string
  readonly body: Json
  /** Path of a version's objects, in a namespace or in all. */
  all(version?: string): string
}

function kindOf(
  s: Session,
  base: string,
  plural: string,
  kind: string,
  versions: readonly Json[],
  more: Json = {},
  names: Json = {},
): Kind {
  const group = `${s.name(base)}.example.com`
  const crd = `${plural}.${group}`
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: crd },
    spec: { group, scope: 'Namespaced', names: { plural, kind, ...names }, versions, ...more },
  }
  return { group, crd, body, all: (version = 'v1') => `/apis/${group}/${version}/${plural}` }
}

const conditionOf = (crd: Json, type: string): Json | undefined =>
  ((crd.status as { conditions?: Json[] | null } | undefined)?.conditions ?? []).find((c) => c.type === type)

async function waitFor(s: Session, path: string, done: (answer: { status: number; json: Json; text: string }) => boolean): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    const { status, json, body } = await s.quiet({ path })
    if (done({ status, json, text: body.toString() })) return
    await new Promise((r) => setTimeout(r, 100))
  }
}

/** The reference lets a moment pass before it serves, and tells of it in discovery and OpenAPI later still. */
async function serve(s: Session, of: Kind): Promise<void> {
  await s.quiet({ method: 'POST', path: CRDS, body: of.body })
  await established(s, of)
}

async function established(s: Session, of: Kind): Promise<void> {
  const { versions, names } = of.body.spec as { versions: { name: string; served: boolean }[]; names: { kind: string } }
  await waitFor(s, `${CRDS}/${of.crd}`, ({ json }) => conditionOf(json, 'Established')?.status === 'True')
  for (const { name, served } of versions) {
    if (!served) continue
    await waitFor(s, `/apis/${of.group}/${name}`, ({ text }) => text.includes(`"kind":"${names.kind}"`))
    await waitFor(s, `/openapi/v3/apis/${of.group}/${name}`, ({ text }) => text.includes(`.${names.kind}"`))
  }
}

/** Those of the API documentation are not part of this project. */
function withoutSentences(document: unknown): unknown {
  if (Array.isArray(document)) return document.map(withoutSentences)
  if (typeof document !== 'object' || document === null) return document
  const fields = Object.entries(document).filter(([name, value]) => name !== 'description' || typeof value !== 'string')
  return Object.fromEntries(fields.map(([name, value]) => [name, withoutSentences(value)]))
}

const gone = (s: Session, of: Kind): Promise<void> => waitFor(s, `${CRDS}/${of.crd}`, ({ status }) => status === 404)

async function remove(s: Session, of: Kind): Promise<void> {
  await s.quiet({ method: 'DELETE', path: `${CRDS}/${of.crd}` })
  await gone(s, of)
}

const definitions: Scenario = {
  name: 'custom resource definitions',
  async run(s) {
    const widgets = kindOf(s, 'defs', 'widgets', 'Widget', [V1, OLD], {}, { shortNames: ['wd'], categories: ['all'] })
    await s.post('create', CRDS, widgets.body)
    await established(s, widgets)
    await s.get('established', `${CRDS}/${widgets.crd}`)
    await s.get('discovery of the version', `/apis/${widgets.group}/v1`)
    await s.get('discovery of the old version', `/apis/${widgets.group}/v1beta1`)
    await s.get('discovery of the group', `/apis/${widgets.group}`)
    for (const version of ['v1', 'v1beta1']) {
      const { json } = await s.quiet({ path: `/openapi/v3/apis/${widgets.group}/${version}` })
      s.note(`openapi, ${version}`, withoutSentences(json))
    }
    const taken = kindOf(s, 'defs', 'wods', 'Widget', [V1], {}, { shortNames: ['wd'], singular: 'widget' })
    await s.quiet({ method: 'POST', path: CRDS, body: taken.body })
    await waitFor(s, `${CRDS}/${taken.crd}`, ({ json }) => conditionOf(json, 'NamesAccepted') !== undefined)
    await s.get('names that are taken', `${CRDS}/${taken.crd}`)
    await s.get('is not served', taken.all())
    await remove(s, widgets)
    await established(s, taken)
    await s.get('has them when they are free', `${CRDS}/${taken.crd}`)
    await remove(s, taken)
    const wrong = (label: string, versions: readonly Json[], more: Json = {}, names: Json = {}): Promise<unknown> =>
      s.post(label, CRDS, kindOf(s, 'wrong', 'wrongs', 'Wrong', versions, more, names).body)
    await wrong('no storage version', [OLD])
    await wrong('two storage versions', [V1, { ...OLD, storage: true }])
    await wrong('no schema', [{ name: 'v1', served: true, storage: true }])
    await wrong('an unknown type', [{ ...V1, schema: schema({ spec: { type: 'text' } }) }])
    await wrong('no structure', [{ ...V1, schema: schema({ spec: {} }) }])
    await wrong('a bad default', [
      { ...V1, schema: schema({ spec: { type: 'object', properties: { a: { type: 'integer', default: 'x' } } } }) },
    ])
    await wrong('a bad scope', [V1], { scope: 'Galaxy' })
    await wrong('bad names', [V1], {}, { plural: 'Wrongs_', kind: 'wrong_' })
    await wrong('a bad column', [{ ...V1, additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'a' }] }])
    await wrong('a bad conversion', [V1], { conversion: { strategy: 'Webhook' } })
    await s.post('another name', CRDS, { ...widgets.body, metadata: { name: 'a.example.com' } })
    await s.do('dry run', { method: 'POST', path: `${CRDS}?dryRun=All`, body: widgets.body })
    const approved = kindOf(s, 'appr', 'widgets', 'Widget', [V1])
    const group = `${s.name('appr')}.k8s.io`
    const community = { ...approved.body, metadata: { name: `widgets.${group}` }, spec: { ...(approved.body.spec as Json), group } }
    await s.post("a community's group without an approval", CRDS, community)
    const annotations = { 'api-approved.kubernetes.io': 'unapproved, experimental' }
    await s.post('one that says it has none', CRDS, { ...community, metadata: { name: `widgets.${group}`, annotations } })
    await waitFor(s, `${CRDS}/widgets.${group}`, ({ json }) => conditionOf(json, 'KubernetesAPIApprovalPolicyConformant') !== undefined)
    const { json } = await s.quiet({ path: `${CRDS}/widgets.${group}` })
    const { lastTransitionTime: _, ...condition } = conditionOf(json, 'KubernetesAPIApprovalPolicyConformant') ?? {}
    s.note('is told so', condition)
    await s.quiet({ method: 'DELETE', path: `${CRDS}/widgets.${group}` })
  },
}

const reads: Scenario = {
  name: 'custom resources, reads',
  async run(s) {
    const widgets = kindOf(s, 'reads', 'widgets', 'Widget', [V1, OLD])
    await serve(s, widgets)
    const ns = await s.namespace('custom-reads')
    const { group } = widgets
    const at = (version: string): string => `/apis/${group}/${version}/namespaces/${ns}/widgets`
    const widget = (name: string, spec: Json): Json => ({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name, labels: { n: name } },
      spec,
    })
    await s.post('create', at('v1'), widget('a', { color: 'red', free: { any: [1, { b: null }] }, none: 1 }))
    await s.post('create another', at('v1'), widget('b', { color: 'a&b', weight: 2.0, ports: [{ name: 'x', port: 1 }] }))
    const accepts = [
      'application/json',
      'application/json;pretty=1',
      'application/yaml',
      TABLE,
      PARTIAL,
      PROTOBUF,
      `${PROTOBUF},application/json`,
      'text/x',
    ]
    for (const accept of accepts) {
      for (const version of ['v1', 'v1beta1']) {
        await s.get(`list, ${version} as ${accept}`, at(version), { accept })
        await s.get(`get, ${version} as ${accept}`, `${at(version)}/a`, { accept })
      }
    }
    await s.get('a list of metadata', at('v1'), { accept: PARTIAL.replace('Metadata', 'MetadataList') })
    await s.get('an object as a list of metadata', `${at('v1')}/a`, { accept: PARTIAL.replace('Metadata', 'MetadataList') })
    for (const query of [
      'limit=1',
      'labelSelector=n%3Da',
      'fieldSelector=spec.color%3Dred',
      'fieldSelector=spec.size%3D3',
      'fieldSelector=metadata.name%3Db',
    ]) {
      await s.get(`list with ${query}`, `${at('v1')}?${query}`)
    }
    await s.get('a field of another version', `${at('v1beta1')}?fieldSelector=spec.color%3Dred`)
    for (const path of [
      'v1/widgets',
      'v1/widgets/a',
      'v2/widgets',
      'v1/gizmos',
      'v2',
      `v1/namespaces/${ns}/widgets/none`,
      `v1/namespaces/${ns}/widgets/a/none`,
    ]) {
      await s.get(`path ${path.replace(ns, 'NS')}`, `/apis/${group}/${path}`)
    }
    await s.get('status', `${at('v1')}/a/status`)
    await s.get('scale without replicas', `${at('v1')}/a/scale`)
    await s.get('no status in the old version', `${at('v1beta1')}/a/status`)
    const watch = (query: string, accept = 'application/json', version = 'v1') => s.watch(`${at(version)}?watch=true&${query}`, { accept })
    for (const version of ['v1', 'v1beta1']) {
      for (const accept of ['application/json', TABLE, PARTIAL])
        await s.events(`watch ${version} as ${accept}`, await watch('', accept, version), 2)
    }
    await s.events('watch by field', await watch('fieldSelector=spec.color%3Dred'), 1, 1500)
    await s.events('initial events', await watch('allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'), 3)
    await s.get('watch in YAML', `${at('v1')}?watch=true`, { accept: 'application/yaml' })
    await remove(s, widgets)
  },
}

const writes: Scenario = {
  name: 'custom resources, writes',
  async run(s) {
    const widgets = kindOf(s, 'writes', 'widgets', 'Widget', [V1, OLD])
    await serve(s, widgets)
    const ns = await s.namespace('custom-writes')
    const { group } = widgets
    const at = (version: string): string => `/apis/${group}/${version}/namespaces/${ns}/widgets`
    const type = { apiVersion: `${group}/v1`, kind: 'Widget' }
    await s.post('create', at('v1'), { ...type, metadata: { name: 'a' }, spec: { replicas: 2 }, status: { replicas: 9 } })
    const bodies: readonly (readonly [string, string | Json])[] = [
      ['no kind', { a: 1 }],
      ['nothing', ''],
      ['no object', '[]'],
      ['no JSON', '{"kind":"Widget"'],
      ['a number for a name', { ...type, metadata: { name: 5 } }],
      ['a number for metadata', { ...type, metadata: 5 }],
      ['no metadata', type],
      ['another kind', { ...type, kind: 'Gadget', metadata: { name: 'q', none: 5 } }],
      ['another version', { ...type, apiVersion: `${group}/v1beta1`, metadata: { name: 'q' } }],
      ['another group', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'q' } }],
      ['no version', { kind: 'Widget', metadata: { name: 'q' } }],
      ['unknown fields', { ...type, metadata: { name: 'q', none: 1 }, spec: { none: 1, free: { some: 1 }, size: 'x' } }],
      ['duplicate fields', `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":"q"},"spec":{"size":0,"size":0}}`],
      // One at a time: the reference tells of fields in no order.
      ['too small', { ...type, metadata: { name: 'q' }, spec: { size: 0, replicas: -1 } }],
      ['not of the enum', { ...type, metadata: { name: 'q' }, spec: { color: 'blue' } }],
      ['a field that is missing', { ...type, metadata: { name: 'q' }, spec: { ports: [{ port: 1 }] } }],
      ['keys that stand twice', { ...type, metadata: { name: 'q' }, spec: { ports: [{ name: 'a' }, { name: 'a' }] } }],
      ['a bad name', { ...type, metadata: { name: 'Q_' }, spec: 5 }],
      ['another namespace', { ...type, metadata: { name: 'q', namespace: 'other' } }],
      ['a version of its own', { ...type, metadata: { name: 'q', resourceVersion: '5' } }],
    ]
    for (const [label, body] of bodies) {
      for (const mode of ['Warn', 'Strict', 'Ignore']) {
        await s.post(`${label}, ${mode}`, `${at('v1')}?fieldValidation=${mode}`, body, { 'content-type': 'application/json' })
      }
    }
    await s.post(
      'numbers',
      at('v1'),
      `{"apiVersion":"${group}/v1","kind":"Widget","metadata":{"name":"n"},"spec":{"size":3.0,"weight":1e2,"free":{"big":9007199254740993,"float":1e21}}}`,
    )
    await s.get('numbers again', `${at('v1')}/n`)
    await s.post('finalizers', at('v1'), { ...type, metadata: { name: 'f', finalizers: ['foo', 'a.b', 'example.com/x'] } })
    await s.post('dry run', `${at('v1')}?dryRun=All`, { ...type, metadata: { name: 'dry' } })
    await s.post('YAML', at('v1'), `apiVersion: ${group}/v1\nkind: Widget\nmetadata: {name: y}\nspec: {size: 4, size: 5, none: 1}\n`, {
      'content-type': 'application/yaml',
    })
    await s.post('an unknown format', at('v1'), '{}', { 'content-type': 'text/plain' })
    await s.post('to all namespaces', widgets.all(), type)
    await s.put('put to the collection', at('v1'), type)
    await s.put('put without a version', `${at('v1')}/a`, { ...type, metadata: { name: 'a' } })
    await s.put('put of what is not there', `${at('v1')}/none`, { ...type, metadata: { name: 'none' } })
    await s.put('put of another name', `${at('v1')}/a`, { ...type, metadata: { name: 'b' } })
    for (const sub of ['', '/status', '/scale']) {
      for (const patch of ['strategic', 'json'] as const)
        await s.patch(`${patch} patch ${sub}`, `${at('v1')}/a${sub}`, patch, { spec: { size: 4 } })
    }
    const patches: readonly (readonly [string, unknown])[] = [
      ['kind', { kind: 'X' }],
      ['no kind', { kind: null }],
      ['version', { apiVersion: `${group}/v1beta1` }],
      ['no version', { apiVersion: null }],
      ['wrong value', { spec: { size: 'x' } }],
      ['unknown field', { spec: { none: 1 } }],
      ['labels', { metadata: { labels: 5 } }],
      ['default again', { spec: { size: null } }],
      ['no spec', { spec: null }],
      ['ports', { spec: { ports: [{ name: 'x', port: 1 }] } }],
      ['status is not changed', { status: { replicas: 3 } }],
    ]
    for (const [label, body] of patches) {
      for (const mode of ['Warn', 'Strict']) {
        const ask = { method: 'PATCH', path: `${at('v1')}/a?fieldValidation=${mode}`, body: JSON.stringify(body), headers: MERGE }
        await s.do(`patch ${label}, ${mode}`, ask)
      }
    }
    await s.patch('patch of nothing', at('v1'), 'merge', {})
    await s.patch('patch of what is not there', `${at('v1')}/none`, 'merge', {})
    await s.patch('a test that fails', `${at('v1')}/a`, 'json', [{ op: 'remove', path: '/spec/none' }])
    await s.patch('status', `${at('v1')}/a/status`, 'merge', {
      status: { replicas: 3, selector: 'a=b', none: 1 },
      spec: { size: 9 },
      metadata: { labels: { a: 'b' } },
    })
    await s.patch('wrong status', `${at('v1')}/a/status`, 'merge', { status: { replicas: 'x' } })
    await s.patch('scale', `${at('v1')}/a/scale`, 'merge', { spec: { replicas: 4 } })
    await s.get('scale again', `${at('v1')}/a/scale`)
    for (const as of ['Table', 'PartialObjectMetadata', 'TableList'])
      await s.get(`scale as ${as}`, `${at('v1')}/a/scale`, { accept: `application/json;as=${as};v=v1;g=meta.k8s.io` })
    await s.put('scale of too few', `${at('v1')}/a/scale`, {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'a', namespace: ns },
      spec: { replicas: -1 },
    })
    await s.get('after it all', `${at('v1')}/a`)
    const apply = (label: string, body: Json, query = 'fieldManager=x'): Promise<unknown> =>
      s.do(label, { method: 'PATCH', path: `${at('v1')}/s?${query}`, body: JSON.stringify(body), headers: APPLY })
    await apply('apply', { ...type, metadata: { name: 's' }, spec: { ports: [{ name: 'x', port: 1 }] } })
    await apply('apply of an unknown field', { ...type, metadata: { name: 's' }, spec: { none: 1 } })
    await apply('apply of a wrong type', { ...type, metadata: { name: 's' }, spec: { size: 'x' } })
    await apply('apply of duplicates', { ...type, metadata: { name: 's' }, spec: { ports: [{ name: 'x' }, { name: 'x' }] } })
    await apply('apply of another kind', { ...type, kind: 'Gadget', metadata: { name: 's' } })
    await apply('a conflict', { ...type, metadata: { name: 's' }, spec: { ports: [{ name: 'x', port: 2 }] } }, 'fieldManager=y')
    await apply('by force', { ...type, metadata: { name: 's' }, spec: { ports: [{ name: 'x', port: 2 }] } }, 'fieldManager=y&force=true')
    await s.post('the old version', at('v1beta1'), {
      ...type,
      apiVersion: `${group}/v1beta1`,
      metadata: { name: 'old' },
      spec: { size: 1 },
    })
    await s.post('the old version, right', at('v1beta1'), {
      ...type,
      apiVersion: `${group}/v1beta1`,
      metadata: { name: 'old' },
      spec: { color: 'red' },
      status: { x: 1 },
    })
    await s.get('in the new one', `${at('v1')}/old`)
    await s.delete('dry run of a delete', `${at('v1')}/old?dryRun=All`)
    await s.delete('delete', `${at('v1')}/old`)
    await s.delete('delete again', `${at('v1')}/old`)
    await s.delete('with finalizers', `${at('v1')}/f`)
    await s.patch('without them', `${at('v1')}/f`, 'merge', { metadata: { finalizers: null } })
    await s.delete('delete by label', `${at('v1')}?labelSelector=none`)
    await s.delete('delete all', at('v1'))
    await s.delete('delete in all namespaces', widgets.all())
    await s.delete('delete of a status', `${at('v1')}/a/status`)
    await remove(s, widgets)
  },
}

const changes: Scenario = {
  name: 'custom resources, changes of the definition',
  async run(s) {
    const loose = { ...V1, schema: schema({ spec: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } } }) }
    const things = kindOf(s, 'changes', 'things', 'Thing', [loose], { scope: 'Cluster' })
    await serve(s, things)
    const all = things.all()
    const thing = (name: string, spec: Json): Json => ({ apiVersion: `${things.group}/v1`, kind: 'Thing', metadata: { name }, spec })
    await s.post('create', all, thing('one', { a: 'long', b: 'x' }))
    const stream = await s.watch(`${all}?watch=true`)
    await stream.lines(1)
    const strict = {
      type: 'object',
      required: ['c'],
      properties: { a: { type: 'string', maxLength: 2 }, c: { type: 'integer', default: 7 }, d: { type: 'string' } },
    }
    const spec = { ...(things.body.spec as Json), versions: [{ ...loose, schema: schema({ spec: strict }) }] }
    await s.do('a change', { method: 'PATCH', path: `${CRDS}/${things.crd}`, body: JSON.stringify({ spec }), headers: MERGE })
    await waitFor(s, `${all}/one`, ({ text }) => text.includes('"c":7'))
    await s.events('ends the watch', stream, 1, 3000)
    await s.get('defaults and pruning on a read', `${all}/one`)
    await s.patch('what was wrong may stay', `${all}/one`, 'merge', { spec: { d: 'x' } })
    await s.patch('what is new may not be wrong', `${all}/one`, 'merge', { spec: { a: 'longer' } })
    await s.patch('the kind may not change', `${CRDS}/${things.crd}`, 'merge', { spec: { names: { kind: 'Other' } } })
    await s.patch('nor may the scope', `${CRDS}/${things.crd}`, 'merge', { spec: { scope: 'Namespaced' } })
    await s.patch('nor may a stored version go', `${CRDS}/${things.crd}`, 'merge', { spec: { versions: [{ ...loose, name: 'v2' }] } })
    await s.patch('finalizer', `${all}/one`, 'merge', { metadata: { finalizers: ['example.com/f'] } })
    await s.delete('delete the definition', `${CRDS}/${things.crd}`)
    await waitFor(s, `${all}/one`, ({ text }) => text.includes('deletionTimestamp'))
    await waitFor(s, `${CRDS}/${things.crd}`, ({ text }) => text.includes('InstanceDeletionInProgress'))
    await s.get('it waits', `${CRDS}/${things.crd}`)
    await s.get('for its object', `${all}/one`)
    await s.post('no new one', all, thing('two', {}))
    await s.delete('delete it again', `${CRDS}/${things.crd}`)
    await s.patch('the object goes', `${all}/one`, 'merge', { metadata: { finalizers: null } })
    await gone(s, things)
    await s.get('and so does the kind', all)
  },
}

const RULED = {
  type: 'object',
  properties: {
    min: { type: 'integer' },
    max: { type: 'integer' },
    name: { type: 'string', maxLength: 10, 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'may not change' }] },
    list: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 5, 'x-kubernetes-validations': [{ rule: "self != 'bad'" }] } },
  },
  'x-kubernetes-validations': [
    {
      rule: '!has(self.min) || !has(self.max) || self.min <= self.max',
      message: 'min is too large',
      reason: 'FieldValueForbidden',
      fieldPath: '.min',
    },
    { rule: '!has(self.max) || self.max < 100', messageExpression: "'max is ' + string(self.max)" },
  ],
}

const rules: Scenario = {
  name: 'custom resources, rules',
  async run(s) {
    const version = (spec: Json): Json => ({
      name: 'v1',
      served: true,
      storage: true,
      schema: schema({ spec, status: STATUS }),
      subresources: { status: {} },
    })
    const wrong = async (label: string, spec: Json): Promise<void> => {
      await s.post(label, CRDS, kindOf(s, 'badrules', 'ruled', 'Ruled', [version(spec)]).body)
    }
    const rule = (text: string, more: Json = {}): Json => ({
      type: 'object',
      properties: { a: { type: 'string' } },
      'x-kubernetes-validations': [{ rule: text, ...more }],
    })
    await wrong('a rule that does not compile', rule('self.b == 1'))
    await wrong('a rule that is no bool', rule('self.a'))
    await wrong('no rule', rule(''))
    await wrong('a field path that leads nowhere', rule('true', { fieldPath: '.b' }))
    await wrong('optional without an old value', rule('true', { optionalOldSelf: true }))
    await wrong('too expensive', {
      type: 'array',
      items: { type: 'array', items: { type: 'string' }, 'x-kubernetes-validations': [{ rule: "self.all(x, self.all(y, x != y + 'a'))" }] },
    })
    await wrong('a default that a rule refuses', {
      type: 'string',
      maxLength: 5,
      default: 'a',
      'x-kubernetes-validations': [{ rule: "self == 'b'" }],
    })
    const ruled = kindOf(s, 'rules', 'ruled', 'Ruled', [version(RULED)], { scope: 'Cluster' })
    await serve(s, ruled)
    const all = ruled.all()
    const object = (name: string, spec: Json): Json => ({ apiVersion: `${ruled.group}/v1`, kind: 'Ruled', metadata: { name }, spec })
    await s.post('right', all, object('a', { min: 1, max: 2, name: 'x', list: ['a'] }))
    await s.post('one rule broken', all, object('b', { min: 3, max: 2 }))
    await s.post('with an expression for the message', all, object('b', { max: 100 }))
    await s.post('in a list', all, object('b', { list: ['a', 'bad'] }))
    await s.post('not asked', all, object('b', { min: 'x', list: ['bad'] }))
    await s.patch('a change that may not be', `${all}/a`, 'merge', { spec: { name: 'y' } })
    await s.patch('another change', `${all}/a`, 'merge', { spec: { max: 3 } })
    await s.patch('of the status', `${all}/a/status`, 'merge', { status: { replicas: 1 } })
    await remove(s, ruled)
  },
}

export const customResources: readonly Scenario[] = [definitions, reads, writes, changes, rules]

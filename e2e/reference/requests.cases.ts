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
const setUp: Request[] = [
  post('namespace', '/api/v1/namespaces', { metadata: { name: '{ns}' } }),
  post('service account', `${core}/serviceaccounts`, { metadata: { name: 'default' } }),
  post('a deployment', `${apps}/deployments`, { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } }),
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
  post('a definition', definitions, definition({ name: 'things.{ns}.example.com' })),
  merge('with faults', `${definitions}/things.{ns}.example.com`, { metadata: faults }),
  merge('with faults beside its status', `${definitions}/things.{ns}.example.com/status`, { metadata: faults }),
]

export const requests: readonly Request[] = [...setUp, ...statuses, ...scales, ...paths, ...taints, ...lists, ...names]

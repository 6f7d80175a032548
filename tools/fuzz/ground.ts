import { send, type Target } from '../conformance/http.ts'
import { collection, make, samples, type Sample } from '../conformance/objects.ts'
import { keyOf, type Ground } from './requests.ts'
import { readTypes } from './schemas.ts'

type Json = Record<string, unknown>

/** Kinds whose objects other kinds of the fuzz are made of: nothing of them is stored but what stands here. */
const CUSTOM: readonly Json[] = [
  definition('gadgets', 'Gadget', {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        properties: {
          size: { type: 'integer', minimum: 1, maximum: 100, default: 3 },
          name: { type: 'string', maxLength: 20, pattern: '^[a-z]+$' },
          port: { 'x-kubernetes-int-or-string': true },
          when: { type: 'string', format: 'date-time' },
          parts: {
            type: 'array',
            maxItems: 20,
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, count: { type: 'number' } } },
          },
          tags: { type: 'array', maxItems: 20, 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
        'x-kubernetes-validations': [{ rule: '!has(self.name) || self.name.size() < self.size + 10' }],
      },
      status: { type: 'object', properties: { phase: { type: 'string', enum: ['A', 'B'] }, nothing: { type: 'string', nullable: true } } },
    },
  }),
  definition('gizmos', 'Gizmo', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
]

function definition(plural: string, kind: string, schema: Json): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.fuzz.example.com` },
    spec: {
      group: 'fuzz.example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {} } }],
    },
  }
}

const custom = (resource: string, kind: string, object: Json): Sample => ({
  ...{ group: 'fuzz.example.com', version: 'v1', resource, kind, namespaced: true, object },
})

const CUSTOM_SAMPLES: readonly Sample[] = [
  custom('gadgets', 'Gadget', {
    spec: { size: 3, name: 'abc', port: 80, parts: [{ name: 'a', count: 1.5 }], tags: ['x'], free: { a: [1] } },
    status: { phase: 'A' },
  }),
  custom('gizmos', 'Gizmo', { spec: { any: [{ thing: true }] } }),
]

/** Names of the objects in recorded requests are made of it. */
export const RECORDED_RUN = 'recorded'

const LIMIT_MS = 15_000

/** Makes what requests speak of: a namespace, custom kinds, and an object of each kind. Fails when the server takes none of them. */
export async function prepare(target: Target, run: string, only: RegExp, paired: boolean): Promise<Ground> {
  const namespace = `fuzz-${run}`
  await send(target, { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } })
  // A pod's token would be mounted by a name that is another one on each server.
  const account = { metadata: { name: 'default' }, automountServiceAccountToken: false }
  await send(target, { method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: account })
  for (const crd of CUSTOM)
    await send(target, { method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: crd })
  const served = await isServed(target, `/apis/fuzz.example.com/v1/namespaces/${namespace}/gadgets`)
  const wanted = [...samples, ...(served ? CUSTOM_SAMPLES : [])].filter((s) => only.test(keyOf(s)))
  if (wanted.length === 0) throw new Error(`no kind is called ${only.source}`)
  const ground: Ground = { samples: wanted, types: await readTypes(target, wanted), namespace, run, bases: new Map(), paired }
  const bases = await makeBases(target, ground)
  if (bases.size === 0) throw new Error('the server takes none of the objects')
  return { ...ground, bases }
}

async function isServed(target: Target, path: string): Promise<boolean> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; ) {
    if ((await send(target, { path })).status === 200) return true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return false
}

/** An object of each kind, as the server has stored it; its version is `RV`, which the sender fills in. */
export async function makeBases(target: Target, { samples: wanted, namespace, run, paired }: Ground): Promise<Map<string, Json>> {
  const bases = new Map<string, Json>()
  for (const s of wanted) {
    if (paired && s.resource === 'limitranges') continue
    const object = make(s, `f-${run}`, run, namespace)
    const path = collection(s, namespace)
    await send(target, { method: 'POST', path, body: object })
    const { status, body } = await send(target, { path: `${path}/${encodeURIComponent(object.metadata.name)}` })
    if (status !== 200) continue
    const stored = JSON.parse(body.toString()) as { metadata: Json }
    delete stored.metadata.managedFields
    stored.metadata.resourceVersion = 'RV'
    // A job has it in its labels as well.
    bases.set(keyOf(s), JSON.parse(JSON.stringify(stored).replaceAll(String(stored.metadata.uid), 'UID')) as Json)
  }
  return bases
}

export interface Identity {
  uid: string
  resourceVersion: string
}

/** What `RV` and `UID` stand for on one server. */
export async function identities(target: Target, { samples: wanted, namespace, run }: Ground): Promise<Map<string, Identity>> {
  const found = new Map<string, Identity>()
  for (const s of wanted) {
    const path = `${collection(s, namespace)}/${encodeURIComponent(make(s, `f-${run}`, run, namespace).metadata.name)}`
    const { status, body } = await send(target, { path })
    if (status === 200) found.set(keyOf(s), (JSON.parse(body.toString()) as { metadata: Identity }).metadata)
  }
  return found
}

/** A request's body for a server with these identities. */
export const filledIn = (body: string, own: Identity | undefined): string =>
  own === undefined ? body : body.replaceAll('"RV"', `"${own.resourceVersion}"`).replaceAll('"UID"', `"${own.uid}"`)

/** Takes away what requests have made. */
export async function clear(target: Target, { samples: wanted, namespace, run }: Ground): Promise<void> {
  const finalizers = {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: '{"metadata":{"finalizers":null}}',
  }
  for (const s of wanted) {
    const path = collection(s, namespace)
    const mine = s.namespaced ? path : `${path}?labelSelector=run%3D${run}`
    await send(target, { method: 'DELETE', path: mine, body: { gracePeriodSeconds: 0, propagationPolicy: 'Background' } })
    const { body } = await send(target, { path: mine })
    const { items = [] } = JSON.parse(body.toString() || '{}') as { items?: { metadata: { name: string } }[] }
    for (const { metadata } of items) await send(target, { ...finalizers, path: `${path}/${encodeURIComponent(metadata.name)}` })
  }
}

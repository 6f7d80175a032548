import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'
import { mergeTolerations } from './tolerations.ts'
import { extendedResourceToleration } from './extended-resource-toleration.ts'
import type { AdmissionAttributes } from './contract.ts'

type Json = Record<string, unknown>

/** Plugins that look at a class, or a node, that an object names or leaves out. */
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
})
afterAll(() => server.close())

const NS = '/api/v1/namespaces/default'

async function create(path: string, body: Json): Promise<Json & { spec: Json; metadata: Json }> {
  const answer = await server.send('POST', path, body)
  if (answer.code !== 201) throw new Error(String(answer.body.message))
  await server.api.feed.fresh()
  return answer.body as Json & { spec: Json; metadata: Json }
}

const patch = (path: string, body: Json) => server.send('PATCH', path, body, { 'content-type': 'application/merge-patch+json' })
const pod = (name: string, spec: Json): Json => ({
  metadata: { name },
  spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], ...spec },
})

describe('default classes', () => {
  const claim = (name: string, spec: Json = {}, metadata: Json = {}): Json => ({
    metadata: { name, ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  })

  test('the newest that is marked, of equally old ones the first by name', async () => {
    const classOf = async (name: string): Promise<unknown> =>
      (await create(`${NS}/persistentvolumeclaims`, claim(name))).spec.storageClassName
    const storageClass = (name: string, mark?: string): Promise<unknown> =>
      create('/apis/storage.k8s.io/v1/storageclasses', {
        metadata: { name, ...(mark ? { annotations: { [mark]: 'true' } } : {}) },
        provisioner: 'p',
        allowVolumeExpansion: name === 'b',
      })
    await storageClass('plain')
    expect(await classOf('none')).toBeUndefined()
    await storageClass('c', 'storageclass.kubernetes.io/is-default-class')
    await storageClass('b', 'storageclass.beta.kubernetes.io/is-default-class')
    expect(await classOf('same-age')).toBe('b')
    server.clock.advance(2000)
    await storageClass('z', 'storageclass.kubernetes.io/is-default-class')
    expect(await classOf('newest')).toBe('z')
    expect((await create(`${NS}/persistentvolumeclaims`, claim('wants-none', { storageClassName: '' }))).spec.storageClassName).toBe('')
    const annotations = { 'volume.beta.kubernetes.io/storage-class': 'x' }
    expect((await create(`${NS}/persistentvolumeclaims`, claim('old-way', {}, { annotations }))).spec.storageClassName).toBeUndefined()
  })

  test('a claim grows when it is bound and its class can do it', async () => {
    const larger = { spec: { resources: { requests: { storage: '2Gi' } } } }
    const words: unknown[] = []
    for (const storageClassName of ['b', 'plain']) {
      const name = `grows-${storageClassName}`
      const made = await create(`${NS}/persistentvolumeclaims`, claim(name, { storageClassName }))
      expect(made.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
      const path = `${NS}/persistentvolumeclaims/${name}`
      const early = await patch(path, larger)
      await patch(`${path}/status`, { status: { phase: 'Bound' } })
      await patch(path, { spec: { volumeName: 'pv' } })
      const late = await patch(path, larger)
      words.push([early.code, late.code], early.body.message, ...(late.code === 200 ? [] : [late.body.message]))
    }
    const about = (name: string, why: string): string => `persistentvolumeclaims "${name}" is forbidden: ${why}`
    expect(words).toEqual([
      [422, 200],
      expect.stringContaining('spec is immutable after creation'),
      [422, 403],
      expect.stringContaining('spec is immutable after creation'),
      about(
        'grows-plain',
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      ),
    ])
  })

  test('ingresses', async () => {
    const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
    const ingress = (name: string, more: Json = {}): Json => ({
      metadata: { name, ...more },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    })
    await create('/apis/networking.k8s.io/v1/ingressclasses', {
      metadata: { name: 'front', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/c' },
    })
    expect((await create(path, ingress('a'))).spec.ingressClassName).toBe('front')
    const old = ingress('b', { annotations: { 'kubernetes.io/ingress.class': 'x' } })
    expect((await create(path, old)).spec.ingressClassName).toBeUndefined()
  })
})

describe('runtime classes', () => {
  beforeAll(async () => {
    await create('/apis/node.k8s.io/v1/runtimeclasses', {
      metadata: { name: 'heavy' },
      handler: 'h',
      overhead: { podFixed: { cpu: '250m' } },
      scheduling: { nodeSelector: { kind: 'heavy' }, tolerations: [{ key: 'a', operator: 'Exists' }] },
    })
  })

  test('give a pod its overhead, nodes and tolerations', async () => {
    const { spec } = await create(`${NS}/pods`, pod('placed', { runtimeClassName: 'heavy', nodeSelector: { disk: 'ssd' } }))
    expect(spec).toMatchObject({ overhead: { cpu: '250m' }, nodeSelector: { disk: 'ssd', kind: 'heavy' } })
    expect(spec.tolerations).toContainEqual({ key: 'a', operator: 'Exists' })
  })

  test.each([
    [{ runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
    [{ runtimeClassName: 'heavy', overhead: { cpu: '1' } }, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
    [{ overhead: { cpu: '1' } }, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'],
    [
      { runtimeClassName: 'heavy', nodeSelector: { kind: 'light' } },
      'conflict: runtimeClass.scheduling.nodeSelector[kind] = heavy; pod.spec.nodeSelector[kind] = light',
    ],
  ])('refuse %o', async (spec, why) => {
    const { code, body } = await server.send('POST', `${NS}/pods`, pod('p', spec))
    expect([code, body.message]).toEqual([403, `pods "p" is forbidden: ${why}`])
  })

  test.each([
    ['of equal ones the first stays', [{ key: 'a' }], [{ key: 'a' }], [{ key: 'a' }]],
    [
      'a wider one replaces',
      [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
      [{ key: 'a', operator: 'Exists' }],
      [{ key: 'a', operator: 'Exists' }],
    ],
    ['any key', [{ operator: 'Exists' }], [{ key: 'a', operator: 'Equal', value: 'x', effect: 'NoExecute' }], [{ operator: 'Exists' }]],
    [
      'a shorter time covers less',
      [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 }],
      [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }],
      [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }],
    ],
    [
      'another value',
      [{ key: 'a', operator: 'Equal', value: 'x' }],
      [{ key: 'a', operator: 'Equal', value: 'y' }],
      [
        { key: 'a', operator: 'Equal', value: 'x' },
        { key: 'a', operator: 'Equal', value: 'y' },
      ],
    ],
  ])('tolerations: %s', (_, first, second, merged) => expect(mergeTolerations(first, second)).toEqual(merged))
})

describe('what a node lends to its pods', () => {
  test('zone and region, when it is bound or made there', async () => {
    const labels = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', other: 'o' }
    await create('/api/v1/nodes', { metadata: { name: 'n', labels } })
    await create(`${NS}/pods`, pod('bound', {}))
    await create(`${NS}/pods/bound/binding`, { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'n' } })
    const lent = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r' }
    const { body } = await server.send('GET', `${NS}/pods/bound`)
    expect(body.metadata).toMatchObject({ labels: lent, generation: 1 })
    expect((await create(`${NS}/pods`, pod('made', { nodeName: 'n' }))).metadata.labels).toEqual(lent)
  })
})

test('a pod that asks for a vendor’s resource goes where that is kept for it', () => {
  const spec = {
    containers: [{ resources: { requests: { 'example.com/gpu': '1', cpu: '1' } } }],
    initContainers: [{ resources: { requests: { 'example.com/card': '1', 'example.com/gpu': '1' } } }],
    tolerations: [{ key: 'example.com/gpu', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3 }],
  }
  const resource = { group: '', version: 'v1', resource: 'pods', namespaced: true }
  void extendedResourceToleration.mutate!({
    operation: 'CREATE',
    subresource: '',
    resource,
    object: { metadata: {}, spec },
  } as unknown as AdmissionAttributes)
  expect(spec.tolerations).toEqual([
    { key: 'example.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'example.com/card', operator: 'Exists', effect: 'NoSchedule' },
  ])
})

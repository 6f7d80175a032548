import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeObject } from '../codec/protobuf/index.ts'
import type { KubeObject } from '../machinery/types.ts'
import { scheme } from '../scheme/index.ts'
import { startTestServer, type Json, type TestServer } from '../testing/api-server.ts'
import { MARKED_MINOR, marked, unmarked } from './generic/stored-mark.ts'
import { versionInfo } from '../discovery/version.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const metadata = (name: string): Json => ({
  name,
  namespace: 'default',
  uid: '08675309-9376-9376-9376-086753099999',
  creationTimestamp: '2026-01-01T00:00:00Z',
})
const CLAIM = {
  kind: 'PersistentVolumeClaim',
  apiVersion: 'v1',
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '10G' } },
    dataSource: { kind: 'PersistentVolumeClaim', name: 'foo' },
  },
}
const POD = { kind: 'Pod', apiVersion: 'v1', spec: { containers: [{ name: 'c', image: 'i' }] } }
const SERVICE = { kind: 'Service', apiVersion: 'v1', spec: { clusterIP: '10.0.0.77', ports: [{ port: 80 }], selector: { a: 'b' } } }
const AUTOSCALER = {
  kind: 'HorizontalPodAutoscaler',
  apiVersion: 'autoscaling/v1',
  spec: { maxReplicas: 3, scaleTargetRef: { kind: 'A', name: 'b' } },
}
const BUDGET = { kind: 'PodDisruptionBudget', apiVersion: 'policy/v1beta1', spec: { minAvailable: 1, selector: {} } }

type Form = 'JSON' | 'protobuf'

/** As a kube-apiserver of another release left it there. */
async function store(key: string, object: Json, form: Form): Promise<void> {
  const typed = { ...object, apiVersion: String(object.apiVersion).replace('policy/v1beta1', 'policy/v1') } as unknown as KubeObject
  const [group, version] = typed.apiVersion!.includes('/') ? typed.apiVersion!.split('/') : ['', typed.apiVersion!]
  const protobuf = (): Buffer => encodeObject(typed, scheme.typeOf(group!, version!, typed.kind!)!)
  await server.storage.create(`/registry/${key}`, form === 'JSON' ? Buffer.from(`${JSON.stringify(object)}\n`) : protobuf())
}

const get = async (path: string): Promise<Json> => (await server.send('GET', path)).body

describe.each<Form>(['JSON', 'protobuf'])('objects that another server stored in %s', (form) => {
  const name = (kind: string): string => `${kind}-${form.toLowerCase()}`

  test('have the defaults of today, in every read', async () => {
    const pods = '/api/v1/namespaces/default/pods'
    await store(`pods/default/${name('p')}`, { ...POD, metadata: metadata(name('p')) }, form)
    const defaults = {
      spec: {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        schedulerName: 'default-scheduler',
        containers: [{ terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'Always' }],
      },
    }
    const pod = await get(`${pods}/${name('p')}`)
    expect(pod).toMatchObject(defaults)
    const { items } = (await get(pods)) as { items: { metadata: { name: string } }[] }
    expect(items.find((p) => p.metadata.name === name('p'))).toMatchObject(defaults)
    expect((await get(`${pods}?fieldSelector=spec.restartPolicy%3DAlways`)).items).not.toEqual([])
  })

  test('are completed by what a kind does on reads beside that', async () => {
    await store(`services/specs/default/${name('s')}`, { ...SERVICE, metadata: metadata(name('s')) }, form)
    expect(await get(`/api/v1/namespaces/default/services/${name('s')}`)).toMatchObject({
      spec: {
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
        clusterIPs: ['10.0.0.77'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
    })
  })

  test('are in the stored version, whatever version they were stored in', async () => {
    await store(`horizontalpodautoscalers/default/${name('h')}`, { ...AUTOSCALER, metadata: metadata(name('h')) }, form)
    expect(await get(`/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/${name('h')}`)).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { minReplicas: 1, metrics: [{ type: 'Resource', resource: { name: 'cpu' } }] },
    })
  })

  test('take an update that changes nothing, which writes them anew, and then none', async () => {
    const path = `/api/v1/namespaces/default/persistentvolumeclaims/${name('c')}`
    await store(`persistentvolumeclaims/default/${name('c')}`, { ...CLAIM, metadata: metadata(name('c')) }, form)
    const dry = await server.send('PUT', `${path}?dryRun=All`, { ...CLAIM, metadata: metadata(name('c')) })
    expect(dry.body).toMatchObject({ spec: { volumeMode: 'Filesystem', dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'foo' } } })
    const versionOf = ({ body }: { body: Json }): unknown => (body.metadata as Json).resourceVersion
    const patch = (): ReturnType<TestServer['send']> => server.send('PATCH', path, {}, { 'content-type': 'application/merge-patch+json' })
    const [before, first, second] = [await server.send('GET', path), await patch(), await patch()]
    expect([first.code, second.code]).toEqual([200, 200])
    expect(versionOf(first)).not.toBe(versionOf(before))
    expect(versionOf(second)).toBe(versionOf(first))
    const { kv } = await server.storage.get(`/registry/persistentvolumeclaims/default/${name('c')}`)
    expect(unmarked(kv!.value)?.toString()).toContain('"volumeMode":"Filesystem"')
  })
})

test('a version that is served no longer is read where a served one has its shape', async () => {
  await store('poddisruptionbudgets/default/old', { ...BUDGET, metadata: metadata('old') }, 'JSON')
  // An empty selector is for no pod there, and for every pod now.
  expect(await get('/apis/policy/v1/namespaces/default/poddisruptionbudgets/old')).toMatchObject({
    apiVersion: 'policy/v1',
    spec: { minAvailable: 1, selector: { matchExpressions: [{ operator: 'Exists' }] } },
  })
})

describe('what this server has stored', () => {
  test('is told by the white space behind it, and shown as it is', async () => {
    await server.storage.create(
      '/registry/configmaps/default/bare',
      marked(Buffer.from('{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"bare","uid":"u"},"unknown":1}')),
    )
    expect(await get('/api/v1/namespaces/default/configmaps/bare')).toMatchObject({ unknown: 1, metadata: { name: 'bare' } })
  })

  test('a mark of another release, or another end, is none', () => {
    const json = Buffer.from('{"a":1}')
    expect(unmarked(marked(json))).toEqual(json)
    for (const end of ['', '\n', ' ', '      ', '\t\t\t\t\t\t']) expect(unmarked(Buffer.from(`{"a":1}${end}`))).toBeUndefined()
    expect(unmarked(marked(Buffer.from('{"a":1} ')))).toBeUndefined()
    expect(MARKED_MINOR).toBe(Number(versionInfo.minor))
  })
})

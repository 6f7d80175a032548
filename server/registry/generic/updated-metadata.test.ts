import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/api-server.ts'

// What kube-apiserver 1.37.2 answers.
const MERGE = { 'content-type': 'application/merge-patch+json' }
const maps = '/api/v1/namespaces/default/configmaps'
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
const addresses = '/apis/networking.k8s.io/v1/ipaddresses'
const claims = '/api/v1/namespaces/default/persistentvolumeclaims'
const dra = '/apis/resource.k8s.io/v1'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  const labels = { app: 'x' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  for (const [path, body] of [
    [maps, { metadata: { name: 'a' } }],
    [deployments, { metadata: { name: 'a' }, spec: { selector: { matchLabels: labels }, template } }],
    [leases, { metadata: { name: 'a' } }],
    [addresses, { metadata: { name: '10.99.9.7' }, spec: { parentRef: { resource: 'services', name: 's' } } }],
  ] as const)
    expect((await server.send('POST', path, body)).code).toBe(201)
})
afterAll(() => server.close())

const said = async (method: string, path: string, body: unknown): Promise<string> => {
  const answer = await server.send(method, path, body, method === 'PATCH' ? MERGE : {})
  return `${answer.code} ${String(answer.body.message ?? '')}`
}

const NAMESPACE = '400 the namespace of the provided object does not match the namespace sent on the request'
const PATH_TEXT = `metadata.generateName: Invalid value: "x/y": may not contain '/'`
const SUBDOMAIN = /metadata\.generateName: Invalid value: "x\/y": a lowercase RFC 1123 subdomain must consist of/
const FINALIZER = 'name is neither a standard finalizer name nor is it fully qualified'

describe('an update', () => {
  test.each([
    ['PUT', { metadata: { namespace: 'x' } }],
    ['PUT', { metadata: { namespace: 'x', name: 'b' } }],
    ['PATCH', { metadata: { namespace: 'x', name: null } }],
  ])('%s %j is of another namespace before it is of another name', async (method, body) => {
    expect(await said(method, `${maps}/a`, body)).toBe(NAMESPACE)
  })

  test('looks at a generateName as a path would, and then as the kind does, where it does', async () => {
    const body = { metadata: { generateName: 'x/y' } }
    expect(await said('PATCH', `${maps}/a`, body)).toMatch(new RegExp(`is invalid: \\[${PATH_TEXT}, ${SUBDOMAIN.source}`))
    expect(await said('PATCH', `${deployments}/a`, body)).toBe(`422 Deployment.apps "a" is invalid: ${PATH_TEXT}`)
    expect(await said('PATCH', `${deployments}/a?dryRun=All`, { metadata: { generateName: 'X_y' } })).toBe('200 ')
  })

  test('of an address shows no value of a reference, and looks at it anew', async () => {
    const fault = 'spec.parentRef: Invalid value: null: field is immutable'
    const of = (parentRef: object | null): Promise<string> => said('PATCH', `${addresses}/10.99.9.7`, { spec: { parentRef } })
    const invalid = '422 IPAddress.networking.k8s.io "10.99.9.7" is invalid: '
    expect(await of({ name: 't' })).toBe(`${invalid}${fault}`)
    expect(await of(null)).toBe(`${invalid}[spec.parentRef: Required value, ${fault}]`)
  })

  test('with a version that is none is told of it in Go’s quotes', async () => {
    expect(await said('PATCH', `${maps}/a`, { metadata: { resourceVersion: '\u0007' } })).toBe(
      '500 strconv.ParseUint: parsing "\\a": invalid syntax',
    )
  })
})

describe('finalizers', () => {
  const metadata = { name: 'b', finalizers: ['a'] }
  test('of any name are for kinds whose rules are not core’s', async () => {
    expect(await said('POST', `${leases}?dryRun=All`, { metadata })).toBe('201 ')
    expect(await said('PATCH', `${leases}/a?dryRun=All`, { metadata: { finalizers: ['a'] } })).toBe('200 ')
    expect(await said('POST', `${maps}?dryRun=All`, { metadata })).toContain(FINALIZER)
    expect(await said('PATCH', `${maps}/a`, { metadata: { finalizers: ['a'] } })).toContain(FINALIZER)
  })

  test('that come too late are told of before their names are', async () => {
    await server.send('POST', maps, { metadata: { name: 'late', finalizers: ['example.com/f'] } })
    await server.send('DELETE', `${maps}/late`)
    const text = 'no new finalizers can be added if the object is being deleted, found new finalizers []string{"a"}'
    expect(await said('PATCH', `${maps}/late`, { metadata: { finalizers: ['example.com/f', 'a'] } })).toBe(
      `422 ConfigMap "late" is invalid: [metadata.finalizers: Forbidden: ${text}, metadata.finalizers[1]: Invalid value: "a": ${FINALIZER}]`,
    )
  })
})

test('a version that nobody can print is quoted as Go does', async () => {
  expect(await said('POST', maps, { apiVersion: '\u0007', kind: 'ConfigMap', metadata: { name: 'x' } })).toBe(
    '400 ConfigMap in version "\\a" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "\\a" in scheme "pkg/runtime/scheme.go:111"',
  )
})

test('a patch that makes a large number of the kind is told of a number', async () => {
  expect(await said('PATCH', `${maps}/a`, { kind: 9223372036854775807n })).toContain('cannot unmarshal number into Go struct field .kind')
})

describe('fields of gates that are off are not kept', () => {
  const created = async (path: string, spec: object): Promise<unknown> => {
    const { code, body } = await server.send('POST', `${path}?dryRun=All`, { metadata: { name: 'g' }, spec })
    expect(code).toBe(201)
    return body.spec
  }
  const request = (more: object = {}): object => ({ deviceClassName: 'x', allocationMode: 'ExactCount', count: 1, ...more })
  const derived = { derivedAttributes: [{ name: 'b', expression: 'a' }] }

  test('the source of a claim in another namespace', async () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
    const ref = { kind: 'PersistentVolumeClaim', name: 'b' }
    expect(await created(claims, { ...spec, dataSourceRef: { ...ref, namespace: 'a' } })).toEqual({ ...spec, volumeMode: 'Filesystem' })
    const own = { apiGroup: null, ...ref }
    expect(await created(claims, { ...spec, dataSource: ref, dataSourceRef: { ...ref, namespace: 'a' } })).toEqual({
      ...{ ...spec, volumeMode: 'Filesystem' },
      ...{ dataSource: own, dataSourceRef: own },
    })
    expect(await created(claims, { ...spec, dataSourceRef: ref })).toMatchObject({ dataSourceRef: own })
  })

  test('derived attributes of device requests, in claims and templates', async () => {
    const devices = (more?: object): object => ({
      requests: [
        { name: 'r', exactly: request(more) },
        { name: 's', firstAvailable: [{ name: 't', ...request(more) }] },
      ],
    })
    expect(await created(`${dra}/namespaces/default/resourceclaims`, { devices: devices(derived) })).toEqual({ devices: devices() })
    const templates = `${dra}/namespaces/default/resourceclaimtemplates`
    expect(await created(templates, { spec: { devices: devices(derived) } })).toMatchObject({ spec: { devices: devices() } })
  })

  test('what a driver does without on a node', async () => {
    const spec = { driver: 'example.com', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } }
    expect(await created(`${dra}/resourceslices`, { ...spec, skipNodeOperations: ['NodePrepareResources'] })).toEqual(spec)
  })
})

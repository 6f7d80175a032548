import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

// What kube-apiserver 1.37.2 answers, but for the components that it knows.
describe('kinds of which nothing is stored', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())

  const COMPONENTS = '/api/v1/componentstatuses'
  const names = async (query: string): Promise<string[]> => {
    const { items } = (await server.send('GET', `${COMPONENTS}?${query}`)).body as { items: { metadata: { name: string } }[] }
    return items.map((i) => i.metadata.name)
  }

  test('are selected by labels, name and namespace', async () => {
    expect(await names('')).toEqual(['etcd-0'])
    expect(await names('fieldSelector=metadata.name%3Detcd-0')).toEqual(['etcd-0'])
    expect(await names('fieldSelector=metadata.name%3Dx')).toEqual([])
    expect(await names('fieldSelector=metadata.namespace%3Dx')).toEqual([])
    expect(await names('labelSelector=a%3Db')).toEqual([])
    expect(await names('labelSelector=%21a')).toEqual(['etcd-0'])
  })

  const NOT_FOUND = 'the server could not find the requested resource'
  test.each([
    ['GET', `${COMPONENTS}?fieldSelector=x%3Dy`, 400, '"x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['GET', `${COMPONENTS}?fieldSelector=%3D%3D%3D`, 400, 'invalid field selector: unescaped character in value: 61'],
    ['GET', `${COMPONENTS}?labelSelector=%3D`, 400, "found '=', expected: !, identifier, or 'end of string'"],
    [
      'GET',
      `${COMPONENTS}?resourceVersionMatch=Exact`,
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    ['GET', `${COMPONENTS}?watch=1`, 405, 'watch is not supported on resources of kind "componentstatuses"'],
    ['GET', '/api/v1/namespaces/default/componentstatuses', 404, NOT_FOUND],
    ['POST', '/api/v1/bindings', 404, NOT_FOUND],
    ['GET', '/api/v1/bindings', 404, NOT_FOUND],
    ['GET', '/api/v1/namespaces/default/bindings', 405, 'the server does not allow this method on the requested resource'],
    ['GET', '/apis/authorization.k8s.io/v1/localsubjectaccessreviews', 404, NOT_FOUND],
    ['POST', '/apis/authorization.k8s.io/v1/localsubjectaccessreviews', 404, NOT_FOUND],
    ['POST', '/apis/authentication.k8s.io/v1/namespaces/default/tokenreviews', 404, NOT_FOUND],
  ])('%s %s: %i %s', async (method, path, code, message) => {
    const answer = await server.send(method, path, method === 'POST' ? {} : undefined)
    expect({ code: answer.code, message: answer.body.message }).toEqual({ code, message })
  })

  test.each(['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'])(
    'what a review says of its metadata.%s is not looked at: nobody but the server says that',
    async (field) => {
      const value = field === 'deletionGracePeriodSeconds' ? 3 : /Timestamp/.test(field) ? '2020-01-01T00:00:00Z' : 'x'
      const spec = { user: 'a', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' } }
      const path = '/apis/authorization.k8s.io/v1'
      for (const of of ['', 'namespaces/default/local']) {
        const answer = await server.send('POST', `${path}/${of}subjectaccessreviews`, { metadata: { [field]: value }, spec })
        expect(answer).toMatchObject({ code: 201, body: { status: { allowed: false } } })
        expect(answer.body.metadata).not.toHaveProperty(field)
      }
      const refused = await server.send('POST', `${path}/subjectaccessreviews`, { metadata: { name: 'x', [field]: value }, spec })
      expect(refused.code).toBe(422)
      expect(refused.body.message).not.toContain(`"${field}"`)
    },
  )

  test('nor that of a binding, which by its old path names no particular pod of that name', async () => {
    const pods = '/api/v1/namespaces/default/pods'
    await server.send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
    expect((await server.send('POST', pods, { metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }] } })).code).toBe(201)
    const binding = { metadata: { name: 'a', uid: 'another' }, target: { kind: 'Node', name: 'n' } }
    expect((await server.send('POST', `${pods}/a/binding`, binding)).code).toBe(409)
    expect((await server.send('POST', '/api/v1/namespaces/default/bindings', binding)).code).toBe(201)
  })

  test.each([
    [
      'PartialObjectMetadataList',
      COMPONENTS,
      { kind: 'PartialObjectMetadataList', metadata: {}, items: [{ metadata: { name: 'etcd-0' } }] },
    ],
    ['PartialObjectMetadata', `${COMPONENTS}/etcd-0`, { kind: 'PartialObjectMetadata', metadata: { name: 'etcd-0' } }],
    ['Table', COMPONENTS, { kind: 'Table', rows: [{ cells: ['etcd-0', 'Healthy', 'ok', ''] }] }],
    ['Table', `${COMPONENTS}/etcd-0`, { kind: 'Table', rows: [{ cells: ['etcd-0', 'Healthy', 'ok', ''] }] }],
    ['PartialObjectMetadataList', `${COMPONENTS}?labelSelector=a`, { kind: 'PartialObjectMetadataList', metadata: {}, items: null }],
  ])('as %s: %s', async (form, path, answer) => {
    const accept = `application/json;as=${form};v=v1;g=meta.k8s.io`
    expect((await server.send('GET', path, undefined, { accept })).body).toMatchObject(answer)
  })
})

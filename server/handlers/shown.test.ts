import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

const all = '/apis/apps/v1/namespaces/default/deployments'
const labels = { app: 'a' }
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const as = (form: string, query = ''): [path: string, headers: Record<string, string>] => [
  `${all}/d/scale${query}`,
  { accept: `application/json;as=${form};v=v1;g=meta.k8s.io` },
]

describe('a Scale', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    await server.send('POST', all, {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    })
  })
  afterAll(() => server.close())

  const get = ([path, headers]: ReturnType<typeof as>) => server.send('GET', path, undefined, headers)

  test('has the columns of a workload', async () => {
    const { code, body } = await get(as('Table'))
    expect([code, body.kind, body.apiVersion]).toEqual([200, 'Table', 'meta.k8s.io/v1'])
    expect((body.columnDefinitions as { name: string; type: string }[]).map((c) => `${c.name}:${c.type}`)).toEqual([
      'Name:string',
      'Desired:integer',
      'Available:integer',
      'Age:string',
    ])
    const [row] = body.rows as { cells: unknown[]; object: { kind: string; metadata: { name: string; resourceVersion: string } } }[]
    expect(row!.cells.slice(0, 3)).toEqual(['d', 2, 0])
    expect(row!.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'd' } })
    expect(body.metadata).toEqual({ resourceVersion: row!.object.metadata.resourceVersion })
    const whole = (await get(as('Table', '?includeObject=Object'))).body.rows as { object: object }[]
    expect(whole[0]!.object).toMatchObject({ kind: 'Scale', spec: { replicas: 2 } })
  })

  test('is shown so after a write, too', async () => {
    const [path, headers] = as('Table')
    const patched = { ...headers, 'content-type': 'application/merge-patch+json' }
    const { body } = await server.send('PATCH', path, { spec: { replicas: 3 } }, patched)
    expect((body.rows as { cells: unknown[] }[])[0]!.cells.slice(0, 3)).toEqual(['d', 3, 0])
  })

  test('is its metadata alone, or no list', async () => {
    expect((await get(as('PartialObjectMetadata'))).body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'd' } })
    expect((await get(as('PartialObjectMetadataList'))).code).toBe(406)
  })
})

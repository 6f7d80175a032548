import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Server, startServer } from '../fixtures/server.ts'

/** Answers to the byte, and to requests that clients seldom make, as kube-apiserver 1.37.2 gives them. */
let server: Server
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const MAPS = '/api/v1/namespaces/default/configmaps'
const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1'
const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
const ESCAPED = String.raw`\u003c\u0026\u003e\u2028`

const text = async (path: string, accept = 'application/json'): Promise<string> =>
  (await server.api.send('GET', path, { headers: { accept } })).text
const message = async (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<[number, string]> => {
  const answer = await server.api.send(method, path, { body, headers })
  return [answer.status, answer.json<{ message: string }>().message]
}

describe('Go’s escapes in JSON', () => {
  beforeAll(async () => {
    const shown = '<&>\u2028'
    await server.api.create(MAPS, { metadata: { name: 'escapes', annotations: { shown } }, data: { shown } })
  })

  test.each([
    ['the object', `${MAPS}/escapes`, undefined, 2],
    ['indented', `${MAPS}/escapes?pretty=1`, undefined, 2],
    ['a list', `${MAPS}?fieldSelector=metadata.name%3Descapes`, undefined, 2],
    ['an indented list', `${MAPS}?fieldSelector=metadata.name%3Descapes&pretty=1`, undefined, 2],
    ['a watch', `${MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Descapes`, undefined, 2],
    ['metadata', `${MAPS}/escapes`, PARTIAL, 1],
    ['a table', `${MAPS}?fieldSelector=metadata.name%3Descapes`, TABLE, 1],
    ['a table with objects', `${MAPS}?fieldSelector=metadata.name%3Descapes&includeObject=Object`, TABLE, 2],
  ])('%s', async (_, path, accept, times) => {
    const body = await text(path, accept)
    expect(body.split(ESCAPED)).toHaveLength(times + 1)
    expect(body).not.toMatch(/[<>&\u2028]/)
  })

  test('cells of a table: what is not there', async () => {
    expect(await text('/apis/apps/v1/namespaces/default/deployments/none', TABLE)).toContain('"deployments.apps \\"none\\" not found"')
    expect(await text('/api/v1/namespaces/default/services', TABLE)).toContain(String.raw`"\u003cnone\u003e"`)
  })

  test('a Status', async () => {
    expect(await text(`${MAPS}/%3Cb%3E`)).toContain(String.raw`"message":"configmaps \"\u003cb\u003e\" not found"`)
    expect(await text(`${MAPS}?labelSelector=%3C`)).toContain(String.raw`found '\u003c', expected`)
  })
})

describe('options of lists and watches', () => {
  test.each([
    [
      'watch=1&resourceVersion=1&resourceVersionMatch=Exact',
      'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]',
    ],
    [
      'watch=1&continue=abc',
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided',
    ],
  ])('%s', async (query, words) => {
    expect(await message('GET', `${MAPS}?${query}`)).toEqual([422, words])
  })

  test('a form of rows that there is not', async () => {
    expect(await message('GET', `${MAPS}?includeObject=Bad`, undefined, { accept: TABLE })).toEqual([
      400,
      "Unable to convert to Table as requested: includeObject: Invalid value: \"Bad\": must be 'Metadata', 'Object', 'None', or empty",
    ])
  })
})

describe('paths beside the API', () => {
  test('a health endpoint has no folder', async () => {
    for (const path of ['/healthz/', '/livez/', '/readyz/', '/healthz/etcd/'])
      expect((await server.api.send('GET', path)).text).toBe('404 page not found\n')
    expect(await text('/healthz/etcd')).toBe('ok')
  })

  test('the version is indented, as the index', async () => {
    expect(await text('/version')).toMatch(/^{\n {2}"major": "1",\n {2}"minor": "37",\n[^]*\n}$/)
  })

  test('the index names each check', async () => {
    const { paths } = (await server.api.send('GET', '/')).json<{ paths: string[] }>()
    expect(paths).toEqual(
      expect.arrayContaining(['/healthz', '/livez/ping', '/readyz/poststarthook/rbac/bootstrap-roles', '/metrics/slis']),
    )
    for (const path of paths.filter((p) => /^\/(?:healthz|livez|readyz)/.test(p))) expect(await text(path)).toBe('ok')
  })

  test('what the checks answered is counted', async () => {
    await text('/livez')
    const before = /kubernetes_healthchecks_total{name="ping",status="success",type="livez"} (\d+)/
    const first = Number(before.exec(await text('/metrics/slis'))![1])
    await text('/livez')
    const body = await text('/metrics/slis')
    expect(Number(before.exec(body)![1])).toBe(first + 1)
    expect(body).toContain('kubernetes_healthcheck{name="etcd",type="livez"} 1')
  })
})

test('a namespace that is finalized keeps its label and who set it', async () => {
  const path = '/api/v1/namespaces/finalized'
  await server.api.create('/api/v1/namespaces', { metadata: { name: 'finalized', finalizers: ['example.com/stays'] } })
  await server.api.send('PUT', `${path}/finalize`, { body: { metadata: { name: 'finalized' }, spec: { finalizers: [] } } })
  const { metadata } = (await server.api.send('GET', path)).json<{ metadata: { labels: object; managedFields: object[] } }>()
  expect(metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'finalized' })
  expect(JSON.stringify(metadata.managedFields)).toContain('"f:labels":{".":{},"f:kubernetes.io/metadata.name":{}}')
})

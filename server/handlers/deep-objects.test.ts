import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseYaml } from '../codec/yaml.ts'
import { decodeObject, encodeObject } from '../codec/protobuf/index.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'
import { scheme } from '../scheme/index.ts'

const all = '/apis/apps/v1/namespaces/default/controllerrevisions'
const head = { apiVersion: 'apps/v1', kind: 'ControllerRevision' }
const type = scheme.typeOf('apps', 'v1', 'ControllerRevision')!
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}"b"${'}'.repeat(levels)}`
const revision = (name: string, levels: number): string =>
  `{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"${name}"},"revision":1,"data":${nested(levels)}}`
const protobuf = 'application/vnd.kubernetes.protobuf'

describe('an object that is nested deeply', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    expect((await send('POST', all, revision('deep', 1_900))).status).toBe(201)
    expect((await send('POST', all, revision('less', 300))).status).toBe(201)
  })
  afterAll(() => server.close())

  async function send(
    method: string,
    path: string,
    body?: string | Buffer,
    { as = 'application/json', accept = 'application/json' }: { as?: string; accept?: string } = {},
  ): Promise<{ status: number; body: Buffer }> {
    const headers = { 'content-type': as, accept }
    return server.api
      .transport(administrator)
      .request({ method, path, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) })
  }

  test.each(['application/json', 'application/yaml', protobuf, 'application/json;as=Table;v=v1;g=meta.k8s.io'])(
    'is read as %s',
    async (accept) => {
      for (const path of [`${all}/deep`, all]) expect((await send('GET', path, undefined, { accept })).status).toBe(200)
    },
  )

  test('says the same in every encoding', async () => {
    const json = JSON.parse((await send('GET', `${all}/less`)).body.toString()) as object
    const yaml = await send('GET', `${all}/less`, undefined, { accept: 'application/yaml' })
    expect(JSON.stringify(parseYaml(yaml.body.toString()).value)).toContain(nested(300))
    const message = await send('GET', `${all}/less`, undefined, { accept: protobuf })
    expect(decodeObject(message.body, scheme)).toEqual(json)
  })

  describe.each([
    ['lists', (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`],
    ['objects', (levels: number) => nested(levels)],
  ])('%s that no field holds', (_, deep) => {
    const secret = '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"deep-or-not"}'
    const secrets = '/api/v1/namespaces/default/secrets'
    beforeAll(async () => {
      await send('POST', secrets, `${secret}}`)
    })

    test.each([1_990, 2_500, 9_990])('%i levels of them are passed over', async (levels) => {
      expect((await send('POST', `${secrets}?dryRun=All`, `${secret.replace('-or-not', '')},"x":${deep(levels)}}`)).status).toBe(201)
      for (const [kind, patch] of [
        ['merge', `{"x":${deep(levels)}}`],
        ['strategic-merge', `{"x":${deep(levels)}}`],
        ['json', `[{"op":"add","path":"/x","value":${deep(levels)}}]`],
      ] as const) {
        const { status, body } = await send('PATCH', `${secrets}/deep-or-not?dryRun=All`, patch, { as: `application/${kind}-patch+json` })
        expect([kind, status, body.toString().slice(0, 200)]).toEqual([kind, 200, expect.any(String)])
      }
    })

    test('in the place of a text they are the wrong type', async () => {
      const wrong = `{"type":${deep(1_990)}}`
      for (const kind of ['merge', 'strategic-merge']) {
        const { status } = await send('PATCH', `${secrets}/deep-or-not?dryRun=All`, wrong, { as: `application/${kind}-patch+json` })
        expect([kind, status]).toEqual([kind, 422])
      }
    })

    test('more than ten thousand are refused', async () => {
      const { status, body } = await send('POST', secrets, `${secret},"x":${deep(10_001)}}`)
      expect(status).toBe(400)
      expect(body.toString()).toContain('exceeded max depth')
    })
  })

  test.each([
    ['merge', '{"metadata":{"labels":{"a":"b"}}}'],
    ['strategic-merge', '{"metadata":{"labels":{"a":"c"}}}'],
    ['json', '[{"op":"add","path":"/metadata/annotations","value":{"a":"d"}}]'],
  ])('is patched by a %s patch', async (kind, patch) => {
    const { status } = await send('PATCH', `${all}/deep?dryRun=All`, patch, { as: `application/${kind}-patch+json` })
    expect(status).toBe(200)
  })

  const deep = nested(5_000)
  test.each([
    ['POST', 'application/json', revision('more', 2_001), 400],
    [
      'POST',
      protobuf,
      encodeObject({ ...head, metadata: { name: 'more' }, revision: 1, data: JSON.parse(nested(2_500)) as object }, type),
      400,
    ],
    ['PATCH', 'application/merge-patch+json', `{"metadata":{"annotations":${deep}}}`, 400],
    ['PATCH', 'application/strategic-merge-patch+json', `{"metadata":{"annotations":${deep}}}`, 400],
    ['PATCH', 'application/json-patch+json', `[{"op":"add","path":"/data","value":${deep}}]`, 400],
    ['PATCH', 'application/json-patch+json', `[{"op":"add","path":"/data${'/a'.repeat(1_500)}","value":${nested(1_500)}}]`, 422],
    ['PATCH', 'application/json-patch+json', `[{"op":"copy","from":"/data","path":"/data${'/a'.repeat(1_000)}"}]`, 422],
  ])('is refused when it is nested too deeply: %s %s', async (method, as, body, code) => {
    const { status } = await send(method, method === 'POST' ? all : `${all}/deep`, body, { as })
    expect(status).toBe(code)
  })
})

test('a claim for devices whose driver was told something nested deeply is updated', async () => {
  const server = await startTestServer()
  const claims = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims'
  const opaque = { driver: 'd.e.com', parameters: JSON.parse(nested(1_500)) as object }
  const devices = { requests: [{ name: 'r', exactly: { deviceClassName: 'c' } }], config: [{ opaque }] }
  expect((await server.send('POST', claims, { metadata: { name: 'deep' }, spec: { devices } })).code).toBe(201)
  const labels = { metadata: { labels: { a: 'b' } } }
  const patch = { 'content-type': 'application/merge-patch+json' }
  expect((await server.send('PATCH', `${claims}/deep`, labels, patch)).code).toBe(200)
  await server.close()
})

describe('an object with more of something than a call has arguments', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())

  test.each([
    ['configmaps', { metadata: { name: 'a', finalizers: Array.from({ length: 300_000 }, () => 'a') } }],
    ['configmaps', { metadata: { name: 'a', ownerReferences: Array.from({ length: 200_000 }, () => ({})) } }],
    ['endpoints', { metadata: { name: 'a' }, subsets: [{ addresses: Array.from({ length: 200_000 }, () => ({})) }] }],
  ])('%s is refused with the first of its errors', async (resource, body) => {
    const answer = await server.send('POST', `/api/v1/namespaces/default/${resource}`, body)
    expect(answer.code).toBe(422)
    expect((answer.body as { details: { causes: unknown[] } }).details.causes.length).toBeLessThanOrEqual(10_000)
  })
})

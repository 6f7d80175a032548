import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { RequestContext } from '../request/context.ts'
import { FakeClock } from '../machinery/clock.ts'
import { parseQuery } from '../machinery/query.ts'
import { scheme } from '../scheme/index.ts'
import type { CustomSource } from './custom-schemas.ts'
import { noDescriptions } from './descriptions.ts'
import { openApi } from './handler.ts'

interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

const clock = new FakeClock()
let custom: { generation: number; sources: CustomSource[] } = { generation: 0, sources: [] }
const others: { name: string; etag: string; document(): object }[] = []
const serve = openApi({
  scheme,
  clock,
  version: '1.37',
  returnsDeletedObject: () => false,
  patchTypes: ['application/merge-patch+json'],
  descriptions: () => Promise.resolve(noDescriptions),
  custom: () => custom,
  foreign: () => new Map(),
  foreignV2: () => others,
})

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer | undefined> {
  let answer: Answer | undefined
  const respond = (status: number, h: Record<string, string>, body?: Buffer): void => {
    answer = { status, headers: h, body: body ?? Buffer.alloc(0) }
  }
  const [name = '', search = ''] = path.split('?')
  const exchange = { method, path: name, search, headers, respond }
  return (await serve({ exchange, requestInfo: { query: parseQuery(search) } } as unknown as RequestContext)) ? answer! : undefined
}

const V2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
const V3 = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf'

describe('/openapi/v3', () => {
  test('the index leads to every document, by an address that may be kept for ever', async () => {
    const { paths } = JSON.parse((await ask('/openapi/v3'))!.body.toString()) as { paths: Record<string, { serverRelativeURL: string }> }
    expect(Object.keys(paths).length).toBe(2 * scheme.groups.flatMap((g) => g.versions).length - 2 + 5)
    for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
      expect(serverRelativeURL).toMatch(new RegExp(`^/openapi/v3/${name}\\?hash=[0-9A-F]{128}$`))
    }
    const address = paths['apis/apps/v1']!.serverRelativeURL
    const found = (await ask(address))!
    expect(found).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'public, immutable', vary: 'Accept' },
    })
    expect(found.headers.expires).toBe('Fri, 01 Jan 2027 00:00:00 UTC')
    expect(found.headers.etag).toBe(`"${address.split('hash=')[1]}"`)
    expect((await ask(address, { 'if-none-match': found.headers.etag! }))!.status).toBe(304)
  })

  test.each([
    ['nonsense', 200],
    ['nonsense, a/b/c;q=1', 200],
    ['text/plain', 406],
    ['/', 200],
    ['text/*', 406],
  ])('whoever accepts %s gets %i, and nothing', async (accept, status) => {
    expect(await ask('/openapi/v3/version', { accept })).toMatchObject({ status, body: Buffer.alloc(0) })
  })

  test('what is asked of the issuer of tokens has documents of its own', async () => {
    const document = JSON.parse((await ask('/openapi/v3/openid/v1/jwks'))!.body.toString()) as { paths: object; components: object }
    expect(document.paths).toMatchObject({
      '/openid/v1/jwks/': {
        get: { responses: { 200: { description: 'OK', content: { 'application/jwk-set+json': { schema: { type: 'string' } } } } } },
      },
    })
    expect(Object.keys(document.components)).toEqual(['securitySchemes'])
  })

  test('an old hash leads to the new address; no hash is no promise', async () => {
    const plain = (await ask('/openapi/v3/version'))!
    expect(plain.headers['cache-control']).toBeUndefined()
    const hash = plain.headers.etag!.slice(1, -1)
    expect(await ask('/openapi/v3/version?hash=OLD')).toMatchObject({
      status: 301,
      headers: { location: `/openapi/v3/version?hash=${hash}` },
    })
    expect((await ask('/openapi/v3/version?hash='))!.status).toBe(200)
  })

  test('one etag for both forms, weak or not', async () => {
    const json = (await ask('/openapi/v3/apis/batch/v1'))!
    const proto = (await ask('/openapi/v3/apis/batch/v1', { accept: V3 }))!
    expect(proto.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v3.v1.0+protobuf')
    expect(proto.headers.etag).toBe(json.headers.etag)
    for (const given of [json.headers.etag!, `W/${json.headers.etag}`, `"x", ${json.headers.etag}`, '*']) {
      expect((await ask('/openapi/v3/apis/batch/v1', { 'if-none-match': given }))!.status).toBe(304)
    }
    expect((await ask('/openapi/v3/apis/batch/v1', { 'if-none-match': '"x"' }))!.status).toBe(200)
  })

  test('what is not there, and what cannot be had', async () => {
    expect((await ask('/openapi/v3/apis/wind/v1'))!.status).toBe(404)
    expect((await ask('/openapi/v3/'))!.status).toBe(404)
    expect((await ask('/openapi/v3/version', { accept: 'application/yaml' }))!.status).toBe(406)
    expect((await ask('/openapi/v3/version', { accept: 'application/yaml, */*;q=0.1' }))!.status).toBe(200)
    expect(await ask('/openapi')).toBeUndefined()
    expect(await ask('/openapi/v2/')).toBeUndefined()
  })

  test('HEAD tells the length', async () => {
    const { body } = (await ask('/openapi/v3/version'))!
    expect(await ask('/openapi/v3/version', {}, 'HEAD')).toMatchObject({
      headers: { 'content-length': String(body.length) },
      body: Buffer.alloc(0),
    })
  })
})

describe('/openapi/v2', () => {
  test('JSON and protobuf, with one etag', async () => {
    const json = (await ask('/openapi/v2'))!
    expect(JSON.parse(json.body.toString())).toMatchObject({ swagger: '2.0', info: { title: 'Kubernetes', version: '1.37' } })
    const proto = (await ask('/openapi/v2', { accept: V2 }))!
    expect(proto.headers).toMatchObject({
      'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      etag: json.headers.etag,
    })
    expect((await ask('/openapi/v2', { accept: V2, 'if-none-match': json.headers.etag! }))!.status).toBe(304)
    expect((await ask('/openapi/v2', { accept: 'text/html' }))!.status).toBe(406)
  })

  test('gzip for those who take it', async () => {
    const plain = (await ask('/openapi/v2'))!
    const packed = (await ask('/openapi/v2', { 'accept-encoding': 'gzip' }))!
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true)
  })
})

test('a document that nobody asks for is let go, and made again the same', async () => {
  const first = (await ask('/openapi/v3/apis/policy/v1'))!
  clock.advance(59_000)
  expect((await ask('/openapi/v3/apis/policy/v1'))!.body).toBe(first.body)
  clock.advance(59_000)
  expect((await ask('/openapi/v3/apis/policy/v1'))!.body).toBe(first.body)
  clock.advance(61_000)
  const again = (await ask('/openapi/v3/apis/policy/v1'))!
  expect(again.body).not.toBe(first.body)
  expect(again.body.equals(first.body)).toBe(true)
})

describe('custom resources', () => {
  const widget = (identity: string, properties: object): CustomSource => ({
    ...{ group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', listKind: 'WidgetList', namespaced: true },
    ...{ subresources: ['status'], selectableFields: [], preserveUnknownFields: false, identity },
    schema: () => ({ type: 'object', properties: { spec: { type: 'object', properties } } }),
  })
  const index = async (): Promise<Record<string, { serverRelativeURL: string }>> =>
    (JSON.parse((await ask('/openapi/v3'))!.body.toString()) as { paths: Record<string, { serverRelativeURL: string }> }).paths

  test('come and go with their definitions, and nothing else changes its address', async () => {
    const before = await index()
    expect((await ask('/openapi/v3/apis/example.com/v1'))!.status).toBe(404)
    custom = { generation: 1, sources: [widget('a', { size: { type: 'integer' } })] }
    const first = await index()
    const { 'apis/example.com/v1': own, ...others } = first
    expect(others).toEqual(before)
    const path = own!.serverRelativeURL.split('?')[0]!
    const { headers, body } = (await ask(path))!
    expect(own!.serverRelativeURL).toBe(`${path}?hash=${headers.etag!.replaceAll('"', '')}`)
    expect(body.toString()).toContain('"spec":{"type":"object","properties":{"size":{"type":"integer"}}}')
    const v2 = (await ask('/openapi/v2'))!
    expect(v2.body.includes('com.example.v1.Widget')).toBe(true)
    custom = { generation: 2, sources: [widget('b', { color: { type: 'string' } })] }
    expect((await index())['apis/example.com/v1']!.serverRelativeURL).not.toBe(own!.serverRelativeURL)
    expect((await ask(path))!.body.toString()).toContain('"color":{"type":"string"}')
    expect((await ask('/openapi/v2'))!.headers.etag).not.toBe(v2.headers.etag)
    const text = widget('c', { odd: { type: 'string', description: 'a <b> & \u2028 c' } })
    custom = { generation: 3, sources: [text] }
    // What Go escapes for HTML is escaped, and not in v2.
    expect((await ask(path))!.body.toString()).toContain('"a \\u003cb\\u003e \\u0026 \\u2028 c"')
    expect((await ask('/openapi/v2'))!.body.toString()).toContain('"a <b> & \\u2028 c"')
    custom = { generation: 4, sources: [] }
    expect(await index()).toEqual(before)
  })
})

test('what servers behind say of their own group-version is part of v2, and a change of it makes another document', async () => {
  const v2 = async (): Promise<{ etag: string; paths: Record<string, unknown>; definitions: Record<string, unknown> }> => {
    const { headers, body } = (await ask('/openapi/v2'))!
    return {
      etag: headers['etag']!,
      ...(JSON.parse(body.toString()) as { paths: Record<string, unknown>; definitions: Record<string, unknown> }),
    }
  }
  const before = await v2()
  const document = (text: string) => () => ({
    paths: { '/apis/example.org/v1/flavors': { get: { description: text } }, '/version/': { get: {} } },
    definitions: { Flavor: { type: 'object' } },
  })
  others.push({ name: 'apis/example.org/v1', etag: '"1"', document: document('sour') })
  custom = { ...custom, generation: custom.generation + 1 }
  const one = await v2()
  expect(one.paths['/apis/example.org/v1/flavors']).toEqual({ get: { description: 'sour' } })
  expect([one.paths['/version/'], one.definitions['Flavor']]).toEqual([before.paths['/version/'], { type: 'object' }])
  others[0] = { name: 'apis/example.org/v1', etag: '"2"', document: document('sweet') }
  custom = { ...custom, generation: custom.generation + 1 }
  const two = await v2()
  expect(two.paths['/apis/example.org/v1/flavors']).toEqual({ get: { description: 'sweet' } })
  expect(new Set([before.etag, one.etag, two.etag]).size).toBe(3)
  others.length = 0
  custom = { ...custom, generation: custom.generation + 1 }
  expect((await v2()).etag).toBe(before.etag)
})

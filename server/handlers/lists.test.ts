import { administrator } from '../authn/components.ts'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Transport, TransportResponse } from '../client/transport.ts'
import { decodeAny } from '../codec/cbor/index.ts'
import { decodeObject } from '../codec/protobuf/index.ts'
import { stringifyYaml } from '../codec/yaml.ts'
import { scheme } from '../scheme/index.ts'
import { STREAM_ABOVE } from './stream-list.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

interface List {
  kind: string
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
  items: { kind?: string; metadata: { name: string; resourceVersion: string } }[]
}

const all = '/api/v1/namespaces/default/configmaps'
const NAMES = Array.from({ length: 23 }, (_, i) => `m${String(i).padStart(2, '0')}`)
let server: TestServer
let transport: Transport

beforeAll(async () => {
  server = await startTestServer({ cbor: true })
  transport = server.api.transport(administrator)
  for (const [i, name] of NAMES.entries()) {
    const { code } = await server.send('POST', all, { metadata: { name, labels: { odd: String(i % 2) } } })
    expect(code).toBe(201)
  }
})
afterAll(() => server.close())

const get = (path: string, headers: Record<string, string> = {}): Promise<TransportResponse> =>
  transport.request({ method: 'GET', path, headers })
const list = async (query: string): Promise<List> => JSON.parse((await get(`${all}?${query}`)).body.toString()) as List
const names = (l: List): string[] => l.items.map((i) => i.metadata.name)

async function pages(query: string, limit: number, between: () => Promise<void> = () => Promise.resolve()): Promise<List[]> {
  const out: List[] = []
  let token = ''
  do {
    const page = await list(`${query}&limit=${limit}${token === '' ? '' : `&continue=${token}`}`)
    out.push(page)
    token = page.metadata.continue ?? ''
    await between()
  } while (token !== '')
  return out
}

describe('pages', () => {
  test('of any size put together are the list, and count what is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
        const found = await pages('', limit)
        expect(found.flatMap(names)).toEqual(NAMES)
        let left = NAMES.length
        for (const p of found) {
          left -= p.items.length
          expect(p.metadata.remainingItemCount ?? 0).toBe(left)
          expect(p.metadata.resourceVersion).toBe(found[0]!.metadata.resourceVersion)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('by selector end when there is nothing more to look at, and do not count', async () => {
    const found = await pages('labelSelector=odd%3D1', 4)
    expect(found.flatMap(names)).toEqual(NAMES.filter((_, i) => i % 2 === 1))
    for (const p of found) expect(p.metadata).not.toHaveProperty('remainingItemCount')
  })

  test('show one moment, whatever is written meanwhile', async () => {
    const found = await pages('', 5, async () => {
      await server.send('PATCH', `${all}/m22`, { data: { t: String(Math.random()) } }, { 'content-type': 'application/merge-patch+json' })
    })
    expect(found.flatMap(names)).toEqual(NAMES)
    const last = found.at(-1)!.items.at(-1)!
    expect(Number(last.metadata.resourceVersion)).toBeLessThanOrEqual(Number(found[0]!.metadata.resourceVersion))
  })

  test('of a moment that is forgotten are a 410 with a token that goes on from now', async () => {
    const first = await list('limit=5')
    const change = { data: { later: randomUUID() } }
    const { code } = await server.send('PATCH', `${all}/m22`, change, { 'content-type': 'application/merge-patch+json' })
    expect(code).toBe(200)
    // The cache may be behind the answer, and would know the moment still.
    await list('limit=1')
    await server.storage.compact(await server.storage.currentRevision())
    const { status, body } = await get(`${all}?limit=5&continue=${first.metadata.continue}`)
    const gone = JSON.parse(body.toString()) as { reason: string; metadata: { continue: string } }
    expect([status, gone.reason]).toEqual([410, 'Expired'])
    expect(names(await list(`continue=${gone.metadata.continue}`))).toEqual(NAMES.slice(5))
  })
})

describe('an exact version', () => {
  test('shows what was there then', async () => {
    const { metadata } = await list('')
    await server.send('DELETE', `${all}/m00`)
    const then = await list(`resourceVersion=${metadata.resourceVersion}&resourceVersionMatch=Exact`)
    expect(names(then)).toEqual(NAMES)
    expect(then.metadata.resourceVersion).toBe(metadata.resourceVersion)
    expect(names(await list(''))).toEqual(NAMES.slice(1))
    await server.send('POST', all, { metadata: { name: 'm00', labels: { odd: '0' } } })
  })
})

describe('forms of a list', () => {
  test('JSON items say no kind, and the list is a line', async () => {
    const { body } = await get(all)
    expect(body.at(-1)).toBe(0x0a)
    const l = JSON.parse(body.toString()) as List
    expect(l.kind).toBe('ConfigMapList')
    expect(l.items.every((i) => i.kind === undefined)).toBe(true)
  })

  test('protobuf says the same', async () => {
    const { body, headers } = await get(all, { accept: 'application/vnd.kubernetes.protobuf' })
    expect(headers['content-type']).toBe('application/vnd.kubernetes.protobuf')
    expect(names(decodeObject(body, scheme) as unknown as List)).toEqual(NAMES)
  })

  test('a large one is compressed for those who take it, by chunks or as a whole', async () => {
    const big = 'x'.repeat(20_000)
    for (const i of [0, 1, 2, 3, 4, 5, 6, 7])
      await server.send('POST', all, { metadata: { name: `z${i}`, labels: { big: '1' } }, data: { big } })
    const protobuf = 'application/vnd.kubernetes.protobuf'
    const cbor = 'application/cbor'
    for (const query of ['', '?labelSelector=big', '?limit=30']) {
      for (const accept of ['application/json', protobuf, 'application/yaml', cbor]) {
        const plain = await get(`${all}${query}`, { accept })
        const zipped = await get(`${all}${query}`, { accept, 'accept-encoding': 'gzip' })
        expect(zipped.headers['content-encoding']).toBe('gzip')
        expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true)
      }
    }
    // The same messages, whether they stand joined or were put together for this list.
    const whole = decodeObject((await get(`${all}?resourceVersion=0`, { accept: protobuf })).body, scheme)
    const selected = decodeObject((await get(`${all}?labelSelector=missing!%3D1`, { accept: protobuf })).body, scheme)
    expect(selected).toEqual(whole)
    const listed = async (query: string): Promise<unknown> => decodeAny((await get(`${all}${query}`, { accept: cbor })).body)
    expect(await listed('?resourceVersion=0')).toEqual(await listed('?labelSelector=missing!%3D1'))
    for (const i of [0, 1, 2, 3, 4, 5, 6, 7]) await server.send('DELETE', `${all}/z${i}`)
  })

  test('CBOR says the same, and so does each of its objects alone', async () => {
    const accept = { accept: 'application/cbor' }
    const { body, headers } = await get(all, accept)
    expect(headers['content-type']).toBe('application/cbor')
    const list = decodeAny(body) as List & { items: object[] }
    expect(list).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: expect.any(String) } })
    expect(names(list)).toEqual(NAMES)
    const alone = await Promise.all(NAMES.map(async (name) => decodeAny((await get(`${all}/${name}`, accept)).body)))
    expect(alone).toEqual(list.items.map((item) => ({ kind: 'ConfigMap', apiVersion: 'v1', ...item })))
    const page = decodeAny((await get(`${all}?limit=2`, accept)).body) as List
    expect(names(page)).toEqual(NAMES.slice(0, 2))
    expect(decodeAny((await get(`${all}?labelSelector=nobody`, accept)).body)).toMatchObject({ items: [] })
  })

  test('a table’s rows carry what was asked for', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    const rows = async (include: string): Promise<unknown[]> =>
      (
        JSON.parse((await get(`${all}?limit=1&includeObject=${include}`, { accept })).body.toString()) as { rows: { object: unknown }[] }
      ).rows.map((r) => r.object)
    expect(await rows('None')).toEqual([null])
    expect(await rows('Metadata')).toMatchObject([{ kind: 'PartialObjectMetadata', metadata: { name: 'm00' } }])
    expect(await rows('Object')).toMatchObject([{ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'm00' } }])
    expect((await get(`${all}?includeObject=Some`, { accept })).status).toBe(400)
  })

  test('a table of what is created on trial has no version', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    const metadataOf = async (query: string): Promise<unknown> =>
      (await server.send('POST', `${all}${query}`, { metadata: { name: 'tried', labels: { odd: 'no' } } }, { accept })).body.metadata
    expect(await metadataOf('?dryRun=All')).toEqual({})
    expect(await metadataOf('')).toEqual({ resourceVersion: expect.stringMatching(/^[1-9]\d*$/) as string })
    expect((await server.send('DELETE', `${all}/tried`)).code).toBe(200)
  })

  test('partial metadata of one object cannot be had of a list, nor the other way round', async () => {
    const as = (kind: string): Record<string, string> => ({ accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` })
    expect((await get(all, as('PartialObjectMetadata'))).status).toBe(406)
    expect((await get(`${all}/m00`, as('PartialObjectMetadataList'))).status).toBe(406)
    expect((await get(`${all}/m00`, as('PartialObjectMetadata'))).status).toBe(200)
  })

  // As kube-apiserver 1.37.2 answers: typed lists have an empty array there.
  test('partial metadata of no objects has null for items in every media type', async () => {
    const none = async (media: string, query = ''): Promise<Buffer> => {
      const accept = `${media};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io`
      const { status, headers, body } = await get(`${all}?labelSelector=nobody${query}`, { accept })
      expect([status, headers['content-type']]).toEqual([200, media])
      return body
    }
    const { resourceVersion } = (await list('limit=1')).metadata
    const empty = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion }, items: null }
    expect((await none('application/json')).toString()).toBe(`${JSON.stringify(empty)}\n`)
    expect((await none('application/json', '&pretty=1')).toString()).toBe(JSON.stringify(empty, null, 2))
    expect((await none('application/yaml')).toString()).toBe(stringifyYaml(empty))
    expect(decodeAny(await none('application/cbor'))).toEqual(empty)
  })

  test('partial metadata comes in YAML, of one object and of many', async () => {
    const as = (kind: string): Record<string, string> => ({ accept: `application/yaml;as=${kind};v=v1;g=meta.k8s.io` })
    const inJson = async (path: string, kind: string): Promise<object> =>
      JSON.parse((await get(path, { accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` })).body.toString()) as object
    for (const [path, kind] of [
      [`${all}/m00`, 'PartialObjectMetadata'],
      [all, 'PartialObjectMetadataList'],
    ] as const) {
      const { headers, body } = await get(`${path}?pretty=1`, as(kind))
      expect(headers['content-type']).toBe('application/yaml')
      expect(body.toString()).toBe(stringifyYaml(await inJson(path, kind)))
    }
  })
})

describe('a watch', () => {
  async function events(query: string, headers: Record<string, string> = {}): Promise<{ type: string; object: Record<string, unknown> }[]> {
    const abort = new AbortController()
    const { body } = await transport.stream({
      method: 'GET',
      path: `${all}?watch=true&timeoutSeconds=1&${query}`,
      headers,
      signal: abort.signal,
    })
    // Its time is up, by the server's clock.
    server.clock.advance(1000)
    let text = ''
    for await (const chunk of body) text += chunk.toString()
    return text
      .split('\n')
      .filter((l) => l !== '')
      .map((l) => JSON.parse(l) as { type: string; object: Record<string, unknown> })
  }

  test('of tables names its columns once', async () => {
    const got = await events('', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
    expect(got.map((e) => e.type)).toEqual(NAMES.map(() => 'ADDED'))
    expect(got.map((e) => e.object.columnDefinitions !== null)).toEqual(NAMES.map((_, i) => i === 0))
  })

  test('from a version shows an object that leaves the selection as it was, under the version of the change', async () => {
    const { metadata } = await list('')
    await server.send('PATCH', `${all}/m01`, { metadata: { labels: { odd: 'no' } } }, { 'content-type': 'application/merge-patch+json' })
    // A list is as new as the change; from then on the cache is.
    await list('')
    const [event, ...rest] = await events(`resourceVersion=${metadata.resourceVersion}&labelSelector=odd%3D1`)
    expect(rest).toEqual([])
    expect(event).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'm01', labels: { odd: '1' } } } })
    expect(Number((event!.object.metadata as { resourceVersion: string }).resourceVersion)).toBeGreaterThan(
      Number(metadata.resourceVersion),
    )
  })

  test.each(['', 'resourceVersion=0&'])('from what is there marks where that ends: %s', async (query) => {
    const end = { type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } }
    const marks = async (more: string): Promise<object[]> =>
      (await events(`${query}labelSelector=none&${more}`)).filter((e) => JSON.stringify(e).includes('initial-events-end'))
    expect(await marks('allowWatchBookmarks=true')).toMatchObject([end])
    expect(await marks('')).toEqual([])
    expect(await marks('allowWatchBookmarks=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan')).toEqual([])
  })

  test('marks the end of the state only for those who take bookmarks', async () => {
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&labelSelector=none'
    expect((await events(`${query}&allowWatchBookmarks=true`))[0]).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
    expect(await events(query)).toEqual([])
  })
})

describe('long lists', () => {
  const many = '/api/v1/namespaces/kube-public/configmaps'
  const COUNT = STREAM_ABOVE + 40
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  beforeAll(async () => {
    await Promise.all(
      Array.from({ length: COUNT }, (_, i) => server.send('POST', many, { metadata: { name: `n${i}` }, data: { v: 'x'.repeat(200) } })),
    )
  })

  test('are the same in every form and, zipped or not, as an answer that goes out at once', async () => {
    const plain = JSON.parse((await get(many)).body.toString()) as List
    expect(plain.items).toHaveLength(COUNT)
    for (const accept of ['application/json', table, 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io']) {
      const pretty = await get(`${many}?pretty=true`, { accept })
      const compact = await get(`${many}?labelSelector=!none`, { accept })
      const zipped = await get(`${many}?labelSelector=!none`, { accept, 'accept-encoding': 'gzip' })
      expect([pretty.status, compact.status, zipped.status]).toEqual([200, 200, 200])
      expect(JSON.stringify(JSON.parse(pretty.body.toString()), null, 2)).toBe(pretty.body.toString())
      expect(zipped.headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(zipped.body).toString()).toBe(compact.body.toString())
      const found = JSON.parse(compact.body.toString()) as List & { rows?: unknown[] }
      expect(found.rows ?? found.items).toHaveLength(COUNT)
      if (accept === 'application/json') expect(found).toEqual(plain)
    }
  })

  test('are in YAML what the whole list would be, with a large object between small ones', async () => {
    const large = 'a line\n'.repeat(9000)
    await server.send('POST', many, { metadata: { name: 'n100-large' }, data: { v: large } })
    const plain = JSON.parse((await get(many)).body.toString()) as { items: { data: { v: string } }[] }
    const yaml = await get(many, { accept: 'application/yaml' })
    const zipped = await get(many, { accept: 'application/yaml', 'accept-encoding': 'gzip' })
    await server.send('DELETE', `${many}/n100-large`)
    expect(plain.items.filter((i) => i.data.v === large)).toHaveLength(1)
    expect(yaml.headers['content-type']).toBe('application/yaml')
    expect(yaml.body.toString()).toBe(stringifyYaml(plain))
    expect(gunzipSync(zipped.body).toString()).toBe(yaml.body.toString())
  })

  test('that nobody may have in this form are refused before anything is sent', async () => {
    const { status } = await get(many, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' })
    expect(status).toBe(406)
  })

  test('zipped pages are the list in pieces', async () => {
    const items: unknown[] = []
    for (let token = ''; ; ) {
      const page = await get(`${many}?limit=500${token === '' ? '' : `&continue=${token}`}`, { 'accept-encoding': 'gzip' })
      const body = page.headers['content-encoding'] === 'gzip' ? gunzipSync(page.body) : page.body
      const l = JSON.parse(body.toString()) as List
      items.push(...l.items)
      token = l.metadata.continue ?? ''
      if (token === '') break
    }
    expect(items).toEqual((JSON.parse((await get(many)).body.toString()) as List).items)
  })
})

test('who waits for the cache is told of, and whether for what is newest', async () => {
  const scrape = async (): Promise<number[]> => {
    const text = (await transport.request({ method: 'GET', path: '/metrics', headers: {} })).body.toString()
    const value = (series: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(series))
          ?.split(' ')[1] ?? 0,
      )
    const of = 'group="",resource="configmaps"'
    return [
      value(`apiserver_watch_cache_read_wait_seconds_count{${of}}`),
      value(`apiserver_watch_cache_consistent_read_total{${of},success="true",fallback="false"}`),
      value(`apiserver_watch_cache_consistent_read_total{${of},success="false",fallback="false"}`),
      value(`apiserver_watch_cache_initializations_total{${of}}`),
    ]
  }
  const [waits, consistent, failed] = (await scrape()) as [number, number, number, number]
  const { metadata } = await list('')
  await list(`resourceVersion=${metadata.resourceVersion}`)
  await list('resourceVersion=0')
  expect(await scrape()).toEqual([waits + 2, consistent + 1, failed, 1])
})

import { describe, expect, test } from 'vitest'
import { decodeObject } from '../codec/protobuf/index.ts'
import type { RequestContext } from '../request/context.ts'
import { isStatusError } from '../machinery/status.ts'
import type { Snapshot } from '../registry/snapshot.ts'
import { scheme } from '../scheme/index.ts'
import { discovery } from './handler.ts'

interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
  object?: unknown
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
let answer: Answer | undefined
const snapshot: Snapshot = {
  generation: 1,
  groups: scheme.groups,
  facts: scheme.resources,
  served: [],
  stores: new Map(),
  resource: () => undefined,
  unstored: () => undefined,
  group: (name) => scheme.groups.find((g) => g.name === name),
  isBuiltIn: () => true,
  delegates: [],
  delegate: () => undefined,
}
const registry = { snapshot }
const serve = discovery({
  registry,
  typeOf: scheme.typeOf,
  serverAddress: '10.0.0.1:6443',
  extraPaths: () => ['/healthz'],
  respond: (_, object) => void (answer = { status: 200, headers: {}, body: Buffer.alloc(0), object }),
})

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Answer | undefined {
  answer = undefined
  const respond = (status: number, h: Record<string, string>, body: Buffer = Buffer.alloc(0)): void => {
    answer = { status, headers: h, body }
  }
  const known = serve({ exchange: { method, path, search: '', headers, respond }, requestInfo: { path } } as unknown as RequestContext)
  return known === true ? answer : undefined
}

interface ResourceList {
  resources: { name: string; verbs: string[]; singularName: string }[]
}
interface Aggregated {
  items: {
    metadata: { name?: string }
    versions: { version: string; freshness: string; resources: { resource: string; verbs: string[] }[] }[]
  }[]
}

describe('legacy documents', () => {
  test('every group-version of the facts has its list, and together they name every resource', () => {
    const { groups } = ask('/apis')!.object as { groups: { name: string; versions: { groupVersion: string }[] }[] }
    const paths = ['/api/v1', ...groups.flatMap((g) => g.versions.map((v) => `/apis/${v.groupVersion}`))]
    const names = paths.flatMap((p) => (ask(p)!.object as ResourceList).resources.map((r) => r.name))
    expect(names.filter((n) => !n.includes('/'))).toHaveLength(scheme.resources.length)
    expect(names.filter((n) => n.includes('/'))).toHaveLength(scheme.resources.flatMap((r) => r.subresources).length)
    for (const g of groups)
      expect(ask(`/apis/${g.name}`)!.object).toMatchObject({ kind: 'APIGroup', name: g.name, preferredVersion: g.versions[0] })
  })

  test('a slash at the end changes nothing', () => {
    for (const path of ['/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1'])
      expect(ask(`${path}/`)!.object).toEqual(ask(path)!.object)
  })

  test('/api says where the server is', () => {
    expect(ask('/api')!.object).toMatchObject({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ serverAddress: '10.0.0.1:6443' }],
    })
  })

  test.each(['/nothing', '/apis/none.example.com', '/apis/apps/v1/deployments'])('%s is nobody’s here', (path) => {
    expect(ask(path)).toBeUndefined()
  })

  test.each([
    ['/api/v2', 'GET', 404],
    ['/apis/apps/v9', 'GET', 404],
    ['/api', 'POST', 405],
    ['/version', 'DELETE', 405],
    ['/apis/apps/v1', 'HEAD', 405],
  ])('%s by %s is a %i', (path, method, code) => {
    try {
      ask(path, {}, method)
      expect.unreachable()
    } catch (e) {
      expect(isStatusError(e) && e.code).toBe(code)
    }
  })

  test('the index is indented JSON whatever was accepted', () => {
    const { headers, body } = ask('/', { accept: 'text/plain' })!
    expect(headers['content-type']).toBe('application/json')
    expect(body.toString()).toMatch(/^\{\n {2}"paths": \[\n {4}"\/api",/)
  })
})

describe('aggregated documents', () => {
  test('hold the same resources as the legacy ones', () => {
    const [core, groups] = ['/api', '/apis'].map((p) => JSON.parse(ask(p, { accept: AGGREGATED })!.body.toString()) as Aggregated)
    const all = [...core!.items, ...groups!.items].flatMap((g) =>
      g.versions.flatMap((v) => v.resources.map((r) => `${g.metadata.name ?? ''}/${v.version}/${r.resource}`)),
    )
    expect(all.sort()).toEqual(scheme.resources.map((r) => `${r.group}/${r.version}/${r.resource}`).sort())
  })

  test('may be kept: an ETag, and nothing sent again for it', () => {
    const first = ask('/apis', { accept: AGGREGATED })!
    expect(first).toMatchObject({ status: 200, headers: { 'content-type': AGGREGATED, 'cache-control': 'public', vary: 'Accept' } })
    expect(first.headers.etag).toMatch(/^"[0-9A-F]{128}"$/)
    expect(ask('/apis', { accept: AGGREGATED, 'if-none-match': first.headers.etag! })).toMatchObject({ status: 304, body: Buffer.alloc(0) })
    expect(ask('/api', { accept: AGGREGATED })!.headers.etag).not.toBe(first.headers.etag)
  })

  test('come as protobuf too, saying the same', () => {
    const accept = AGGREGATED.replace('application/json', 'application/vnd.kubernetes.protobuf')
    const message = decodeObject(ask('/apis', { accept })!.body, scheme) as unknown as Aggregated
    const json = JSON.parse(ask('/apis', { accept: AGGREGATED })!.body.toString()) as Aggregated
    expect(message.items.map((i) => i.versions)).toMatchObject(json.items.map((i) => i.versions))
  })

  test.each([[`application/json,${AGGREGATED}`], [AGGREGATED.replace('v=v2', 'v=v2beta1') + ',application/json'], ['application/json']])(
    'are not for %s',
    (accept) => {
      expect(ask('/apis', { accept })!.object).toMatchObject({ kind: 'APIGroupList' })
    },
  )
})

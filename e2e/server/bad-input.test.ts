import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api } from '../fixtures/api.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { badRequests, type BadRequest } from '../reference/bad-input.cases.ts'

/**
 * Each bad request gets the reference's answer. BINNACLE_RECORD="URL TOKEN" of a kube-apiserver writes its answers down anew:
 * facts, with the parts that differ from server to server taken out.
 */
const file = new URL('../reference/bad-input.answers.json', import.meta.url)
const record = process.env.BINNACLE_RECORD?.split(' ')

interface Fact {
  status: number
  type: string
  warning?: string | string[]
  body: unknown
}

const target = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bad-input-target' } }
const known: Record<string, Fact> = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Fact>) : {}

let server: Server | undefined
let api: Api
beforeAll(async () => {
  if (record === undefined) server = await startServer()
  api = server?.api ?? insecure(record?.[0] ?? '', record?.[1] ?? '')
  await api.create('/api/v1/namespaces/default/configmaps', target)
  // The reference has no controllers that would make it.
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  await api.send('POST', '/api/v1/namespaces/default/serviceaccounts', { body: account })
})
afterAll(async () => {
  if (record !== undefined) {
    await api.remove('/api/v1/namespaces/default/configmaps/bad-input-target')
    writeFileSync(file, `${JSON.stringify(known, null, 1)}\n`)
  }
  await server?.[Symbol.asyncDispose]()
})

function insecure(url: string, token: string): Api {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  return new Api(url, { ca: '', token })
}

async function answerTo({ method, path, body, type, accept }: BadRequest): Promise<Fact> {
  const { status, headers, text } = await api.send(method, path, { body, type, accept })
  const contentType = headers['content-type'] ?? ''
  const warning = headers.warning
  return {
    status,
    type: contentType,
    ...(warning === undefined ? {} : { warning }),
    body: text !== '' && contentType.startsWith('application/json') ? withoutOwn(JSON.parse(text)) : text,
  }
}

/** What belongs to one server: identities, versions and times. */
function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn)
  if (typeof value !== 'object' || value === null) return value
  const own = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields']
  return Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (own.includes(k) ? [] : [[k, withoutOwn(v)]])))
}

/** Identities, versions and times stand in some messages too. */
const neutral = (fact: Fact): Fact =>
  JSON.parse(
    JSON.stringify(fact)
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
      .replaceAll(/(resourceVersion[\\":]+|in record \()\d+/g, '$1RV')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME'),
  ) as Fact

describe('bad requests', () => {
  test.each(badRequests)('$name', async (request) => {
    const fact = neutral(await answerTo(request))
    if (record !== undefined) known[request.name] = fact
    expect(fact).toStrictEqual(known[request.name])
  })

  test('the server is as it was', async () => {
    const { status, text } = await api.send('GET', '/readyz')
    expect([status, text]).toEqual([200, 'ok'])
    const { items } = await api.get<{ items: { metadata: { name: string } }[] }>('/api/v1/namespaces/default/configmaps')
    expect(items.map((i) => i.metadata.name).filter((n) => n !== 'kube-root-ca.crt')).toEqual(['bad-input-target'])
  })
})

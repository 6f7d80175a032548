import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../testing/api-server.ts'
import type { Json } from '../../../testing/api-server.ts'

/** Two API servers on one SQLite store, asked at the same time. */
let first: TestServer
let second: TestServer
beforeAll(async () => {
  first = await startTestServer()
  second = await startTestServer({ storage: first.storage })
})
afterAll(async () => {
  await second.close()
  await first.close()
})

const SERVICES = '/api/v1/namespaces/default/services'
const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses'
const service = (name: string, spec: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
})
const specOf = (body: Json): { clusterIP?: string; ports: { nodePort?: number }[] } => body.spec as ReturnType<typeof specOf>
const server = (i: number): TestServer => (i % 2 === 0 ? first : second)

async function addresses(): Promise<string[]> {
  const { body } = await first.send('GET', ADDRESSES)
  return (body.items as { metadata: { name: string } }[]).map((i) => i.metadata.name)
}

async function removeAll(prefix: string): Promise<void> {
  const { body } = await first.send('GET', SERVICES)
  const names = (body.items as { metadata: { name: string } }[]).map((i) => i.metadata.name).filter((n) => n.startsWith(prefix))
  await Promise.all(names.map((n, i) => server(i).send('DELETE', `${SERVICES}/${n}`)))
}

describe('cluster IPs', () => {
  test('concurrent services of two servers get an address each, until the range is full', async () => {
    // 254 usable addresses, one of which is the API server's own.
    const answers = await Promise.all(Array.from({ length: 260 }, (_, i) => server(i).send('POST', SERVICES, service(`many-${i}`))))
    const made = answers.filter((a) => a.code === 201)
    const given = made.map((a) => specOf(a.body).clusterIP)
    expect(new Set(given).size).toBe(made.length)
    expect(made).toHaveLength(253)
    const refused = answers.filter((a) => a.code !== 201)
    expect(refused.every((a) => a.code === 500 && String(a.body.message).endsWith('range is full'))).toBe(true)
    expect(new Set(await addresses())).toEqual(new Set([...given, '10.0.0.1']))
    await removeAll('many-')
    expect(await addresses()).toEqual(['10.0.0.1'])
  })

  test('of many who want one address a single one gets it, and the others keep nothing', async () => {
    const wish = { clusterIP: '10.0.0.50' }
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => server(i).send('POST', SERVICES, service(`wish-${i}`, wish))))
    expect(answers.filter((a) => a.code === 201)).toHaveLength(1)
    const refused = answers.filter((a) => a.code !== 201)
    const text = 'spec.clusterIPs: Invalid value: ["10.0.0.50"]: failed to allocate IP 10.0.0.50: provided IP is already allocated'
    expect(refused.every((a) => a.code === 422 && String(a.body.message).endsWith(text))).toBe(true)
    expect((await addresses()).sort()).toEqual(['10.0.0.1', '10.0.0.50'])
    await removeAll('wish-')
  })

  test('a refused service gives back what it took', async () => {
    const { code } = await first.send(
      'POST',
      SERVICES,
      service('refused', { type: 'NodePort', sessionAffinity: 'x', ports: [{ port: 1, nodePort: 30123 }] }),
    )
    expect(code).toBe(422)
    const existing = await first.send('POST', SERVICES, service('kubernetes'))
    expect(existing.code).toBe(409)
    expect(await addresses()).toEqual(['10.0.0.1'])
    const again = await second.send('POST', SERVICES, service('again', { type: 'NodePort', ports: [{ port: 1, nodePort: 30123 }] }))
    expect(again.code).toBe(201)
    await removeAll('again')
  })

  test('a dry run takes nothing', async () => {
    const { code } = await first.send('POST', `${SERVICES}?dryRun=All`, service('dry', { type: 'NodePort' }))
    expect(code).toBe(201)
    expect(await addresses()).toEqual(['10.0.0.1'])
  })

  test('an ExternalName service gives its address and ports up', async () => {
    const { body } = await first.send('POST', SERVICES, service('turns', { type: 'NodePort', ports: [{ port: 80, nodePort: 30124 }] }))
    expect(await addresses()).toContain(specOf(body).clusterIP)
    const patch = { spec: { type: 'ExternalName', externalName: 'x.y' } }
    const changed = await second.send('PATCH', `${SERVICES}/turns`, patch, { 'content-type': 'application/merge-patch+json' })
    expect(specOf(changed.body).clusterIP).toBeUndefined()
    expect(await addresses()).toEqual(['10.0.0.1'])
    const other = await first.send('POST', SERVICES, service('takes', { type: 'NodePort', ports: [{ port: 80, nodePort: 30124 }] }))
    expect(other.code).toBe(201)
    await removeAll('t')
  })
})

describe('node ports', () => {
  test('no port is given twice', async () => {
    const ports = [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ]
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => server(i).send('POST', SERVICES, service(`port-${i}`, { type: 'NodePort', ports }))),
    )
    expect(answers.every((a) => a.code === 201)).toBe(true)
    const given = answers.flatMap((a) => specOf(a.body).ports.map((p) => p.nodePort))
    expect(new Set(given).size).toBe(80)
    await removeAll('port-')
  })
})

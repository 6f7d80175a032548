import { administrator } from './authn/components.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, createClient } from './client/client.ts'
import { systemClock } from './machinery/clock.ts'
import { startTestServer, type TestServer } from './testing/api-server.ts'
import { applySeed, readSeed } from './seed.ts'

const dir = mkdtempSync(join(tmpdir(), 'seed-'))
let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startTestServer()
  client = createClient(server.api.transport(administrator), { userAgent: 'seed-test/v1', clock: systemClock })
})
afterAll(async () => {
  await server.close()
  rmSync(dir, { recursive: true })
})

const pod = (namespace: string, name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})
const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
const priorityClass = (name: string): object => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value: 7,
})

async function seed(...items: object[]): Promise<number> {
  const file = join(dir, 'seed.json')
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  return applySeed(await readSeed(file), client)
}

describe('a seed', () => {
  test('of a namespace and its pods needs no service account of its own', async () => {
    expect(await seed(pod('fleet', 'a'), pod('fleet', 'b'), namespace('fleet'))).toBe(3)
    const { body } = await server.send('GET', '/api/v1/namespaces/fleet/pods/a')
    expect(body).toMatchObject({ spec: { serviceAccountName: 'default' } })
    expect((await server.send('GET', '/api/v1/namespaces/fleet/serviceaccounts/default')).code).toBe(200)
  })

  test('that holds the account keeps its own, and what pods refer to comes before them', async () => {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'own', name: 'default' },
      automountServiceAccountToken: false,
    }
    expect(await seed(pod('own', 'a', { priorityClassName: 'high' }), account, priorityClass('high'), namespace('own'))).toBe(4)
    const { body } = await server.send('GET', '/api/v1/namespaces/own/pods/a')
    expect(body).toMatchObject({ spec: { priority: 7 } })
    expect(body).not.toHaveProperty('spec.volumes')
  })

  test('twice creates nothing the second time', async () => {
    expect(await seed(pod('again', 'a'), namespace('again'))).toBe(2)
    expect(await seed(pod('again', 'a'), namespace('again'))).toBe(0)
  })

  test.each([
    [pod('nowhere', 'a'), /^--seed: Pod nowhere\/a cannot be created: .*namespaces "nowhere" not found/],
    [
      pod('default', 'a', { serviceAccountName: 'captain' }),
      /^--seed: Pod default\/a cannot be created: .*serviceaccount "captain" not found/,
    ],
    [pod('default', 'a', { containers: [] }), /^--seed: Pod default\/a cannot be created: .*spec\.containers: Required value/],
  ])('that cannot be created names the object', async (object, sentence) => {
    await expect(seed(object)).rejects.toThrow(sentence)
  })
})

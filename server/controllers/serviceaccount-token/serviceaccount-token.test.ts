import { afterEach, expect, test } from 'vitest'
import { SECRETS, SERVICE_ACCOUNTS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { gone, startTestCluster, type TestCluster } from '../testing/cluster.ts'
import { serviceAccountTokenController } from './serviceaccount-token.ts'

let c: TestCluster | undefined
afterEach(async () => {
  await c?.close()
  c = undefined
})
type Secret = KubeObject & { data?: Record<string, string> }
type Account = KubeObject & { secrets?: { name: string }[] }

const options = {
  rootCA: 'ca',
  secretToken: (namespace: string, account: { name: string; uid: string }, secret: string) => [namespace, account.name, secret].join(),
}
const secretFor = (name: string, account: string): Secret =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name, annotations: { 'kubernetes.io/service-account.name': account } },
  }) as Secret
const account = (name: string, secrets: string[] = []): Account => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
  secrets: secrets.map((s) => ({ name: s })),
})

test('a secret for an account gets its token, has it again when it was taken out, and goes with the account', async () => {
  const cluster = (c = await startTestCluster(options, serviceAccountTokenController))
  const made = await cluster.create(SERVICE_ACCOUNTS, account('a'))
  await cluster.create(SECRETS, secretFor('s', 'a'))
  const read = () => cluster.get<Secret>(SECRETS, 's')
  const full = await cluster.until('a token', async () => ((await read()).data?.token === undefined ? undefined : read()))
  const text = Object.fromEntries(Object.entries(full.data!).map(([k, v]) => [k, Buffer.from(v, 'base64').toString()]))
  expect(text).toEqual({ 'ca.crt': 'ca', namespace: 'default', token: 'default,a,s' })
  expect(full.metadata.annotations).toMatchObject({ 'kubernetes.io/service-account.uid': made.metadata.uid })
  await cluster.client
    .resource(SECRETS)
    .patch('s', { type: 'merge', body: { data: { token: null, 'ca.crt': 'eA==' } } }, { namespace: 'default' })
  await cluster.until(
    'again',
    async () => (await read()).data?.token !== undefined && (await read()).data?.['ca.crt'] === full.data!['ca.crt'],
  )
  const before = cluster.writes()
  await cluster.pass(10)
  expect(cluster.writes()).toBe(before)
  await cluster.client.resource(SERVICE_ACCOUNTS).delete('a', { namespace: 'default' })
  await gone(cluster, SECRETS, 's', 'default')
  expect(cluster.errors).toEqual([])
})

test('a secret for nobody goes; an account forgets a secret that has gone', async () => {
  const cluster = (c = await startTestCluster(options, serviceAccountTokenController))
  await cluster.create(SECRETS, secretFor('lost', 'nobody'))
  await gone(cluster, SECRETS, 'lost', 'default')
  await cluster.create(SERVICE_ACCOUNTS, account('a', ['s', 'other']))
  await cluster.create(SECRETS, secretFor('s', 'a'))
  await cluster.until('a token', async () => (await cluster.get<Secret>(SECRETS, 's')).data?.token !== undefined)
  await cluster.client.resource(SECRETS).delete('s', { namespace: 'default' })
  const secrets = async () => (await cluster.get<Account>(SERVICE_ACCOUNTS, 'a')).secrets?.map((s) => s.name).join()
  await cluster.until('forgotten', async () => (await secrets()) === 'other')
  expect(cluster.errors).toEqual([])
})

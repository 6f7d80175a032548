import { access, chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { ContextList } from './contract.ts'
import { ended } from './testing/ended-certificate.ts'
import { fakeCluster, type Harness, harness } from './testing/harness.ts'

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin.sh', interactiveMode: 'Never' }
const users: [string, object][] = [
  ['a token', { token: 'secret' }],
  ['a token file', { tokenFile: 'token' }],
  ['a token file that is not there', { tokenFile: 'nowhere' }],
  ['a name and a password', { username: 'u', password: 'p' }],
  ['a plugin', { exec }],
  ['a client certificate', { 'client-certificate': 'me.crt', 'client-key': 'me.key' }],
]

/** One cluster over plain HTTP and one over TLS, for the same user, who acts as jane. */
async function start(user: object, status = 200): Promise<{ h: Harness; sent(over: 'http' | 'https'): Promise<unknown[]> }> {
  const answer = (_: unknown, res: import('node:http').ServerResponse) => void res.writeHead(status).end('{}')
  const clusters = { http: await fakeCluster(answer), https: await fakeCluster(answer, 'https') }
  cleanup.push(clusters.http.close, clusters.https.close)
  const acting = { ...user, as: 'jane', 'as-groups': ['dev'] }
  const h = await harness({ http: { server: clusters.http.url, user: acting }, https: { server: clusters.https.url, user: acting } })
  cleanup.push(h.close)
  const answered = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"of-the-plugin"}}'
  await writeFile(join(h.dir, 'plugin.sh'), `#!/bin/sh\ntouch "${h.dir}/asked"\necho '${answered}'\n`)
  await chmod(join(h.dir, 'plugin.sh'), 0o755)
  await writeFile(join(h.dir, 'token'), 'from-file')
  await writeFile(join(h.dir, 'me.crt'), ended.cert)
  await writeFile(join(h.dir, 'me.key'), ended.key)
  return {
    h,
    sent: async (over) => {
      await h.get(`/clusters/${over}/api/v1/pods`)
      return clusters[over].requests.map(({ headers }) => [
        headers.authorization,
        headers['impersonate-user'],
        headers['impersonate-group'],
      ])
    },
  }
}

const asked = (h: Harness): Promise<boolean> =>
  access(join(h.dir, 'asked')).then(
    () => true,
    () => false,
  )

describe('over plain HTTP', () => {
  test.each(users)('%s is not sent; whom the user acts as is', async (_, user) => {
    const { h, sent } = await start(user)
    expect(await sent('http')).toEqual([[undefined, 'jane', 'dev']])
    expect(await asked(h)).toBe(false)
  })

  test.each(users)('a cluster that lets nobody in unnamed: %s is said to be kept back, and why', async (_, user) => {
    const { h } = await start(user, 401)
    const answer = await h.get('/clusters/http/api/v1/pods')
    expect([answer.status, answer.headers.get('x-binnacle-fault')]).toEqual([503, 'BrokenContext'])
    expect(((await answer.json()) as { message: string }).message).toMatch(
      /^context "http" cannot be used: the credentials of user "http" are not sent over plain HTTP, .* give cluster "http" an https address in the place of http:\/\/127/,
    )
  })
})

test('over TLS the same users send what they have', async () => {
  const seen = []
  for (const [, user] of users.slice(0, 5)) seen.push(...(await (await start(user)).sent('https')))
  const basic = `Basic ${Buffer.from('u:p').toString('base64')}`
  expect(seen).toEqual(['Bearer secret', 'Bearer from-file', basic, 'Bearer of-the-plugin'].map((a) => [a, 'jane', 'dev']))
})

test.each([
  ['http://harbour.example', { token: 't' }, 'withheld'],
  ['http://127.0.0.1:8001', { token: 't' }, 'withheld'],
  ['http://harbour.example', {}, 'open'],
  ['http://harbour.example', { as: 'jane' }, 'open'],
  ['http://127.0.0.1:8001', {}, undefined],
  ['http://[::1]:8001', {}, undefined],
  ['http://localhost:8001', {}, undefined],
  ['http://127.0.0.1.harbour.example', {}, 'open'],
  ['https://harbour.example', { token: 't' }, undefined],
])('the list of contexts says of %s with %j: %s', async (server, user, plain) => {
  const h = await harness({ x: { server, user } })
  cleanup.push(h.close)
  const { contexts } = (await (await h.get('/api/contexts')).json()) as ContextList
  expect(contexts.find(({ name }) => name === 'x')?.plain).toBe(plain)
})

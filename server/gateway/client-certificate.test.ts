import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { certificateFault } from './client-certificate.ts'
import type { Fields } from './kubeconfig-file.ts'
import { ended } from './testing/ended-certificate.ts'
import { fakeCluster, harness } from './testing/harness.ts'

const cleanup: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const fn of cleanup.splice(0).reverse()) await fn()
})

const at = (time: string): number => Date.parse(time)
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const data: Fields = { 'client-certificate-data': base64(ended.cert), 'client-key-data': base64(ended.key) }

describe('a client certificate', () => {
  test.each<[string, Fields, string, string | undefined]>([
    ['at its time', data, '2020-01-01T12:00:00Z', undefined],
    ['at its last moment', data, '2020-01-02T00:00:00Z', undefined],
    ['after its end', data, '2020-01-02T00:00:01Z', 'its client certificate ended at 2020-01-02T00:00:00Z'],
    ['before its beginning', data, '2019-12-31T23:59:59Z', 'its client certificate begins at 2020-01-01T00:00:00Z'],
    ['that is none', { 'client-certificate-data': 'eA==' }, '2030-01-01T00:00:00Z', undefined],
    ['whose file is not there', { 'client-certificate': '/nowhere' }, '2030-01-01T00:00:00Z', undefined],
    ['of somebody with a token', { token: 't' }, '2030-01-01T00:00:00Z', undefined],
  ])('%s', async (_, user, time, fault) => expect(await certificateFault(user, at(time))).toBe(fault))

  test('that has ended is told when the cluster lets nobody in with it, and not otherwise', async () => {
    let status = 200
    const c = await fakeCluster((_, res) => void res.writeHead(status).end('{}'), 'https')
    cleanup.push(c.close)
    const h = await harness({ x: { server: c.url, user: { 'client-certificate': 'me.crt', 'client-key': 'me.key' } } })
    cleanup.push(h.close)
    await writeFile(join(h.dir, 'me.crt'), ended.cert)
    await writeFile(join(h.dir, 'me.key'), ended.key)
    expect((await h.get('/clusters/x/api')).status).toBe(200)
    status = 401
    const answer = await h.get('/clusters/x/api')
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { message: 'no credentials for context "x": its client certificate ended at 2020-01-02T00:00:00Z' },
    ])
  })

  test('that is good leaves the refusal to the cluster', async () => {
    const c = await fakeCluster((_, res) => void res.writeHead(401).end('{"message":"no"}'), 'https')
    cleanup.push(c.close)
    const h = await harness({ x: { server: c.url, user: { token: 't' } } })
    cleanup.push(h.close)
    const answer = await h.get('/clusters/x/api')
    expect([answer.status, await answer.json()]).toEqual([401, { message: 'no' }])
  })
})

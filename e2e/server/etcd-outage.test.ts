import { type ChildProcess, spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { List } from '../fixtures/api.ts'
import { startServer } from '../fixtures/server.ts'
import { stores } from '../fixtures/stores.ts'
import { until } from '../fixtures/until.ts'
import { faultsOf, WriteLoad } from '../fixtures/write-load.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const kind = stores.find((s) => s.name.startsWith('etcd'))

interface Failure {
  kind: string
  status: string
  reason: string
  code: number
}

describe.skipIf(kind === undefined || kind.missing !== undefined)('an etcd that goes away', () => {
  test('requests get 5xx meanwhile; when it is back all is well and watchers have seen everything', async () => {
    if (kind === undefined) throw new Error('no etcd')
    await using store = await kind.open()
    await using server = await startServer(store.options)
    const { api } = server
    const { metadata } = await api.get<List>(MAPS)
    using watch = await api.watch(MAPS, { labelSelector: 'load=write', resourceVersion: metadata.resourceVersion })
    const load = new WriteLoad()
    const writing = load.run(api, 'before')
    await load.reached(100)

    const member = store.etcd?.members[0]
    if (member === undefined) throw new Error('no member')
    await member.kill()
    await writing
    const refused: Failure[] = []
    for (const [method, path, body] of [
      ['POST', MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lost' } }],
      ['GET', MAPS, undefined],
      ['GET', `${MAPS}/kube-root-ca.crt`, undefined],
    ] as const) {
      const answer = await api.send(method, path, { body })
      expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(500)
      refused.push(answer.json<Failure>())
    }
    for (const status of refused)
      expect(status).toMatchObject({ kind: 'Status', status: 'Failure', code: expect.any(Number), reason: expect.stringMatching(/./) })
    expect((await api.send('GET', '/readyz')).status).toBe(500)
    expect((await api.send('GET', '/metrics')).status).toBe(200)
    // Reads that any version answers go on.
    expect((await api.send('GET', `${MAPS}?resourceVersion=0`)).status).toBe(200)

    using back = again(member.process)
    await until('readiness', async () => (await api.send('GET', '/readyz')).status === 200)
    expect(back.child.exitCode).toBeNull()
    const more = load.run(api, 'after')
    await load.reached(load.acknowledged + 100)
    load.stop()
    await more
    const { items, metadata: end } = await api.get<List>(`${MAPS}?labelSelector=load%3Dwrite`)
    expect(faultsOf(load, items)).toEqual([])
    const mark = await api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mark', labels: { load: 'write' } } })
    await watch.until('the mark', (e) => e.object.metadata.resourceVersion === mark.metadata.resourceVersion)
    const watched = new Set(watch.events.map((e) => e.object.metadata.resourceVersion))
    expect(load.versions.filter((v) => !watched.has(v))).toEqual([])
    expect(Number(mark.metadata.resourceVersion)).toBeGreaterThan(Number(end.resourceVersion))
  })
})

/** The same program with the same flags and data. */
function again(process: ChildProcess): { child: ChildProcess } & Disposable {
  const [program = '', ...flags] = process.spawnargs
  const child = spawn(program, flags, { stdio: 'ignore' })
  return { child, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

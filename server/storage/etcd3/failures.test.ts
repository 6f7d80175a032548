import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { RequestTooLargeError, type Storage, StorageOpenError, StorageUnavailableError } from '../contract.ts'
import { writeCertificates } from '../testing/certificates.ts'
import { findEtcds, startEtcd } from '../testing/etcd.ts'
import { WatchRecorder } from '../testing/recorder.ts'
import { scratchFolder } from '../testing/scratch.ts'
import { openEtcdStorage, progressOvertakesEvents } from './open.ts'

test('an etcd that is not there is one sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  server.close()
  const error = await openEtcdStorage({ endpoints: [`http://127.0.0.1:${port}`] }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StorageOpenError)
  expect((error as Error).message).toMatch(/^etcd cannot be used at http:\/\/127\.0\.0\.1:\d+ \(.*\); check .*\.$/)
})

test('a missing certificate file is one sentence', async () => {
  await using folder = await scratchFolder()
  const opening = openEtcdStorage({ endpoints: ['https://127.0.0.1:1'], tls: { caFile: join(folder.path, 'none.crt') } })
  await expect(opening).rejects.toThrow(/^The file .*none\.crt for the connection to etcd cannot be read .*\.$/)
})

test('a server that takes connections and never answers does not hold a call for ever', async () => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => void sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await expect(openEtcdStorage({ endpoints: [`http://127.0.0.1:${port}`], requestTimeoutMs: 300 })).rejects.toThrow(StorageOpenError)
  for (const socket of sockets) socket.destroy()
  server.close()
})

test.each([
  ['3.4.23', true],
  ['3.4.25', false],
  ['3.5.7', true],
  ['3.5.8', false],
  ['3.6.0', false],
  ['3.7.3', false],
  ['3.4.0-rc.1', true],
])('progress of etcd %s may overtake events: %s', (version, expected) => {
  expect(progressOvertakesEvents(version)).toBe(expected)
})

/** Repeats a call that may fail while the cluster finds itself again. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error
      await new Promise((resume) => setImmediate(resume))
    }
  }
}

/** Every thread of a process has stopped: the signal is on its way when kill returns. */
async function stopped(pid: number): Promise<void> {
  const states = async (): Promise<string[]> => {
    const threads = await readdir(`/proc/${pid}/task`)
    return Promise.all(threads.map(async (t) => /\) (\S)/.exec(await readFile(`/proc/${pid}/task/${t}/stat`, 'utf8'))?.[1] ?? ''))
  }
  while ((await states()).some((state) => state !== 'T')) await new Promise((r) => setImmediate(r))
}

const etcds = findEtcds()

describe.skipIf(etcds.length === 0)(
  etcds.length === 0 ? 'etcd failures: skipped, no etcd in PATH or in $KUBEBUILDER_ASSETS' : 'etcd failures',
  () => {
    test.each(etcds)('etcd $version: three members with TLS: the store outlives any one of them, and watches never skip', async (etcd) => {
      await using folder = await scratchFolder()
      const tls = await writeCertificates(folder.path)
      await using cluster = await startEtcd(etcd, { members: 3, tls })
      const storage: Storage = await openEtcdStorage({ endpoints: cluster.endpoints, tls, requestTimeoutMs: 3000 })
      const start = (await storage.currentRevision()) + 1
      const watch = new WatchRecorder(storage, '/registry/', start)
      const acknowledged = new Map<string, number>()
      const write = async (i: number) => void acknowledged.set(`/registry/${i}`, await storage.create(`/registry/${i}`, Buffer.from('x')))
      await Promise.all(Array.from({ length: 20 }, (_, i) => write(i)))
      await watch.count(20)
      // The first endpoint is where everything goes.
      await cluster.members[0]?.kill()
      expect(await watch.ended()).toBeInstanceOf(StorageUnavailableError)
      for (let i = 20; i < 40; i++) {
        await eventually(() =>
          write(i).catch((error: unknown) => {
            // An attempt whose outcome was unknown may have happened.
            if (!(error instanceof StorageUnavailableError)) acknowledged.set(`/registry/${i}`, 0)
            else throw error
          }),
        )
      }
      const newest = await eventually(() => storage.currentRevision())
      const again = await eventually(async () => {
        const recorder = new WatchRecorder(storage, '/registry/', start)
        await recorder.count(newest - start + 1)
        if (recorder.closed?.error !== undefined) throw recorder.closed.error
        return recorder
      })
      expect(again.events.map((event) => event.revision)).toEqual(Array.from({ length: newest - start + 1 }, (_, i) => start + i))
      const stored = new Map(again.events.map((event) => [event.key, event.revision]))
      for (const [key, revision] of acknowledged) expect([key, revision === 0 || stored.get(key) === revision]).toEqual([key, true])
      expect(stored.size).toBe(40)
      await storage.close()
    })

    test.each(etcds)(
      'etcd $version: a value that is too large is told apart from a store that is away, and nothing is written',
      async (etcd) => {
        await using cluster = await startEtcd(etcd)
        const storage = await openEtcdStorage({ endpoints: cluster.endpoints })
        for (const bytes of [1_600_000, 3_000_000]) {
          await expect(storage.create('/registry/a', Buffer.alloc(bytes))).rejects.toThrow(RequestTooLargeError)
          expect((await storage.get('/registry/a')).kv).toBe(undefined)
        }
        const revision = await storage.create('/registry/a', Buffer.from('1'))
        await expect(storage.update('/registry/a', Buffer.alloc(1_600_000), revision)).rejects.toThrow('etcdserver: request is too large')
        expect((await storage.get('/registry/a')).kv?.value.toString()).toBe('1')
        await storage.close()
      },
    )

    test.each(etcds)('etcd $version: calls to a server that stops answering fail in time, and work again when it goes on', async (etcd) => {
      await using cluster = await startEtcd(etcd)
      const storage = await openEtcdStorage({ endpoints: cluster.endpoints, requestTimeoutMs: 500 })
      await storage.create('/registry/a', Buffer.from('1'))
      const etcdProcess = cluster.members[0]!.process
      etcdProcess.kill('SIGSTOP')
      await stopped(etcdProcess.pid!)
      await expect(storage.create('/registry/b', Buffer.from('1'))).rejects.toThrow(StorageUnavailableError)
      await expect(storage.get('/registry/a')).rejects.toThrow(StorageUnavailableError)
      etcdProcess.kill('SIGCONT')
      expect((await eventually(() => storage.get('/registry/a'))).kv?.value.toString()).toBe('1')
      await storage.close()
    })
  },
)

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findEtcds, startEtcd } from '../testing/etcd.ts'
import { scratchFolder } from '../testing/scratch.ts'
import { WatchRecorder } from '../testing/recorder.ts'
import { openEtcdStorage } from './open.ts'
import { socketPath } from './socket-path.ts'

test.each([
  ['unix:///run/etcd.sock', '/run/etcd.sock'],
  ['unix://localhost:40', 'localhost:40'],
  ['unix:etcd.sock', 'etcd.sock'],
  ['http://unix:2379', undefined],
])('the path of %s is %s', (endpoint, path) => {
  expect(socketPath(endpoint)).toBe(path)
})

describe.each(findEtcds().slice(0, 1))('etcd $version', (binary) => {
  test('calls and watches go through a Unix socket', async () => {
    await using folder = await scratchFolder()
    await using etcd = await startEtcd(binary)
    const port = Number(new URL(etcd.endpoints[0]!).port)
    const path = join(folder.path, 'etcd.sock')
    let connections = 0
    const door = createServer((socket) => {
      connections++
      const inner = connect(port, '127.0.0.1')
      socket.pipe(inner).pipe(socket)
      for (const end of [socket, inner]) end.on('error', () => undefined)
    }).listen(path)
    await once(door, 'listening')
    const storage = await openEtcdStorage({ endpoints: [`unix://${path}`] })
    const revision = await storage.create('/a/1', Buffer.from('x'), { ttlSeconds: 600 })
    const [event] = await new WatchRecorder(storage, '/a', revision).count(1)
    expect(event).toMatchObject({ type: 'put', key: '/a/1', revision })
    expect((await storage.get('/a/1')).kv?.value.toString()).toBe('x')
    await storage.close()
    expect(connections).toBeGreaterThan(1)
    door.close()
  })
})

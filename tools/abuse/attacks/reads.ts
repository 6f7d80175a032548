import type { Arena, Attack } from '../attack.ts'
import { Client, inNamespace, many, pause } from '../client.ts'
import * as f from '../frames.ts'
import { Tally } from '../tally.ts'
import { http2, type Http2Wire } from '../wire.ts'

const OBJECTS = 500
const OBJECT_BYTES = 2000
const STREAMS = 200

const path = (arena: Arena): string => inNamespace(arena, 'configmaps')
const LABEL = 'abuse%3Dread'

async function makeObjects(arena: Arena): Promise<void> {
  const client = new Client(arena)
  await many(arena, arena.times(OBJECTS), 20, async (i) => {
    const metadata = { name: `read-${i}`, labels: { abuse: 'read' } }
    const data = { a: 'x'.repeat(OBJECT_BYTES) }
    await client.must({ method: 'POST', path: path(arena), body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } })
  })
  client.close()
}

interface Reads {
  connections: number
  /** Requests of each connection, at most its concurrent streams. */
  streams?: number
  target(arena: Arena): string
  headers?: Record<string, string>
  /** SETTINGS_INITIAL_WINDOW_SIZE of the client; it gives none back. */
  window: number
  /** While the answers stand still all objects change this often. */
  changes?: number
}

/** Requests by an admin who does not read the answers. */
function unread(name: string, o: Reads): Attack {
  return {
    name,
    async prepare(arena) {
      await makeObjects(arena)
      return async () => {
        const tally = new Tally()
        const wires: Http2Wire[] = []
        await many(arena, arena.times(o.connections), 5, async () => {
          const wire = await http2(arena, { reads: false, settings: { [f.INITIAL_WINDOW_SIZE]: o.window } })
          wires.push(wire)
          const block = f.getBlock(o.target(arena), arena.target.token, o.headers)
          const frames = Array.from({ length: o.streams ?? STREAMS }, (_, i) => f.headerFrames(i * 2 + 1, block))
          await wire.send(Buffer.concat(frames))
        })
        await pause(arena.holdMs(3000))
        const client = new Client(arena)
        await many(arena, o.changes ?? 0, 1, async (round) => {
          await many(arena, arena.times(OBJECTS), 10, async (i) => {
            await client.ask({
              method: 'PATCH',
              path: `${path(arena)}/read-${i}`,
              token: arena.target.token,
              contentType: 'application/merge-patch+json',
              body: { data: { round: String(round) } },
            })
          })
        })
        client.close()
        for (const wire of wires) for (const status of wire.statuses) tally.add(status)
        for (const wire of wires) {
          if (wire.resets > 0) tally.add('RST_STREAM', wire.resets)
          const unanswered = (o.streams ?? STREAMS) - wire.statuses.length - wire.resets
          if (unanswered > 0) tally.add('no answer', unanswered)
          wire.socket.destroy()
        }
        return tally
      }
    },
    async cleanUp(arena) {
      const client = new Client(arena)
      await client.ask({ method: 'DELETE', path: `${path(arena)}?labelSelector=${LABEL}`, token: arena.target.token })
      client.close()
    },
  }
}

const all = (arena: Arena, query = ''): string => `${path(arena)}?${query}`
const WATCH = 'watch=1&resourceVersion=0'

export const reads: readonly Attack[] = [
  unread('lists/2,000 unread', { connections: 10, window: 0, target: (a) => all(a) }),
  unread('lists/2,000 a byte read', { connections: 10, window: 1, target: (a) => all(a) }),
  unread('lists/400 unread as tables', {
    connections: 2,
    window: 0,
    target: (a) => all(a),
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  }),
  unread('lists/400 unread, gzip', { connections: 2, window: 0, target: (a) => all(a), headers: { 'accept-encoding': 'gzip' } }),
  unread('lists/400 unread, protobuf', {
    connections: 2,
    window: 0,
    target: (a) => all(a),
    headers: { accept: 'application/vnd.kubernetes.protobuf' },
  }),
  unread('lists/400 unread, YAML', { connections: 2, window: 0, target: (a) => all(a), headers: { accept: 'application/yaml' } }),
  unread('lists/2,000 pages', { connections: 10, window: 0, target: (a) => all(a, 'limit=1') }),
  unread('watches/5,000 unread', { connections: 25, window: 0, target: (a) => all(a, WATCH), changes: 1 }),
  unread('watches/1,000 unread as tables', {
    connections: 5,
    window: 0,
    target: (a) => all(a, WATCH),
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
    changes: 1,
  }),
  unread('watches/1,000 unread, YAML', {
    connections: 5,
    window: 0,
    target: (a) => all(a, WATCH),
    headers: { accept: 'application/yaml' },
    changes: 1,
  }),
  unread('watches/1,000 streaming lists', {
    connections: 5,
    window: 0,
    target: (a) => all(a, 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'),
  }),
  unread('watches/1,000 with a selector', {
    connections: 5,
    window: 0,
    target: (a) => all(a, `${WATCH}&labelSelector=a%20in%20(${'v,'.repeat(2000)}v)`),
    changes: 1,
  }),
]

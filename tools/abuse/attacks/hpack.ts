import type { Arena, Attack } from '../attack.ts'
import { many } from '../client.ts'
import * as f from '../frames.ts'
import { Tally } from '../tally.ts'
import { http2 } from '../wire.ts'

interface Block {
  connections: number
  /** Requests of each connection, one after another on streams of their own. */
  requests: number
  fields(arena: Arena): Buffer
}

/** Header blocks that are small on the wire, or not, and large or laborious once they are decoded. */
function blocks(name: string, o: Block): Attack {
  return {
    name: `hpack/${name}`,
    prepare(arena) {
      const fields = o.fields(arena)
      return async () => {
        const tally = new Tally()
        await many(arena, arena.times(o.connections), o.connections, async () => {
          try {
            const wire = await http2(arena)
            for (let i = 0; i < o.requests && wire.end === undefined && !arena.signal.aborted; i++) {
              await wire.send(f.headerFrames(i * 2 + 1, fields))
              await new Promise((resolve) => setImmediate(resolve))
            }
            await wire.ended(1500)
            wire.settle(tally)
          } catch (e) {
            tally.add((e as Error).message)
          }
        })
        return tally
      }
    },
  }
}

const get = (arena: Arena, path = '/version'): Buffer => f.getBlock(path, arena.target.viewerToken)
const repeat = (bytes: Buffer, n: number): Buffer => Buffer.alloc(bytes.length * n, bytes)
const FIRST_DYNAMIC = f.indexed(62)

export const hpack: readonly Attack[] = [
  // 4 KB in the table, named 60,000 times: 60 KB become 240 MB.
  blocks('bomb of the table', {
    connections: 10,
    requests: 20,
    fields: (a) => Buffer.concat([get(a), f.remembered('x-bomb', 'b'.repeat(4000)), repeat(FIRST_DYNAMIC, 60_000)]),
  }),
  blocks('bomb of nobody', {
    connections: 10,
    requests: 20,
    fields: () => Buffer.concat([f.getBlock('/version'), f.remembered('x-bomb', 'b'.repeat(4000)), repeat(FIRST_DYNAMIC, 60_000)]),
  }),
  blocks('crumbs of cookies', {
    connections: 10,
    requests: 10,
    fields: (a) => Buffer.concat([get(a), f.remembered('cookie', 'a=b'), repeat(FIRST_DYNAMIC, 50_000)]),
  }),
  blocks('updates of the table size', {
    connections: 10,
    requests: 50,
    fields: (a) => Buffer.concat([repeat(f.tableSize(0), 16_000), get(a)]),
  }),
  blocks('evictions', {
    connections: 10,
    requests: 20,
    fields: (a) => Buffer.concat([get(a), repeat(f.remembered('a', ''), 15_000)]),
  }),
  blocks('one field of 1 MB', {
    connections: 20,
    requests: 3,
    fields: (a) => Buffer.concat([get(a), f.literal('x-long', 'b'.repeat(1_000_000))]),
  }),
  blocks('one field of 1 MB of nobody', {
    connections: 50,
    requests: 1,
    fields: () => Buffer.concat([f.getBlock('/version'), f.literal('accept', 'b'.repeat(1_000_000))]),
  }),
  blocks('10,000 names', {
    connections: 10,
    requests: 10,
    fields: (a) => Buffer.concat([get(a), ...Array.from({ length: 10_000 }, (_, i) => f.literal(`x-${i}`, ''))]),
  }),
  blocks('an integer without end', { connections: 10, requests: 1, fields: () => Buffer.alloc(16_000, 0xff) }),
]

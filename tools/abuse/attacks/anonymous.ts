import type { Arena, Attack } from '../attack.ts'
import { many } from '../client.ts'
import * as f from '../frames.ts'
import { Tally } from '../tally.ts'
import { http1, http2 } from '../wire.ts'

const codeOf = (e: unknown): string => (e as NodeJS.ErrnoException).code ?? (e as Error).message

/** Requests of nobody, each on a connection of its own. */
function flood(name: string, n: number, parallel: number, one: (arena: Arena, tally: Tally) => Promise<void>): Attack {
  return {
    name: `anonymous/${name}`,
    prepare: (arena) => async () => {
      const tally = new Tally()
      await many(arena, arena.times(n), parallel, () => one(arena, tally).catch((e) => tally.add(codeOf(e))))
      return tally
    },
  }
}

const overHttp2 =
  (path: string, streams = 1) =>
  async (arena: Arena, tally: Tally): Promise<void> => {
    const wire = await http2(arena)
    const block = f.getBlock(path)
    await wire.send(Buffer.concat(Array.from({ length: streams }, (_, i) => f.headerFrames(i * 2 + 1, block))))
    for (const until = Date.now() + 3000; Date.now() < until && wire.finished === 0 && wire.end === undefined; ) await wire.ended(20)
    wire.settle(tally)
  }

export const anonymous: readonly Attack[] = [
  flood('requests over h2', 1500, 20, overHttp2('/version')),
  flood('refused requests over h2', 1500, 20, overHttp2('/api/v1/pods')),
  flood('100 requests at once over h2', 300, 10, overHttp2('/api/v1/pods', 100)),
  flood('wrong logins', 1500, 20, async (arena, tally) => {
    const wire = await http1(arena)
    await wire.send(
      `GET /api/v1/pods HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${'a.b.c'.repeat(100)}\r\nConnection: close\r\n\r\n`,
    )
    await wire.ended(3000)
    wire.settle(tally)
  }),
  flood('openapi and discovery', 300, 10, overHttp2('/openapi/v2')),
]

import type { Socket } from 'node:net'
import type { Arena, Attack } from '../attack.ts'
import { many, pause } from '../client.ts'
import * as f from '../frames.ts'
import { Tally } from '../tally.ts'
import { type Http1Wire, http1, http2, tcp, Wire } from '../wire.ts'

const PARALLEL = 50
const HOLD_MS = 12_000

interface Held {
  connections: number
  open(arena: Arena): Promise<Wire>
  /** Sent a byte at a time while the connection is held. */
  drip?: string
  everyMs?: number
}

/** Connections that are opened, brought to some point, and left there. `open` in the answer: the server still has them after twelve seconds. */
function held(name: string, o: Held): Attack {
  return {
    name,
    prepare: (arena) => async () => {
      const tally = new Tally()
      const wires: Wire[] = []
      const began = performance.now()
      await many(arena, arena.times(o.connections), PARALLEL, async () => {
        await o.open(arena).then(
          (wire) => wires.push(wire),
          (e: NodeJS.ErrnoException) => tally.add(e.code ?? e.message),
        )
      })
      const until = began + arena.holdMs(HOLD_MS)
      for (let i = 0; performance.now() < until; i++) {
        const byte = o.drip?.[i % o.drip.length]
        if (byte !== undefined) for (const wire of wires) if (wire.end === undefined) wire.socket.write(byte)
        await pause(o.everyMs ?? 250)
      }
      for (const wire of wires) wire.settle(tally)
      return tally
    },
  }
}

const wrote = async <W extends Wire>(wire: Promise<W>, bytes: Buffer | string): Promise<W> => {
  const w = await wire
  await w.send(bytes)
  return w
}
const raw = async (arena: Arena): Promise<Wire> => new Wire(drained(await tcp(arena)))
const drained = (socket: Socket): Socket => socket.resume()
const token = (arena: Arena): string => arena.target.viewerToken

// The first bytes of a TLS record that says it holds a ClientHello of 512 bytes.
const HALF_HELLO = Buffer.from('160301020001000200030300', 'hex')
const head = 'GET /version HTTP/1.1\r\nHost: localhost\r\n'

export const connections: readonly Attack[] = [
  held('connections/silent TCP', { connections: 2000, open: raw }),
  held('connections/half a ClientHello', { connections: 500, open: (a) => wrote(raw(a), HALF_HELLO) }),
  held('connections/no TLS at all', { connections: 500, open: (a) => wrote(raw(a), 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n') }),
  held('connections/silent after TLS, h2', { connections: 300, open: (a) => http2(a, { silent: true }) }),
  held('connections/silent after TLS, HTTP 1.1', { connections: 300, open: http1 }),
  held('connections/half a preface', { connections: 300, open: (a) => wrote(http2(a, { silent: true }), f.preface.subarray(0, 12)) }),
  held('connections/headers without end', {
    connections: 300,
    open: (a) => wrote(http2(a), f.frame(f.type.headers, f.END_STREAM, 1, f.getBlock('/version'))),
  }),
  held('connections/half a frame', {
    connections: 300,
    open: (a) => wrote(http2(a), f.frame(f.type.headers, f.END_STREAM | f.END_HEADERS, 1, f.getBlock('/version')).subarray(0, 20)),
  }),
  held('connections/idle h2', { connections: 500, open: http2 }),
  held('connections/slow head', { connections: 300, open: (a) => wrote(http1(a), `${head}x-slow: `), drip: 'abcdefgh' }),
  held('connections/slow body', {
    connections: 200,
    open: (a) =>
      wrote(
        http1(a),
        `POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token(a)}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n`,
      ),
    drip: ' ',
  }),
  // 300 uploads of 1 MiB each, of which the last byte does not come.
  held('connections/half-open uploads', { connections: 300, open: halfUpload }),
]

async function halfUpload(arena: Arena): Promise<Wire> {
  const wire: Http1Wire = await http1(arena)
  const size = 1 << 20
  await wire.send(
    `POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token(arena)}\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`,
  )
  await Promise.race([wire.send(Buffer.alloc(size - 1, 0x20)), pause(2000)])
  return wire
}

import type { Arena, Attack } from '../attack.ts'
import { many } from '../client.ts'
import { Tally } from '../tally.ts'
import { http1 } from '../wire.ts'

interface Lines {
  connections: number
  /** What each connection sends, piece by piece, until it is cut. */
  pieces(arena: Arena, i: number): Iterable<Buffer | string>
  waitMs?: number
}

function lines(name: string, o: Lines): Attack {
  return {
    name: `http1/${name}`,
    prepare: (arena) => async () => {
      const tally = new Tally()
      const connections = arena.times(o.connections)
      await many(arena, connections, 50, async (i) => {
        try {
          const wire = await http1(arena)
          for (const piece of o.pieces(arena, i)) {
            if (wire.end !== undefined || arena.signal.aborted) break
            await wire.send(piece)
          }
          // An answer to a request that is not complete: whoever gives one also closes, or should.
          await wire.ended(o.waitMs ?? 1500)
          wire.settle(tally)
        } catch (e) {
          tally.add((e as NodeJS.ErrnoException).code ?? (e as Error).message)
        }
      })
      return tally
    },
  }
}

const START = 'GET /version HTTP/1.1\r\nHost: localhost\r\n'
const GET = `${START}\r\n`
const post = (arena: Arena, ...more: string[]): string =>
  [
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${arena.target.viewerToken}`,
    'Content-Type: application/json',
    ...more,
    '\r\n',
  ].join('\r\n')

function* repeated<T>(first: string, piece: T, times: number): Iterable<string | T> {
  yield first
  for (let i = 0; i < times; i++) yield piece
}

/** Bytes that look like HTTP here and there, the same in each run. */
function noise(seed: number): Buffer {
  const alphabet = 'GET POST / HTTP/1.1\r\n\r\n: ;,\0\x80é{}'
  let x = seed * 2_654_435_761
  const out = Array.from({ length: 4000 }, () => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0
    return alphabet[x % alphabet.length]!
  })
  return Buffer.from(`${seed % 2 === 0 ? START : ''}${out.join('')}\r\n\r\n`, 'latin1')
}

export const http1Requests: readonly Attack[] = [
  lines('pipelining', {
    connections: 20,
    pieces: (a) => [Buffer.from(START.concat(`Authorization: Bearer ${a.target.viewerToken}\r\n\r\n`).repeat(2000))],
  }),
  lines('pipelining of nobody', { connections: 20, pieces: () => [Buffer.from(GET.repeat(5000))] }),
  lines('Content-Length and chunked', {
    connections: 50,
    pieces: (a) => [post(a, 'Content-Length: 5', 'Transfer-Encoding: chunked'), '0\r\n\r\nGET /smuggled HTTP/1.1\r\n'],
  }),
  lines('two lengths', { connections: 50, pieces: (a) => [post(a, 'Content-Length: 5', 'Content-Length: 6'), '{}   '] }),
  lines('chunks of one byte', {
    connections: 10,
    pieces: (a) => repeated(post(a, 'Transfer-Encoding: chunked'), Buffer.from('1\r\n \r\n'.repeat(20_000)), 60),
  }),
  lines('extensions of chunks', {
    connections: 10,
    pieces: (a) => repeated(post(a, 'Transfer-Encoding: chunked'), Buffer.from(`1;${'a'.repeat(60_000)}\r\n \r\n`), 200),
  }),
  lines('a chunk of 2⁶³', {
    connections: 20,
    pieces: (a) => [post(a, 'Transfer-Encoding: chunked'), '7fffffffffffffff\r\n', Buffer.alloc(1 << 20, 0x20)],
  }),
  lines('20 MB in chunks', {
    connections: 10,
    pieces: (a) => repeated(post(a, 'Transfer-Encoding: chunked'), Buffer.from(`100000\r\n${' '.repeat(1 << 20)}\r\n`), 20),
  }),
  lines('trailers without end', {
    connections: 10,
    pieces: (a) => repeated(`${post(a, 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n`, Buffer.from('x-t: y\r\n'.repeat(2000)), 200),
  }),
  lines('100 MB announced', { connections: 50, pieces: (a) => [post(a, 'Content-Length: 100000000'), Buffer.alloc(65_536, 0x20)] }),
  lines('headers without end', { connections: 20, pieces: () => repeated(START, Buffer.from('x-a: b\r\n'.repeat(2000)), 500) }),
  lines('one header without end', { connections: 20, pieces: () => repeated(`${START}x-a: `, Buffer.alloc(65_536, 0x62), 300) }),
  lines('a target of 1 MB', {
    connections: 20,
    pieces: () => [`GET /version?${'a'.repeat(1_000_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  }),
  lines('a method without end', { connections: 20, pieces: () => repeated('', Buffer.alloc(65_536, 0x47), 300) }),
  lines('noise', { connections: 200, waitMs: 300, pieces: (_, i) => [noise(i)] }),
]

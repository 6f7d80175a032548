import { randomBytes } from 'node:crypto'
import type { Arena, Attack } from '../attack.ts'
import { type Ask, Client, inNamespace, requests } from '../client.ts'

const VERSION = '/version'
const POD = '/api/v1/namespaces/x/pods'
const ROOM = 60_000

/** The same request with another value of a header each time: what is remembered of them must have a bound. */
const varied = (name: string, n: number, headers: (i: number) => Record<string, string>, path = VERSION, parallel = 4): Attack =>
  requests(`headers/${name}`, (arena) => Array.from({ length: arena.times(n) }, (_, i) => ({ path, headers: headers(i) })), parallel)

const filler = randomBytes(ROOM * 4).toString('hex')
/** Text that is another for every i, of the given length. */
const text = (i: number, length: number): string => `${i}-${filler.slice(i % 1000, (i % 1000) + length)}`

async function accountToken(arena: Arena): Promise<string> {
  const client = new Client(arena)
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } }
  const answer = await client.must({ method: 'POST', path: inNamespace(arena, 'serviceaccounts/default/token'), body })
  client.close()
  return (JSON.parse(answer.toString()) as { status: { token: string } }).status.token
}

export const headers: readonly Attack[] = [
  {
    // Each in a connection of its own, since nobody's connection has one request.
    ...requests('headers/Accept of 60 KB of nobody', (arena) =>
      Array.from({ length: arena.times(500) }, (_, i): Ask => ({ path: VERSION, token: '', headers: { accept: text(i, ROOM) } })),
    ),
  },
  varied('Accept of 500 KB', 200, (i) => ({ accept: text(i, 240_000).repeat(2) }), POD, 1),
  varied('Accept, always another', 10_000, (i) => ({ accept: `application/json;x=${text(i, 2000)}` }), POD),
  varied('Accept of 10,000 kinds', 100, () => ({ accept: 'a/b;q=0.1,'.repeat(6000) }), POD),
  varied('Accept of commas', 100, () => ({ accept: ','.repeat(ROOM * 4) }), POD),
  varied('Accept-Encoding', 100, () => ({ 'accept-encoding': 'gzip;q=0,'.repeat(ROOM / 9) }), POD),
  varied('User-Agent, always another', 10_000, (i) => ({ 'user-agent': text(i, 2000) }), POD),
  varied('Content-Type, always another', 10_000, (i) => ({ 'content-type': `application/${text(i, 2000)}` }), POD),
  varied('traceparent and others', 2000, (i) => ({
    traceparent: text(i, 4000),
    'x-forwarded-for': '1,'.repeat(5000),
    origin: text(i, 4000),
    'audit-id': text(i, 4000),
    'if-none-match': '"a",'.repeat(5000),
  })),
  requests('headers/Impersonate-Extra, 1,000', (arena) => {
    const extra = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`impersonate-extra-k${i}`, 'v']))
    return Array.from({ length: arena.times(50) }, () => ({
      path: POD,
      token: arena.target.token,
      headers: { 'impersonate-user': 'other', ...extra },
    }))
  }),
  requests(
    'headers/tokens that nobody has',
    (arena) => Array.from({ length: arena.times(5000) }, (_, i) => ({ path: POD, token: text(i, 2000) })),
    4,
  ),
  requests(
    'headers/tokens of dots',
    (arena) => Array.from({ length: arena.times(200) }, () => ({ path: POD, token: '.'.repeat(ROOM) })),
    4,
  ),
  requests(
    'headers/a good token with junk',
    async (arena) => {
      const token = await accountToken(arena)
      return Array.from({ length: arena.times(5000) }, (_, i) => ({
        path: POD,
        token: `${token}${'!'.repeat(1 + (i % 7))}${text(i, 8000)}`,
      }))
    },
    4,
  ),
]

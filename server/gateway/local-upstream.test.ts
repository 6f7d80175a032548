import { expect, test } from 'vitest'
import type { Transport } from '../client/transport.ts'
import { LocalUpstream } from './local-upstream.ts'

const upstream = (body: () => AsyncGenerator<Buffer>): LocalUpstream => {
  const stream: Transport['stream'] = () => Promise.resolve({ status: 200, headers: {}, body: body() })
  return new LocalUpstream({ stream, request: () => Promise.reject(new Error('not asked')), close: () => Promise.resolve() })
}
const request = { method: 'GET', path: '/api/v1/pods?watch=1', headers: {}, signal: new AbortController().signal }

test('a body that never waits leaves others their turns, and comes whole', async () => {
  let others = false
  const most = 200_000
  let made = 0
  const { body } = await upstream(async function* () {
    setImmediate(() => (others = true))
    // Without turns it would end at the limit.
    while (!others && made < most) yield Buffer.from(`${made++}\n`)
    yield Buffer.from('end')
  }).send(request)
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  expect(made).toBeLessThan(most)
  const lines = Buffer.concat(chunks).toString().split('\n')
  expect(lines.at(-1)).toBe('end')
  expect(lines.slice(0, -1)).toEqual(Array.from({ length: made }, (_, n) => String(n)))
})

test('a body that breaks off breaks off for who reads it', async () => {
  const { body } = await upstream(async function* () {
    yield Buffer.from('half')
    throw new Error('the server broke the stream off')
  }).send(request)
  await expect(body.toArray()).rejects.toThrow('broke the stream off')
})

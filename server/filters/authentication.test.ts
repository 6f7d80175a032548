import { describe, expect, test } from 'vitest'
import { frame, request, hello, Wire } from '../serving/http2/testing/wire.ts'
import { errorCode, flag, frameType } from '../serving/http2/constants.ts'
import { ok, Server } from './testing/server.ts'

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** The statuses of all answers to `headers` sent `n` times at once over HTTP/2, and what is left of the connection. */
async function burst(n: number, headers: Record<string, string>): Promise<{ statuses: (string | undefined)[]; wire: Wire; calls: number }> {
  let calls = 0
  const wire = new Wire(
    new Server((ctx) => {
      calls++
      return ok(ctx)
    }).chain,
  )
  wire.send(hello)
  for (let i = 0; i < n; i++) wire.send(request(i * 2 + 1, 'GET', '/version', headers))
  const heads = (await wire.frames()).filter((f) => f.type === frameType.headers)
  return { statuses: heads.map((f) => wire.headersOf(f)[':status']), wire, calls }
}

describe('who has not logged in gets one request an HTTP/2 connection', () => {
  test.each([
    ['anonymous', {}, '200', 1],
    ['a wrong token', bearer('wrong'), '401', 0],
  ])('%s, also when the PING is not answered', async (_, headers, status, calls) => {
    const answer = await burst(260, headers)
    expect(answer.statuses).toEqual([status])
    expect(answer.calls).toBe(calls)
    // A PING of the client is still answered for a moment.
    expect(answer.wire.ended).toBe(false)
    answer.wire.pass(2000)
    expect(answer.wire.ended).toBe(true)
    answer.wire.pass(1000)
    expect(answer.wire.destroyed).toBe(true)
  })

  test('one after the other, each when the last is answered', async () => {
    const { wire } = await burst(1, {})
    wire.send(request(3, 'GET', '/version'), frame(frameType.ping, flag.ack, 0, Buffer.from('binnacle')))
    expect(await wire.frames()).toEqual([])
  })

  test('whoever has logged in keeps the connection, and it is marked as known', async () => {
    const { statuses, wire } = await burst(200, bearer('bob'))
    expect(statuses).toEqual(new Array(200).fill('200'))
    expect(wire.connection.closed).toBe(false)
    expect(wire.connection.state.authenticated).toBe(true)
    expect((await burst(1, {})).wire.connection.state.authenticated).toBeUndefined()
  })

  test('the first anonymous request is the last one of a connection that was known', async () => {
    const { wire } = await burst(1, bearer('bob'))
    wire.send(request(3, 'GET', '/version'), request(5, 'GET', '/version'))
    const frames = await wire.frames()
    expect(frames.filter((f) => f.type === frameType.headers).map((f) => f.id)).toEqual([3])
    const goaway = frames.find((f) => f.type === frameType.goaway)!
    expect([goaway.payload.readUInt32BE(0), goaway.payload.readUInt32BE(4)]).toEqual([3, errorCode.noError])
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Exchange, ResponseStream } from '../exchange.ts'
import { errorCode, flag, frameType as type, setting } from './constants.ts'
import { dataOf, echo, frame, goaway, hello, request, requestBlock, resetOf, settingsOf, talk, u32, Wire } from './testing/wire.ts'

const { endHeaders, endStream } = flag

describe('requests and responses', () => {
  test('settings come first, then the answer, complete', async () => {
    const { wire, frames } = await talk(echo, request(1, 'GET', '/a?b=c', { 'x-a': '1' }))
    expect(frames[0]).toMatchObject({ type: type.settings, flags: 0 })
    expect(frames.some((f) => f.type === type.settings && f.flags === flag.ack)).toBe(true)
    const head = frames.find((f) => f.type === type.headers)!
    expect(wire.headersOf(head)).toMatchObject({ ':status': '200', 'content-length': '13', 'content-type': 'text/plain' })
    expect(wire.headersOf(head)['date']).toMatch(/GMT$/)
    expect(dataOf(frames, 1).toString()).toBe('GET /a?b=c 1 ')
    expect(frames.at(-1)).toMatchObject({ type: type.data, flags: endStream, id: 1 })
    expect(wire.connection.active).toBe(0)
  })

  test('wherever the pieces end, the same requests are seen', async () => {
    const block = requestBlock('POST', '/split', { 'x-a': 'long '.repeat(20) })
    const bytes = Buffer.concat([
      hello,
      frame(type.headers, 0, 1, block.subarray(0, 10)),
      frame(type.continuation, 0, 1, block.subarray(10, 11)),
      frame(type.continuation, endHeaders, 1, block.subarray(11)),
      frame(type.ping, 0, 0, Buffer.from('12345678')),
      frame(type.data, flag.padded, 1, Buffer.concat([Buffer.of(3), Buffer.from('one'), Buffer.alloc(3)])),
      request(3, 'GET', '/other'),
      frame(0xfa, 0xff, 7, Buffer.from('an unknown frame')),
      frame(type.data, endStream, 1, Buffer.from('two')),
    ])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 60 }), async (cuts) => {
        const wire = new Wire(echo)
        let at = 0
        for (const cut of [...new Set(cuts)].sort((a, b) => a - b).concat(bytes.length)) {
          wire.send(bytes.subarray(at, cut))
          at = cut
        }
        const frames = await wire.frames()
        expect(dataOf(frames, 1).toString()).toBe(`POST /split? ${'long '.repeat(20)} onetwo`)
        expect(dataOf(frames, 3).toString()).toBe('GET /other?  ')
        expect(frames.find((f) => f.type === type.ping)).toMatchObject({ flags: flag.ack })
      }),
      { numRuns: 60 },
    )
    const wire = new Wire(echo)
    for (const byte of bytes) wire.send(Buffer.of(byte))
    expect(dataOf(await wire.frames(), 1).toString()).toContain('onetwo')
  })

  test('uploads may interleave; the client is given new window as they are read', async () => {
    const parts: Buffer[] = [request(1, 'POST', '/1', {}, false), request(3, 'POST', '/3', {}, false)]
    for (let i = 0; i < 40; i++)
      parts.push(frame(type.data, 0, 1, Buffer.alloc(16_000, 65)), frame(type.data, 0, 3, Buffer.alloc(16_000, 66)))
    parts.push(frame(type.data, endStream, 3), frame(type.data, endStream, 1))
    const { frames } = await talk(
      echo,
      settingsOf([[setting.initialWindowSize, 1_000_000]]),
      frame(type.windowUpdate, 0, 0, u32(2_000_000)),
      ...parts,
    )
    expect(dataOf(frames, 1).length).toBe('POST /1?  '.length + 640_000)
    expect(dataOf(frames, 3).subarray(-1)[0]).toBe(66)
    const credit = frames.filter((f) => f.type === type.windowUpdate && f.id === 1).reduce((n, f) => n + f.payload.readUInt32BE(0), 0)
    expect(credit).toBeGreaterThan(640_000 - 262_144)
    expect(credit).toBeLessThanOrEqual(640_000)
  })

  test('tiny pieces of an upload are gathered, and not each of them is answered', async () => {
    const parts = [request(1, 'POST', '/', {}, false)]
    for (let i = 0; i < 200_000; i++) parts.push(frame(type.data, 0, 1, Buffer.of(i)))
    parts.push(frame(type.data, endStream, 1))
    let body: Buffer | undefined
    const { frames } = await talk(async (x) => {
      body = await x.readBody(1_000_000)
      x.respond(200, {})
    }, Buffer.concat(parts))
    expect(body!.length).toBe(200_000)
    expect(goaway(frames)).toBeUndefined()
    expect(body!.every((byte, i) => byte === (i & 255))).toBe(true)
    expect(body!.buffer.byteLength).toBeLessThanOrEqual(400_000)
    expect(frames.filter((f) => f.type === type.windowUpdate).length).toBeLessThan(10)
  })

  test('a streamed upload gives the window back as it is taken, and tiny pieces are gathered', async () => {
    const parts = [request(1, 'POST', '/', { 'content-length': '200000' }, false)]
    for (let i = 0; i < 200_000; i++) parts.push(frame(type.data, 0, 1, Buffer.of(i)))
    parts.push(frame(type.data, endStream, 1))
    const chunks: Buffer[] = []
    const { frames } = await talk(async (x) => {
      const body = x.bodyStream()!
      expect(body.length).toBe(200_000)
      for await (const chunk of body.stream as AsyncIterable<Buffer>) chunks.push(chunk)
      x.respond(200, {})
    }, Buffer.concat(parts))
    const body = Buffer.concat(chunks)
    expect([body.length, body.every((byte, i) => byte === (i & 255)), chunks.length < 1000]).toEqual([200_000, true, true])
    const credit = frames.filter((f) => f.type === type.windowUpdate && f.id === 1).reduce((n, f) => n + f.payload.readUInt32BE(0), 0)
    expect(credit).toBeLessThanOrEqual(200_000)
  })

  test('a streamed upload that nobody takes stops at its window', async () => {
    const parts = [request(1, 'POST', '/', {}, false)]
    for (let i = 0; i < 40; i++) parts.push(frame(type.data, 0, 1, Buffer.alloc(16_000)))
    const { frames } = await talk((x) => void x.bodyStream(), Buffer.concat(parts))
    expect(resetOf(frames, 1)).toBe(errorCode.flowControlError)
  })

  test('an upload nobody reads stops at its window', async () => {
    const parts = [request(1, 'POST', '/', {}, false)]
    for (let i = 0; i < 17; i++) parts.push(frame(type.data, 0, 1, Buffer.alloc(16_000)))
    const { frames } = await talk(() => {}, Buffer.concat(parts))
    expect(resetOf(frames, 1)).toBe(errorCode.flowControlError)
  })

  test('an answer before the end of the upload is followed by RST_STREAM NO_ERROR', async () => {
    const { frames } = await talk((x) => x.respond(401, {}, Buffer.from('no')), request(1, 'POST', '/', {}, false))
    expect(dataOf(frames, 1).toString()).toBe('no')
    expect(resetOf(frames, 1)).toBe(errorCode.noError)
  })

  test('a body above the limit is refused with 413, declared or not', async () => {
    const codes: unknown[] = []
    const limited = async (x: Exchange): Promise<void> => {
      await x.readBody(10).catch((e: { code: number }) => codes.push(e.code))
      x.respond(413, {})
    }
    await talk(
      limited,
      request(1, 'POST', '/', { 'content-length': '11' }, false),
      request(3, 'POST', '/', {}, false),
      frame(type.data, 0, 3, Buffer.alloc(11)),
    )
    expect(codes).toEqual([413, 413])
  })

  test('expect: 100-continue is answered when the body is asked for', async () => {
    const { wire, frames } = await talk(echo, request(1, 'POST', '/', { expect: '100-continue' }, false))
    expect(wire.headersOf(frames.find((f) => f.type === type.headers)!)).toEqual({ ':status': '100' })
  })

  test('HEAD, 204 and 304 have no body', async () => {
    const { wire, frames } = await talk(
      (x) => x.respond(Number(x.path.slice(1)), {}, Buffer.from('body')),
      request(1, 'HEAD', '/200'),
      request(3, 'GET', '/204'),
      request(5, 'GET', '/304'),
    )
    expect(frames.filter((f) => f.type === type.data)).toEqual([])
    const heads = frames.filter((f) => f.type === type.headers).map((f) => wire.headersOf(f))
    expect(heads.map((h) => [h[':status'], h['content-length']])).toEqual([
      ['200', '4'],
      ['204', undefined],
      ['304', undefined],
    ])
  })

  test('long response headers go on in CONTINUATION frames; forbidden ones become a 500', async () => {
    const value = 'v'.repeat(40_000)
    const { wire, frames } = await talk(
      (x) => x.respond(200, { 'x-long': x.path === '/bad' ? 'a\nb' : value }, Buffer.from('body')),
      request(1, 'GET', '/'),
      request(3, 'GET', '/bad'),
    )
    const parts = frames.filter((f) => f.id === 1 && f.type !== type.data)
    expect(parts.map((f) => [f.type, f.flags])).toEqual([
      [type.headers, 0],
      [type.continuation, 0],
      [type.continuation, endHeaders],
    ])
    const whole = { ...parts[0]!, payload: Buffer.concat(parts.map((f) => f.payload)) }
    expect(wire.headersOf(whole)['x-long']).toBe(value)
    expect(dataOf(frames, 1).toString()).toBe('body')
    expect(wire.headersOf(frames.find((f) => f.id === 3 && f.type === type.headers)!)[':status']).toBe('500')
    expect(wire.errors).toHaveLength(1)
  })

  test.each(['h2', 'stream'])('a 1xx is no answer: 502 (%s)', async (how) => {
    const { wire, frames } = await talk((x) => (how === 'h2' ? x.respond(101, {}) : x.stream(101, {}).end()), request(1, 'GET', '/'))
    const heads = frames.filter((f) => f.type === type.headers)
    expect(heads.map((f) => wire.headersOf(f)[':status'])).toEqual(['502'])
    expect(frames.at(-1)!.flags & endStream).toBe(endStream)
  })

  test('connection: close is not sent but ends the connection after the answer', async () => {
    const { wire, frames } = await talk(
      (x) => {
        x.setHeader('connection', 'close')
        x.respond(200, {}, Buffer.from('body'))
      },
      request(1, 'GET', '/set'),
    )
    expect(dataOf(frames, 1).toString()).toBe('body')
    expect(goaway(frames)).toBe(errorCode.noError)
    // For a moment PINGs that were on their way are answered, and requests are not.
    wire.send(frame(type.ping, 0, 0, Buffer.alloc(8)), request(3, 'GET', '/late'))
    expect((await wire.frames()).map((f) => [f.type, f.flags])).toEqual([[type.ping, flag.ack]])
    expect(wire.ended).toBe(false)
    wire.pass(2000)
    await wire.frames()
    expect(wire.ended).toBe(true)
    const own = await talk((x) => x.respond(200, { connection: 'close' }), request(1, 'GET', '/own'))
    expect(own.wire.headersOf(own.frames.find((f) => f.type === type.headers)!)['connection']).toBeUndefined()
    expect(goaway(own.frames)).toBe(errorCode.noError)
  })

  test('a handler that throws or rejects: 500 before the answer began, a broken stream after', async () => {
    const { wire, frames } = await talk(
      async (x) => {
        if (x.path === '/late') x.stream(200, {})
        throw new Error(x.path)
      },
      request(1, 'GET', '/early'),
      request(3, 'GET', '/late'),
    )
    expect(wire.headersOf(frames.find((f) => f.type === type.headers && f.id === 1)!)[':status']).toBe('500')
    expect(resetOf(frames, 3)).toBe(errorCode.internalError)
    expect(wire.errors).toHaveLength(2)
  })
})

describe('flow control of responses', () => {
  test('no more than the window is sent, the rest when it grows', async () => {
    const body = Buffer.alloc(200_000, 7)
    const { wire, frames } = await talk((x) => x.respond(200, {}, body), request(1, 'GET', '/'))
    expect(dataOf(frames, 1).length).toBe(65_535)
    wire.send(frame(type.windowUpdate, 0, 0, u32(1_000_000)), frame(type.windowUpdate, 0, 1, u32(10)))
    expect(dataOf(await wire.frames(), 1).length).toBe(10)
    wire.send(settingsOf([[setting.initialWindowSize, 300_000]]))
    const rest = await wire.frames()
    expect(dataOf(rest, 1).length).toBe(200_000 - 65_545)
    expect(rest.every((f) => f.payload.length <= 16_384)).toBe(true)
    expect(rest.at(-1)!.flags).toBe(endStream)
  })

  test('a window made negative by SETTINGS waits until it is positive again', async () => {
    const { wire } = await talk((x) => x.respond(200, {}, Buffer.alloc(70_000)), request(1, 'GET', '/'))
    wire.send(frame(type.windowUpdate, 0, 0, u32(1_000_000)), settingsOf([[setting.initialWindowSize, 100]]))
    expect(dataOf(await wire.frames(), 1).length).toBe(0)
    wire.send(frame(type.windowUpdate, 0, 1, u32(65_436)))
    expect(dataOf(await wire.frames(), 1).length).toBe(1)
  })

  test('larger frames when the peer takes them', async () => {
    const { frames } = await talk(
      (x) => x.respond(200, {}, Buffer.alloc(60_000)),
      settingsOf([[setting.maxFrameSize, 50_000]]),
      request(1, 'GET', '/'),
    )
    expect(frames.filter((f) => f.type === type.data).map((f) => f.payload.length)[0]).toBe(50_000)
  })

  test('many streams share the connection: each gets all its bytes, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 }), { minLength: 1, maxLength: 12 }),
        async (streams) => {
          const bodies = streams.map((sizes, i) => sizes.map((n, j) => Buffer.alloc(n, i * 16 + j)))
          const wire = new Wire((x) => {
            const chunks = bodies[Number(x.path.slice(1))]!
            if (chunks.length % 2 === 0) return x.respond(200, {}, chunks)
            const stream = x.stream(200, {})
            for (const chunk of chunks) stream.write(chunk)
            stream.end()
          })
          wire.send(
            hello,
            settingsOf([[setting.initialWindowSize, 1_000_000]]),
            ...bodies.map((_, i) => request(i * 2 + 1, 'GET', `/${i}`)),
          )
          const frames = await wire.frames()
          // The connection's window is the narrow place: it opens bit by bit.
          for (let i = 0; i < 60; i++) {
            wire.send(frame(type.windowUpdate, 0, 0, u32(50_000)))
            frames.push(...(await wire.frames()))
            if (wire.connection.active === 0) break
          }
          bodies.forEach((chunks, i) => expect(dataOf(frames, i * 2 + 1).equals(Buffer.concat(chunks))).toBe(true))
        },
      ),
      { numRuns: 25 },
    )
  })

  test('one buffer for many streams; a slow one is told to wait and hears when to go on', async () => {
    const open: ResponseStream[] = []
    const wire = new Wire((x) => void open.push(x.stream(200, {})))
    wire.send(hello, request(1, 'GET', '/'), request(3, 'GET', '/'), frame(type.windowUpdate, 0, 0, u32(10_000_000)))
    await wire.frames()
    const event = Buffer.alloc(60_000, 9)
    expect(open.map((s) => s.write(event))).toEqual([true, true])
    const drained: number[] = []
    open[0]!.onDrain(() => drained.push(0))
    expect(dataOf(await wire.frames(), 3).equals(event)).toBe(true)
    expect([open[0]!.write(event), open[0]!.write(event)]).toEqual([true, false])
    expect(dataOf(await wire.frames(), 1).length).toBe(5535)
    expect(open[0]!.pendingBytes).toBe(114_465)
    expect(drained).toEqual([])
    wire.send(frame(type.windowUpdate, 0, 1, u32(120_000)))
    await wire.frames()
    expect(drained).toEqual([0])
    expect(open[0]!.pendingBytes).toBe(0)
  })

  test('a socket that takes nothing gets a bounded amount', async () => {
    const { wire } = await talk(
      () => {},
      settingsOf([[setting.initialWindowSize, 50_000_000]]),
      frame(type.windowUpdate, 0, 0, u32(50_000_000)),
    )
    const release = wire.stall()
    let stream: ResponseStream | undefined
    const w = new Wire((x) => void (stream = x.stream(200, {})))
    const free = w.stall()
    w.send(
      hello,
      settingsOf([[setting.initialWindowSize, 50_000_000]]),
      frame(type.windowUpdate, 0, 0, u32(50_000_000)),
      request(1, 'GET', '/'),
    )
    await w.frames()
    for (let i = 0; i < 100; i++) stream!.write(Buffer.alloc(100_000))
    const before = dataOf(await w.frames(), 1).length
    expect(before).toBeLessThan(1_000_000)
    expect(stream!.pendingBytes).toBeGreaterThan(9_000_000)
    free()
    expect(before + dataOf(await w.frames(), 1).length).toBe(10_000_000)
    release()
  })
})

describe('ends', () => {
  test('a cancelled stream is heard of once, a later write is dropped', async () => {
    let closed = 0
    let stream: ResponseStream | undefined
    const { wire } = await talk(
      (x) => {
        x.onClose(() => closed++)
        stream = x.stream(200, {})
      },
      request(1, 'GET', '/'),
    )
    wire.send(frame(type.rstStream, 0, 1, u32(errorCode.cancel)))
    await wire.frames()
    expect(closed).toBe(1)
    stream!.write(Buffer.from('late'))
    stream!.end()
    stream!.destroy()
    expect(await wire.frames()).toEqual([])
    wire.connection.destroy()
    expect(closed).toBe(1)
  })

  test('onClose after the response is complete calls back at once', async () => {
    let exchange: Exchange | undefined
    await talk(
      (x) => {
        exchange = x
        x.respond(200, {})
      },
      request(1, 'GET', '/'),
    )
    let called = false
    exchange!.onClose(() => (called = true))
    expect(called).toBe(true)
  })

  test('finish: streams that are on their way are left alone, without an error and whatever the client does not say', async () => {
    const open: ResponseStream[] = []
    const { wire } = await talk(
      (x) => {
        x.setHeader('connection', 'close')
        open.push(x.stream(200, {}))
      },
      request(1, 'GET', '/'),
      request(3, 'POST', '/', {}, false),
      frame(type.data, 0, 3, Buffer.of(1)),
      frame(type.windowUpdate, 0, 3, u32(1)),
      frame(type.rstStream, 0, 3, u32(errorCode.cancel)),
    )
    wire.send(request(5, 'GET', '/'))
    const before = await wire.frames()
    expect(before).toEqual([])
    expect(open).toHaveLength(1)
    open[0]!.end()
    expect((await wire.frames()).map((f) => [f.id, f.flags])).toEqual([[1, endStream]])
    wire.pass(2000)
    await wire.frames()
    expect(wire.ended).toBe(true)
    expect(wire.destroyed).toBe(false)
    wire.pass(1000)
    expect(wire.destroyed).toBe(true)
  })

  test('shutdown: running requests finish, later ones are left to another connection, then the socket ends', async () => {
    const open: ResponseStream[] = []
    const { wire } = await talk((x) => void open.push(x.stream(200, {})), request(1, 'GET', '/'))
    wire.connection.shutdown()
    const frames = await wire.frames()
    expect(frames.map((f) => f.type)).toEqual([type.goaway, type.ping])
    expect(frames[0]!.payload.readUInt32BE(0)).toBe(0x7fff_ffff)
    wire.send(request(3, 'GET', '/'), frame(type.ping, flag.ack, 0, frames[1]!.payload), request(5, 'GET', '/'))
    expect((await wire.frames()).find((f) => f.type === type.goaway)!.payload.readUInt32BE(0)).toBe(3)
    expect(open).toHaveLength(2)
    expect(wire.ended).toBe(false)
    for (const stream of open) stream.end()
    expect((await wire.frames()).filter((f) => f.flags === endStream)).toHaveLength(2)
    expect(wire.ended).toBe(true)
  })

  test('what comes on a stream that was reset here is nothing: the client may not know of it yet', async () => {
    const { wire, frames } = await talk((x) => x.respond(413, {}), request(1, 'POST', '/', {}, false))
    expect(resetOf(frames, 1)).toBe(errorCode.noError)
    wire.send(frame(type.data, 0, 1, Buffer.of(1)), frame(type.headers, endHeaders | endStream, 1, requestBlock('GET', '/')))
    expect(await wire.frames()).toEqual([])
    expect(wire.connection.closed).toBe(false)
  })

  test('on a stream that both sides have ended DATA is a fault of the stream, and HEADERS of the connection', async () => {
    const { wire } = await talk((x) => x.respond(200, {}), request(1, 'GET', '/'))
    wire.send(frame(type.data, 0, 1, Buffer.of(1)))
    expect(resetOf(await wire.frames(), 1)).toBe(errorCode.streamClosed)
    const other = await talk((x) => x.respond(200, {}), request(3, 'GET', '/'), request(1, 'GET', '/'))
    expect(goaway(other.frames)).toBe(errorCode.protocolError)
  })

  test('DATA of a request that is not taken any more is nothing', async () => {
    const { wire } = await talk((x) => x.respond(200, { connection: 'close' }), request(1, 'GET', '/'))
    wire.send(request(3, 'POST', '/', {}, false), frame(type.data, endStream, 3, Buffer.of(1)))
    expect(await wire.frames()).toEqual([])
  })

  test('of a setting that comes twice the last value holds, and no value may overflow a window', async () => {
    const twice = (first: number, last: number): Buffer =>
      settingsOf([
        [setting.initialWindowSize, first],
        [setting.initialWindowSize, last],
      ])
    const { frames } = await talk(echo, twice(100, 3), request(1, 'GET', '/a'))
    expect(dataOf(frames, 1).length).toBe(3)
    const full = frame(type.windowUpdate, 0, 1, u32(0x7fff_ffff - 65_535))
    const within = await talk(() => {}, request(1, 'GET', '/a'), full, twice(65_535, 65_534))
    expect(goaway(within.frames)).toBeUndefined()
    const above = await talk(() => {}, request(1, 'GET', '/a'), full, twice(65_536, 65_535))
    expect(goaway(above.frames)).toBe(errorCode.flowControlError)
  })

  test('shutdown ends a connection at once that has had its last request', async () => {
    const { wire } = await talk((x) => x.respond(200, { connection: 'close' }), request(1, 'GET', '/'))
    expect(wire.ended).toBe(false)
    wire.connection.shutdown()
    await wire.frames()
    expect(wire.ended).toBe(true)
  })

  test('shutdown does not wait for the PING for ever', async () => {
    const open: ResponseStream[] = []
    const { wire } = await talk((x) => void open.push(x.stream(200, {})), request(1, 'GET', '/'))
    wire.connection.shutdown()
    await wire.frames()
    wire.pass(2000)
    expect((await wire.frames()).map((f) => [f.type, f.payload.readUInt32BE(0)])).toEqual([[type.goaway, 1]])
    wire.send(request(3, 'GET', '/'))
    await wire.frames()
    expect(open).toHaveLength(1)
    open[0]!.end()
    await wire.frames()
    expect(wire.ended).toBe(true)
  })
})

describe('phases of a connection', () => {
  const block = requestBlock('GET', '/')
  const running = request(1, 'GET', '/watch')
  const cases: [string, number, number | undefined, Buffer[]][] = [
    ['silence', 10, errorCode.settingsTimeout, []],
    ['half a preface', 10, errorCode.settingsTimeout, [hello.subarray(0, 10)]],
    ['a preface without SETTINGS', 10, errorCode.settingsTimeout, [hello.subarray(0, 30)]],
    ['HEADERS without END_HEADERS', 10, errorCode.enhanceYourCalm, [hello, running, frame(type.headers, endStream, 3, block)]],
    ['half a frame', 10, errorCode.enhanceYourCalm, [hello, running, request(3, 'GET', '/').subarray(0, 20)]],
    ['half a frame header', 10, errorCode.enhanceYourCalm, [hello, running, Buffer.alloc(5)]],
    ['no request', 90, errorCode.noError, [hello]],
    ['nothing after the last request', 90, errorCode.noError, [hello, request(1, 'GET', '/')]],
  ]
  const handler = (x: Exchange): void => (x.path === '/watch' ? void x.stream(200, {}) : x.respond(200, {}))

  test.each(cases)('%s', async (_, seconds, code, parts) => {
    const wire = new Wire(handler)
    wire.send(...parts)
    await wire.frames()
    wire.pass(seconds * 1000 - 1000)
    expect(goaway(await wire.frames())).toBeUndefined()
    wire.pass(2000)
    expect(goaway(await wire.frames())).toBe(code)
    for (let i = 0; i < 5 && !wire.destroyed; i++) {
      wire.pass(1000)
      await wire.frames()
    }
    expect(wire.destroyed).toBe(true)
  })

  test('a frame a byte every few seconds is half a frame too; frames that come to an end are not', async () => {
    const wire = new Wire(handler)
    wire.send(hello, running)
    const slow = request(3, 'GET', '/')
    for (let i = 0; i < 20; i++) {
      wire.send(frame(type.ping, 0, 0, Buffer.alloc(8)), slow.subarray(0, 5))
      await wire.frames()
      wire.pass(5000)
      wire.send(slow.subarray(5))
      wire.send(frame(type.windowUpdate, 0, 0, u32(1)))
      slow.writeUInt32BE(slow.readUInt32BE(5) + 2, 5)
      await wire.frames()
    }
    expect(wire.connection.closed).toBe(false)
    wire.send(slow.subarray(0, 9))
    for (let i = 9; i < 12; i++) {
      wire.pass(4000)
      wire.send(slow.subarray(i, i + 1))
      await wire.frames()
    }
    expect(wire.connection.closed).toBe(true)
  })

  test('requests keep a connection; a running one as well, PING alone does not', async () => {
    const wire = new Wire(handler)
    wire.send(hello)
    for (let id = 1; id < 9; id += 2) {
      wire.send(request(id, 'GET', '/'))
      await wire.frames()
      wire.pass(80_000)
    }
    expect(goaway(await wire.frames())).toBeUndefined()
    wire.send(request(9, 'GET', '/watch'))
    await wire.frames()
    wire.pass(300_000)
    expect(goaway(await wire.frames())).toBeUndefined()
    wire.send(frame(type.rstStream, 0, 9, u32(errorCode.cancel)))
    await wire.frames()
    for (let i = 0; i < 9; i++) {
      wire.send(frame(type.ping, 0, 0, Buffer.alloc(8)))
      await wire.frames()
      wire.pass(10_000)
    }
    wire.pass(1000)
    expect(goaway(await wire.frames())).toBe(errorCode.noError)
  })

  test('an answer of which nothing is taken ends; one that is taken slowly does not, nor does a watch', async () => {
    const wire = new Wire((x) =>
      x.path === '/watch' ? void x.stream(200, {}).write(Buffer.alloc(100)) : x.respond(200, {}, Buffer.alloc(100)),
    )
    wire.send(
      hello,
      settingsOf([[setting.initialWindowSize, 1]]),
      request(1, 'GET', '/'),
      request(3, 'GET', '/'),
      request(5, 'GET', '/watch'),
    )
    for (let i = 0; i < 4; i++) {
      wire.send(frame(type.windowUpdate, 0, 3, u32(1)))
      await wire.frames()
      wire.pass(29_000)
    }
    expect(wire.connection.active).toBe(2)
    wire.send(frame(type.windowUpdate, 0, 3, u32(1000)), frame(type.windowUpdate, 0, 5, u32(1000)))
    const frames = await wire.frames()
    expect([dataOf(frames, 3).length > 0, dataOf(frames, 5).length, dataOf(frames, 1).length]).toEqual([true, 99, 0])
  })

  test('a body that never ends is given up', async () => {
    const wire = new Wire(echo)
    wire.send(hello, request(1, 'POST', '/', {}, false))
    for (let i = 0; i < 33; i++) {
      await wire.frames()
      wire.pass(10_000)
      wire.send(frame(type.data, 0, 1, Buffer.of(1)))
      if (i === 28) expect(wire.connection.active).toBe(1)
    }
    expect(wire.connection.active).toBe(0)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorCode, flag, frameType as type, preface, setting } from './constants.ts'
import { dataOf, echo, frame, goaway, hello, literal, request, requestBlock, resetOf, settingsOf, talk, u32, Wire } from './testing/wire.ts'

const { endHeaders, endStream } = flag

describe('what a decent client never sends', () => {
  const { protocolError, frameSizeError, flowControlError, streamClosed, compressionError } = errorCode
  const settings = (payload: Buffer, id = 0, flags = 0): Buffer => frame(type.settings, flags, id, payload)
  const first = request(1, 'GET', '/', {}, false)
  const connectionErrors: [string, number, Buffer][] = [
    ['SETTINGS on a stream', protocolError, settings(Buffer.alloc(0), 1)],
    ['SETTINGS of a broken length', frameSizeError, settings(Buffer.alloc(5))],
    ['a SETTINGS acknowledgement with content', frameSizeError, settings(Buffer.alloc(6), 0, flag.ack)],
    ['a window above 2^31-1 by SETTINGS', flowControlError, settingsOf([[setting.initialWindowSize, 0x8000_0000]])],
    ['a frame size below 16384', protocolError, settingsOf([[setting.maxFrameSize, 100]])],
    ['ENABLE_PUSH of 2', protocolError, settingsOf([[setting.enablePush, 2]])],
    ['a frame above the maximum', frameSizeError, frame(type.data, 0, 1, Buffer.alloc(16_385))],
    ['PING of a wrong length', frameSizeError, frame(type.ping, 0, 0, Buffer.alloc(7))],
    ['PING on a stream', protocolError, frame(type.ping, 0, 1, Buffer.alloc(8))],
    ['a push', protocolError, frame(type.pushPromise, endHeaders, 1, Buffer.alloc(4))],
    ['HEADERS on an even stream', protocolError, request(2, 'GET', '/')],
    ['HEADERS on stream 0', protocolError, request(0, 'GET', '/')],
    ['padding longer than the frame', protocolError, frame(type.headers, endHeaders | flag.padded, 1, Buffer.of(9, 1))],
    ['an invalid header block', compressionError, frame(type.headers, endHeaders, 1, Buffer.of(0x80))],
    ['CONTINUATION without HEADERS', protocolError, frame(type.continuation, endHeaders, 1)],
    ['an interrupted header block', protocolError, Buffer.concat([frame(type.headers, 0, 1), frame(type.ping, 0, 0, Buffer.alloc(8))])],
    ['CONTINUATION of another stream', protocolError, Buffer.concat([frame(type.headers, 0, 1), frame(type.continuation, 0, 3)])],
    ['DATA on stream 0', protocolError, frame(type.data, 0, 0)],
    ['DATA on an idle stream', protocolError, frame(type.data, 0, 9, Buffer.of(1))],
    ['RST_STREAM on an idle stream', protocolError, frame(type.rstStream, 0, 9, u32(0))],
    ['RST_STREAM of a wrong length', frameSizeError, frame(type.rstStream, 0, 9, Buffer.alloc(3))],
    ['WINDOW_UPDATE on an idle stream', protocolError, frame(type.windowUpdate, 0, 9, u32(1))],
    ['WINDOW_UPDATE of 0 for the connection', protocolError, frame(type.windowUpdate, 0, 0, u32(0))],
    ['WINDOW_UPDATE of a wrong length', frameSizeError, frame(type.windowUpdate, 0, 0, Buffer.alloc(5))],
    ['a connection window above 2^31-1', flowControlError, frame(type.windowUpdate, 0, 0, u32(0x7fff_ffff))],
    ['GOAWAY on a stream', protocolError, frame(type.goaway, 0, 1, Buffer.alloc(8))],
    ['PRIORITY on stream 0', protocolError, frame(type.priority, 0, 0, Buffer.alloc(5))],
  ]
  test.each(connectionErrors)('%s breaks the connection', async (_, code, bytes) => {
    const { wire, frames } = await talk(() => {}, bytes)
    expect(goaway(frames)).toBe(code)
    expect(wire.ended).toBe(true)
    expect(wire.connection.closed).toBe(true)
  })

  const streamErrors: [string, number, Buffer][] = [
    ['a stream window above 2^31-1', flowControlError, Buffer.concat([first, frame(type.windowUpdate, 0, 1, u32(0x7fff_ffff))])],
    ['WINDOW_UPDATE of 0 for a stream', protocolError, Buffer.concat([first, frame(type.windowUpdate, 0, 1, u32(0))])],
    ['DATA after the end', streamClosed, Buffer.concat([request(1, 'GET', '/'), frame(type.data, 0, 1, Buffer.of(1))])],
    ['trailers that do not end the stream', protocolError, Buffer.concat([first, frame(type.headers, endHeaders, 1, literal('a', 'b'))])],
    [
      'a body shorter than declared',
      protocolError,
      Buffer.concat([request(1, 'POST', '/', { 'content-length': '3' }, false), frame(type.data, endStream, 1, Buffer.of(1))]),
    ],
    ['no body where one was declared', protocolError, request(1, 'POST', '/', { 'content-length': '3' })],
    ['a connection header', protocolError, request(1, 'GET', '/', { connection: 'close' })],
    ['an upper-case name', protocolError, request(1, 'GET', '/', { Accept: 'a' })],
    ['a line break in a value', protocolError, request(1, 'GET', '/', { a: 'b\nc' })],
    [
      'a missing path',
      protocolError,
      frame(type.headers, endHeaders, 1, Buffer.concat([literal(':method', 'GET'), literal(':scheme', 'https')])),
    ],
    ['a path that is not one', protocolError, request(1, 'GET', 'x')],
    [
      'an unknown pseudo-header',
      protocolError,
      frame(type.headers, endHeaders, 1, Buffer.concat([literal(':x', 'y'), requestBlock('GET', '/')])),
    ],
    [
      'a pseudo-header after others',
      protocolError,
      frame(type.headers, endHeaders, 1, Buffer.concat([literal('a', 'b'), requestBlock('GET', '/')])),
    ],
    ['two paths', protocolError, frame(type.headers, endHeaders, 1, Buffer.concat([literal(':path', '/b'), requestBlock('GET', '/')]))],
    ['PRIORITY of a wrong length', frameSizeError, frame(type.priority, 0, 1, Buffer.alloc(4))],
  ]
  test.each(streamErrors)('%s breaks the stream, and the next request is served', async (_, code, bytes) => {
    const { frames } = await talk(
      (x) => (x.path === '/next' ? x.respond(200, {}, Buffer.from('ok')) : undefined),
      bytes,
      request(3, 'GET', '/next'),
    )
    expect(resetOf(frames, 1)).toBe(code)
    expect(dataOf(frames, 3).toString()).toBe('ok')
  })

  test('another protocol, and frames before SETTINGS', async () => {
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.concat([preface, frame(type.ping, 0, 0, Buffer.alloc(8))])]) {
      const wire = new Wire(() => {})
      wire.send(bytes)
      expect(goaway(await wire.frames())).toBe(protocolError)
    }
  })

  test('any bytes after the preface: an answer or an end, never an uncaught error', async () => {
    const anyFrame = fc
      .record({
        type: fc.integer({ min: 0, max: 11 }),
        flags: fc.integer({ min: 0, max: 255 }),
        id: fc.integer({ min: 0, max: 7 }),
        payload: fc.uint8Array({ maxLength: 40 }),
      })
      .map((f) => frame(f.type, f.flags, f.id, f.payload))
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            anyFrame,
            fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b)),
            fc.constant(request(1, 'GET', '/')),
          ),
          { maxLength: 12 },
        ),
        async (parts) => {
          const wire = new Wire(echo)
          wire.send(hello, ...parts)
          await wire.frames()
          expect(wire.errors).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('limits', () => {
  const calm = errorCode.enhanceYourCalm

  test('streams above the limit are refused and may be repeated', async () => {
    const wire = new Wire(() => {}, { maxConcurrentStreams: 2 })
    wire.send(hello, request(1, 'GET', '/'), request(3, 'GET', '/'), request(5, 'GET', '/'))
    expect(resetOf(await wire.frames(), 5)).toBe(errorCode.refusedStream)
    expect(wire.connection.active).toBe(2)
  })

  test('rapid resets end the connection; time forgives', async () => {
    const run = async (pause: number): Promise<number | undefined> => {
      const wire = new Wire(() => {}, { resetBurst: 10, resetsPerSecond: 10 })
      wire.send(hello)
      for (let i = 0; i < 11; i++) {
        if (i === 10) {
          await wire.frames()
          wire.clock.advance(pause)
        }
        wire.send(request(i * 2 + 1, 'GET', '/'), frame(type.rstStream, 0, i * 2 + 1, u32(8)))
      }
      return goaway(await wire.frames())
    }
    expect(await run(0)).toBe(calm)
    expect(await run(1000)).toBe(undefined)
  })

  test('cancelling answers that have begun is no attack, cancelling those of which nothing has left is one', async () => {
    const cancel = (id: number): Buffer => frame(type.rstStream, 0, id, u32(8))
    const run = async (together: boolean): Promise<number | undefined> => {
      const wire = new Wire((x) => void x.stream(200, {}), { resetBurst: 1, resetsPerSecond: 0 })
      const ids = [1, 3, 5, 7]
      wire.send(hello, ...ids.flatMap((id) => [request(id, 'GET', '/'), together ? cancel(id) : Buffer.alloc(0)]))
      if (!together) {
        expect(goaway(await wire.frames())).toBe(undefined)
        wire.send(...ids.map(cancel))
      }
      return goaway(await wire.frames())
    }
    expect(await run(false)).toBe(undefined)
    expect(await run(true)).toBe(calm)
  })

  test('a flood of requests takes turns with those of other connections', async () => {
    const order: string[] = []
    const [flood, other] = [new Wire((x) => void order.push(x.path)), new Wire((x) => void order.push(x.path))]
    const all = Array.from({ length: 200 }, (_, i) => request(i * 2 + 1, 'GET', `/${i}`))
    flood.send(hello, ...all)
    other.send(hello, request(1, 'GET', '/other'))
    await Promise.resolve()
    flood.send(request(401, 'GET', '/200'))
    await flood.frames()
    expect(order.indexOf('/other')).toBe(32)
    expect(order.filter((p) => p !== '/other')).toEqual(Array.from({ length: 201 }, (_, i) => `/${i}`))
  })

  test('large header blocks use up a turn by their length', async () => {
    const order: string[] = []
    const [flood, other] = [new Wire((x) => void order.push(x.path)), new Wire((x) => void order.push(x.path))]
    const large = (i: number): Buffer => request(i * 2 + 1, 'GET', `/${i}`, { a: 'x'.repeat(14_000) })
    flood.send(hello, ...Array.from({ length: 10 }, (_, i) => large(i)))
    other.send(hello, request(1, 'GET', '/other'))
    await flood.frames()
    expect(order.indexOf('/other')).toBeLessThan(5)
    expect(order).toHaveLength(11)
  })

  test.each([
    ['PING', frame(type.ping, 0, 0, Buffer.alloc(8))],
    ['SETTINGS', frame(type.settings, 0, 0)],
    ['PRIORITY', frame(type.priority, 0, 1, Buffer.alloc(5))],
    ['empty DATA', frame(type.data, 0, 1)],
    ['unknown frames', frame(0x77, 0, 0)],
  ])('a flood of %s ends the connection', async (_, one) => {
    const wire = new Wire(() => {}, { idleFrameBurst: 50, idleFramesPerSecond: 1 })
    wire.send(hello, request(1, 'POST', '/', {}, false), ...new Array<Buffer>(51).fill(one))
    expect(goaway(await wire.frames())).toBe(calm)
  })

  test.each([0, 1, 1000, 16_383])('the 33rd CONTINUATION of %i bytes ends the connection', async (size) => {
    const part = frame(type.continuation, 0, 1, Buffer.alloc(size, 0x20))
    const wire = new Wire(() => {}, { anonymousHeaderListSize: 1_000_000 })
    wire.send(hello, frame(type.headers, 0, 1), ...new Array<Buffer>(32).fill(part))
    expect(goaway(await wire.frames())).toBeUndefined()
    wire.send(part)
    expect(goaway(await wire.frames())).toBe(calm)
    expect(wire.ended).toBe(true)
  })

  /** A request in full frames, with a header of `size` bytes. */
  const inFrames = (id: number, block: Buffer): Buffer[] => {
    const parts: Buffer[] = []
    for (let at = 0; at < block.length; at += 16_384) {
      const last = at + 16_384 >= block.length
      const kind = at === 0 ? type.headers : type.continuation
      parts.push(frame(kind, (last ? endHeaders : 0) | (at === 0 ? endStream : 0), id, block.subarray(at, at + 16_384)))
    }
    return parts
  }
  const big = (size: number): Buffer => Buffer.concat([requestBlock('GET', '/'), literal('x', 'y'.repeat(size))])
  const statusOf = (wire: Wire, frames: Awaited<ReturnType<Wire['frames']>>, id: number): string | undefined => {
    const head = frames.find((f) => f.type === type.headers && f.id === id)
    return head && wire.headersOf(head)[':status']
  }

  test.each([
    ['before login', false, 66_000, '431', undefined],
    ['before login, by far', false, 200_000, '431', calm],
    ['before login, within', false, 60_000, '200', undefined],
    ['after login', true, 1_000_000, '200', undefined],
    ['after login, more', true, 1_050_000, '431', undefined],
    ['after login, by far', true, 1_200_000, '431', calm],
  ])('a header of many bytes: %s', async (_, authenticated, size, status, code) => {
    const wire = new Wire(echo)
    wire.connection.state.authenticated = authenticated
    wire.send(hello, ...inFrames(1, big(size)))
    const frames = await wire.frames()
    expect(statusOf(wire, frames, 1)).toBe(status)
    expect(goaway(frames)).toBe(code)
    expect(wire.ended).toBe(code !== undefined)
    if (code !== undefined) return
    wire.send(request(3, 'GET', '/next'))
    expect(dataOf(await wire.frames(), 3).toString()).toContain('/next')
  })

  test.each([
    [65_536, '200', undefined],
    [65_537, '414', undefined],
    [1_000_000, '414', calm],
  ])('a target of %i bytes', async (size, status, code) => {
    const wire = new Wire((x) => x.respond(200, {}))
    const block = [literal(':method', 'GET'), literal(':scheme', 'https'), literal(':path', '/'.padEnd(size, 'a')), literal('a', 'b')]
    wire.send(hello, ...inFrames(1, Buffer.concat(block)))
    const frames = await wire.frames()
    expect(statusOf(wire, frames, 1)).toBe(status)
    expect(goaway(frames)).toBe(code)
  })

  test('a block that is above the limit is answered, and the connection ends even when the answer is not taken', async () => {
    const wire = new Wire(echo)
    wire.send(hello, settingsOf([[setting.initialWindowSize, 0]]), ...inFrames(1, big(200_000)))
    expect(statusOf(wire, await wire.frames(), 1)).toBe('431')
    wire.pass(3000)
    await wire.frames()
    expect(wire.connection.closed).toBe(true)
    expect(wire.errors).toEqual([])
  })

  test('more than 100 SETTINGS are refused, as from Go’s server', async () => {
    const many = (n: number): [number, number][] => new Array(n).fill(0).map((_, i) => [i + 16, 0])
    for (const [entries, code] of [
      [[...many(99), [setting.maxFrameSize, 20_000]], undefined],
      [many(101), errorCode.protocolError],
    ] as [[number, number][], number | undefined][]) {
      const { frames } = await talk(() => {}, settingsOf(entries))
      expect(goaway(frames)).toBe(code)
    }
  })

  test('streams that a client makes us reset count as ones that it reset', async () => {
    const { zero, trailers, ended } = {
      zero: (id: number) => frame(type.windowUpdate, 0, id, u32(0)),
      trailers: (id: number) => frame(type.headers, endHeaders, id, literal('a', 'b')),
      ended: (id: number) => Buffer.concat([frame(type.data, endStream, id), frame(type.data, 0, id, Buffer.of(1))]),
    }
    for (const provoke of [zero, trailers, ended]) {
      const wire = new Wire(() => {}, { resetBurst: 10, resetsPerSecond: 1 })
      wire.send(hello)
      for (let i = 0; i < 11; i++) wire.send(request(i * 2 + 1, 'POST', '/', {}, false), provoke(i * 2 + 1))
      expect(goaway(await wire.frames())).toBe(calm)
    }
  })

  test.each([
    ['refused streams', (i: number) => request(i * 2 + 5, 'GET', '/')],
    ['PRIORITY of a wrong length', () => frame(type.priority, 0, 1, Buffer.alloc(4))],
    ['DATA', () => frame(type.data, 0, 3, Buffer.alloc(16_000))],
    ['SETTINGS', () => frame(type.settings, 0, 0)],
  ])('answers to %s that are not read do not pile up', async (_, one) => {
    const free = { resetBurst: 1e9, idleFrameBurst: 1e9, streamWindow: 100_000_000, connectionWindow: 70_000 }
    const wire = new Wire((x) => (x.method === 'GET' ? x.respond(200, {}, Buffer.alloc(400_000)) : echo(x)), {
      ...free,
      maxConcurrentStreams: 2,
      maxControlBytes: 2000,
    })
    wire.stall()
    const window = frame(type.windowUpdate, 0, 0, u32(1_000_000))
    wire.send(
      hello,
      settingsOf([[setting.initialWindowSize, 1_000_000]]),
      window,
      request(1, 'GET', '/'),
      request(3, 'POST', '/', {}, false),
    )
    await wire.frames()
    let sent = 0
    while (sent < 1000 && !wire.connection.closed) {
      wire.send(one(sent++))
      if (sent % 50 === 0) await wire.frames()
    }
    await wire.frames()
    expect(wire.connection.closed).toBe(true)
  })

  test('a client that makes us answer and never reads is cut off', async () => {
    const wire = new Wire(() => {}, { maxControlBytes: 1000 })
    wire.send(hello, ...new Array<Buffer>(100).fill(frame(type.ping, 0, 0, Buffer.alloc(8))))
    expect(goaway(await wire.frames())).toBe(calm)
  })

  test('headers above the limit get 431, also when the table makes them out of few bytes', async () => {
    const wire = new Wire(echo, { maxHeaderListSize: 20_000 })
    const bomb = Buffer.concat([requestBlock('GET', '/'), literal('x', 'y'.repeat(3000), { indexed: true }), Buffer.alloc(100, 0xbe)])
    wire.send(hello, frame(type.headers, endHeaders | endStream, 1, bomb), request(3, 'GET', '/ok'))
    const frames = await wire.frames()
    expect(wire.headersOf(frames.find((f) => f.type === type.headers)!)[':status']).toBe('431')
    expect(dataOf(frames, 3).toString()).toContain('/ok')
  })
})

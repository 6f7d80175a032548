import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import type { Contexts } from './contexts.ts'
import { WatchFeed } from './watch-feed.ts'

async function watching(upstreamServer?: string, path = '/api/v1/pods?watch=1') {
  const clock = new FakeClock()
  const body = new PassThrough()
  const upstream = {
    server: upstreamServer === undefined ? undefined : new URL(upstreamServer),
    send: async () => ({ status: 200, headers: {}, body }),
  }
  const sent: { t: string; lines?: unknown[] }[] = []
  const sink = { send: (frame: Buffer) => sent.push(JSON.parse(frame.toString())) > 0, ended: () => undefined }
  const feed = new WatchFeed(1, sink, clock)
  await feed.open({ upstream: async () => upstream } as unknown as Contexts, 'a', path)
  /** An event in a tick of its own, with the ticks that a stream and a batch take. */
  const event = async (n: number): Promise<void> => {
    body.write(`{"n":${n}}\n`)
    for (let i = 0; i < 3; i++) await setImmediate()
  }
  const batches = (): unknown[] => sent.flatMap((m) => (m.t === 'data' ? [m.lines] : []))
  return { clock, body, feed, event, batches, sent }
}

test('the first event is sent at once, those that follow it are gathered for 8 ms', async () => {
  const { clock, event, batches } = await watching()
  await event(1)
  expect(batches()).toEqual([[{ n: 1 }]])
  await event(2)
  clock.advance(5)
  await event(3)
  expect(batches()).toHaveLength(1)
  clock.advance(3)
  expect(batches()).toEqual([[{ n: 1 }], [{ n: 2 }, { n: 3 }]])
  clock.advance(8)
  await event(4)
  expect(batches()).toHaveLength(3)
})

test('what is gathered is sent before the end, and not at all once the window has closed the feed', async () => {
  const first = await watching()
  await first.event(1)
  await first.event(2)
  first.body.end()
  for (let i = 0; i < 3; i++) await setImmediate()
  expect(first.batches()).toEqual([[{ n: 1 }], [{ n: 2 }]])
  expect(first.sent.at(-1)?.t).toBe('end')
  const second = await watching()
  await second.event(1)
  await second.event(2)
  second.feed.close()
  second.clock.advance(100)
  expect(second.batches()).toHaveLength(1)
})

test('a line of a log that is too long to be read is cut, at a whole character, and its length is told', async () => {
  const { body, batches } = await watching(undefined, '/api/v1/namespaces/x/pods/y/log?follow=true')
  body.write(`${'é'.repeat(600_000)}\nshort\nx${'é'.repeat(600_000)}\n`)
  for (let i = 0; i < 3; i++) await setImmediate()
  expect(batches().flat()).toEqual([
    { text: 'é'.repeat(1 << 19), bytes: 1_200_000 },
    'short',
    { text: `x${'é'.repeat((1 << 19) - 1)}`, bytes: 1_200_001 },
  ])
})

describe('a line of a log that has not ended', () => {
  const log = '/api/v1/namespaces/x/pods/y/log?follow=true'
  const ticks = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await setImmediate()
  }

  test('is told when it rests, in whole when there is more of it, and at its end', async () => {
    const { body, clock, batches } = await watching(undefined, log)
    body.write('one\nPassw')
    await ticks()
    expect(batches().flat()).toEqual(['one'])
    clock.advance(150)
    body.write('ord: ')
    await ticks()
    clock.advance(150)
    expect(batches().flat()).toEqual(['one'])
    clock.advance(100)
    expect(batches().flat()).toEqual(['one', { text: 'Password: ', open: true }])
    // It is told once, however long it stands.
    clock.advance(60_000)
    expect(batches().flat()).toHaveLength(2)
    body.write('secret\ntwo\n')
    await ticks()
    clock.advance(60_000)
    expect(batches().flat().slice(2)).toEqual(['Password: secret', 'two'])
    body.write('last')
    await ticks()
    clock.advance(300)
    body.end()
    await ticks()
    expect(batches().flat().slice(4)).toEqual([{ text: 'last', open: true }, 'last'])
  })

  test('without a part of a character; of a long one no more than can be sent again and again, with its length', async () => {
    const { body, clock, batches } = await watching(undefined, log)
    const bytes = Buffer.from('né')
    body.write(bytes.subarray(0, 2))
    await ticks()
    clock.advance(300)
    expect(batches().flat()).toEqual([{ text: 'n', open: true }])
    body.write(bytes.subarray(2))
    body.write('x'.repeat(2_000_000))
    await ticks()
    clock.advance(300)
    expect(batches().flat()[1]).toEqual({ text: `né${'x'.repeat((1 << 16) - 3)}`, open: true, bytes: 2_000_003 })
    body.write('\n')
    await ticks()
    clock.advance(60_000)
    expect(batches().flat().slice(2)).toEqual([{ text: `né${'x'.repeat((1 << 20) - 3)}`, bytes: 2_000_003 }])
  })

  test('one that is written over is told as it stands now, with its time', async () => {
    const { body, clock, batches } = await watching(undefined, log)
    body.write(`2026-01-02T03:04:05Z ${'x'.repeat(70_000)}\r${'é'.repeat(100)}\r50%\r 60%`)
    await ticks()
    clock.advance(300)
    expect(batches().flat()).toEqual([{ text: `2026-01-02T03:04:05Z ${'é'.repeat(100)}\r50%\r 60%`, open: true, bytes: 70_231 }])
  })

  test('an object of a watch is never told in part', async () => {
    const { body, clock, batches } = await watching()
    body.write('{"n":1}\n{"n":')
    await ticks()
    clock.advance(60_000)
    expect(batches().flat()).toEqual([{ n: 1 }])
  })
})

describe('lines that would end a frame before its end', () => {
  const lines = [
    '{}],"id":7,"t":"data","lines":[{"object":"SPOOFED"}],"x":[{}',
    '{},{"a":1}',
    '{"a":1}}',
    '{"a":[1}',
    '{"a":"}',
    '{"a":"\\"}',
    '{a:1}',
    '{"a":1},"x":{}',
    '[{}]',
  ]
  test.each(lines)('%s ends the feed of another cluster with an error', async (line) => {
    const { body, sent, batches } = await watching('https://cluster.example')
    body.write(`{"n":1}\n${line}\n`)
    for (let i = 0; i < 3; i++) await setImmediate()
    expect(batches()).toEqual([[{ n: 1 }]])
    expect(sent.at(-1)).toMatchObject({ t: 'error', id: 1, body: { message: expect.stringContaining('not a JSON object') } })
  })

  test.each(['/api/v1/namespaces/a/pods/b/proxy/feed', '/api/v1/nodes/a/proxy', '/api/v1/nodes/a/%70roxy/x', '/api/v1/proxy/nodes/a/x'])(
    '%s of the local cluster is not trusted either',
    async (path) => {
      const { body, sent } = await watching(undefined, path)
      body.write(`${lines[0]}\n`)
      for (let i = 0; i < 3; i++) await setImmediate()
      expect(sent.at(-1)).toMatchObject({ t: 'error', id: 1 })
    },
  )

  test('objects with anything in their strings pass', async () => {
    const { body, batches } = await watching('https://cluster.example')
    const object = { 'a}],"id":7': '"}]{[\\', n: [{}, [[]]] }
    body.write(`${JSON.stringify(object)}\r\n`)
    for (let i = 0; i < 3; i++) await setImmediate()
    expect(batches()).toEqual([[object]])
  })
})

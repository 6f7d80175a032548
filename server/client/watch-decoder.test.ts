import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { objectFrame } from '../machinery/object-frame.ts'
import { decodeWatch, FrameSplitter } from './watch-decoder.ts'

async function* chunked(data: Buffer, cuts: number[]): AsyncGenerator<Buffer> {
  let start = 0
  for (const cut of [...new Set(cuts.map((c) => c % (data.length + 1)))].sort((a, b) => a - b)) {
    yield data.subarray(start, cut)
    start = cut
  }
  yield data.subarray(start)
}

async function* frames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const splitter = new FrameSplitter()
  for await (const chunk of chunks) yield* splitter.push(chunk)
}

describe('frames', () => {
  test('are the same however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1 }), { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (texts, cuts) => {
          const lines = texts.map((t) => JSON.stringify(t))
          const seen: string[] = []
          for await (const f of frames(chunked(Buffer.from(lines.map((l) => `${l}\n`).join('')), cuts))) seen.push(f.toString())
          expect(seen).toEqual(lines)
        },
      ),
    )
  })

  test('a torn last frame is dropped', async () => {
    const seen: string[] = []
    for await (const f of frames(chunked(Buffer.from('{}\n{"a"'), []))) seen.push(f.toString())
    expect(seen).toEqual(['{}'])
  })
})

test('an event that brings its object is not parsed; bytes around it are', async () => {
  const object = { metadata: { name: 'a' } }
  async function* body(): AsyncGenerator<Buffer> {
    yield objectFrame(Buffer.from('not json'), () => ({ type: 'ADDED', object }))
    yield Buffer.from('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n')
  }
  const events = decodeWatch(body())
  const first = await events.next()
  expect(first.value).toEqual({ type: 'ADDED', object })
  expect(first.value!.object).toBe(object)
  expect((await events.next()).value).toEqual({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } })
})

test('an object that has to be made is waited for, and events stay in order', async () => {
  let made = false
  async function* body(): AsyncGenerator<Buffer> {
    const prepare = (): Promise<void> => Promise.resolve().then(() => void (made = true))
    yield objectFrame(Buffer.from('x'), () => ({ type: 'ADDED', object: { metadata: { name: made ? 'made' : 'not yet' } } }), prepare)
    yield objectFrame(Buffer.from('x'), () => ({ type: 'MODIFIED', object: { metadata: { name: 'next' } } }))
  }
  const seen: string[] = []
  for await (const { type, object } of decodeWatch(body())) seen.push(`${type} ${object.metadata.name}`)
  expect(seen).toEqual(['ADDED made', 'MODIFIED next'])
})

test('an ERROR event throws its Status', async () => {
  const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (9)' }
  const events = decodeWatch(chunked(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`), []))
  await expect(events.next()).rejects.toMatchObject({ message: status.message, code: 410, reason: 'Expired' })
})

test('integers beyond 2^53 arrive exact', async () => {
  const frame = '{"type":"ADDED","object":{"metadata":{"name":"a"},"spec":{"most":9223372036854775807,"odd":[-9007199254740993]}}}'
  const { value } = await decodeWatch(chunked(Buffer.from(`${frame}\n`), [])).next()
  expect(value!.object).toEqual({ metadata: { name: 'a' }, spec: { most: 9223372036854775807n, odd: [-9007199254740993n] } })
  expect(JSON.stringify(value)).toBe(frame)
})

import { constants, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { dataHead, FIN, FrameReader, HeaderBlocks, ping, rstStream, synStream, uint32s } from './spdy-frames.ts'

interface Seen {
  readonly data: Record<number, string>
  readonly rest: unknown[]
}

function readerInto(): { reader: FrameReader; seen: Seen } {
  const seen: Seen = { data: {}, rest: [] }
  const reader = new FrameReader({
    data: (stream, piece) => void (seen.data[stream] = (seen.data[stream] ?? '') + piece.toString()),
    fin: (stream) => seen.rest.push(['fin', stream]),
    control: (type, flags, payload) => seen.rest.push([type, flags, payload.readUInt32BE(0)]),
  })
  return { reader, seen }
}

test('header blocks are one zlib stream, each flushed, without which Go reads nothing', () => {
  const blocks = new HeaderBlocks()
  const [first, second] = [blocks.encode({ streamType: 'error' }), blocks.encode({ streamtype: 'stdin', port: '80' })]
  for (const block of [first, second]) expect(block.subarray(-5)).toEqual(Buffer.from([0, 0, 0, 0xff, 0xff]))
  const text = inflateSync(Buffer.concat([first, second]), { finishFlush: constants.Z_SYNC_FLUSH })
  const sized = (word: string): Buffer => Buffer.concat([uint32s(word.length), Buffer.from(word)])
  expect(text).toEqual(
    Buffer.concat([uint32s(1), ...['streamtype', 'error'].map(sized), uint32s(2), ...['streamtype', 'stdin', 'port', '80'].map(sized)]),
  )
})

test('frames are cut wherever they come in pieces', () => {
  const all = Buffer.concat([
    synStream(1, Buffer.from('block')),
    ...[dataHead(1, 5), Buffer.from('hello'), ping(2), dataHead(3, 2, FIN), Buffer.from('hi'), dataHead(5, 0, FIN), rstStream(1, 5)],
  ])
  for (const size of [1, 3, 8, all.length]) {
    const { reader, seen } = readerInto()
    for (let at = 0; at < all.length; at += size) reader.push(all.subarray(at, at + size))
    expect(seen).toEqual({
      data: { 1: 'hello', 3: 'hi' },
      rest: [
        [1, 0, 1],
        [6, 0, 2],
        ['fin', 3],
        ['fin', 5],
        [3, 0, 1],
      ],
    })
  }
})

test('what is no SPDY, and control frames without end, are refused', () => {
  expect(() => readerInto().reader.push(Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0]))).toThrow('version 2')
  expect(() => readerInto().reader.push(Buffer.from([0x80, 3, 0, 1, 0, 1, 0, 1]))).toThrow('65537 bytes')
})

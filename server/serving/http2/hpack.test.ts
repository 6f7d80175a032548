import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HpackDecoder } from './hpack-decoder.ts'
import { encodeResponse, overflow } from './hpack-encoder.ts'
import { staticTable } from './hpack-static.ts'
import { huffmanDecode, huffmanEncode } from './huffman.ts'
import { literal } from './testing/wire.ts'

function decode(hex: string | Buffer, decoder = new HpackDecoder()): string[] {
  const bytes = typeof hex === 'string' ? Buffer.from(hex.replaceAll(' ', ''), 'hex') : hex
  const out: string[] = []
  decoder.decode(bytes, 0, bytes.length, { onHeader: (name, value) => void out.push(`${name}: ${value}`) })
  return out
}

const compression = expect.objectContaining({ code: 9 }) as Error

describe('the examples of RFC 7541 Appendix C', () => {
  test('C.4: requests with Huffman coding, three on one connection', () => {
    const decoder = new HpackDecoder()
    expect(decode('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', decoder)).toEqual([
      ':method: GET',
      ':scheme: http',
      ':path: /',
      ':authority: www.example.com',
    ])
    expect(decode('8286 84be 5886 a8eb 1064 9cbf', decoder).slice(3)).toEqual([':authority: www.example.com', 'cache-control: no-cache'])
    expect(decode('8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf', decoder)).toEqual([
      ':method: GET',
      ':scheme: https',
      ':path: /index.html',
      ':authority: www.example.com',
      'custom-key: custom-value',
    ])
  })

  test('C.6: responses with Huffman coding and eviction from a table of 256 bytes', () => {
    const decoder = new HpackDecoder(256)
    decode(
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
      decoder,
    )
    expect(decode('4883 640e ffc1 c0bf', decoder)).toEqual([
      ':status: 307',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ])
  })
})

describe('HpackDecoder', () => {
  test.each([
    ['index 0', '80'],
    ['an index beyond both tables', 'be'],
    ['a truncated string', '0085 6162'],
    ['a truncated integer', '7fff'],
    ['an integer without end', 'ffffffffffff00'],
    ['a size update after a field', '8220'],
    ['a size update above the limit', '3fe2ff03'],
    ['EOS in a Huffman string', '0084 ffffffff 00'],
    ['padding that is not all ones', '0001 61 81 18'],
    ['padding of a whole byte', '0001 61 82 1fff'],
  ])('%s is a COMPRESSION_ERROR', (_, hex) => {
    expect(() => decode(hex)).toThrow(compression)
  })

  test('never fails but with a ConnectionError, and never reads past the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode(Buffer.from(bytes))
        } catch (e) {
          expect(e).toEqual(compression)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('gives back what was encoded, through evictions, for any mix of representations', () => {
    const field = fc.record({
      name: fc.stringMatching(/^[a-z-]{1,12}$/),
      value: fc.stringMatching(/^[!-~]{0,80}$/),
      huffman: fc.boolean(),
      indexed: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(field, { maxLength: 60 }), fc.integer({ min: 0, max: 1000 }), (fields, tableSize) => {
        const decoder = new HpackDecoder(tableSize)
        for (const f of fields) expect(decode(literal(f.name, f.value, f), decoder)).toEqual([`${f.name}: ${f.value}`])
      }),
    )
  })

  test('marks fields that HTTP/2 forbids, also when they come from the table', () => {
    const decoder = new HpackDecoder()
    expect(decode(literal('Upper', 'x', { indexed: true }), decoder)).toEqual(['\0pper: x'])
    expect(decode('be', decoder)).toEqual(['\0pper: x'])
    expect(decode(literal('a', 'x\r\ny'), decoder)).toEqual(['\0: x\r\ny'])
  })
})

describe('Huffman coding', () => {
  test('round trip of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1')
        const encoded = huffmanEncode(text)
        expect(huffmanDecode(encoded, 0, encoded.length)).toBe(text)
      }),
    )
  })
})

describe('encodeResponse', () => {
  test('the static table has the 61 entries of RFC 7541', () => {
    expect(staticTable.length - 1).toBe(61)
    expect(staticTable[61]).toEqual(['www-authenticate', ''])
  })

  test('writes what the decoder reads; the response wins over filters; arrays repeat', () => {
    const target = Buffer.alloc(1000)
    const headers = { 'content-type': 'application/json', warning: ['299 - "a"', '299 - "b"'], 'x-u': 'ü' }
    const end = encodeResponse(target, 5, 299, headers, ['audit-id', 'id', 'content-type', 'text/plain', 'x-none', []], 12, 0)
    expect(decode(target.subarray(5, end))).toEqual([
      ':status: 299',
      'audit-id: id',
      'content-type: application/json',
      'warning: 299 - "a"',
      'warning: 299 - "b"',
      `x-u: ${Buffer.from('ü').toString('latin1')}`,
      'content-length: 12',
      'date: Thu, 01 Jan 1970 00:00:00 GMT',
    ])
  })

  test('a block that does not fit is found in overflow()', () => {
    const value = 'v'.repeat(5000)
    expect(encodeResponse(Buffer.alloc(100), 90, 200, { a: value }, [], -1, 0)).toBe(-1)
    expect(decode(Buffer.from(overflow()))).toContain(`a: ${value}`)
  })

  test('refuses to be split by control characters', () => {
    for (const name of ['location', 'x-other']) {
      expect(() => encodeResponse(Buffer.alloc(100), 0, 200, { [name]: 'a\r\nb: c' }, [], -1, 0)).toThrow(TypeError)
    }
  })
})

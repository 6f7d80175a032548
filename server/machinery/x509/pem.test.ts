import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodePem } from './pem.ts'

const block = (type: string, body: string): string => `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----`

describe('PEM', () => {
  // What Go's encoding/pem says of the same texts.
  test.each([
    ['', undefined],
    ['text', undefined],
    [block('A', 'AQID'), { type: 'A', headers: 0, hex: '010203' }],
    [`other\n${block('A', 'AQID')}\nmore`, { type: 'A', headers: 0, hex: '010203' }],
    [`other${block('A', 'AQID')}`, undefined],
    [block('A', 'AQ\t ID\r'), { type: 'A', headers: 0, hex: '010203' }],
    [block('A', 'Proc-Type: 4\nX: y\n\nAQID'), { type: 'A', headers: 2, hex: '010203' }],
    [block('A', 'AQI'), undefined],
    [block('A', '!!!!'), undefined],
    [block('A', '').replace('\n\n', '\n'), { type: 'A', headers: 0, hex: '' }],
    [block('A', 'AQID').replace('END A', 'END B'), undefined],
    [`${block('A', 'AQID')} x`, undefined],
    [block('A', 'AQID').replace('A-----', 'A'), undefined],
    [`-----BEGIN A-----\nxx\n${block('B', 'AQID')}`, { type: 'B', headers: 0, hex: '010203' }],
    [`${block('A', '!')}\n${block('B', 'AQID')}`, { type: 'B', headers: 0, hex: '010203' }],
  ])('%j', (text, expected) => {
    const found = decodePem(text)
    expect(found && { type: found.type, headers: found.headers, hex: found.der.toString('hex') }).toEqual(expected)
  })

  test('every block is found, one after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (parts) => {
        const text = parts.map((p) => `${block('X', Buffer.from(p).toString('base64'))}\n`).join('')
        const found: Buffer[] = []
        for (let b = decodePem(text); b !== undefined; b = decodePem(text, b.end)) found.push(b.der)
        expect(found).toEqual(parts.map((p) => Buffer.from(p)))
      }),
    )
  })

  test('what is no block costs linear time', () => {
    for (const part of ['-----BEGIN A-----\n', '\n-----END A-----\n', '-----BEGIN A-----\nA: b\n\n-----END A-----x\n'])
      expect(decodePem(part.repeat(50_000))).toBeUndefined()
  })
})

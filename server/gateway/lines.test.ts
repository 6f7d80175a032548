import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineSplitter } from './lines.ts'

describe('LineSplitter', () => {
  test('whatever the chunks, the lines are those of the whole', () => {
    const lines = fc.array(fc.string({ unit: 'binary' }).map((s) => s.replaceAll('\n', '')))
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 1, max: 9 })), (wanted, sizes) => {
        const whole = Buffer.from(wanted.join('\n'))
        const splitter = new LineSplitter(1 << 20)
        const got: string[] = []
        let at = 0
        for (let i = 0; at < whole.length; i++) {
          const size = sizes.length === 0 ? whole.length : (sizes[i % sizes.length] ?? 1)
          got.push(...splitter.push(whole.subarray(at, at + size)).map(String))
          at += size
        }
        const rest = splitter.rest()
        if (rest.length > 0) got.push(rest.toString())
        expect(got).toEqual(
          whole
            .toString()
            .split('\n')
            .filter((l) => l !== ''),
        )
      }),
    )
  })

  test('a line over the limit throws, however it arrives', () => {
    const splitter = new LineSplitter(8)
    expect(splitter.push(Buffer.from('12345678\n'))).toHaveLength(1)
    splitter.push(Buffer.from('12345'))
    expect(() => splitter.push(Buffer.from('6789'))).toThrow('a line is longer than 8 bytes')
  })

  test('or is cut, and its length is known', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 })), fc.integer({ min: 1, max: 9 }), (lengths, size) => {
        const whole = Buffer.from(lengths.map((length) => `${'x'.repeat(length)}\n`).join(''))
        const splitter = new LineSplitter(8, 'cut')
        const lines: Buffer[] = []
        for (let at = 0; at < whole.length; at += size) lines.push(...splitter.push(whole.subarray(at, at + size)))
        expect(lines.map((line) => [line.length, splitter.lengthOfCut(line)])).toEqual(
          lengths.map((length) => [Math.min(8, length), length > 8 ? length : undefined]),
        )
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterPattern, LogBuffer, LogFilter, levelOf, mostLines, splitStamp, stampLength, stripAnsi } from './log-buffer.ts'
import { cellsOf, WrapIndex } from './wrap-index.ts'

describe('LogBuffer', () => {
  test('lines are the same however the text was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\n', ' ') }), { maxLength: 30 }), (chunks) => {
        const buffer = new LogBuffer()
        for (const chunk of chunks) buffer.push(chunk)
        buffer.end()
        const lines = chunks.join('').split('\n')
        if (lines.at(-1) === '') lines.pop()
        expect(buffer.lines).toEqual(lines)
      }),
    )
  })

  test('beyond a million lines the oldest tenth goes, and is counted', () => {
    const buffer = new LogBuffer()
    buffer.push('x\n'.repeat(mostLines))
    expect(buffer.dropped).toBe(0)
    buffer.push('last\n')
    expect(buffer.dropped).toBe(mostLines / 10)
    expect(buffer.lines.at(-1)).toBe('last')
    expect(buffer.lines.length + buffer.dropped).toBe(mostLines + 1)
  })
})

describe('LogFilter', () => {
  test('finds what a plain filter finds, in slices and while lines come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom('error', 'info', 'warn error', ''), { maxLength: 8 }), { maxLength: 8 }), (batches) => {
        const buffer = new LogBuffer()
        const filter = new LogFilter(buffer)
        filter.set(/error/)
        for (const batch of batches) {
          buffer.push(batch.map((line) => `${line}\n`).join(''))
          while (!filter.scan(0, () => 0));
        }
        expect(filter.matches.map((line) => buffer.lines[line])).toEqual(buffer.lines.filter((line) => line.includes('error')))
      }),
    )
  })

  test('matches of dropped lines are dropped', () => {
    const buffer = new LogBuffer()
    const filter = new LogFilter(buffer)
    filter.set(/hit/)
    buffer.push(`hit\n${'x\n'.repeat(mostLines - 1)}`)
    while (!filter.scan(1000, () => 0));
    expect(filter.matches).toEqual([0])
    buffer.push('hit\n')
    while (!filter.scan(1000, () => 0));
    expect(filter.matches).toEqual([mostLines])
  })

  test('text that is no expression is searched as it is; capitals make the case count', () => {
    expect(filterPattern('a(b')?.test('xa(by')).toBe(true)
    expect(filterPattern('err')?.test('ERROR')).toBe(true)
    expect(filterPattern('Err')?.test('ERROR')).toBe(false)
    expect(filterPattern('a|b')?.test('b')).toBe(true)
    expect(filterPattern('')).toBeUndefined()
  })
})

describe('lines', () => {
  test('the kubelet’s timestamp is told from the text', () => {
    expect(splitStamp('2026-11-23T13:50:09.123456789Z hello')).toEqual({ at: '2026-11-23T13:50:09.123456789Z', text: 'hello' })
    expect(splitStamp('hello 2026-11-23T13:50:09Z')).toEqual({ at: '', text: 'hello 2026-11-23T13:50:09Z' })
  })
  test('its length is told without reading it', () => {
    for (const line of ['2026-11-23T13:50:09.1Z hello', 'no stamp', ''])
      expect(stampLength(line)).toBe(line.length - splitStamp(line).text.length)
  })
  test.each([
    ['E1123 13:50:09 x', 'bad'],
    ['{"level":"error"}', 'bad'],
    ['WARN slow', 'warn'],
    ['info: fine', undefined],
    ['terrors', undefined],
  ])('%s', (text, level) => {
    expect(levelOf(text)).toBe(level)
  })
  test('colour codes are taken out', () => expect(stripAnsi('\u001b[31mred\u001b[0m')).toBe('red'))
})

describe('WrapIndex', () => {
  test('finds the line of any row as counting does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 1500 }), fc.nat(), (rows, pick) => {
        const index = new WrapIndex()
        for (const each of rows) index.add(each)
        const row = pick % index.total
        let line = 0
        let first = 0
        while (first + (rows[line] ?? 1) <= row) first += rows[line++] ?? 1
        expect(index.find(row)).toEqual({ line, first })
        expect(index.total).toBe(rows.reduce((a, b) => a + b, 0))
      }),
      { numRuns: 60 },
    )
  })
  test('wide characters take two cells', () => expect([cellsOf('abc'), cellsOf('中文'), cellsOf('')]).toEqual([3, 4, 0]))
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LogBuffer, mostCharacters, mostLines, mostOfLine } from './log-buffer.ts'
import { filterPattern, LogFilter } from './log-filter.ts'
import { stampText } from '../../ui/time.ts'
import { type LogForm, levelOf, mostRead, mostShown, searchedText, shownLine, splitStamp, stampLength } from './log-line.ts'
import { pieces } from './pieces.ts'
import { cellsOf, WrapIndex } from './wrap-index.ts'

describe('LogBuffer', () => {
  test('lines are the same however the text was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\n', ' ') }), { maxLength: 30 }), (chunks) => {
        const buffer = new LogBuffer()
        for (const chunk of chunks) buffer.push(chunk)
        buffer.finish()
        const lines = chunks.join('').split('\n')
        if (lines.at(-1) === '') lines.pop()
        expect(buffer.lines).toEqual(lines)
      }),
    )
  })

  test('what of a line has come is there before its end, and how long it is', () => {
    const buffer = new LogBuffer()
    buffer.push('one\nPass')
    buffer.push('word: ')
    expect([buffer.lines, buffer.open]).toEqual([['one'], [{ text: 'Password: ', source: 0 }]])
    expect(buffer.at(buffer.end)).toBe('Password: ')
    buffer.push('\n')
    expect([buffer.lines, buffer.open]).toEqual([['one', 'Password: '], []])
    buffer.push('x'.repeat(mostOfLine + 5))
    expect([buffer.open[0]?.text.length, buffer.open[0]?.bytes]).toEqual([mostOfLine, mostOfLine + 5])
    buffer.clear()
    expect(buffer.open).toEqual([])
  })

  test('beyond a million lines the oldest tenth goes, and is counted', () => {
    const buffer = new LogBuffer()
    buffer.addRule({ source: 0, run: 1 })
    buffer.add('cut', 0, 5)
    buffer.push('x\n'.repeat(mostLines - 2))
    expect(buffer.dropped).toBe(0)
    expect([buffer.rules.has(0), buffer.cuts.has(1)]).toEqual([true, true])
    buffer.push('last\n')
    expect(buffer.dropped).toBe(mostLines / 10 + 1)
    expect(buffer.at(buffer.end - 1)).toBe('last')
    expect(buffer.lines.length + buffer.dropped).toBe(mostLines + 1)
    expect([buffer.rules.size, buffer.cuts.size]).toEqual([0, 0])
  })

  test('long lines are kept at their beginning, and no more of them than there is room for', () => {
    const buffer = new LogBuffer()
    const piece = 'x'.repeat(mostOfLine / 2 + 1)
    for (let round = 0; round < 120; round++) buffer.push(piece)
    buffer.push('\nnext\r\n')
    expect([buffer.at(0).length, buffer.cuts.get(0), buffer.at(1), buffer.cuts.size]).toEqual([mostOfLine, 120 * piece.length, 'next', 1])
    const most = mostCharacters / mostOfLine
    for (let n = 0; n < most - 2; n++) buffer.add(`${n}`.padEnd(mostOfLine), 0)
    expect(buffer.dropped).toBe(0)
    for (let n = 0; n < most / 2; n++) {
      buffer.add('y'.repeat(mostOfLine), 0)
      expect(buffer.lines.reduce((sum, line) => sum + line.length, 0)).toBeLessThanOrEqual(mostCharacters)
    }
    expect(buffer.lines.length).toBeGreaterThan(most * 0.85)
    expect(buffer.cuts.size).toBe(0)
  })

  test('a line that is longer than all that is kept stays while it is the last', () => {
    const buffer = new LogBuffer()
    buffer.add('a', 0)
    buffer.add('z'.repeat(mostCharacters + 1), 0)
    expect([buffer.lines.length, buffer.dropped]).toEqual([1, 1])
    buffer.clear()
    buffer.push('fresh\n')
    expect([buffer.lines, buffer.dropped]).toEqual([['fresh'], 0])
  })
})

describe('LogFilter', () => {
  const matching = (pattern: RegExp) => (line: string) => pattern.test(line)

  test('of lines that have not ended those that pass, while they do', () => {
    const buffer = new LogBuffer()
    const filter = new LogFilter(buffer)
    buffer.push('an error\nan err')
    expect(filter.open).toEqual([1])
    filter.set(matching(/error/))
    expect(filter.open).toEqual([])
    buffer.push('or')
    expect(filter.open).toEqual([1])
  })

  test('finds what a plain filter finds, in slices and while lines come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom('error', 'info', 'warn error', ''), { maxLength: 8 }), { maxLength: 8 }), (batches) => {
        const buffer = new LogBuffer()
        const filter = new LogFilter(buffer)
        filter.set(matching(/error/))
        for (const batch of batches) {
          buffer.push(batch.map((line) => `${line}\n`).join(''))
          while (!filter.scan(0, () => 0));
        }
        expect(filter.matches.map((line) => buffer.lines[line])).toEqual(buffer.lines.filter((line) => line.includes('error')))
      }),
    )
  })

  test('matches of dropped lines are dropped, and a line between two runs is none', () => {
    const buffer = new LogBuffer()
    const filter = new LogFilter(buffer)
    filter.set(matching(/hit|^$/))
    buffer.push('hit\n')
    buffer.addRule({ source: 0, run: 1 })
    buffer.push('x\n'.repeat(mostLines - 2))
    while (!filter.scan(1000, () => 0));
    expect(filter.matches).toEqual([0])
    buffer.push('hit\n')
    while (!filter.scan(1000, () => 0));
    expect(filter.matches).toEqual([mostLines])
  })

  test('text that is no expression is searched as it is, and told; capitals make the case count', () => {
    expect(filterPattern('a(b').pattern?.test('xa(by')).toBe(true)
    expect(filterPattern('a(b').literal).toBe(true)
    expect(filterPattern('err').pattern?.test('ERROR')).toBe(true)
    expect(filterPattern('Err').pattern?.test('ERROR')).toBe(false)
    expect(filterPattern('a|b')).toEqual({ pattern: /a|b/i, literal: false })
    expect(filterPattern('').pattern).toBeUndefined()
  })
})

const stamp = '2026-11-23T13:50:09.123456789Z'
const form: LogForm = { stamped: true, time: 'off', fields: true }

describe('lines', () => {
  test('the kubelet’s timestamp is told from the text', () => {
    expect(splitStamp(`${stamp} hello`)).toEqual({ at: stamp, text: 'hello' })
    expect(splitStamp('hello 2026-11-23T13:50:09Z')).toEqual({ at: '', text: 'hello 2026-11-23T13:50:09Z' })
  })
  test('its length is told without reading it', () => {
    for (const line of ['2026-11-23T13:50:09.1Z hello', 'no stamp', ''])
      expect(stampLength(line)).toBe(line.length - splitStamp(line).text.length)
  })
  test.each([
    ['E1123 13:50:09 x', 'bad'],
    ['{"level":"error"}', 'bad'],
    ['level=error msg="x"', 'bad'],
    ['[error] x', 'bad'],
    ['2026-01-01 ERROR x', 'bad'],
    ['panic: x', 'bad'],
    ['WARN slow', 'warn'],
    ['W0102 x', 'warn'],
    ['info: fine', undefined],
    ['terrors', undefined],
    ['finished without an error', undefined],
  ])('%s', (text, level) => {
    expect(levelOf(text)).toBe(level)
  })

  test.each<[string, string, 'bad' | 'warn' | undefined]>([
    ['{"level":"warn","msg":"slow","ms":12,"ts":1,"who":"a b"}', 'WARN  slow ms=12 who="a b"', 'warn'],
    ['{"level":50,"time":1,"msg":"down\\nhard"}', 'ERROR down ⏎ hard', 'bad'],
    ['{"severity":"INFO","message":"\\u001b[32mfine\\u001b[0m"}', 'INFO  fine', undefined],
    ['{"a":1}', '{"a":1}', undefined],
    ['{"msg":"cut', '{"msg":"cut', undefined],
    ['{"msg":{"a":1}}', ' msg={"a":1}', undefined],
  ])('structured: %s', (text, shown, level) => {
    const line = shownLine(`${stamp} ${text}`, form, false)
    expect([line.text, line.level]).toEqual([shown, level])
    expect(searchedText(`${stamp} ${text}`, form)).toBe(shown)
  })

  test('what is searched is what is shown', () => {
    const raw = `${stamp} \u001b[31mred\u001b[0m {"level":"error"}`
    expect(searchedText(raw, form)).toBe('red {"level":"error"}')
    const utc = stampText(stamp, 'utc')
    expect(searchedText(raw, { ...form, time: 'utc' })).toBe(`${utc} red {"level":"error"}`)
    expect(searchedText(raw, { ...form, time: 'local' })).toBe(`${stampText(stamp, 'local')} red {"level":"error"}`)
    expect(shownLine(raw, { ...form, time: 'utc' }, false)).toMatchObject({ at: utc, stamp, level: 'bad' })
    expect(shownLine('no stamp', { ...form, time: 'utc' }, false)).toMatchObject({ at: '', text: 'no stamp' })
  })

  test('a long line is cut, on request less, and what is left is counted', () => {
    const raw = `${stamp} ${'x'.repeat(mostRead + 10)}`
    const first = shownLine(raw, form, false)
    expect([first.text.length, first.more]).toEqual([mostShown, mostRead + 10 - mostShown])
    const whole = shownLine(raw, form, true)
    expect([whole.text.length, whole.more]).toEqual([mostRead, 10])
  })

  test('pieces together are the text, and each has one style', () => {
    const edge = fc.integer({ min: 0, max: 20 })
    fc.assert(
      fc.property(fc.uniqueArray(edge, { maxLength: 8 }), edge, edge, (edges, a, b) => {
        const sorted = edges.sort((x, y) => x - y)
        const spans = sorted.flatMap((from, at) =>
          at % 2 === 0 && sorted[at + 1] !== undefined ? [{ from, to: sorted[at + 1] ?? 0, style: { bold: true } }] : [],
        )
        const found = { from: Math.min(a, b), to: Math.max(a, b) }
        const cut = pieces(20, spans, found)
        expect(cut.reduce((at, piece) => (expect(piece.from).toBe(at), piece.to), 0)).toBe(20)
        for (const { from, to, style, hit } of cut) {
          expect(spans.some((span) => from >= span.from && to <= span.to)).toBe(style !== undefined)
          expect(from >= found.from && to <= found.to).toBe(hit)
        }
      }),
    )
  })
})

describe('WrapIndex', () => {
  test('finds the line of any row as counting does; beyond what is counted a row is a line', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 1500, size: 'max' }), fc.nat(), (rows, pick) => {
        const index = new WrapIndex()
        for (const each of rows) index.add(each)
        const row = pick % index.total
        let line = 0
        let first = 0
        while (first + (rows[line] ?? 1) <= row) first += rows[line++] ?? 1
        expect(index.find(row)).toEqual({ line, first })
        expect(index.total).toBe(rows.reduce((a, b) => a + b, 0))
        expect(index.totalOf(rows.length + 7)).toBe(index.total + 7)
        expect(index.find(index.total + 3)).toEqual({ line: rows.length + 3, first: index.total + 3 })
      }),
      { numRuns: 60 },
    )
  })
  test('wide characters take two cells', () => expect([cellsOf('abc'), cellsOf('中文'), cellsOf('')]).toEqual([3, 4, 0]))
})

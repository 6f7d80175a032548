import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ParsedLine, parseLine, rgbFlag, type Style } from './ansi.ts'
import { colorsOn, contrast, leastContrast, themes } from './ansi-colors.ts'

const E = '\u001b'
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'a',
      'bc',
      'é',
      '中',
      '😀',
      '\u202e',
      '\u2066',
      '\ufeff',
      '\t',
      ' ',
      '\r',
      '\r',
      '\b',
      '\u0007',
      '\u0000',
      '\u007f',
      E,
      '\u009b',
      '[',
      ']',
      '\\',
      ';',
      'm',
      '1',
    ],
    ...[`${E}[K`, `${E}[2K`, `${E}[1K`, `${E}[31m`, `${E}[0m`, `${E}[m`, `${E}[38;5;208m`, `${E}[48;2;1;2;3m`, `${E}[?25l`, `${E}(B`],
    ...[`${E}]0;title\u0007`, `${E}]8;;http://x${E}\\`, `${E}P1$r${E}\\`, `${E}_never ended`, `${E}[1;`, `${E}[ q`],
  ),
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => text.replaceAll('\n', '')),
)
const line = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))

describe('a line as a terminal shows it', () => {
  test.each<[string, string, string]>([
    ['progress overwrites', '10%\r20%\r30%', '30%'],
    ['a shorter one leaves the end', 'abcdef\rXY', 'XYcdef'],
    ['unless it erases it', `abcdef\r${E}[KXY`, 'XY'],
    ['or the line', `abcdef${E}[2K\rXY`, 'XY'],
    ['backspace', 'ab\b\bX', 'Xb'],
    ['a carriage return at the end', 'done\r', 'done'],
    ['titles and links', `${E}]0;t\u0007a${E}]8;;http://x${E}\\link${E}]8;;${E}\\b`, 'alinkb'],
    ['a string without an end hides nothing', `a${E}]8;;http://x`, 'a8;;http://x'],
    ['other escapes', `${E}[?25la${E}(Bb${E}[10;20Hc${E}7d`, 'abcd'],
    ['controls are seen, a bell is not', 'a\u0000b\u0007c\u007f', 'a␀bc␡'],
    ['what turns the direction is one character that is seen', 'safe\u202Etxt.exe\u2069\u0085', 'safe\ufffdtxt.exe\ufffd\ufffd'],
    ['what takes no room is nothing', '\ufeffa\u200bb\u2060', 'ab'],
    ['what is cut', `a${E}`, 'a'],
    ['a tab', 'a\tb', 'a\tb'],
  ])('%s', (_, raw, text) => expect(parseLine(raw).text).toBe(text))

  test.each<[string, Style]>([
    ['1;31', { bold: true, fg: 1 }],
    ['92;104', { fg: 10, bg: 12 }],
    ['38;5;208', { fg: 208 }],
    ['38;2;1;2;3;4', { fg: rgbFlag | 0x010203, underline: true }],
    ['38:2::1:2:3', { fg: rgbFlag | 0x010203 }],
    ['38:5:9;48:2:255:0:0', { fg: 9, bg: rgbFlag | 0xff0000 }],
    ['58;5;1;3', { italic: true }],
    ['38;5;999', {}],
    ['31;39;7', { inverse: true }],
    ['1;2;22;9', { strike: true }],
    ['4:3', { underline: true }],
    ['4;4:0', {}],
  ])('SGR %s', (parameters, style) => {
    const { text, spans } = parseLine(`a${E}[${parameters}mb${E}[0mc`)
    expect(text).toBe('abc')
    expect(spans).toEqual(Object.keys(style).length === 0 ? [] : [{ from: 1, to: 2, style }])
  })

  test('a style holds until it is reset; what is overwritten takes the new one', () => {
    expect(parseLine(`${E}[31mab${E}[1mc\r${E}[0mX`).spans).toEqual([
      { from: 1, to: 2, style: { fg: 1 } },
      { from: 2, to: 3, style: { fg: 1, bold: true } },
    ])
  })

  test('no control is left, spans are in order and inside', () => {
    fc.assert(
      fc.property(line, (raw) => {
        const { text, spans } = parseLine(raw)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(text).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]/)
        expect(text.length).toBeLessThanOrEqual(raw.length)
        let last = 0
        for (const { from, to } of spans) {
          expect(from).toBeGreaterThanOrEqual(last)
          expect(to).toBeGreaterThan(from)
          last = to
        }
        expect(last).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 500 },
    )
  })

  test('what it shows is what a slow terminal shows', () => {
    fc.assert(
      fc.property(line, (raw) => {
        expect(parseLine(raw).text).toBe(slowly(raw))
      }),
      { numRuns: 500 },
    )
  })

  test('each character is looked at a few times at most', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 400 }), (pieces, times) => {
        const raw = pieces.join('').repeat(times)
        const meter = { steps: 0 }
        parseLine(raw, meter)
        expect(meter.steps).toBeLessThanOrEqual(3 * raw.length)
      }),
      { numRuns: 300 },
    )
  })

  test('a plain line is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-composite' }), (raw) => {
        const expected: ParsedLine = { text: raw, spans: [] }
        // biome-ignore lint/suspicious/noControlCharactersInRegex: plain lines have none
        fc.pre(!/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]/.test(raw))
        expect(parseLine(raw)).toEqual(expected)
      }),
    )
  })
})

/** The same rules, said with regular expressions and an array of characters. */
function slowly(raw: string): string {
  let rest = raw
  let cells: string[] = []
  let cursor = 0
  while (rest !== '') {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes
    const control = /^(?:\u001b\[|\u009b)([0-?]*)([ -/]*)([@-~]?)/.exec(rest)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes
    const string = /^\u001b[\]PX^_](?:[^\u0007\u001b]*(?:\u0007|\u001b\\|(?=\u001b)))?/.exec(rest)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes
    const other = /^\u001b[ -/]*[0-~]?/.exec(rest)
    if (control) {
      const [, parameters, between, final] = control
      if (final === 'K' && between === '') {
        if (parameters === '2') cursor = 0
        if (['', '0', '2'].includes(parameters ?? '')) cells = cells.slice(0, cursor)
      }
    } else if (!string && !other) {
      const char = rest[0] ?? ''
      const code = char.charCodeAt(0)
      if (char === '\r') cursor = 0
      else if (char === '\b') cursor = Math.max(0, cursor - 1)
      else if (!/[\u0007\u200b\u2060\ufeff]/.test(char)) {
        const turns = /[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/.test(char)
        cells[cursor++] = code < 32 && char !== '\t' ? String.fromCharCode(0x2400 + code) : code === 127 ? '␡' : turns ? '\ufffd' : char
      }
    }
    rest = rest.slice((control ?? string ?? other)?.[0].length ?? 1)
  }
  // A line without any control is not touched at all; of others halves of pairs are replaced.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes
  return /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]/.test(raw)
    ? cells.join('').toWellFormed()
    : raw
}

describe('colours', () => {
  const color = fc.option(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: rgbFlag, max: rgbFlag | 0xffffff })), {
    nil: undefined,
  })

  test('every combination can be read in both themes', () => {
    fc.assert(
      fc.property(color, color, fc.boolean(), fc.constantFrom('light' as const, 'dark' as const), (fg, bg, inverse, theme) => {
        const drawn = colorsOn(theme, { fg, bg, inverse })
        const [front, back] = [drawn.color ?? themes[theme].fg, drawn.background ?? themes[theme].bg]
        expect(contrast(front, back)).toBeGreaterThanOrEqual(leastContrast)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a colour that can be read stays what it is', () => {
    expect(colorsOn('dark', { fg: rgbFlag | 0x40ff40 })).toEqual({ color: 0x40ff40, background: undefined })
  })

  test('the themes are those of the window', () => {
    const [light = '', dark = ''] = readFileSync(join(import.meta.dirname, '../../ui/tokens.css'), 'utf8').split(
      '[data-mantine-color-scheme',
    )
    for (const [theme, text] of [
      ['light', light],
      ['dark', dark],
    ] as const) {
      for (const name of ['bg', 'fg'] as const) {
        expect(text).toMatch(new RegExp(`--${name}: #${themes[theme][name].toString(16).padStart(6, '0')};`))
      }
    }
  })
})

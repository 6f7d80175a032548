import { expect, test } from 'vitest'
import { goQuote, goTimeQuote, goUnquote } from './go-quote.ts'

// Each as Go 1.26 prints it.
test.each([
  ['', '""'],
  ['plain text', '"plain text"'],
  ['"\\', String.raw`"\"\\"`],
  ['\x07\b\f\n\r\t\v', String.raw`"\a\b\f\n\r\t\v"`],
  ['\0\x1b\x7f', String.raw`"\x00\x1b\x7f"`],
  ['\u0085\u00a0\u2028\u202e\ue00f', String.raw`"\u0085\u00a0\u2028\u202e\ue00f"`],
  ['中é😀', '"中é😀"'],
  ['\u{e0001}', String.raw`"\U000e0001"`],
])('%j', (text, quoted) => {
  expect(goQuote(text)).toBe(quoted)
})

// time.ParseDuration's text for each, without what stands before it.
test.each([
  ['x"\\', String.raw`"x\"\\"`],
  ['\n\x7f', '"\\x0a\x7f"'],
  ['é€', String.raw`"\xc3\xa9\xe2\x82\xac"`],
])('package time: %j', (text, quoted) => {
  expect(goTimeQuote(text)).toBe(quoted)
})

test('half a surrogate pair is shown as what Go reads in its place', () => {
  expect(goQuote('a\ud800b')).toBe('"a\ufffdb"')
})

test.each(['', 'plain', '"\\', '\x07\b\f\n\r\t\v', '\0\x1b\x7f', '\u0085\u2028', '中é😀', '\u{e0001}'])(
  '%j comes back from its quotes',
  (text) => {
    expect(goUnquote(goQuote(text))).toBe(text)
  },
)

import { expect, test } from 'vitest'
import { piecesOf, seenText } from './unseen.ts'

test.each<[string, string, string[]]>([
  ['plain', 'one\ttwo\nthree\r\nfour', ['one\ttwo\nthree\r\nfour']],
  ['scripts and emoji', 'السلام क्‍षेत्र می‌خواهم 👩‍👧 \u200eltr', ['السلام क्‍षेत्र می‌خواهم 👩‍👧 \u200eltr']],
  ['an override', 'safe\u202etxt.exe', ['safe', 'U+202E', 'txt.exe']],
  ['isolates', '\u2066// admin\u2069', ['U+2066', '// admin', 'U+2069']],
  ['a space of no width, and a mark of bytes', '\ufeffa\u200bb', ['U+FEFF', 'a', 'U+200B', 'b']],
  ['controls', 'a\u0000\u001b[31m\rb', ['a', 'U+0000', 'U+001B', '[31m', 'U+000D', 'b']],
  ['returns that end lines beside one that does not', 'a\r\nb\r\n\rc', ['a\r\nb\r\n', 'U+000D', 'c']],
  ['nothing', '', ['']],
])('%s', (_, text, shown) => {
  const pieces = piecesOf(text)
  expect(pieces.map((piece) => piece.code ?? piece.text)).toEqual(shown)
  expect(pieces.map((piece) => piece.text).join('')).toBe(text)
})

test('a text full of them keeps its end as it is', () => {
  const pieces = piecesOf('\u0001'.repeat(2_000))
  expect(pieces).toHaveLength(501)
  expect(pieces.map((piece) => piece.text).join('')).toHaveLength(2_000)
})

test('where nothing but a text can stand the codes are in it', () => {
  expect(seenText('safe\u202etxt.exe\u200b')).toBe('safe⟨U+202E⟩txt.exe⟨U+200B⟩')
  expect(seenText('plain\ttext')).toBe('plain\ttext')
})

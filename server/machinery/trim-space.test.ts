import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trimSpace } from './trim-space.ts'

test('as Go: U+FEFF stays, U+0085 goes', () => {
  expect(trimSpace('\t\n\v\f\r \u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000a b\u3000 ')).toBe('a b')
  expect(trimSpace('\ufeff')).toBe('\ufeff')
  expect(trimSpace('\u200b \u180e')).toBe('\u200b \u180e')
  expect(trimSpace(' \u0085 ')).toBe('')
})

test('elsewhere as JavaScript', () => {
  const text = fc.string({ unit: fc.constantFrom(...' \t\n\u00a0\u2003\u3000ab\u{1f600}') })
  fc.assert(
    fc.property(text, (t) => {
      expect(trimSpace(t)).toBe(t.trim())
    }),
  )
})

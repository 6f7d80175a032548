import { expect, test } from 'vitest'
import { textWidth } from './text-width.ts'

const width = textWidth((text) => (text === 'W' ? 12 : 5))

test('the width of a text is that of its characters', () => {
  expect(width('')).toBe(0)
  expect(width('Wa-1')).toBe(27)
})

test('what is not ASCII is left to the browser', () => {
  expect(width('pod-é')).toBeUndefined()
  expect(width('名前')).toBeUndefined()
  expect(width('a\tb')).toBeUndefined()
})

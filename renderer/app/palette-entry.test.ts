import { expect, test } from 'vitest'
import { hasWords } from './palette-entry.ts'

const restart = { text: 'Restart', note: 'Deployment web-front' }

test.each([
  ['', true],
  ['rest', true],
  ['restart web', true],
  ['web  restart', true],
  ['web-front', true],
  ['restart pods', false],
  ['\0', false],
])('%j finds an action of an object by its words: %s', (wanted, found) => {
  expect(hasWords(restart, wanted)).toBe(found)
})

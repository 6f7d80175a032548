import { expect, test } from 'vitest'
import { yamlText } from './yaml-text.ts'

// Each as kube-apiserver 1.37.2 says it of `data: {a: "x` + the bytes + `y"}`.
test.each([
  ['ff', 'invalid leading UTF-8 octet'],
  ['80', 'invalid leading UTF-8 octet'],
  ['c3', 'invalid trailing UTF-8 octet'],
  ['e282', 'invalid trailing UTF-8 octet'],
  ['c080', 'invalid length of a UTF-8 sequence'],
  ['e08080', 'invalid length of a UTF-8 sequence'],
  ['eda080', 'invalid Unicode character'],
  ['f4908080', 'invalid Unicode character'],
])('%s is no UTF-8', (hex, why) => {
  const body = Buffer.concat([Buffer.from('a: "é€😀'), Buffer.from(hex, 'hex'), Buffer.from('y"')])
  expect(() => yamlText(body)).toThrow(`yaml: ${why}`)
})

test('what ends within a character', () => {
  expect(() => yamlText(Buffer.from('61c3', 'hex'))).toThrow('yaml: incomplete UTF-8 octet sequence')
})

test('UTF-8 is the text', () => {
  expect(yamlText(Buffer.from('a: "é€😀"'))).toBe('a: "é€😀"')
})

import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/types.ts'
import { noPairs } from '../../tools/actions/pairs.ts'
import { valuesPatch } from './values.ts'

const metadata = { name: 'x' }
const secret = { kind: 'Secret', metadata, data: { user: 'YW5uYQ==', key: '/w==' } } as KubeObject
const map = { kind: 'ConfigMap', metadata, data: { depth: '12', tide: 'low' }, binaryData: { chart: '/w==' } } as KubeObject

test('a Secret gets base64 of UTF-8, a ConfigMap the text', () => {
  const wish = { ...noPairs, edited: { user: '安娜\n', depth: '13' }, added: [{ key: ' new ', value: 'é' }] }
  expect(valuesPatch(secret, wish)).toEqual({ data: { user: '5a6J5aicCg==', new: 'w6k=' } })
  expect(valuesPatch(map, wish)).toEqual({ data: { depth: '13', new: 'é' } })
})

test('what is removed is removed where it stands', () => {
  expect(valuesPatch(map, { ...noPairs, removed: ['tide', 'chart', 'nowhere'] })).toEqual({
    data: { tide: null },
    binaryData: { chart: null },
  })
  expect(valuesPatch(secret, { ...noPairs, removed: ['key'] })).toEqual({ data: { key: null } })
})

test('what is the same, or no text, is no change', () => {
  expect(valuesPatch(secret, { ...noPairs, edited: { user: 'anna', key: 'x' } })).toBeUndefined()
  expect(
    valuesPatch(map, {
      ...noPairs,
      added: [
        { key: '', value: 'x' },
        { key: 'tide', value: 'low' },
      ],
    }),
  ).toBeUndefined()
})

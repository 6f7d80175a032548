import { expect, test } from 'vitest'
import { checkWidth, leastWidth } from '../../ui/list/columns.ts'
import { type ConfigMap, configMapStatus, configMapView } from './view.ts'

const map = (rest: Partial<ConfigMap>): ConfigMap =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', uid: '1' }, ...rest }) as ConfigMap

test('a ConfigMap says that it is empty, nearly full, or never changes', () => {
  expect(configMapStatus(map({}))).toEqual({ text: 'Empty', tone: 'muted' })
  expect(configMapStatus(map({ cells: ['a', 0, '1h'] }))).toEqual({ text: 'Empty', tone: 'muted' })
  expect(configMapStatus(map({ cells: ['a', 2, '1h'] }))).toBeUndefined()
  expect(configMapStatus(map({ data: { a: '' } }))).toBeUndefined()
  expect(configMapStatus(map({ binaryData: { a: '' }, immutable: true }))).toEqual({ text: 'Immutable', tone: 'muted' })
})

test('its size is in bytes of what it holds: 90 % of 1 MiB, in whatever script and in base64', () => {
  const most = Math.floor(1_048_576 * 0.9)
  expect(configMapStatus(map({ data: { a: 'x'.repeat(most) } }))).toBeUndefined()
  expect(configMapStatus(map({ data: { a: 'x'.repeat(most), b: 'y' } }))).toEqual({ text: 'NearlyFull', tone: 'warn' })
  expect(configMapStatus(map({ data: { a: '观'.repeat(Math.floor(most / 3)), b: 'xxx' } }))?.text).toBe('NearlyFull')
  expect(configMapStatus(map({ binaryData: { a: btoa('x'.repeat(most)) } }))).toBeUndefined()
  expect(configMapStatus(map({ binaryData: { a: btoa('x'.repeat(most + 1)) } }))?.text).toBe('NearlyFull')
})

test('every column of the list is seen beside the details in a window of 1280', () => {
  // What details of their first width leave: 1280 less the rail (210) and 512.
  const room = 1280 - 210 - 512
  expect(configMapView.columns.reduce((sum, column) => sum + leastWidth(column), checkWidth)).toBeLessThanOrEqual(room)
})

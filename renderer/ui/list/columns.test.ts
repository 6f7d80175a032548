import { expect, test } from 'vitest'
import type { ColumnInfo } from '../../kube/columns.ts'
import { checkWidth, fitting, leastWidth } from './columns.ts'

const column = (id: string, type: ColumnInfo['type'], width: number) => ({ info: { id, label: id, type, width } })
const pods = [
  column('name', 'text', 260),
  column('namespace', 'text', 130),
  column('ready', 'text', 64),
  column('status', 'status', 160),
  column('node', 'text', 160),
  column('zone', 'text', 160),
  column('ip', 'mono', 124),
  column('age', 'age', 72),
]
const least = pods.reduce((sum, { info }) => sum + leastWidth(info), checkWidth)
const names = (width: number, sortedBy = 'name') => fitting(pods, width, sortedBy).map(({ info }) => info.id)

test('columns go only where there is no room, an address before a text, the last before others, a figure at the end', () => {
  expect(fitting(pods, least, 'name')).toBe(pods)
  expect(names(least - 1)).toEqual(['name', 'namespace', 'ready', 'status', 'node', 'zone', 'age'])
  expect(names(least - 125)).toEqual(['name', 'namespace', 'ready', 'status', 'node', 'age'])
  expect(names(least - 124 - 96 - 96)).toEqual(['name', 'namespace', 'ready', 'status', 'age'])
  expect(names(10)).toEqual(['name', 'namespace', 'status', 'age'])
})

test('a narrow one finds room that a wider one has left', () => {
  const wide = [column('name', 'text', 96), column('ports', 'mono', 300), column('zone', 'mono', 124)]
  expect(fitting(wide, checkWidth + 96 + 124, 'name').map(({ info }) => info.id)).toEqual(['name', 'zone'])
})

test('what the list is sorted by stays', () => {
  expect(names(10, 'ip')).toEqual(['name', 'namespace', 'status', 'ip', 'age'])
})

import { expect, test } from 'vitest'
import { missingNamespaces } from './namespaces.ts'

const row = (name: string, gone = false) => ({ key: name, name, namespace: '', version: 1, measured: 0, tone: null, gone, cells: [] })

test('namespaces that are not there are told where all of them are known', () => {
  const data = { state: { phase: 'live', synced: true }, total: 2, rows: [row('shop'), row('old', true)] } as const
  const told = { ...data, rows: [...data.rows] }
  expect(missingNamespaces(told, 'shop,old,web')).toEqual(['old', 'web'])
  expect(missingNamespaces(told, '')).toEqual([])
  expect(missingNamespaces({ ...told, total: 3 }, 'web')).toEqual([])
  expect(missingNamespaces({ ...told, state: { phase: 'listing', synced: false } }, 'web')).toEqual([])
  expect(missingNamespaces(undefined, 'web')).toEqual([])
})

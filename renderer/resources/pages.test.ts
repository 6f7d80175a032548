import { expect, test } from 'vitest'
import { kinds } from './kinds.ts'
import { pageOf, pages } from './pages.tsx'

test('the window and the feed worker read the same views', () => {
  const views = Object.entries(pages).flatMap(([key, { view }]) => (view ? [[key, view]] : []))
  expect(Object.fromEntries(views)).toEqual(kinds)
  for (const [key, view] of Object.entries(kinds)) expect(pages[key]?.view, key).toBe(view)
})

test('a kind that nobody wrote a page for has the generic one, whatever it is called', () => {
  const { Overview } = pageOf('things.example.com')
  expect(pageOf('constructor').Overview).toBe(Overview)
  expect(pageOf('pods').Overview).not.toBe(Overview)
})

test('tabs have addresses of their own', () => {
  for (const [key, { tabs = [] }] of Object.entries(pages)) {
    const ids = ['overview', 'yaml', 'events', 'topology', ...tabs.map(({ id }) => id)]
    expect(new Set(ids).size, key).toBe(ids.length)
  }
})

import { expect, test } from 'vitest'
import { Shelf } from './shelf.ts'

test('captures of a subject, the oldest first, each once', () => {
  const shelf = new Shelf<string>()
  const first = shelf.add('a', 1, 'one')
  shelf.add('b', 1, 'of another')
  shelf.add('a', 2, 'two')
  expect(shelf.add('a', 1, 'one again')).toBe(first)
  expect(shelf.list('a').map(({ content }) => content)).toEqual(['one', 'two'])
  expect(shelf.list('a').map(({ number }) => number)).toEqual([1, 2])
  expect(new Set([...shelf.list('a'), ...shelf.list('b')].map(({ id }) => id)).size).toBe(3)
})

test('a list stays the same one until something is added, which is told', () => {
  const shelf = new Shelf<string>()
  let told = 0
  const stop = shelf.subscribe(() => told++)
  shelf.add('a', 1, 'one')
  const list = shelf.list('a')
  expect(shelf.list('a')).toBe(list)
  shelf.add('a', 1, 'one')
  expect([shelf.list('a') === list, told]).toEqual([true, 1])
  shelf.add('a', 2, 'two')
  expect([shelf.list('a') === list, told]).toEqual([false, 2])
  stop()
  shelf.add('a', 3, 'three')
  expect(told).toBe(2)
})

test('the oldest of a subject go, and then the oldest of all', () => {
  const shelf = new Shelf<number>()
  for (let at = 0; at < 10; at++) shelf.add('a', at, at)
  expect(shelf.list('a').map(({ content }) => content)).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
  for (let at = 0; at < 30; at++) shelf.add(`other ${at}`, at, at)
  expect(shelf.list('a').map(({ content }) => content)).toEqual([8, 9])
})

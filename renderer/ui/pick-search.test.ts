import { expect, test } from 'vitest'
import { entryOfEnter, findItems, type TypedItem } from './pick-search.ts'

const named = (...names: string[]) => names.map((name) => ({ value: name, label: name }))
const values = (items: { value: string }[]): string[] => items.map(({ value }) => value)
const typed = (place: TypedItem['place']): TypedItem => ({
  place,
  item: (text) => (/^[a-z]+$/.test(text) ? { value: text, label: text } : undefined),
})

/** What Enter takes. */
const taken = (names: string[], text: string, own?: TypedItem, movedTo?: string): string | undefined => {
  const found = findItems(named(...names), text, own)
  return found[entryOfEnter(found, text, movedTo)]?.value
}

test('a name typed in full is taken, whatever else contains it', () => {
  expect(taken(['a-shop', 'shop-b', 'shop'], 'shop')).toBe('shop')
  expect(values(findItems(named('a-shop', 'shop-b', 'shop'), ' Shop '))).toEqual(['shop', 'shop-b', 'a-shop'])
})

test('a name typed in full is taken before the list is there, and while it comes and goes', () => {
  for (const names of [[], ['default'], ['default', 'second'], ['a-second', 'second'], ['second']]) {
    for (const place of ['first', 'last'] as const) expect(taken(names, 'second', typed(place))).toBe('second')
  }
})

test('a beginning takes what is listed once the list is known, and itself until then', () => {
  expect(taken(['default', 'second'], 'sec', typed('last'))).toBe('second')
  expect(taken(['default', 'second'], 'sec', typed('first'))).toBe('sec')
  expect(taken(['default'], 'No name', typed('last'))).toBeUndefined()
})

test('where the arrow keys went stays, wherever the list moves it, and is left when it has gone', () => {
  expect(taken(['b', 'c'], '', undefined, 'c')).toBe('c')
  expect(taken(['a', 'b', 'c', 'd'], '', undefined, 'c')).toBe('c')
  expect(taken(['a', 'b'], '', undefined, 'c')).toBeUndefined()
  expect(taken(['ab', 'ac'], 'a', undefined, 'gone')).toBe('ab')
})

test('nothing typed takes nothing; notes are searched too', () => {
  expect(taken(['a'], '')).toBeUndefined()
  expect(taken(['a'], '  ')).toBeUndefined()
  expect(values(findItems([{ value: 'x', label: 'x', note: 'Used before' }, ...named('used')], 'used'))).toEqual(['used', 'x'])
})

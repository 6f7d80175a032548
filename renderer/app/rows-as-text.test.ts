import { expect, test } from 'vitest'
import { type TextTable, toAligned, toCsv } from './rows-as-text.ts'

const table: TextTable = {
  head: ['Name', '状态', 'Restarts', 'Age'],
  types: ['text', 'status', 'number', 'age'],
  rows: [
    ['cart', { text: 'Running', tone: 'ok' }, 12, Date.UTC(2026, 0, 1)],
    ['a "b", c', null, -1, null],
    ['=1+2', { text: '-x', tone: 'bad' }, 0, 'unknown'],
  ],
}

test('CSV: quotes, instants, numbers, and no formula', () => {
  expect(toCsv(table).split('\r\n')).toEqual([
    '\uFEFFName,状态,Restarts,Age',
    'cart,Running,12,2026-01-01T00:00:00.000Z',
    '"a ""b"", c",,-1,',
    "'=1+2,'-x,0,unknown",
    '',
  ])
})

test.each([
  ['-', '-'],
  ['-5', '-5'],
  ['+5Mi', '+5Mi'],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['a\nb', '"a\nb"'],
  [' a', '" a"'],
])('CSV: %j is %j', (text, written) => {
  expect(toCsv({ head: ['x'], types: ['text'], rows: [[text]] })).toBe(`\uFEFFx\r\n${written}\r\n`)
})

test('a table as kubectl prints one, also with letters that take two columns', () => {
  expect(toAligned(table, Date.UTC(2026, 0, 1, 2))).toBe(
    [
      'Name       状态      Restarts   Age',
      'cart       Running   12         120m',
      'a "b", c             -1',
      '=1+2       -x        0          unknown',
      '',
    ].join('\n'),
  )
})

import { expect, test } from 'vitest'
import { compareReadings, jsonReading } from './compare.ts'

test('what was added, gone and changed, with the difference of numbers; what is the same is only counted', () => {
  const before = new Map([
    ['gone', '1'],
    ['count', '10'],
    ['state', 'on'],
    ['same', 'x'],
    ['empty', ''],
  ])
  const after = new Map([
    ['new', '2'],
    ['count', '7.5'],
    ['state', 'off'],
    ['same', 'x'],
    ['empty', '3'],
  ])
  expect(compareReadings(before, after)).toEqual({
    changes: [
      { key: 'new', after: '2', state: 'added' },
      { key: 'count', before: '10', after: '7.5', state: 'changed', delta: -2.5 },
      { key: 'state', before: 'on', after: 'off', state: 'changed' },
      { key: 'empty', before: '', after: '3', state: 'changed' },
      { key: 'gone', before: '1', state: 'gone' },
    ],
    same: 1,
  })
})

test.each([
  ['9007199254740993', '9007199254740995', 2],
  ['1e3', '1.5e3', 500],
  ['NaN', '1', undefined],
  ['', '1', undefined],
])('from %s to %s', (before, after, delta) => {
  expect(compareReadings(new Map([['x', before]]), new Map([['x', after]])).changes[0]?.delta).toBe(delta)
})

test('members of a list go by their names: a pod more moves no others', () => {
  const pod = (name: string, bytes: number) => ({ podRef: { name, namespace: 'shop' }, containers: [{ name: 'main', bytes }] })
  const { changes, same } = compareReadings(
    jsonReading({ pods: [pod('web', 5), pod('db', 6)] }),
    jsonReading({ pods: [pod('cart', 1), pod('web', 5), pod('db', 8)] }),
  )
  expect(changes.map(({ key, state, delta }) => [key, state, delta])).toEqual([
    ['pods[shop/cart].podRef.name', 'added', undefined],
    ['pods[shop/cart].podRef.namespace', 'added', undefined],
    ['pods[shop/cart].containers[main].name', 'added', undefined],
    ['pods[shop/cart].containers[main].bytes', 'added', undefined],
    ['pods[shop/db].containers[main].bytes', 'changed', 2],
  ])
  expect(same).toBe(7)
})

test('lists whose members have no names, or the same one, go by place; empty ones and null are values', () => {
  const reading = jsonReading({
    a: ['x', 'y'],
    twice: [
      { name: 'n', v: 1 },
      { name: 'n', v: 2 },
    ],
    none: [],
    object: {},
    nothing: null,
    yes: true,
  })
  expect([...reading]).toEqual([
    ['a[0]', 'x'],
    ['a[1]', 'y'],
    ['twice[0].name', 'n'],
    ['twice[0].v', '1'],
    ['twice[1].name', 'n'],
    ['twice[1].v', '2'],
    ['none', '[]'],
    ['object', '{}'],
    ['nothing', 'null'],
    ['yes', 'true'],
  ])
})

import { growth, steps, stepsOf } from './steps.ts'
import { expect, test } from 'vitest'

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test('loops are counted, and branches in them', () => {
  const loop = (n: number): number => {
    let sum = 0
    for (let i = 0; i < n; i++) if (i % 2 === 0) sum += i
    return sum
  }
  loop(10)
  expect(steps(() => loop(1000))).toBeGreaterThanOrEqual(1500)
  expect(steps(() => loop(1000))).toBeLessThan(1600)
})

test.each<[string, (list: number[]) => unknown]>([
  ['a loop', (list) => list.map((x) => x + 1)],
  ['a set', (list) => new Set(list)],
  ['a spread', (list) => [...list]],
  ['a text', (list) => list.join(',').split(',')],
  ['a pattern', (list) => list.join(',').replace(/\d+,/g, '')],
  [
    'a search that goes on where it stopped',
    (list) => {
      const text = 'a&'.repeat(list.length)
      for (let at = 0; at >= 0; at = text.indexOf('&', at + 1));
    },
  ],
])('%s is linear', (_, work) => {
  expect(growth(500, numbers, work)).toBeCloseTo(2, 0)
})

test.each<[string, (list: number[]) => unknown]>([
  ['a loop in a loop', (list) => list.forEach((a) => list.forEach((b) => a + b))],
  ['a list asked for each element', (list) => list.filter((x) => list.includes(x))],
  ['a list that is copied for each element', (list) => list.reduce<number[]>((all, x) => [...all, x], [])],
  ['elements taken out one by one', (list) => list.forEach(() => list.slice().splice(0, 1))],
  [
    'a text searched from each place',
    (list) => {
      const text = 'a&'.repeat(list.length)
      for (let at = 0; at < text.length; at++) text.indexOf('=', at)
    },
  ],
  [
    'a pattern tried from each place',
    (list) => {
      const text = 'a&'.repeat(list.length)
      for (const at of list) /=/.test(text.slice(at))
    },
  ],
])('%s is quadratic', (_, work) => {
  expect(growth(200, numbers, work)).toBeGreaterThan(3)
})

test('asynchronous work counts too, and built-in functions are as before', async () => {
  const { includes } = Array.prototype
  expect(
    await stepsOf(async () => {
      await Promise.resolve()
      return numbers(1000).includes(-1)
    }),
  ).toBeGreaterThan(2000)
  expect(Array.prototype.includes).toBe(includes)
  expect(() =>
    steps(() => {
      throw new Error('of the work')
    }),
  ).toThrow('of the work')
  expect(Array.prototype.includes).toBe(includes)
})

test('work that does not look at its input is an error', () => {
  expect(() => growth(100, numbers, () => 1)).toThrow('does not look at its input')
})

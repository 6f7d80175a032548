import { growth, steps } from './testing/steps.ts'
import { describe, expect, test } from 'vitest'
import { parseFieldSelector } from './fields.ts'
import { parseLabelSelector, SelectorError } from './labels.ts'

const many = (n: number, one: (i: number) => string, separator = ','): string => Array.from({ length: n }, (_, i) => one(i)).join(separator)

function parsed(parse: (text: string) => unknown): (text: string) => void {
  return (text) => {
    try {
      parse(text)
    } catch (e) {
      if (!(e instanceof SelectorError)) throw e
    }
  }
}

test.each([
  ['keys', (n: number) => many(n, (i) => `k${i}`)],
  ['requirements on one key', (n: number) => many(n, (i) => `a!=v${i}`)],
  ['sets on one key', (n: number) => many(n, () => 'a in (x,y)')],
  ['values of one set', (n: number) => `a in (${many(n, (i) => `v${i}`)})`],
  ['bad values of one set', (n: number) => `a in (${many(n, (i) => `_v${i}`)})`],
  ['blanks', (n: number) => `a,${' '.repeat(n)}b`],
  ['signs', (n: number) => '!'.repeat(n)],
  ['characters of one word', (n: number) => `a=${'x'.repeat(n)}!`],
])('a label selector of twice as many %s takes twice as long', (_, make) => {
  expect(growth(2000, make, parsed(parseLabelSelector))).toBeLessThan(2.4)
})

test.each([
  ['requirements', (n: number) => many(n, (i) => `metadata.name!=v${i}`)],
  ['fields', (n: number) => many(n, (i) => `f${i}=v`)],
  ['escapes', (n: number) => `a=${'\\\\,'.repeat(n)}`],
  ['signs', (n: number) => '!'.repeat(n)],
])('a field selector of twice as many %s takes twice as long', (_, make) => {
  expect(growth(2000, make, parsed(parseFieldSelector))).toBeLessThan(2.4)
})

describe('an object is looked at in as many steps as it has labels or fields', () => {
  const labels = { app: 'x', tier: 'y' }
  test.each([
    ['keys that must be absent', many(2000, (i) => `!k${i}`)],
    ['keys that must be there', many(2000, (i) => `k${i}`)],
    ['values that do not fit', many(2000, (i) => `app!=v${i}`)],
    ['values that fit', `app in (${many(2000, (i) => `v${i}`)},x)`],
    ['limits', many(2000, (i) => `app>${i}`)],
  ])('%s', (_, text) => {
    const selector = parseLabelSelector(text)
    selector.matches(labels)
    expect(steps(() => selector.matches(labels))).toBeLessThan(60)
  })

  test('fields', () => {
    const selector = parseFieldSelector(many(2000, (i) => `metadata.name!=v${i}`))
    selector.matches(() => 'x')
    expect(steps(() => selector.matches(() => 'x'))).toBeLessThan(20)
  })
})

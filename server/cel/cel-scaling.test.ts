import { growth, steps } from '../machinery/testing/steps.ts'
import { describe, expect, test } from 'vitest'
import { compile, CompileError } from './environment.ts'
import { estimateCost } from './estimate.ts'
import { COST_LIMIT_MESSAGE } from './limits.ts'
import { DYN } from './types.ts'
import { CelError, ListValue, MapValue, type CelValue } from './values.ts'

const env = { variables: new Map([['self', DYN]]), structs: new Map() }
const compiled = (text: string): unknown => {
  try {
    const { checked, program } = compile(text, env)
    return [estimateCost(checked, () => undefined), program()]
  } catch (error) {
    if (error instanceof CompileError) return error
    throw error
  }
}

test.each<[string, (n: number) => string]>([
  ['conditions', (n) => Array(n).fill('self').join(' && ')],
  ['sums', (n) => Array(n).fill('1').join(' + ')],
  ['a list', (n) => `[${Array(n).fill('1').join(', ')}]`],
  ['a list with a missing comma', (n) => `[${Array(n).fill('1').join(', ')} 1]`],
  ['a map', (n) => `{${Array.from({ length: n }, (_, i) => `'k${i}': self`).join(', ')}}`],
  ['a text', (n) => `'${'x'.repeat(n)}'`],
  ['escapes', (n) => `'${'\\n'.repeat(n)}'`],
  ['a text without an end', (n) => `'${'x'.repeat(n)}`],
  ['quotes', (n) => "'''".repeat(n)],
  ['spaces', (n) => `${' '.repeat(n)}self`],
  ['lines', (n) => `${'\n'.repeat(n)}self.x y`],
  ['a comment', (n) => `self //${'/'.repeat(n)}`],
  ['digits', (n) => '9'.repeat(n)],
  ['a name', (n) => 'x'.repeat(n)],
  ['names that nobody knows', (n) => Array(n).fill('x').join(' && ')],
  ['signs that stand nowhere', (n) => '# '.repeat(n)],
])('an expression with %s twice as long takes twice the steps', (_, text) => {
  expect(growth(400, text, compiled)).toBeLessThan(2.3)
})

test.each<[string, (n: number) => string]>([
  ['parentheses', (n) => `${'('.repeat(n)}1${')'.repeat(n)}`],
  ['parentheses without an end', (n) => '('.repeat(n)],
  ['lists', (n) => `${'['.repeat(n)}${']'.repeat(n)}`],
  ['negations', (n) => `${'! '.repeat(n)}self`],
  ['conditions', (n) => `${'self ? '.repeat(n)}1${' : 2'.repeat(n)}`],
  ['fields', (n) => `self${'.x'.repeat(n)}`],
  ['calls', (n) => `self${'.trim()'.repeat(n)}`],
  ['folds', (n) => `${'self.all(x, '.repeat(n)}true${')'.repeat(n)}`],
])('%s within each other are refused beyond a depth', (_, text) => {
  expect(compiled(text(100_000))).toBeInstanceOf(CompileError)
})

const numbers = (n: number): CelValue => new ListValue(Array.from({ length: n }, (_, i) => BigInt(i)))
const texts = (n: number): CelValue => new ListValue(Array.from({ length: n }, (_, i) => `text ${i}`))

describe('evaluation', () => {
  test.each<[string, string, (n: number) => CelValue]>([
    ['all', 'self.all(x, x >= 0)', numbers],
    ['map', 'self.map(x, x + 1).size()', numbers],
    ['filter', 'self.filter(x, x > 3).size()', numbers],
    ['a map that is made', 'self.transformMap(i, x, x + i).size()', numbers],
    ['sum', 'self.sum()', numbers],
    ['isSorted', 'self.isSorted()', numbers],
    ['lastIndexOf', 'self.lastIndexOf(-1)', numbers],
    ['in', '-1 in self', numbers],
    ['equality', 'self == self + []', numbers],
    ['sort', 'self.sort() == self', numbers],
    ['join', "self.join(',').size()", texts],
    ['split', "self.split(',').size()", (n) => 'x,'.repeat(n)],
    ['replace', "self.replace('x', 'yy').size()", (n) => 'x,'.repeat(n)],
    ['matches', "self.matches('^(x*,)*$')", (n) => 'x,'.repeat(n)],
    ['a pattern that others are slow with', "self.matches('^(x+)+$')", (n) => `${'x'.repeat(n)}!`],
    ['contains', "self.contains('xxxxxxxxxxxxxxxxxxxy')", (n) => 'x'.repeat(n)],
    ['findAll', "self.findAll('x').size()", (n) => 'x,'.repeat(n)],
    ['quote', 'strings.quote(self).size()', (n) => '\\"x'.repeat(n)],
    ['charAt', 'self.charAt(5)', (n) => 'é'.repeat(n)],
    ['a number in a text', 'quantity(self)', (n) => `${'9'.repeat(n)}x`],
    ['a URL', 'isURL(self)', (n) => `https://example.com/${'a/'.repeat(n)}`],
    ['an address', 'isIP(self)', (n) => '1:'.repeat(n)],
    ['a version', 'isSemver(self)', (n) => `1.0.0-${'a.'.repeat(n)}a`],
  ])('%s of twice as much takes twice the steps', (_, text, make) => {
    const program = compile(text, env).program()
    expect(growth(1000, make, (self) => program.evaluate(new Map([['self', self]]), Infinity))).toBeLessThan(2.4)
  })

  const self = new MapValue([
    ['list', numbers(200)],
    ['text', 'x'.repeat(2000)],
  ])
  test.each([
    ['folds within folds', 'self.list.all(a, self.list.all(b, self.list.all(c, self.list.all(d, a + b + c + d >= 0))))'],
    ['lists of lists', 'self.list.map(a, self.list.map(b, self.list.map(c, a + b + c))).size() > 0'],
    ['searches', 'self.list.all(a, self.list.all(b, self.list.all(c, self.list.indexOf(-1) < 0)))'],
    ['texts that grow', "self.list.all(a, self.list.all(b, (self.text + self.text).replace('x', 'yy') != ''))"],
    ['patterns', "self.list.all(a, self.list.all(b, self.list.all(c, !self.text.matches('^(x+)+y$'))))"],
    ['comparisons', 'self.list.all(a, self.list.all(b, self.list.all(c, self.list == self.list)))'],
  ])('%s stop at their limit, and the limit says how long they take', (_, text) => {
    const program = compile(text, env).program()
    const run = (limit: number): CelValue => program.evaluate(new Map([['self', self]]), limit).value
    expect(run(2000)).toEqual(new CelError(COST_LIMIT_MESSAGE))
    expect(growth(20_000, (limit) => limit, run)).toBeLessThan(2.4)
  })

  const nested = (first: string, next: (a: string) => string, last: (a: string) => string): string =>
    Array.from({ length: 12 }).reduceRight<string>(
      (inner, _, i) => `[${i === 0 ? first : next(`a${i - 1}`)}].exists(a${i}, ${inner})`,
      last('a11'),
    )
  test.each([
    ['a text that doubles', `${'[0, 0].map(x, '.repeat(3)}self.text + self.text${')'.repeat(3)}.size() > 0`],
    [
      'lists that share their parts',
      nested(
        '[0, 0]',
        (a) => `[${a}, ${a}]`,
        (a) => `[${a}, ${a}] == [${a}, ${a}]`,
      ),
    ],
    [
      'texts that double',
      nested(
        'self.text',
        (a) => `${a} + ${a}`,
        (a) => `${a}.replace('', ${a}).size() > 0`,
      ),
    ],
    ['a list without equals', 'self.list.map(a, string(a)).distinct().size() > 0'],
  ])('%s end after a number of steps', (_, text) => {
    const result = compiled(text)
    if (result instanceof CompileError) throw result
    const program = compile(text, env).program()
    expect(steps(() => program.evaluate(new Map([['self', self]]), 1_000_000))).toBeLessThan(60_000_000)
  })
})

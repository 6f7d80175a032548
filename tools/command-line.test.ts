import { expect, test } from 'vitest'
import { helpText, parse, UsageError } from './command-line.ts'

const options = {
  only: { type: 'string', default: '', help: 'Some of them.' },
  url: { type: 'string', help: 'Another server.' },
  runs: { type: 'number', default: 3, help: 'How often.' },
  quick: { type: 'boolean', help: 'In short.' },
} as const

test('defaults, and what is given in both forms', () => {
  expect(parse(options, []).values).toEqual({ only: '', url: undefined, runs: 3, quick: false })
  expect(parse(options, ['--runs=5', '--only', 'x', '--quick']).values).toEqual({ only: 'x', url: undefined, runs: 5, quick: true })
})

test.each([
  [['--nothing'], "Unknown option '--nothing'"],
  [['--runs', 'many'], '--runs takes a number, and "many" is none'],
  [['--runs='], '--runs takes a number, and "" is none'],
  [['--url'], "Option '--url <value>' argument missing"],
  [['--quick=1'], "Option '--quick' does not take an argument"],
  [['file'], "Unexpected argument 'file'"],
])('%s is not understood', (args, why) => {
  expect(() => parse(options, args)).toThrow(new UsageError(why))
})

test('files where they are allowed', () => {
  expect(parse(options, ['a', '--runs', '1', 'b'], true)).toMatchObject({ positionals: ['a', 'b'], values: { runs: 1 } })
})

test('help', () => {
  expect(helpText('What it does.', options)).toBe(`What it does.

  --only TEXT  Some of them.
  --url TEXT   Another server.
  --runs N     How often. (3)
  --quick      In short.
`)
})

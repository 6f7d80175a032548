import { expect, test } from 'vitest'
import { failedSpecs, secondTries } from './playwright-report.ts'

test('tests that passed at their second try and those that failed are named with their file and group, and no others', () => {
  const spec = (title: string, ...status: ('expected' | 'unexpected' | 'flaky' | 'skipped')[]) => ({
    title,
    tests: status.map((s) => ({ status: s })),
  })
  const report = {
    stats: { expected: 1, unexpected: 1, flaky: 2, skipped: 1 },
    suites: [
      { title: 'a.spec.ts', specs: [spec('one', 'expected'), spec('two', 'flaky')] },
      {
        title: 'b.spec.ts',
        suites: [{ title: 'group', specs: [spec('bad', 'unexpected'), spec('three', 'expected', 'flaky'), spec('not here', 'skipped')] }],
      },
    ],
  }
  expect(secondTries(report)).toEqual(['a.spec.ts › two', 'b.spec.ts › group › three'])
  expect(failedSpecs(report)).toEqual(['b.spec.ts › group › bad'])
})

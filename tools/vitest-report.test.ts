import { expect, test } from 'vitest'
import { failedTests } from './vitest-report.ts'

test('names what failed, with its file and why, and files that could not be loaded', () => {
  const counts = { numPassedTests: 1, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, success: false }
  const good = { status: 'passed', fullName: 'good' }
  const bad = { status: 'failed', fullName: 'group bad', failureMessages: ['Error: 1 is not 2\n    at here', 'another'] }
  const testResults = [
    { name: '/p/a.test.ts', status: 'passed', message: '', assertionResults: [good] },
    { name: '/p/b/c.test.ts', status: 'failed', message: '', assertionResults: [good, bad] },
    { name: '/p/d.test.ts', status: 'failed', message: 'no such module\nat there', assertionResults: [] },
  ]
  expect(failedTests({ ...counts, testResults }, '/p')).toEqual(['b/c.test.ts › group bad: Error: 1 is not 2', 'd.test.ts: no such module'])
})

import { relative } from 'node:path'

/** The part of vitest's JSON report that `npm test` reads. */
export interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  success: boolean
  /** One per file; `message` says why it could not be loaded. */
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { status: string; fullName: string; failureMessages?: string[] | null }[]
  }[]
}

/** The tests that failed, and the files that could not be loaded, as `file › test: first line of why`; paths from `root` on. */
export const failedTests = (report: VitestReport, root: string): string[] =>
  report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name)
    const failed = assertionResults.filter((a) => a.status === 'failed')
    if (failed.length === 0) return status === 'failed' ? [`${file}: ${firstLine(message)}`] : []
    return failed.map((a) => `${file} › ${a.fullName}: ${firstLine(a.failureMessages?.[0] ?? '')}`)
  })

const firstLine = (text: string): string => text.split('\n', 1)[0]!

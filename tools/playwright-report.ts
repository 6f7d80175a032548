/** The part of Playwright's JSON report that `npm test` reads. */
export interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number }
  suites: Suite[]
}

/** One per file; what `describe` makes is nested in it. */
interface Suite {
  title: string
  suites?: Suite[]
  specs?: { title: string; tests: { status: 'expected' | 'unexpected' | 'flaky' | 'skipped' }[] }[]
}

/** The tests that failed and then passed, as `file › describe › title`. */
export const secondTries = (report: PlaywrightReport): string[] => report.suites.flatMap((suite) => titled(suite, 'flaky', ''))

/** The tests that failed at every try, in the same form. */
export const failedSpecs = (report: PlaywrightReport): string[] => report.suites.flatMap((suite) => titled(suite, 'unexpected', ''))

function titled(suite: Suite, status: 'flaky' | 'unexpected', above: string): string[] {
  const here = `${above}${suite.title} › `
  const own = (suite.specs ?? []).filter((spec) => spec.tests.some((t) => t.status === status)).map((spec) => here + spec.title)
  return [...own, ...(suite.suites ?? []).flatMap((inner) => titled(inner, status, here))]
}

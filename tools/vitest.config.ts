import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Unit and contract suites: `x.test.ts` beside `x.ts`, and what plays the reference's recorded answers. Whole-system tests have their own configuration in e2e/. */
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['{server,renderer,electron,tools,e2e/reference}/**/*.test.{ts,tsx}'],
    // Two cores are common on machines that run this.
    maxWorkers: '100%',
    setupFiles: [join(import.meta.dirname, 'properties.setup.ts')],
    // A test that asserts nothing, or only in a callback that never ran, fails.
    expect: { requireAssertions: true },
    // For what hangs: how busy the machine is decides no test, and counting steps takes ten seconds of a quiet one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})

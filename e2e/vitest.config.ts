import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The whole system from outside: the built server as a process, spoken to with kubectl and over HTTPS. One file at a time. */
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['e2e/server/**/*.test.ts'],
    fileParallelism: false,
    // A second try on a machine that others use; the report names what needed it.
    retry: process.env.CI === undefined ? 0 : 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})

import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** The whole system from outside: the built server as a process, spoken to with kubectl and over HTTPS. One file at a time. */
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['e2e/server/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})

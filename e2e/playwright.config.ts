import { defineConfig } from '@playwright/test'

/** The inspector in Chromium. BINNACLE_CHROMIUM names the browser; `npm test` finds or installs Debian's. */
export default defineConfig({
  testDir: './desktop',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results/desktop',
  workers: 1,
  timeout: 120_000,
  // Far above what it takes: a slow machine decides nothing.
  expect: { timeout: 20_000 },
  forbidOnly: process.env.CI !== undefined,
  // A second try on a machine that others use; the report of `npm test` names what needed it.
  retries: process.env.CI === undefined ? 0 : 1,
  reporter: [['list'], ['json', { outputFile: '../test-results/desktop.json' }]],
  use: {
    launchOptions: {
      executablePath: process.env.BINNACLE_CHROMIUM,
      // Chromium's sandbox does not start as root, which is what containers in CI run as.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
    // A trace costs as much again as the test.
    trace: process.env.BINNACLE_TRACE === '1' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
})

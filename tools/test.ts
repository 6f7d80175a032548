import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { chromium, etcd, kubectl, type Program } from './programs.ts'
import { nodeBin, root, say } from './setup.mjs'
import { failedSpecs, type PlaywrightReport, secondTries } from './playwright-report.ts'
import { rooms, typecheck } from './typecheck.ts'
import { failedTests, type VitestReport } from './vitest-report.ts'

/** Counts of one part. A check that is not a test suite counts as one test. */
interface Outcome {
  passed: number
  failed: number
  skipped: number
  notes: string[]
  /** What failed, by name: whoever has only the end of the output learns it there. */
  failures?: string[]
}

const results = join(root, 'test-results')

const one = (good: boolean, note?: string): Outcome => ({
  passed: good ? 1 : 0,
  failed: good ? 0 : 1,
  skipped: 0,
  notes: note === undefined || good ? [] : [note],
})

/** In the order of CI: what is cheap and tells most comes first. All of them run, whatever fails. */
const parts: Record<string, () => Outcome> = {
  ...Object.fromEntries(rooms().map((room) => [`types of ${room}`, () => one(typecheck(room))])),
  ...Object.fromEntries(['eslint', 'canary', 'format', 'lockfile'].map((name) => [name, () => one(node('tools/lint.ts', name))])),
  knip: () => one(node('node_modules/knip/bin/knip.js')),
  unit: () => vitest('unit', 'tools/vitest.config.ts'),
  'unit, another day': () => vitest('another-day', 'tools/another-day.config.ts'),
  build: () => one(node('tools/build.ts')),
  notices: () => one(node('tools/notices.ts')),
  'e2e server': () => vitest('e2e-server', 'e2e/vitest.config.ts'),
  'e2e desktop': desktop,
}

const programs: Record<string, Program> = {}

function node(script: string, ...args: string[]): boolean {
  return spawnSync(nodeBin, [join(root, script), ...args], { cwd: root, stdio: 'inherit', env: environment() }).status === 0
}

/** Where the whole-system tests find what they start: BINNACLE_CHROMIUM, BINNACLE_ETCD, BINNACLE_KUBECTL, and $PATH. */
function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: [dirname(nodeBin), process.env.PATH].join(delimiter) }
  for (const [name, { path }] of Object.entries(programs)) if (path !== undefined) env[`BINNACLE_${name.toUpperCase()}`] = path
  const kube = programs.kubectl?.path
  if (kube !== undefined) env.PATH = [dirname(kube), env.PATH].join(delimiter)
  return env
}

function vitest(name: string, config: string): Outcome {
  const file = join(results, `${name}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const good = node('node_modules/vitest/vitest.mjs', 'run', '--config', config, ...reporters)
  const report = read<VitestReport>(file)
  if (report === undefined) return one(false, 'it ended without a report')
  const { numPassedTests: passed, numPendingTests, numTodoTests } = report
  // A file that cannot be loaded has no failed test, and fails all the same.
  const failed = Math.max(report.numFailedTests, good && report.success ? 0 : 1)
  return {
    passed,
    failed,
    skipped: numPendingTests + numTodoTests,
    notes: passed + failed === 0 ? ['it ran no test'] : [],
    failures: failedTests(report, root),
  }
}

function desktop(): Outcome {
  const browser = programs.chromium
  if (browser?.path === undefined) return { passed: 0, failed: 0, skipped: 1, notes: [browser?.why ?? 'no browser'] }
  const good = node('node_modules/@playwright/test/cli.js', 'test', '--config', 'e2e/playwright.config.ts')
  const report = read<PlaywrightReport>(join(results, 'desktop.json'))
  if (report === undefined) return one(false, 'it ended without a report')
  const { stats } = report
  const failed = Math.max(stats.unexpected, good ? 0 : 1)
  return {
    passed: stats.expected + stats.flaky,
    failed,
    skipped: stats.skipped,
    notes: secondTries(report).map((title) => `passed only when tried again: ${title}`),
    failures: failedSpecs(report),
  }
}

function read<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

function main(wanted: string[]): number {
  const unknown = wanted.find((w) => !Object.keys(parts).some((name) => name.startsWith(w)))
  if (unknown !== undefined) {
    say(`There is no part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}.`)
    return 2
  }
  const chosen = Object.entries(parts).filter(([name]) => wanted.length === 0 || wanted.some((w) => name.startsWith(w)))
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  if (chosen.some(([name]) => name.startsWith('e2e') || name === 'unit'))
    Object.assign(programs, { chromium: chromium(), etcd: etcd(), kubectl: kubectl() })
  const absent = Object.values(programs).flatMap((p) => (p.path === undefined ? [p.why] : []))

  const total = { passed: 0, failed: 0, skipped: 0 }
  const rows: string[] = []
  const named: string[] = []
  for (const [name, run] of chosen) {
    console.log(`\n── ${name}`)
    const began = performance.now()
    const { passed, failed, skipped, notes, failures = [] } = run()
    total.passed += passed
    total.failed += failed
    total.skipped += skipped
    named.push(...failures.map((failure) => `✗ ${name}: ${failure}`))
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const counts = `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`
    rows.push([failed > 0 ? '✗' : '✓', name.padEnd(26), `${seconds} s`.padStart(8), ' ', [counts, ...notes].join('; ')].join(' '))
  }
  console.log(`\n${rows.join('\n')}\n`)
  if (named.length > 0) console.log(`${named.join('\n')}\n`)
  for (const why of absent) console.log(`Not everything could run: ${why}.`)
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  return total.failed === 0 && total.passed > 0 ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))

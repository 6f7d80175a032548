import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine } from './command-line.ts'
import { nodeBin, root, say } from './setup.mjs'

/**
 * `npm run properties [-- --runs N --size small|medium|large --seed N] [FILE...]`: every test file that holds a property, with cases that no
 * run has had before. What it finds is told with the seed that finds it again; it belongs into the tests by value.
 */
const { values, positionals } = commandLine(
  'Every test file that holds a property, or those named, with cases that no run has had before.',
  {
    runs: { type: 'number', default: 1000, help: 'Cases, where a test does not say how many.' },
    size: { type: 'string', default: 'medium', help: 'small, medium or large.' },
    seed: { type: 'number', default: Math.trunc(Math.random() * 2 ** 31), help: 'Finds again what a run found.' },
  },
  true,
)
const files = globSync('{server,renderer,electron,tools}/**/*.test.{ts,tsx}', { cwd: root })
  .filter((file) => readFileSync(join(root, file), 'utf8').includes("from 'fast-check'"))
  .filter((file) => positionals.length === 0 || positionals.some((p) => file.includes(p)))
say(`${files.length} files, seed ${values.seed}, ${values.runs} cases of ${values.size} size where a test does not say how many`)
const args = ['run', '--config', 'tools/vitest.config.ts', '--testTimeout=600000', ...files]
const env = { ...process.env, PROPERTY_SEED: String(values.seed), PROPERTY_RUNS: String(values.runs), PROPERTY_SIZE: values.size }
process.exitCode =
  spawnSync(nodeBin, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], { cwd: root, stdio: 'inherit', env }).status ?? 1

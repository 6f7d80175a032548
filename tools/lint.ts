import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ESLint } from 'eslint'
import { circlesIn, importsOf, roomsOf } from './circles.ts'
import { directions } from './directions.mjs'
import { root, say } from './setup.mjs'

/** Each part of `npm run lint`: the faults it found, printed already or as sentences. */
const parts: Record<string, () => Promise<string[]>> = { eslint, canary, circles, format, lockfile }

async function eslint(): Promise<string[]> {
  const linter = new ESLint({ cwd: root, cache: true, cacheLocation: join(root, 'node_modules/.cache/eslint/'), cacheStrategy: 'content' })
  const results = await linter.lintFiles(['.'])
  const text = await (await linter.loadFormatter('stylish')).format(results)
  if (text !== '') process.stdout.write(`${text}\n`)
  const count = results.reduce((n, r) => n + r.errorCount + r.warningCount, 0)
  return count === 0 ? [] : [`ESLint found ${count} faults`]
}

/** A rule that no longer sees its fault is worse than none: every direction must fail on its own bad file, and only on that. */
async function canary(): Promise<string[]> {
  const dir = 'tools/lint-canary'
  const configs = ((await import(join(root, 'eslint.config.js'))) as { default: import('eslint').Linter.Config[] }).default
  const linter = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    // The project's own configuration without the entry that keeps the canary out of it.
    baseConfig: configs.map((c) => (c.ignores !== undefined && Object.keys(c).length === 1 ? { ignores: ['dist/**'] } : c)),
  })
  const results = await linter.lintFiles([`${dir}/**/*.ts`])
  const faults: string[] = []
  const seen = new Set<string>()
  for (const { filePath, messages } of results) {
    const name = basename(filePath, '.ts')
    const found = messages.filter((m) => m.ruleId === 'boundaries/dependencies').map((m) => m.message)
    if (directions.some((d) => d.name === name)) {
      seen.add(name)
      if (!found.some((m) => m.includes(`(${name})`))) faults.push(`the rule ${name} does not see its fault: ${JSON.stringify(found)}`)
    } else if (found.length > 0) faults.push(`${filePath} is right and was refused: ${found.join('; ')}`)
  }
  for (const { name } of directions) if (!seen.has(name)) faults.push(`the rule ${name} has no file in ${dir}`)
  return faults
}

async function circles(): Promise<string[]> {
  const imports = importsOf(root)
  return [...circlesIn(imports), ...circlesIn(roomsOf(imports))].map((way) => `imports go in a circle: ${way.join(' → ')}`)
}

async function format(): Promise<string[]> {
  const args = [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--max-diagnostics=30', '.']
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  return status === 0 ? [] : ['the formatting differs: npm run format mends it']
}

interface Locked {
  version?: string
  integrity?: string
  resolved?: string
  optionalDependencies?: Record<string, string>
}

/** npm leaves out of the lock file what is not published for other platforms, and then refuses that lock file in `npm ci`. */
async function lockfile(): Promise<string[]> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }
  const faults: string[] = []
  for (const [path, entry] of Object.entries(packages)) {
    if (path !== '' && (entry.version === undefined || entry.integrity === undefined))
      faults.push(`package-lock.json: ${path} has no version or integrity`)
    if (entry.resolved !== undefined) faults.push(`package-lock.json: ${path} names a registry`)
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!lookUp(packages, path, name)) faults.push(`package-lock.json: ${name}, optional for ${path}, is missing`)
    }
  }
  return faults
}

function lookUp(packages: Record<string, Locked>, from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('node_modules/') - 1, 0))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true
    if (at === '') return false
  }
}

const wanted = process.argv.slice(2)
const unknown = wanted.find((w) => !Object.hasOwn(parts, w))
if (unknown !== undefined) {
  say(`There is no lint part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}
for (const [name, run] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const faults = await run()
  for (const fault of faults) say(`${name}: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
  else say(`${name}: ok`)
}

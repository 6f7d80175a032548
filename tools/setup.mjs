// Installs what package-lock.json names, when it is not installed yet. Plain JavaScript without dependencies: it runs on the system's
// Node (20 or later) before node_modules exists.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.cache', 'setup-stamp')
const windows = process.platform === 'win32'

/** The project's own Node 24. The `node` package keeps its program in its own folder; .bin has a link to it. */
export const nodeBin = join(modules, 'node', 'bin', windows ? 'node.exe' : 'node')

/** @param {string} message */
export function say(message) {
  process.stderr.write(`${message}\n`)
}

/** Brings node_modules in step with package-lock.json. Ends the process with one sentence when that is not possible. */
export function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Binnacle's commands need Node 20 or later; this is ${process.version}.`)
  }
  const lock = readFileSync(join(root, 'package-lock.json'))
  const wanted = `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}`
  if (existsSync(nodeBin) && read(stamp) === wanted) return
  if (!matchesLock(JSON.parse(lock.toString()))) {
    say('Installing dependencies …')
    // Scripts of packages stay off; the two that are needed run below, by name.
    npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  finish()
  // `npm run server` says `exec`, so that signals reach the program instead of a shell; cmd has no such word.
  if (windows) writeFileSync(join(modules, '.bin', 'exec.cmd'), '@%*\r\n')
  mkdirSync(join(modules, '.cache'), { recursive: true })
  writeFileSync(stamp, wanted)
}

/** What packages do after they were unpacked, also when somebody else unpacked them without scripts. */
function finish() {
  if (!existsSync(nodeBin)) {
    script('node', 'installArchSpecificPackage.js')
    script('esbuild', 'install.js')
  }
  // npm links programs before their scripts have made them, and leaves out what is not there.
  const link = join(modules, '.bin', 'node')
  if (!windows && !existsSync(link)) symlinkSync('../node/bin/node', link)
  if (!existsSync(nodeBin)) fail(`Node 24 for ${process.platform} ${process.arch} could not be installed.`)
}

/** @param {string[]} args */
function npm(args) {
  // npm names its own program to the scripts that it runs; otherwise it is the one in PATH. Its output goes to stderr.
  const own = process.env.npm_execpath
  const [command, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []]
  const { status, error } = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows && command === 'npm',
  })
  if (error !== undefined) fail(`npm could not be started: ${error.message}`)
  if (status !== 0) fail('The dependencies could not be installed; the lines above say why.')
}

/**
 * @param {string} name
 * @param {string} file
 */
function script(name, file) {
  const cwd = join(modules, name)
  const { status } = spawnSync(process.execPath, ['--no-deprecation', file], { cwd, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(`The set-up of the package "${name}" failed; the lines above say why.`)
}

/**
 * Whether somebody's own `npm ci` or `npm install` has already put everything in place.
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} lock
 */
function matchesLock(lock) {
  const text = read(join(modules, '.package-lock.json'))
  if (text === undefined) return false
  /** @type {typeof lock} */
  const installed = JSON.parse(text)
  return Object.entries(lock.packages).every(
    ([path, p]) => path === '' || p.optional === true || p.devOptional === true || installed.packages[path]?.version === p.version,
  )
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  rmSync(stamp, { force: true })
  say(sentence)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstalled()

// Which parts of dist/ are older than their sources. Only names, sizes and times are looked at: a second start must not wait.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup.mjs'

/**
 * @typedef {object} Target
 * @property {string[]} inputs files and folders, from the root
 * @property {string} output the file that exists when the target was built
 */

const common = ['package-lock.json', 'tools/build.ts', 'tools/stamps.mjs', 'tools/tsconfig.base.json']

/** @type {{ server: Target, renderer: Target, electron: Target }} */
export const targets = {
  server: { inputs: [...common, 'tools/descriptions.ts', 'server'], output: 'dist/server/main.mjs' },
  renderer: { inputs: [...common, 'tools/notices.ts', 'renderer', 'electron/ipc'], output: 'dist/renderer/index.html' },
  electron: { inputs: [...common, 'electron', 'package.json'], output: 'dist/electron/main.cjs' },
}

/** @typedef {keyof typeof targets} TargetName */

/** @param {TargetName} name */
export function isStale(name) {
  if (!existsSync(join(root, targets[name].output))) return true
  try {
    return readFileSync(stampFile(name), 'utf8') !== fingerprint(name)
  } catch {
    return true
  }
}

/**
 * Call with the fingerprint taken before the build: what changed meanwhile is built again next time.
 * @param {TargetName} name
 * @param {string} value
 */
export function markBuilt(name, value) {
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stampFile(name), value)
}

/** @param {TargetName} name */
export function markStale(name) {
  rmSync(stampFile(name), { force: true })
}

/** @param {TargetName} name */
export function fingerprint(name) {
  const hash = createHash('sha256')
  for (const input of targets[name].inputs) add(hash, join(root, input))
  return hash.digest('hex')
}

/** @param {TargetName} name */
function stampFile(name) {
  return join(root, 'dist', `.${name}-stamp`)
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} path
 */
function add(hash, path) {
  const s = statSync(path, { throwIfNoEntry: false })
  if (s === undefined) return
  if (!s.isDirectory()) return void hash.update(`${path} ${s.size} ${s.mtimeMs}\n`)
  for (const name of readdirSync(path).sort()) {
    if (!/\.test\.tsx?$/.test(name)) add(hash, join(path, name))
  }
}

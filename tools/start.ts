import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hostEnv, hostNodeFlags } from './host-flags.mjs'
import { nodeBin, root, say } from './setup.mjs'

/** A download that failed is not tried again before this has passed. */
const RETRY_MS = 24 * 60 * 60 * 1000
const DOWNLOAD_MS = 10 * 60 * 1000
const electronDir = join(root, 'node_modules', 'electron')
const failedMark = join(root, 'node_modules', '.cache', 'electron-download-failed')

const all = process.argv.slice(2)
const own = new Set(['--no-open', '--browser', '--electron'])
const flags = all.filter((f) => !own.has(f))

const electron = all.includes('--browser') ? 'asked for with --browser' : findElectron(all.includes('--electron'))
if (typeof electron === 'string') {
  say(`Binnacle opens in the system browser (${electron}).`)
  const open = all.includes('--no-open') ? [] : ['--open']
  Object.assign(process.env, hostEnv)
  become(nodeBin, [...hostNodeFlags, join(root, 'dist/server/main.mjs'), '--gateway-port', '0', ...open, ...flags])
} else {
  say('Binnacle opens in Electron.')
  become(electron.path, [root, '--', ...flags])
}

/** The path of Electron's program, or why there is none. Downloads it at first launch. */
function findElectron(insist: boolean): { path: string } | string {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display for Electron'
  const found = electronBinary()
  if (found !== undefined) return { path: found }
  const failedAt = existsSync(failedMark) ? statSync(failedMark).mtimeMs : 0
  if (!insist && Date.now() - failedAt < RETRY_MS) return 'Electron could not be downloaded; --electron tries again'
  say('Downloading Electron …')
  const { status, stderr } = spawnSync(nodeBin, ['install.js'], {
    cwd: electronDir,
    stdio: ['ignore', 2, 'pipe'],
    timeout: DOWNLOAD_MS,
    encoding: 'utf8',
  })
  const path = electronBinary()
  if (status === 0 && path !== undefined) return { path }
  mkdirSync(dirname(failedMark), { recursive: true })
  writeFileSync(failedMark, '')
  const why = stderr.split('\n').find((l) => /Error|error/.test(l)) ?? 'the download failed'
  return `Electron could not be downloaded: ${why.trim()}`
}

function electronBinary(): string | undefined {
  try {
    const path = join(electronDir, 'dist', readFileSync(join(electronDir, 'path.txt'), 'utf8'))
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

function become(file: string, args: string[]): void {
  if (typeof process.execve === 'function' && process.platform !== 'win32')
    process.execve(file, [file, ...args], process.env as Record<string, string>)
  const child = spawn(file, args, { stdio: 'inherit' })
  // The terminal has told the child as well; this process waits for it to end.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code) => process.exit(code ?? 1))
}

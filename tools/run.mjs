// `node tools/run.mjs <command> [flags]`: installs what is missing, builds what is stale, and becomes the command. Nothing is written to
// standard output here, because the control plane's own is part of its interface.
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { hostEnv, nodeFlagsFor } from './host-flags.mjs'
import { ensureInstalled, nodeBin, root, say } from './setup.mjs'
import { isStale } from './stamps.mjs'

/** @type {Record<string, { builds: import('./stamps.mjs').TargetName[], program: string[] }>} */
const commands = {
  start: { builds: ['server', 'renderer', 'electron'], program: ['tools/start.ts'] },
  server: { builds: ['server'], program: ['dist/server/main.mjs'] },
  conformance: { builds: ['server'], program: ['tools/conformance/main.ts'] },
  decisions: { builds: ['server'], program: ['tools/decisions/main.ts'] },
  h2spec: { builds: ['server'], program: ['tools/h2spec/main.ts'] },
  interop: { builds: ['server'], program: ['tools/interop/main.ts'] },
  screenshots: { builds: ['server', 'renderer'], program: ['tools/screenshots.ts'] },
  bench: { builds: ['server'], program: ['tools/bench/main.ts'] },
  'bench:loops': { builds: ['server'], program: ['tools/bench/loops.ts'] },
  'bench:profile': { builds: [], program: ['tools/bench/profile.ts'] },
  'bench:contention': { builds: ['server'], program: ['tools/bench/contention.ts'] },
  'bench:rights': { builds: ['server'], program: ['tools/bench/rights.ts'] },
  'perf:inspector': { builds: ['server', 'renderer'], program: ['tools/inspector-perf.ts'] },
  abuse: { builds: ['server'], program: ['tools/abuse/main.ts'] },
  fuzz: { builds: ['server'], program: ['tools/fuzz/main.ts'] },
  properties: { builds: [], program: ['tools/properties.ts'] },
  envtest: { builds: ['server'], program: ['tools/envtest.ts'] },
  soak: { builds: ['server'], program: ['tools/soak/main.ts'] },
  build: { builds: [], program: ['tools/build.ts'] },
  typecheck: { builds: [], program: ['tools/typecheck.ts'] },
  lint: { builds: [], program: ['tools/lint.ts'] },
  test: { builds: [], program: ['tools/test.ts'] },
}

const [name = '', ...flags] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (command === undefined) {
  say(`Usage: node tools/run.mjs ${Object.keys(commands).join('|')} [flags]`)
  process.exit(2)
}

ensureInstalled()
const stale = command.builds.filter((target) => isStale(target))
if (stale.length > 0) {
  const { status } = spawnSync(nodeBin, [join(root, 'tools/build.ts'), ...stale], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}
const host = name === 'server'
if (host) Object.assign(process.env, hostEnv)
become(nodeBin, [...(host ? nodeFlagsFor(flags) : []), ...command.program.map((p) => join(root, p)), ...flags])

/**
 * Replaces this process where Node can (22.15 and later, not on Windows); elsewhere runs the program and passes on signals and exit code.
 * @param {string} file
 * @param {string[]} args
 */
function become(file, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(file, [file, ...args], /** @type {Record<string, string>} */ (process.env))
  }
  const child = spawn(file, args, { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP', 'SIGINT'])) {
    // A terminal sends SIGINT to the whole group: the child has had it already.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)))
  }
  child.on('error', (e) => {
    say(`${file} could not be started: ${e.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
}

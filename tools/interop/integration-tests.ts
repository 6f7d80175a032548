import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'
import { hostEnv, hostNodeFlags } from '../host-flags.mjs'
import { endWithThis, freePort, run } from '../bench/contestants.ts'
import { which } from '../programs.ts'
import { nodeBin, root, say } from '../setup.mjs'
import { edited, type Edit } from './integration/edit.ts'
import { EDITS } from './integration/edits.ts'
import { EXTENSIONS_EDITS } from './integration/extensions-edits.ts'

/**
 * `npm run interop -- --integration=FOLDER,… [--only=PATTERN]`: Kubernetes' own integration tests (folders of test/integration, such as
 * `apiserver/apply,auth,quota`; `apiextensions` are those of apiextensions-apiserver) against this server with an etcd. They start an API server in their own process: in a copy of the module that is
 * replaced by a start of the drop-in (integration/server.go). Tests that change the configuration of a server in memory are skipped; those of gates,
 * emulated versions and stored bytes that this server does not have fail. With `--ours` our loops stand in for the controllers that the tests start
 * (integration/controllers.ts) and our scheduler for theirs (integration/scheduler-edits.ts).
 */
const VERSION = '1.37.2'
const MODULE = 'k8s.io/kubernetes'
const EXTENSIONS = 'k8s.io/apiextensions-apiserver'
const LIMIT_MS = 20 * 60_000
const OWN_FILES = {
  'server.go': 'cmd/kube-apiserver/app/testing/program.go',
  'outside.go': 'pkg/controller/outside/outside.go',
  'scheduler.go': 'pkg/scheduler/program.go',
}

function go(dir: string, ...args: string[]): string {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' }
  const { status, stdout, stderr } = spawnSync('go', args, { cwd: dir, env, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`go ${args.slice(0, 2).join(' ')}: ${stderr.slice(-2000)}`)
  return stdout
}

interface Copies {
  readonly copy: string
  readonly extensions: string
}

/** Copies of the modules whose tests start programs, and a module beside them that builds them. */
function prepare(folder: string): Copies {
  const [copy, extensions, builder] = [join(folder, 'kubernetes'), join(folder, 'apiextensions'), join(folder, 'mod')]
  mkdirSync(builder, { recursive: true })
  const isNew = [
    copyModule(`${MODULE}@v${VERSION}`, copy, EDITS),
    copyModule(`${EXTENSIONS}@v0${VERSION.slice(1)}`, extensions, EXTENSIONS_EDITS),
  ]
  if (isNew.includes(true)) {
    const parts = [...readFileSync(join(copy, 'go.mod'), 'utf8').matchAll(/^\t(k8s\.io\/\S+) v0\.0\.0$/gm)].map(([, name]) => name!)
    const replaced = parts.map((name) => `replace ${name} => ${name === EXTENSIONS ? extensions : `${name} v0${VERSION.slice(1)}`}\n`)
    const required = `require (\n\t${MODULE} v${VERSION}\n\t${EXTENSIONS} v0.0.0\n)\n`
    writeFileSync(
      join(builder, 'go.mod'),
      `module binnacle/integration\n\ngo 1.26\n\n${required}\nreplace ${MODULE} => ${copy}\n${replaced.join('')}`,
    )
  }
  for (const [source, file] of Object.entries(OWN_FILES)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(join(root, 'tools/interop/integration', source), join(copy, file))
  }
  return { copy, extensions }
}

/** Whether it was not there before. */
function copyModule(module: string, copy: string, all: Readonly<Record<string, readonly Edit[]>>): boolean {
  const { Dir } = JSON.parse(go(tmpdir(), 'mod', 'download', '-json', module)) as { Dir: string }
  const isNew = !existsSync(copy)
  if (isNew) {
    cpSync(Dir, copy, { recursive: true })
    spawnSync('chmod', ['-R', 'u+w', copy])
  }
  for (const [file, edits] of Object.entries(all)) writeFileSync(join(copy, file), edited(readFileSync(join(Dir, file), 'utf8'), edits))
  return isNew
}

/** A program that runs one of Node with these words before its own. What was compiled is kept: tests wait seconds for what hundreds of starts do. */
function programOf(path: string, ...words: string[]): string {
  const exported = Object.entries({ ...hostEnv, NODE_COMPILE_CACHE: join(dirname(path), 'compiled') }).map(
    ([name, value]) => `export ${name}='${value}'\n`,
  )
  const command = [nodeBin, ...words].map((word) => `'${word}'`).join(' ')
  writeFileSync(path, `#!/bin/sh\n${exported.join('')}exec ${command} "$@"\n`)
  chmodSync(path, 0o755)
  return path
}

/** The stand-in of that name as one file. */
async function bundled(dir: string, name: string): Promise<string> {
  const outfile = join(dir, `${name}.mjs`)
  const entryPoints = [join(root, `tools/interop/integration/${name}.ts`)]
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'warning',
    banner: { js: COMMON_JS },
  })
  return programOf(join(dir, name), outfile)
}

// Some packages are CommonJS and ask for it.
const COMMON_JS = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

/**
 * @param folders of test/integration
 * @param ours whether our loops and scheduler stand in for those that the tests start. Resolves to how many tests failed.
 */
export async function playIntegration(
  folders: readonly string[],
  only: string | undefined,
  assets: string,
  ours: boolean,
): Promise<number> {
  if (which('go') === undefined) {
    say('Integration tests need Go, which is not in $PATH.')
    return 1
  }
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'binnacle', 'integration')
  const { copy, extensions } = prepare(folder)
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-integration-'))
  const program = programOf(join(dir, 'kube-apiserver'), ...hostNodeFlags, join(root, 'dist/server/main.mjs'), 'kube-apiserver')
  const loops = ours ? { BINNACLE_LOOPS: await bundled(dir, 'loops'), BINNACLE_SCHEDULER: await bundled(dir, 'scheduler') } : {}
  const url = `http://127.0.0.1:${await freePort()}`
  const store = ['--listen-client-urls', url, '--advertise-client-urls', url, '--listen-peer-urls', 'http://127.0.0.1:0']
  const etcd = run(dir, 'etcd', join(assets, 'etcd'), ['--data-dir', join(dir, 'etcd'), ...store, '--log-level=error']).child
  endWithThis(etcd)
  // Some start an etcd of their own.
  const paths = { PATH: `${assets}:${process.env.PATH}`, BINNACLE_APISERVER: program, BINNACLE_LOGS: dir }
  const env = { ...process.env, ...paths, ...loops, KUBE_INTEGRATION_ETCD_URL: url }
  let failures = 0
  for (const name of folders) {
    // Nobody mends or debugs them: no vet of every package, and nothing in them for a debugger.
    const [, below] = /^apiextensions(\/.*|$)/.exec(name) ?? []
    const [module, path] = below === undefined ? [MODULE, `test/integration/${name}`] : [EXTENSIONS, `test/integration${below}`]
    // Named as go does: it is the name of a field manager.
    const test = join(dir, 'tests', name, `${basename(path)}.test`)
    mkdirSync(dirname(test), { recursive: true })
    go(join(folder, 'mod'), 'test', '-c', '-vet=off', '-ldflags=-s -w', '-o', test, `${module}/${path}`)
    const args = ['-test.v', ...(only === undefined ? [] : ['-test.run', only])]
    const cwd = join(module === MODULE ? copy : extensions, path)
    const { stdout, stderr, status, signal } = spawnSync(test, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 30, timeout: LIMIT_MS })
    const counted = (what: string): string[] => [...stdout.matchAll(new RegExp(`^ *--- ${what}: (\\S+)`, 'gm'))].map(([, test]) => test!)
    const failed = counted('FAIL')
    failures += failed.length
    say(`${name}: ${counted('PASS').length} passed, ${failed.length} failed, ${counted('SKIP').length} skipped`)
    for (const one of failed) say(`  ${one}`)
    // Its last word; nothing is said of those that it did not come to. Its status says something of what it leaves behind, too.
    if (!/^(PASS|FAIL)$/m.test(stdout)) {
      failures++
      say(`  the program did not come to its end (${signal ?? status})`)
    }
    writeFileSync(join(dir, `${name.replaceAll('/', '-')}.out`), stdout + stderr)
  }
  // This program ends with it.
  etcd.kill()
  if (failures > 0) say(`What they and the servers said: ${dir}`)
  else rmSync(dir, { recursive: true, force: true })
  return failures
}

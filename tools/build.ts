import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, type BuildOptions } from 'esbuild'
import { writeDescriptions } from './descriptions.ts'
import { keepBundledList, noticesFile, writeNotices } from './notices.ts'
import { root, say } from './setup.mjs'
import { fingerprint, markBuilt, markStale, type TargetName, targets } from './stamps.mjs'

const dist = join(root, 'dist')

const builders: Record<TargetName, () => Promise<void>> = { server: buildServer, renderer: buildRenderer, electron: buildElectron }

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  logLevel: 'warning',
}

// Some packages are CommonJS and ask for these.
const commonJs = `import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`

/** V8 keeps compiled code in the user's cache folder; the bundle itself must be imported after that is switched on. */
const launcher = `import { enableCompileCache, flushCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
const env = process.env
const cache = { darwin: join(homedir(), 'Library', 'Caches'), win32: env.LOCALAPPDATA }[process.platform] ?? env.XDG_CACHE_HOME
enableCompileCache(join(cache || join(homedir(), '.cache'), 'binnacle', 'compile'))
await import('./server.mjs')
setTimeout(flushCompileCache, 5000).unref()
`

async function buildServer(): Promise<void> {
  const outdir = join(dist, 'server')
  rmSync(outdir, { recursive: true, force: true })
  await build({
    ...shared,
    entryPoints: {
      server: 'server/main.ts',
      'sqlite-worker': 'server/storage/sqlite/worker.ts',
      'yaml-worker': 'server/codec/yaml-worker.ts',
      etcd: 'server/drop-in/etcd.ts',
    },
    format: 'esm',
    // What is loaded on demand (other clusters, etcd) stays in files of its own, all in one folder: workers are found beside the program.
    splitting: true,
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    outdir,
    banner: { js: commonJs },
    // Reads its .proto files from its own folder.
    external: ['etcd3'],
  })
  writeFileSync(join(outdir, 'main.mjs'), launcher)
  writeDescriptions(outdir)
}

async function buildRenderer(): Promise<void> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = [vite, 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn']
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('vite failed')
  keepBundledList()
  compress(join(dist, 'renderer'))
}

const compressible = new Set(['.js', '.mjs', '.css', '.html', '.svg', '.json', '.webmanifest', '.wasm'])

// The gateway sends these as they are; compressing while serving would cost the window its first second.
function compress(dir: string): void {
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !compressible.has(extname(entry.name))) continue
    compressFile(join(entry.parentPath, entry.name))
  }
}

function compressFile(path: string): void {
  const content = readFileSync(path)
  if (content.length < 1024) return
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }))
}

async function buildElectron(): Promise<void> {
  const outdir = join(dist, 'electron')
  rmSync(outdir, { recursive: true, force: true })
  await build({
    ...shared,
    entryPoints: { main: 'electron/main/main.ts', preload: 'electron/preload/preload.ts' },
    // A sandboxed preload script must be one CommonJS file.
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    outdir,
    external: ['electron'],
  })
}

async function main(names: string[]): Promise<number> {
  const wanted = names.filter((n) => !n.startsWith('--'))
  const unknown = wanted.find((n) => !Object.hasOwn(targets, n))
  if (unknown !== undefined) {
    say(`There is no build target "${unknown}"; the targets are ${Object.keys(targets).join(', ')}.`)
    return 2
  }
  const todo = (wanted.length > 0 ? wanted : Object.keys(targets)) as TargetName[]
  mkdirSync(dist, { recursive: true })
  for (const name of todo) {
    const began = performance.now()
    const before = fingerprint(name)
    markStale(name)
    try {
      await builders[name]()
    } catch (e) {
      // esbuild has printed its own account.
      const told = e instanceof Error && 'errors' in e
      say(`Building ${name} failed${told ? '' : `: ${e instanceof Error ? e.message : String(e)}`}.`)
      return 1
    }
    if (!existsSync(join(root, targets[name].output))) throw new Error(`${targets[name].output} was not written`)
    markBuilt(name, before)
    say(`Built ${name} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
  writeNotices()
  if (existsSync(noticesFile)) compressFile(noticesFile)
  return 0
}

process.exitCode = await main(process.argv.slice(2))

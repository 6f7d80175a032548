import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { parse } from 'yaml'
import { root, say } from './setup.mjs'

/**
 * The licences of what others made and that we pass on: packages that are installed with the program, and those that are bundled into
 * it. The build writes them beside the window, which shows them; `node tools/notices.ts` checks that none is missing and that the
 * installers carry them.
 */
export const noticesFile = join(root, 'dist', 'renderer', 'third-party-notices.txt')
/** What vite has bundled, by its `build.license`; moved out of what the gateway serves. */
const bundledFile = join(root, 'dist', '.third-party.json')

export interface Notice {
  name: string
  version: string
  /** SPDX identifier. */
  license: string
  text: string
}

/** Packages that come without a text, because theirs asks for none. */
const withoutText: Readonly<Record<string, string>> = { 'stream-buffers': 'Unlicense' }

interface Lock {
  packages: Record<string, { version?: string; dev?: boolean; optional?: boolean }>
}

/** Folders below the root of the packages that an installation without development has. */
export function productionPackages(lock: Lock): string[] {
  return Object.entries(lock.packages).flatMap(([folder, { dev }]) => (folder === '' || dev === true ? [] : [folder]))
}

function noticeOf(folder: string): Notice | undefined {
  const path = join(root, folder)
  // Made for another system, and not installed here.
  if (!existsSync(path)) return undefined
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Omit<Notice, 'text'>
  const files = readdirSync(path).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
  return { name, version, license: String(license), text: files.map((file) => readFileSync(join(path, file), 'utf8').trim()).join('\n\n') }
}

/** After the renderer's build. */
export function keepBundledList(): void {
  renameSync(join(root, 'dist', 'renderer', 'third-party.json'), bundledFile)
}

/** After any build: each brings packages of its own. Nothing before the renderer has been built. */
export function writeNotices(): void {
  if (!existsSync(bundledFile)) return
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const bundled = JSON.parse(readFileSync(bundledFile, 'utf8')) as { name: string }[]
  const inMaps = bundledSources(distFiles()).flatMap(
    (source) => /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(source) ?? [],
  )
  const folders = new Set([...productionPackages(lock), ...bundled.map(({ name }) => `node_modules/${name}`), ...inMaps])
  const notices = [...folders].flatMap((folder) => noticeOf(folder) ?? [])
  writeFileSync(noticesFile, format(notices))
}

const heading = ({ name, version, license }: Notice): string => `${name} ${version} (${license})`

/** By name; texts that several packages share stand once, under all of them. */
export function format(notices: readonly Notice[]): string {
  const byText = new Map<string, Set<string>>()
  for (const notice of [...notices].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    const names = byText.get(notice.text) ?? new Set()
    byText.set(notice.text, names.add(heading(notice)))
  }
  const sections = [...byText].map(([text, names]) => `${[...names].join('\n')}\n\n${text}\n`)
  return `Binnacle contains software that others made. Their licences:\n\n${sections.join(`\n${'-'.repeat(80)}\n\n`)}`
}

/** Packages of `names` whose heading is not in the text. */
export function missing(text: string, names: Iterable<string>): string[] {
  const lines = new Set(text.split('\n').map((line) => line.slice(0, line.indexOf(' '))))
  return [...new Set(names)].filter((name) => !lines.has(name)).sort()
}

/** The package that a path below node_modules is of. */
export function packageOf(path: string): string | undefined {
  const [, rest] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  return rest
}

/** Of `files` (from the root) those that electron-builder would leave out. */
export function unshipped(files: readonly string[], patterns: readonly string[]): string[] {
  const shipped = (file: string): boolean =>
    patterns.reduce((in_, p) => (p.startsWith('!') ? in_ && !matchesGlob(file, p.slice(1)) : in_ || matchesGlob(file, p)), false)
  return files.filter((file) => !shipped(file))
}

const distFiles = (): string[] =>
  readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).map((file) => `dist/${file.replaceAll('\\', '/')}`)

/** Paths of the sources that esbuild has put into server and shell, from its source maps. */
function bundledSources(dist: readonly string[]): string[] {
  const maps = dist.filter((file) => /^dist\/(server|electron)\/.*\.map$/.test(file))
  return maps.flatMap((file) => (JSON.parse(readFileSync(join(root, file), 'utf8')) as { sources: string[] }).sources)
}

/** Sentences about what is wrong. */
function check(): string[] {
  if (!existsSync(noticesFile)) return [`${noticesFile} is not there: run "npm run build" first`]
  const text = readFileSync(noticesFile, 'utf8')
  const dist = distFiles()
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const installed = productionPackages(lock).filter((folder) => existsSync(join(root, folder)))
  const imported = readdirSync(join(root, 'renderer'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|testing|vite\.config/.test(file))
    .flatMap((file) => [...readFileSync(join(root, 'renderer', file), 'utf8').matchAll(/^import (?!type).*?from '([^.'][^']*)'/gm)])
    .map(([, specifier = '']) => packageOf(`node_modules/${specifier}`))
  const names = [...installed.map(packageOf), ...bundledSources(dist).map(packageOf), ...imported].filter((name) => name !== undefined)
  const bare = installed.flatMap((folder) => {
    const notice = noticeOf(folder)
    return notice === undefined || notice.text !== '' || withoutText[notice.name] === notice.license ? [] : [notice.name]
  })
  const { files } = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as { files: string[] }
  const legal = dist.filter((file) => file.endsWith('.LEGAL.txt'))
  return [
    ...missing(text, names).map((name) => `${name} is passed on and not in third-party-notices.txt`),
    ...bare.map((name) => `${name} comes without a licence text`),
    ...unshipped([...legal, 'dist/renderer/third-party-notices.txt', 'LICENSE'], files).map((f) => `${f} is left out of the installers`),
    ...(legal.length === 0 ? ['the build has written no *.LEGAL.txt'] : []),
  ]
}

if (import.meta.main) {
  const faults = check()
  for (const fault of faults) say(fault)
  process.exitCode = faults.length === 0 ? 0 : 1
}

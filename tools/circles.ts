/**
 * Circles of imports, those of types too: what cannot be read without something that cannot be read without it. ESLint looks at one
 * import at a time and does not see them.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import ts from 'typescript'
import { elements } from './directions.mjs'

export type Imports = ReadonlyMap<string, ReadonlySet<string>>

const SOURCES = '{electron,e2e,renderer,server,tools}/**/*.{ts,tsx,mjs}'
const LEFT_OUT = /(^|\/)(lint-canary|dist|node_modules)\//
/** They may import whatever they test. */
const TEST = /\.test\.tsx?$|\/testing\/|^e2e\/|^tools\//

/** Which files of the project import which. */
export function importsOf(root: string): Imports {
  const files = new Set(globSync(SOURCES, { cwd: root }).map((file) => file.replaceAll('\\', '/')))
  const imports = new Map<string, Set<string>>()
  for (const file of files) {
    if (LEFT_OUT.test(file)) continue
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
    const own = importedFiles.map(({ fileName }) => join(dirname(file), fileName)).filter((to) => files.has(to))
    imports.set(file, new Set(own))
  }
  return imports
}

const rooms = elements.flatMap(({ type, pattern }) => {
  const [folder] = [pattern].flat()
  return folder === undefined ? [] : [{ type, inside: new RegExp(`^${folder.replaceAll('*', '[^/]+')}/`) }]
})

/** Rooms as the rules of imports know them, without tests. */
export function roomsOf(imports: Imports): Imports {
  const between = new Map<string, Set<string>>()
  const roomOf = (file: string): string | undefined => (TEST.test(file) ? undefined : rooms.find((r) => r.inside.test(file))?.type)
  for (const [file, targets] of imports) {
    const from = roomOf(file)
    if (from === undefined) continue
    const to = between.get(from) ?? new Set<string>()
    between.set(from, to)
    for (const target of targets) {
      const room = roomOf(target)
      if (room !== undefined && room !== from) to.add(room)
    }
  }
  return between
}

/** Circles, each as the shortest way around, until every node that is in one has been told. */
export function circlesIn(imports: Imports): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  for (const start of imports.keys()) {
    if (done.has(start)) continue
    const way = wayBack(imports, start)
    if (way !== undefined) found.push(way)
    for (const node of way ?? [start]) done.add(node)
  }
  return found
}

/** The shortest way from a node to itself. */
function wayBack(imports: Imports, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const node of queue) {
    for (const next of imports.get(node) ?? []) {
      if (next === start) {
        const way = [start]
        for (let at = node; at !== start; at = cameFrom.get(at)!) way.unshift(at)
        return [start, ...way]
      }
      if (cameFrom.has(next)) continue
      cameFrom.set(next, node)
      queue.push(next)
    }
  }
  return undefined
}

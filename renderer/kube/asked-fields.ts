import type { KindView } from './columns.ts'
import { parseFilter } from './filter.ts'
import { isRecord, type KubeObject } from './types.ts'

/** What a list leaves out of everybody's metadata (`slimMeta`). */
const slimmed = ['metadata.managedFields', 'metadata.annotations.kubectl.kubernetes.io/last-applied-configuration']

const within = (path: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}.`))

/** Whether a list has this field of its objects as it is; `undefined` stands for a kind that comes as the server's Table. */
function keeps(kind: KindView | undefined, path: string): boolean {
  if (within(path, ['metadata'])) return !within(path, slimmed)
  if (!kind || kind.table) return within(path, ['cells', ...(kind?.keeps ?? [])])
  return kind.keeps ? within(path, kind.keeps) : !within(path, kind.drops ?? [])
}

/** The fields that a filter asks for and a list of this kind does not keep, in order, each once. */
export function askedFields(filter: string, kind: KindView | undefined): string[] {
  const paths = parseFilter(filter).flatMap((term) => (term.kind === 'field' ? [term.path.join('.')] : []))
  return [...new Set(paths.filter((path) => !keeps(kind, path)))].sort()
}

/** The view that keeps these fields of each object besides. */
export function withFields(kind: KindView, paths: readonly string[], table: boolean): KindView {
  const split = paths.map((path) => [path, path.split('.')] as const)
  return {
    ...kind,
    trim(object) {
      const asked = Object.fromEntries(split.map(([path, steps]) => [path, [...leaves(object, steps, 0)]]))
      // Of a Table's row nothing but the cells is kept: a Secret's values stay out of the list.
      const listed = table ? { metadata: object.metadata, cells: (object as KubeObject & { cells: unknown }).cells } : object
      return { ...kind.trim(listed), asked } as KubeObject
    },
  }
}

/** The texts that a path leads to, as `fieldMatches` walks it: through arrays, and nothing there is the empty one. */
function* leaves(value: unknown, path: readonly string[], from: number): Iterable<string> {
  let here = value
  for (let at = from; at < path.length; at++) {
    if (Array.isArray(here)) {
      for (const item of here) yield* leaves(item, path, at)
      return
    }
    if (!isRecord(here)) return yield ''
    const step = path[at] as string
    if (!Object.hasOwn(here, step)) {
      const rest = path.slice(at).join('.')
      return yield Object.hasOwn(here, rest) ? String(here[rest]) : ''
    }
    here = here[step]
  }
  if (Array.isArray(here)) for (const item of here) yield* leaves(item, path, path.length)
  else if (!isRecord(here)) yield String(here ?? '')
}

import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Count and bytes of everything of one kind in a heap snapshot: a constructor's objects, or `(string)`, `(array)`, …. */
export interface HeapClass {
  count: number
  bytes: number
}

export type HeapSummary = Map<string, HeapClass>

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } }
  nodes: number[]
  strings: string[]
}

/** Flags with which a process writes a snapshot into `dir` when it gets SIGUSR2; collecting garbage comes with it. */
export const snapshotFlags = (dir: string): string[] => ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${dir}`]

const POLL_MS = 200
const LIMIT_MS = 120_000

/** Asks the process for a snapshot, reads it and removes the file. */
export async function heapOf(pid: number, dir: string): Promise<HeapSummary> {
  const files = (): string[] => readdirSync(dir).filter((f) => f.endsWith('.heapsnapshot'))
  for (const old of files()) rmSync(join(dir, old))
  process.kill(pid, 'SIGUSR2')
  let size = -1
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; ) {
    await new Promise((r) => setTimeout(r, POLL_MS))
    const file = files()[0]
    if (file === undefined) continue
    const now = statSync(join(dir, file)).size
    // The last byte is written last: a file that parses is whole.
    const summary = now > 0 && now === size ? summarize(join(dir, file)) : undefined
    size = now
    if (summary === undefined) continue
    rmSync(join(dir, file))
    return summary
  }
  throw new Error('the server wrote no heap snapshot')
}

function summarize(file: string): HeapSummary | undefined {
  const text = readFileSync(file, 'utf8')
  if (!text.trimEnd().endsWith('}')) return undefined
  const { snapshot, nodes, strings } = JSON.parse(text) as Snapshot
  const { node_fields: fields, node_types: types } = snapshot.meta
  const [type, name, size] = ['type', 'name', 'self_size'].map((f) => fields.indexOf(f)) as [number, number, number]
  const out: HeapSummary = new Map()
  for (let i = 0; i < nodes.length; i += fields.length) {
    const kind = types[0][nodes[i + type]!]!
    const label = kind === 'object' || kind === 'native' ? strings[nodes[i + name]!]!.slice(0, 60) : `(${kind})`
    const entry = out.get(label)
    if (entry === undefined) out.set(label, { count: 1, bytes: nodes[i + size]! })
    else {
      entry.count++
      entry.bytes += nodes[i + size]!
    }
  }
  return out
}

export const heapMB = (heap: HeapSummary): number => [...heap.values()].reduce((n, c) => n + c.bytes, 0) / 1e6

/** The classes that hold most, one a line; with `before`, those that grew most. */
export function heapTable(heap: HeapSummary, rows: number, before?: HeapSummary): string {
  const grown = [...heap].map(([label, c]) => {
    const old = before?.get(label) ?? { count: 0, bytes: 0 }
    return { label, count: c.count - old.count, bytes: c.bytes - old.bytes }
  })
  grown.sort((a, b) => b.bytes - a.bytes)
  return grown
    .slice(0, rows)
    .map((g) => `  ${(g.bytes / 1e6).toFixed(1).padStart(8)} MB ${String(g.count).padStart(9)}  ${g.label}`)
    .join('\n')
}

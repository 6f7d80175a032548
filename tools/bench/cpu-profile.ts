import { URL } from 'node:url'

/** What V8's profiler gives (Chrome DevTools Protocol, domain Profiler). */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string }; children?: readonly number[] }[]
  /** A node's id for each sample. */
  samples: readonly number[]
  /** Microseconds before each sample. */
  timeDeltas: readonly number[]
}

/** Milliseconds for each place where work was done, the largest first. */
export type Shares = readonly (readonly [place: string, ms: number])[]

const OUTSIDE: Readonly<Record<string, string>> = {
  '(garbage collector)': 'collection of garbage',
  '(program)': 'outside of JavaScript',
  '(root)': 'outside of JavaScript',
}
const IDLE = '(idle)'
const SOCKETS = /^node:(?:net|_tls|tls|internal\/(?:stream|streams|tls|js_stream|crypto)|_http|http|zlib|sqlite|worker|internal\/worker)/

/** The room that a file belongs to: `server/<room>`, a package, or Node's sockets. Undefined for what works for whoever calls it. */
function placeOf(url: string): string | undefined {
  if (SOCKETS.test(url)) return /zlib|sqlite|worker/.test(url) ? 'threads' : 'sockets and TLS'
  if (!url.startsWith('file:')) return undefined
  const path = new URL(url).pathname
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)
  if (dependency !== null) return dependency[1]
  return /\/server\/([^/]+)\//.exec(path)?.[1]
}

/** Where the samples of a profile were taken, by rooms: what a room has Node or the engine do counts as its own, but for sockets. */
export function byRoom({ nodes, samples, timeDeltas }: CpuProfile): Shares {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const places = new Map<number, string>()
  const find = (id: number): string => {
    const known = places.get(id)
    if (known !== undefined) return known
    const { functionName, url } = frames.get(id)!
    const parent = parents.get(id)
    const place = (url === '' ? OUTSIDE[functionName] : undefined) ?? placeOf(url) ?? (parent === undefined ? 'Node' : find(parent))
    places.set(id, place)
    return place
  }
  const sums = new Map<string, number>()
  for (const [i, id] of samples.entries()) {
    if (frames.get(id)!.functionName === IDLE) continue
    const place = find(id)
    sums.set(place, (sums.get(place) ?? 0) + timeDeltas[i]! / 1000)
  }
  return [...sums].sort(([, a], [, b]) => b - a)
}

/** What a graph is drawn from; `from` is left of `to`. */
export interface Edge {
  from: string
  to: string
}

export interface Point {
  x: number
  y: number
}

/** Rounds of ordering; more bring nothing that is seen. */
const rounds = 4

/**
 * Places in columns from left to right: each node right of all that lead to it (Sugiyama's layers by longest paths), within a column near
 * its neighbours (barycentres). Edges that would close a circle do not count. `size` is a node's, with the room around it. Linear in nodes
 * and edges but for the sorting.
 */
export function layout(nodes: readonly string[], edges: readonly Edge[], size: { width: number; height: number }): Map<string, Point> {
  const known = new Set(nodes)
  const used = edges.filter(({ from, to }) => from !== to && known.has(from) && known.has(to))
  const rank = ranks(nodes, used)
  const columns: string[][] = []
  for (const node of nodes) (columns[rank.get(node) ?? 0] ??= []).push(node)
  const beside = neighbours(nodes, used)
  const order = new Map<string, number>()
  const number = (column: readonly string[] | undefined): void => {
    for (const [at, node] of (column ?? []).entries()) order.set(node, at - ((column?.length ?? 1) - 1) / 2)
  }
  for (const column of columns) number(column)
  for (let round = 0; round < rounds; round++) {
    for (const column of round % 2 === 0 ? columns : [...columns].reverse()) {
      const centre = new Map(column?.map((node) => [node, mean(beside.get(node) ?? [], order) ?? order.get(node) ?? 0]))
      column?.sort((a, b) => (centre.get(a) ?? 0) - (centre.get(b) ?? 0))
      number(column)
    }
  }
  return new Map(
    columns.flatMap((column = [], x) =>
      column.map((node): [string, Point] => [node, { x: x * size.width, y: (order.get(node) ?? 0) * size.height }]),
    ),
  )
}

function neighbours(nodes: readonly string[], edges: readonly Edge[]): Map<string, string[]> {
  const beside = new Map<string, string[]>(nodes.map((node) => [node, []]))
  for (const { from, to } of edges) {
    beside.get(from)?.push(to)
    beside.get(to)?.push(from)
  }
  return beside
}

const mean = (nodes: readonly string[], order: ReadonlyMap<string, number>): number | undefined =>
  nodes.length === 0 ? undefined : nodes.reduce((sum, node) => sum + (order.get(node) ?? 0), 0) / nodes.length

/** Longest path to each node, in the order of a search that leaves out what leads back. */
function ranks(nodes: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const after = new Map<string, string[]>(nodes.map((node) => [node, []]))
  for (const { from, to } of edges) after.get(from)?.push(to)
  const state = new Map<string, 'open' | 'done'>()
  const done: string[] = []
  const kept = new Map<string, string[]>()
  for (const start of nodes) {
    if (state.has(start)) continue
    const stack: { node: string; next: number }[] = [{ node: start, next: 0 }]
    state.set(start, 'open')
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const to = after.get(top.node)?.[top.next++]
      if (to === undefined) {
        state.set(top.node, 'done')
        done.push(top.node)
        stack.pop()
      } else if (state.get(to) !== 'open') {
        const list = kept.get(top.node)
        if (list) list.push(to)
        else kept.set(top.node, [to])
        if (!state.has(to)) {
          state.set(to, 'open')
          stack.push({ node: to, next: 0 })
        }
      }
    }
  }
  const rank = new Map<string, number>(nodes.map((node) => [node, 0]))
  for (const node of done.reverse()) {
    for (const to of kept.get(node) ?? []) rank.set(to, Math.max(rank.get(to) ?? 0, (rank.get(node) ?? 0) + 1))
  }
  return rank
}

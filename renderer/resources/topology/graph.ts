import type { KubeObject, Tone } from '../../kube/types.ts'

/** One object, or several alike, in a picture. */
export interface GraphNode {
  id: string
  /** As the API has it. */
  kind: string
  name: string
  namespace: string
  /** Where a click leads; undefined for what has no page. */
  resource: string | undefined
  status?: { text: string; tone: Tone }
  /** So many more objects stand for it. */
  more?: number
  /** The object that one has come from. */
  here?: boolean
}

export interface Graph {
  nodes: GraphNode[]
  /** `from` is on the way to `to`: it owns it, or sends to it. */
  edges: { from: string; to: string; word?: string }[]
}

export const idOf = (kind: string, namespace: string, name: string): string => `${kind} ${namespace}/${name}`

/** Puts nodes and edges together, each once, and leaves out edges into nowhere. */
export class GraphBuilder {
  readonly #nodes = new Map<string, GraphNode>()
  readonly #edges = new Map<string, Graph['edges'][number]>()

  add(node: Omit<GraphNode, 'id'>): string {
    const id = idOf(node.kind, node.namespace, node.name)
    this.#nodes.set(id, { ...this.#nodes.get(id), ...node, id })
    return id
  }

  has(id: string): boolean {
    return this.#nodes.has(id)
  }

  link(from: string, to: string, word?: string): void {
    this.#edges.set(`${from}|${to}`, { from, to, ...(word ? { word } : {}) })
  }

  get graph(): Graph {
    const edges = [...this.#edges.values()].filter(({ from, to }) => this.#nodes.has(from) && this.#nodes.has(to))
    return { nodes: [...this.#nodes.values()], edges }
  }
}

export const controllerOf = ({ metadata }: KubeObject) =>
  metadata.ownerReferences?.find((owner) => owner.controller) ?? metadata.ownerReferences?.[0]

/** Pods of one owner beyond these are one node. */
const mostAlike = 8

/**
 * Alike leaves of one owner beyond a few are told as one: nobody reads hundreds of boxes, and those in trouble come first. Leaves that
 * something else leads to stay.
 */
export function folded({ nodes, edges }: Graph): Graph {
  const leads = new Set(edges.map(({ from }) => from))
  const into = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const list = into.get(to)
    if (list) list.push(from)
    else into.set(to, [from])
  }
  const groups = new Map<string, GraphNode[]>()
  for (const node of nodes) {
    if (leads.has(node.id) || node.here) continue
    const key = `${node.kind}|${[...(into.get(node.id) ?? [])].sort().join('|')}`
    const list = groups.get(key)
    if (list) list.push(node)
    else groups.set(key, [node])
  }
  const gone = new Set<string>()
  const counted = new Map<string, number>()
  for (const group of groups.values()) {
    if (group.length <= mostAlike) continue
    group.sort((a, b) => weight(a) - weight(b))
    const [last, ...rest] = group.slice(mostAlike - 1)
    for (const { id } of rest) gone.add(id)
    if (last) counted.set(last.id, rest.length)
  }
  return {
    nodes: nodes.flatMap((node) => {
      const more = counted.get(node.id)
      return gone.has(node.id) ? [] : [more === undefined ? node : { ...node, more }]
    }),
    edges: edges.filter(({ to }) => !gone.has(to)),
  }
}

const weights: Record<Tone, number> = { bad: 0, warn: 1, busy: 2, muted: 3, ok: 4 }
const weight = ({ status }: GraphNode): number => (status ? weights[status.tone] : 5)

/**
 * Objects to compare with a running kube-apiserver: good ones for their defaults, bad ones for their Status. `record.ts` sends them and
 * keeps the answers as facts, which `facts.test.ts` holds ours against.
 */
export type Json = Record<string, unknown>

export type Kind = 'Pod' | 'Node' | 'Namespace' | 'Deployment' | 'ReplicaSet'
export type Operation = 'create' | 'update' | 'status' | 'ephemeralcontainers' | 'resize' | 'finalize'

export interface Case {
  name: string
  kind: Kind
  operation: Operation
  /** Which base object an update starts from. */
  base?: string
  /** Dotted paths to set in the object; undefined removes. Array members by number. */
  set: Json
}

export const container = (more: Json = {}): Json => ({ name: 'c', image: 'nginx', ...more })

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [container()] } }

/** The least of each kind. */
export const minimal: Readonly<Record<Kind, Json>> = {
  Pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [container()] } },
  Node: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } },
  Namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } },
  Deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { app: 'a' } }, template },
  },
  ReplicaSet: {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'r' },
    spec: { selector: { matchLabels: { app: 'a' } }, template },
  },
}

/** Sets a dotted path in a copy; `\.` is a dot in a key. */
export function withPaths(obj: Json, set: Json): Json {
  const copy = structuredClone(obj)
  for (const [path, value] of Object.entries(set)) {
    const keys = path.split(/(?<!\\)\./).map((k) => k.replaceAll('\\.', '.'))
    let at = copy as Record<string, unknown>
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>
    const last = keys.at(-1)!
    if (value === undefined) delete at[last]
    else at[last] = structuredClone(value)
  }
  return copy
}

export const caseName = (c: Case): string => `${c.kind} ${c.operation}: ${c.name}`

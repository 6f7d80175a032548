import { ApiError } from './api-error.ts'
import { clusterPath, requestJson } from './fetch.ts'
import type { Resource } from './resource.ts'

interface AggregatedResource {
  resource: string
  responseKind?: { group?: string; version?: string; kind?: string }
  scope: 'Cluster' | 'Namespaced'
  singularResource?: string
  shortNames?: string[]
  categories?: string[]
  verbs?: string[]
  subresources?: { subresource: string }[]
}
export interface AggregatedDiscovery {
  kind?: string
  items?: { metadata: { name?: string }; versions?: { version: string; resources?: AggregatedResource[] }[] }[]
}
export interface LegacyResourceList {
  groupVersion: string
  resources: {
    name: string
    singularName?: string
    namespaced: boolean
    kind: string
    verbs?: string[]
    shortNames?: string[]
    categories?: string[]
  }[]
}

/** Versions come in the server's order of preference: the first one that serves a resource is the one used. */
export function fromAggregated(document: AggregatedDiscovery): Resource[] {
  const found = new Map<string, Resource>()
  for (const group of document.items ?? []) {
    const name = group.metadata.name ?? ''
    for (const version of group.versions ?? []) {
      for (const r of version.resources ?? []) {
        const key = `${r.resource}.${name}`
        if (found.has(key)) continue
        found.set(key, {
          group: name,
          version: version.version,
          plural: r.resource,
          singular: r.singularResource ?? '',
          kind: r.responseKind?.kind ?? r.resource,
          namespaced: r.scope === 'Namespaced',
          verbs: r.verbs ?? [],
          subresources: (r.subresources ?? []).map(({ subresource }) => subresource),
          shortNames: r.shortNames ?? [],
          categories: r.categories ?? [],
        })
      }
    }
  }
  return [...found.values()]
}

export function fromLegacy(lists: LegacyResourceList[]): Resource[] {
  const found = new Map<string, Resource>()
  for (const list of lists) {
    const slash = list.groupVersion.indexOf('/')
    const group = slash < 0 ? '' : list.groupVersion.slice(0, slash)
    for (const r of list.resources) {
      const key = `${r.name}.${group}`
      if (r.name.includes('/') || found.has(key)) continue
      found.set(key, {
        group,
        version: list.groupVersion.slice(slash + 1),
        plural: r.name,
        singular: r.singularName ?? '',
        kind: r.kind,
        namespaced: r.namespaced,
        verbs: r.verbs ?? [],
        subresources: list.resources.flatMap(({ name }) => (name.startsWith(`${r.name}/`) ? [name.slice(r.name.length + 1)] : [])),
        shortNames: r.shortNames ?? [],
        categories: r.categories ?? [],
      })
    }
  }
  return [...found.values()]
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Everything that can be listed, from two requests; servers without the aggregated form are asked group by group. */
export async function discover(context: string, signal?: AbortSignal): Promise<Resource[]> {
  const documents = await Promise.all(
    ['/api', '/apis'].map((path) =>
      requestJson<AggregatedDiscovery>(clusterPath(context, path), { signal, headers: { accept: `${aggregated},application/json;q=0.9` } }),
    ),
  )
  const all = documents.every((d) => d.kind === 'APIGroupDiscoveryList')
    ? documents.flatMap(fromAggregated)
    : await discoverLegacy(context, signal)
  return all.filter((r) => r.verbs.includes('list'))
}

async function discoverLegacy(context: string, signal?: AbortSignal): Promise<Resource[]> {
  const groups = await requestJson<{ groups?: { preferredVersion?: { groupVersion: string }; versions: { groupVersion: string }[] }[] }>(
    clusterPath(context, '/apis'),
    { signal },
  )
  const paths = (groups.groups ?? []).flatMap((g) => {
    const preferred = g.preferredVersion?.groupVersion
    const rest = g.versions.map((v) => v.groupVersion).filter((v) => v !== preferred)
    return (preferred ? [preferred, ...rest] : rest).map((v) => `/apis/${v}`)
  })
  const lists = await Promise.all(
    ['/api/v1', ...paths].map((path) =>
      requestJson<LegacyResourceList>(clusterPath(context, path), { signal }).catch((thrown: unknown) => {
        // One broken APIService must not hide every other kind.
        if (thrown instanceof ApiError && thrown.code >= 500) return undefined
        throw thrown
      }),
    ),
  )
  return fromLegacy(lists.filter((list) => list !== undefined))
}

import type { Client } from '../client/client.ts'
import { groupVersionPath, type ResourceId } from '../client/resource.ts'
import { parseApiVersion } from '../machinery/types.ts'

export interface DiscoveredResource extends ResourceId {
  kind: string
  verbs: readonly string[]
}

export interface Discovery {
  /** Each resource once, in its group's preferred version that has it; no subresources. */
  resources: DiscoveredResource[]
  /** Each resource in each version that has it; no subresources. */
  served: DiscoveredResource[]
  /** Group versions whose server could not tell (an aggregated API that is down), with the reason. */
  failures: Map<string, string>
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

interface AggregatedList {
  kind: string
  items?: Array<{
    metadata?: { name?: string }
    versions?: Array<{
      version: string
      freshness?: string
      resources?: Array<{ resource: string; scope: string; verbs?: string[]; responseKind?: { kind?: string } }>
    }>
  }>
}

interface GroupList {
  groups?: Array<{ name: string; versions: Array<{ groupVersion: string }>; preferredVersion?: { groupVersion: string } }>
  versions?: string[]
}

interface ResourceList {
  resources?: Array<{ name: string; kind: string; namespaced: boolean; verbs?: string[] }>
}

async function getJson<T>(client: Client, path: string, accept: string, signal?: AbortSignal): Promise<T> {
  const res = await client.raw({ method: 'GET', path, headers: { accept }, ...(signal === undefined ? {} : { signal }) })
  return JSON.parse(res.body.toString('utf8')) as T
}

/** Asks `/api` and `/apis` with one aggregated request each, and a server that has no such answer group by group. */
export async function discover(client: Client, signal?: AbortSignal): Promise<Discovery> {
  const found = new Map<string, DiscoveredResource>()
  const served: DiscoveredResource[] = []
  const failures = new Map<string, string>()
  const keep = (r: DiscoveredResource): void => {
    if (r.resource.includes('/')) return
    served.push(r)
    const key = `${r.resource}.${r.group}`
    if (!found.has(key)) found.set(key, r)
  }
  for (const path of ['/api', '/apis']) {
    const answer = await getJson<AggregatedList & GroupList>(client, path, AGGREGATED, signal)
    if (answer.kind === 'APIGroupDiscoveryList') readAggregated(answer, keep, failures)
    else await readLegacy(client, answer, keep, failures, signal)
  }
  return { resources: [...found.values()], served, failures }
}

function readAggregated(list: AggregatedList, keep: (r: DiscoveredResource) => void, failures: Map<string, string>): void {
  for (const item of list.items ?? []) {
    const group = item.metadata?.name ?? ''
    for (const v of item.versions ?? []) {
      if (v.freshness === 'Stale') failures.set(group === '' ? v.version : `${group}/${v.version}`, 'stale GroupVersion discovery')
      for (const r of v.resources ?? []) {
        const namespaced = r.scope === 'Namespaced'
        keep({ group, version: v.version, resource: r.resource, namespaced, kind: r.responseKind?.kind ?? '', verbs: r.verbs ?? [] })
      }
    }
  }
}

async function readLegacy(
  client: Client,
  answer: GroupList,
  keep: (r: DiscoveredResource) => void,
  failures: Map<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  const groupVersions = [...(answer.versions ?? [])]
  for (const g of answer.groups ?? []) {
    const preferred = g.preferredVersion?.groupVersion
    const all = g.versions.map((v) => v.groupVersion)
    groupVersions.push(...(preferred === undefined ? [] : [preferred]), ...all.filter((v) => v !== preferred))
  }
  for (const groupVersion of groupVersions) {
    const gv = parseApiVersion(groupVersion)
    if (gv === undefined) continue
    try {
      const list = await getJson<ResourceList>(client, groupVersionPath(gv.group, gv.version), 'application/json', signal)
      for (const r of list.resources ?? []) {
        keep({ ...gv, resource: r.name, namespaced: r.namespaced, kind: r.kind, verbs: r.verbs ?? [] })
      }
    } catch (e) {
      failures.set(groupVersion, e instanceof Error ? e.message : String(e))
    }
  }
}

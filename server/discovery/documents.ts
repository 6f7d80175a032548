import { createHash } from 'node:crypto'
import type { Snapshot } from '../registry/snapshot.ts'
import type { GroupFacts, ResourceFacts, SubresourceFacts } from '../scheme/contract.ts'
import { apiVersionOf, type KubeObject } from '../machinery/types.ts'

/** The discovery documents, legacy and aggregated (KEP-3352), as views of the registry. */

const orNothing = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list)

export function apiVersions(serverAddress: string): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] }
}

function groupFields(g: GroupFacts): { name: string; versions: object[]; preferredVersion: object } {
  const versions = g.versions.map((version) => ({ groupVersion: apiVersionOf(g.name, version), version }))
  return { name: g.name, versions, preferredVersion: versions[0]! }
}

export function apiGroup(g: GroupFacts): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(g) }
}

export function apiGroupList(groups: readonly GroupFacts[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter((g) => g.name !== '').map(groupFields) }
}

function subresourceEntry(r: ResourceFacts, s: SubresourceFacts): object {
  const foreign = s.group !== r.group || s.version !== r.version
  return {
    name: `${r.resource}/${s.name}`,
    singularName: '',
    namespaced: r.namespaced,
    ...(foreign ? { group: s.group, version: s.version } : {}),
    kind: s.kind,
    verbs: s.verbs,
  }
}

/** @param hashes whether the built-in API's kinds tell a hash of the version that is stored */
export function apiResourceList(group: string, version: string, resources: readonly ResourceFacts[], hashes = true): object {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(group, version),
    resources: resources.flatMap((r) => [
      {
        name: r.resource,
        singularName: r.singular,
        namespaced: r.namespaced,
        kind: r.kind,
        verbs: r.verbs,
        shortNames: orNothing(r.shortNames),
        categories: orNothing(r.categories),
        storageVersionHash: r.storageVersionHash === '' || (!hashes && r.type !== '') ? undefined : r.storageVersionHash,
      },
      ...r.subresources.map((s) => subresourceEntry(r, s)),
    ]),
  }
}

/** `responseKind` is empty but for its kind when group and version are the resource's own. */
function responseKind(r: ResourceFacts, s: { group: string; version: string; kind: string }): object {
  return s.group === r.group && s.version === r.version
    ? { group: '', version: '', kind: s.kind }
    : { group: s.group, version: s.version, kind: s.kind }
}

function aggregatedResource(r: ResourceFacts): object {
  return {
    resource: r.resource,
    responseKind: responseKind(r, r),
    scope: r.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: r.singular,
    verbs: r.verbs,
    shortNames: orNothing(r.shortNames),
    categories: orNothing(r.categories),
    subresources: orNothing(r.subresources.map((s) => ({ subresource: s.name, responseKind: responseKind(r, s), verbs: s.verbs }))),
  }
}

/** All groups of `/apis`, or the core group of `/api`. */
export function aggregated(api: Pick<Snapshot, 'groups' | 'facts' | 'delegate'>, core: boolean): KubeObject {
  const groups = api.groups.filter((g) => (g.name === '') === core)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((g) => ({
      metadata: g.name === '' ? {} : { name: g.name },
      versions: g.versions.map((v) => {
        const delegate = api.delegate(g.name, v)
        // Of a version that has never been reached there is no list, not an empty one.
        if (delegate !== undefined) {
          return { version: v, resources: orNothing(delegate.resources), freshness: delegate.fresh ? 'Current' : 'Stale' }
        }
        return {
          version: v,
          resources: api.facts.filter((r) => r.group === g.name && r.version === v).map(aggregatedResource),
          freshness: 'Current',
        }
      }),
    })),
  }
}

/** ETag of an aggregated document (apiserver `discovery/aggregated/etag.go`: SHA-512, upper case, quoted). */
export function etagOf(body: Buffer): string {
  return `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`
}

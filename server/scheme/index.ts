/** The built-in API: what kinds and resources there are, and the shape of each. */
import type { ResourceFacts, Scheme } from './contract.ts'
import { groups, resources, type, typeOfKind } from './facts.ts'

const metaV1 = 'io.k8s.apimachinery.pkg.apis.meta.v1'
/** Kinds that apimachinery registers in every group-version. */
const everywhere = new Set(['CreateOptions', 'DeleteOptions', 'GetOptions', 'ListOptions', 'PatchOptions', 'UpdateOptions', 'WatchEvent'])
/** Kinds without a version, spoken as `v1`. */
const unversioned = new Set(['Status', 'APIVersions', 'APIGroup', 'APIGroupList', 'APIResourceList'])

/** Kinds of subresources that are still read in a version that is served no longer, in the shape of the one that is. */
const alsoRead: Readonly<Record<string, string>> = { 'policy/v1beta1/Eviction': 'v1' }

const byResource = new Map<string, ResourceFacts>(resources.map((r) => [`${r.group}/${r.version}/${r.resource}`, r]))
const byKind = new Map<string, ResourceFacts>(resources.map((r) => [`${r.group}/${r.version}/${r.kind}`, r]))

export const scheme: Scheme = {
  groups,
  resources,
  resource: (group, version, resource) => byResource.get(`${group}/${version}/${resource}`),
  resourceOfKind: (group, version, kind) => byKind.get(`${group}/${version}/${kind}`),
  typeOf(group, version, kind) {
    if (everywhere.has(kind)) return type(`${metaV1}.${kind}`)
    if (group === '' && version === 'v1' && unversioned.has(kind)) return type(`${metaV1}.${kind}`)
    return typeOfKind(group, alsoRead[`${group}/${version}/${kind}`] ?? version, kind)
  },
  type,
}

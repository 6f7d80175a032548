import { compareApiVersions } from '../machinery/api-versions.ts'
import type { GroupFacts, ResourceFacts } from '../scheme/contract.ts'
import type { Delegate } from './snapshot.ts'

/** By the priority of their group, then of their version, then by name: who comes first keeps the names that others have too. */
export function byPriority(delegates: readonly Delegate[]): Delegate[] {
  const groups = new Map<string, number>()
  for (const { group, groupPriority } of delegates) groups.set(group, Math.max(groupPriority, groups.get(group) ?? 0))
  const name = ({ group, version }: Delegate): string => `${version}.${group}`
  return [...delegates].sort((a, b) => {
    const byGroup = groups.get(b.group)! - groups.get(a.group)!
    return (a.group === b.group ? b.versionPriority - a.versionPriority : byGroup) || (name(a) < name(b) ? -1 : 1)
  })
}

/** Of kinds that are not stored. */
export function groupsOf(facts: readonly ResourceFacts[]): GroupFacts[] {
  const names = new Set(facts.map((f) => f.group))
  return [...names].map((name) => ({ name, versions: [...new Set(facts.filter((f) => f.group === name).map((f) => f.version))] }))
}

/** Group and version priorities of the built-in API (kube-apiserver's own APIServices; recorded). Groups whose versions are not served have no APIService. */
export const PRIORITIES: ReadonlyMap<string, readonly [group: number, version: number]> = new Map(
  Object.entries({
    '/v1': [18_000, 1],
    'apps/v1': [17_800, 15],
    'events.k8s.io/v1': [17_750, 15],
    'authentication.k8s.io/v1': [17_700, 15],
    'authorization.k8s.io/v1': [17_600, 15],
    'autoscaling/v2': [17_500, 30],
    'autoscaling/v1': [17_500, 15],
    'batch/v1': [17_400, 15],
    'certificates.k8s.io/v1': [17_300, 15],
    'networking.k8s.io/v1': [17_200, 15],
    'policy/v1': [17_100, 15],
    'rbac.authorization.k8s.io/v1': [17_000, 15],
    'storage.k8s.io/v1': [16_800, 15],
    'admissionregistration.k8s.io/v1': [16_700, 15],
    'apiextensions.k8s.io/v1': [16_700, 15],
    'scheduling.k8s.io/v1': [16_600, 15],
    'coordination.k8s.io/v1': [16_500, 15],
    'node.k8s.io/v1': [16_300, 15],
    'discovery.k8s.io/v1': [16_200, 15],
    'resource.k8s.io/v1': [16_200, 21],
    'flowcontrol.apiserver.k8s.io/v1': [16_100, 21],
    'storagemigration.k8s.io/v1': [15_800, 15],
  } as const),
)

/** Of built-in groups. The legacy group, which has a path of its own, and apiregistration.k8s.io, which has no APIService, come first. */
const OWN_PRIORITIES: ReadonlyMap<string, number> = new Map(
  [...PRIORITIES].filter(([path]) => path !== '/v1').map(([path, [priority]]) => [path.slice(0, path.indexOf('/')), priority]),
)

/** Priority of a group that custom resources make (kube-apiserver `crdregistration`). */
export const CUSTOM_GROUP_PRIORITY = 1000

/**
 * The built-in groups in their order, and among them those that definitions and other servers add: by the priority of the group, which is the
 * highest of its versions', then by name. Versions by their priority where other servers have one, otherwise in the order of KEP-1769's rule.
 */
export function groupsWith(
  builtIn: readonly GroupFacts[],
  added: readonly ResourceFacts[],
  delegates: readonly Delegate[],
): readonly GroupFacts[] {
  if (added.length === 0 && delegates.length === 0) return builtIn
  const groups = new Map<string, { priority: number; versions: Map<string, number> }>()
  const note = (group: string, version: string, priority: number, versionPriority: number): void => {
    const known = groups.get(group)
    if (known === undefined) groups.set(group, { priority, versions: new Map([[version, versionPriority]]) })
    else {
      known.priority = Math.max(known.priority, priority)
      known.versions.set(version, versionPriority)
    }
  }
  for (const { group, version } of added) note(group, version, CUSTOM_GROUP_PRIORITY, 0)
  for (const d of delegates) note(d.group, d.version, d.groupPriority, d.versionPriority)
  const sorted = (versions: Map<string, number>): string[] =>
    [...versions].sort(([a, pa], [b, pb]) => pb - pa || compareApiVersions(a, b)).map(([version]) => version)
  const raised = new Map<string, number>()
  const own = builtIn.map((g) => {
    const more = groups.get(g.name)
    groups.delete(g.name)
    if (more !== undefined && more.priority > (OWN_PRIORITIES.get(g.name) ?? Infinity)) raised.set(g.name, more.priority)
    const versions = more === undefined ? [] : sorted(more.versions).filter((v) => !g.versions.includes(v))
    return versions.length === 0 ? g : { name: g.name, versions: [...g.versions, ...versions] }
  })
  const others = [...groups].sort(([a, ga], [b, gb]) => gb.priority - ga.priority || (a < b ? -1 : 1))
  const ranked = own.map((g) => ({ group: g, priority: Math.max(OWN_PRIORITIES.get(g.name) ?? Infinity, raised.get(g.name) ?? 0) }))
  // The built-in ones stay in their order where nobody has raised one.
  if (raised.size > 0) ranked.sort((a, b) => b.priority - a.priority)
  for (const [name, { priority, versions }] of others) {
    const at = ranked.findIndex(({ group, priority: own }) => own < priority || (own === priority && name < group.name))
    ranked.splice(at < 0 ? ranked.length : at, 0, { group: { name, versions: sorted(versions) }, priority })
  }
  return ranked.map(({ group }) => group)
}

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

/** Priority of a group that custom resources make (kube-apiserver `crdregistration`). */
export const CUSTOM_GROUP_PRIORITY = 1000

/**
 * The built-in groups in their order, then those that definitions and other servers add: by the priority of the group, then by name. Versions
 * by their priority where other servers have one, otherwise in the order of KEP-1769's rule.
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
  const own = builtIn.map((g) => {
    const more = groups.get(g.name)
    groups.delete(g.name)
    const versions = more === undefined ? [] : sorted(more.versions).filter((v) => !g.versions.includes(v))
    return versions.length === 0 ? g : { name: g.name, versions: [...g.versions, ...versions] }
  })
  const others = [...groups].sort(([a, ga], [b, gb]) => gb.priority - ga.priority || (a < b ? -1 : 1))
  return [...own, ...others.map(([name, { versions }]) => ({ name, versions: sorted(versions) }))]
}

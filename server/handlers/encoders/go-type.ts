/** Groups whose internal types are not in the package of the group's first name (kubernetes `pkg/apis/<package>`). */
const PACKAGES: Readonly<Record<string, string>> = {
  '': 'core',
  'events.k8s.io': 'core',
  'internal.apiserver.k8s.io': 'apiserverinternal',
}

/** How Go's `%T` writes the internal type of a kind: `*core.Pod`. */
export const goType = (group: string, kind: string): string => `*${PACKAGES[group] ?? group.split('.', 1)[0]!}.${kind}`

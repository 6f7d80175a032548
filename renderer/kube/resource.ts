/** A kind as discovery names it: what is needed to build its paths and to know what may be done with it. */
export interface Resource {
  group: string
  version: string
  plural: string
  singular: string
  kind: string
  namespaced: boolean
  verbs: string[]
  /** What else has an address below an object: `scale`, `status`, `log`. */
  subresources: string[]
  shortNames: string[]
  categories: string[]
}

/** `pods`, `deployments.apps`: the name kubectl takes, and the one in our URLs. */
export const resourceKey = (r: Pick<Resource, 'plural' | 'group'>): string => (r.group === '' ? r.plural : `${r.plural}.${r.group}`)

export const apiVersionOf = (r: Pick<Resource, 'group' | 'version'>): string => (r.group === '' ? r.version : `${r.group}/${r.version}`)

/** The path of a collection, or of one object when `name` is given. */
export function resourcePath(r: Pick<Resource, 'group' | 'version' | 'plural' | 'namespaced'>, namespace?: string, name?: string): string {
  const root = r.group === '' ? `/api/${r.version}` : `/apis/${r.group}/${r.version}`
  const scope = r.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${r.plural}${name ? `/${encodeURIComponent(name)}` : ''}`
}

export const can = (r: Resource, ...verbs: string[]): boolean => verbs.every((verb) => r.verbs.includes(verb))

/** Finds the kind an ownerReference points to. */
export function resourceOfKind(all: readonly Resource[], apiVersion: string, kind: string): Resource | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return all.find((r) => r.group === group && r.kind === kind)
}

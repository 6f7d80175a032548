export interface PolicyRule {
  verbs?: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

/** What, which of it, and which verbs; resources as kubectl describe writes them: `pods/log`, `deployments.apps`, `*.*`. */
export function ruleCells({ verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): string[] {
  const named = apiGroups.flatMap((group) => resources.map((resource) => qualified(resource, group)))
  return [[...named, ...nonResourceURLs].join(', '), resourceNames.join(', '), verbs.join(', ')]
}

function qualified(resource: string, group: string): string {
  if (group === '') return resource
  const [name = '', ...sub] = resource.split('/')
  return [`${name}.${group}`, ...sub].join('/')
}

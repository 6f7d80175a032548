import type { Granted } from './grant.ts'
import type { Person } from './person.ts'

/** `GET /api/contexts/NAME/cluster`. */
export interface ClusterEntry {
  name: string
  cluster: Record<string, unknown>
}

/** A whole kubeconfig. JSON is YAML, and needs no quoting rules of its own. */
export function kubeconfigText(person: Person, { name: clusterName, cluster }: ClusterEntry, { user }: Granted): string {
  const name = person.name.trim()
  const namespace = person.namespace.trim()
  const server = person.server.trim()
  const context = `${name}@${clusterName}`
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: clusterName, cluster: { ...cluster, ...(server === '' ? {} : { server }) } }],
    users: [{ name, user }],
    contexts: [{ name: context, context: { cluster: clusterName, user: name, ...(namespace === '' ? {} : { namespace }) } }],
    'current-context': context,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}

import { byName } from '../kube/order.ts'
import { type Resource, resourceKey } from '../kube/resource.ts'
import type { IconName } from '../ui/icon.tsx'

export type GroupName = 'workloads' | 'network' | 'config' | 'storage' | 'access' | 'cluster' | 'custom'

/** The rail's groups in order; within a group the named kinds come first and in this order, the others of the API groups after them. */
export const railGroups: { name: GroupName; icon: IconName; kinds: string[]; apiGroups: string[] }[] = [
  {
    name: 'workloads',
    icon: 'workloads',
    kinds: [
      'pods',
      'deployments.apps',
      'statefulsets.apps',
      'daemonsets.apps',
      'replicasets.apps',
      'jobs.batch',
      'cronjobs.batch',
      'horizontalpodautoscalers.autoscaling',
      'poddisruptionbudgets.policy',
      'replicationcontrollers',
      'podtemplates',
      'controllerrevisions.apps',
    ],
    apiGroups: ['apps', 'batch', 'autoscaling', 'policy', 'scheduling.k8s.io'],
  },
  {
    name: 'network',
    icon: 'network',
    kinds: ['services', 'ingresses.networking.k8s.io', 'endpointslices.discovery.k8s.io', 'endpoints', 'networkpolicies.networking.k8s.io'],
    apiGroups: ['networking.k8s.io', 'discovery.k8s.io', 'gateway.networking.k8s.io'],
  },
  { name: 'config', icon: 'config', kinds: ['configmaps', 'secrets', 'resourcequotas', 'limitranges'], apiGroups: [] },
  {
    name: 'storage',
    icon: 'storage',
    kinds: ['persistentvolumeclaims', 'persistentvolumes', 'storageclasses.storage.k8s.io'],
    apiGroups: ['storage.k8s.io', 'storagemigration.k8s.io', 'resource.k8s.io'],
  },
  {
    name: 'access',
    icon: 'access',
    kinds: [
      'serviceaccounts',
      'roles.rbac.authorization.k8s.io',
      'rolebindings.rbac.authorization.k8s.io',
      'clusterroles.rbac.authorization.k8s.io',
      'clusterrolebindings.rbac.authorization.k8s.io',
    ],
    apiGroups: ['rbac.authorization.k8s.io', 'certificates.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io'],
  },
  {
    name: 'cluster',
    icon: 'cluster',
    kinds: [
      'nodes',
      'namespaces',
      'events',
      'leases.coordination.k8s.io',
      'customresourcedefinitions.apiextensions.k8s.io',
      'apiservices.apiregistration.k8s.io',
    ],
    apiGroups: [
      '',
      'coordination.k8s.io',
      'apiextensions.k8s.io',
      'apiregistration.k8s.io',
      'admissionregistration.k8s.io',
      'flowcontrol.apiserver.k8s.io',
      'node.k8s.io',
      'internal.apiserver.k8s.io',
    ],
  },
  { name: 'custom', icon: 'custom', kinds: [], apiGroups: [] },
]

/** The same objects are served by a newer or older group as well: listed once. */
const twins = new Set(['events.events.k8s.io', 'componentstatuses'])

export function groupKinds(all: readonly Resource[]): Map<GroupName, Resource[]> {
  const left = new Map(all.filter((r) => !twins.has(resourceKey(r))).map((r) => [resourceKey(r), r]))
  const grouped = new Map<GroupName, Resource[]>()
  for (const group of railGroups) {
    grouped.set(
      group.name,
      group.kinds.flatMap((key) => {
        const found = left.get(key)
        left.delete(key)
        return found ? [found] : []
      }),
    )
  }
  const byKind = [...left.values()].sort((a, b) => byName(a.kind, b.kind))
  for (const resource of byKind) {
    const home = railGroups.find((group) => group.apiGroups.includes(resource.group))?.name ?? 'custom'
    grouped.get(home)?.push(resource)
  }
  return grouped
}

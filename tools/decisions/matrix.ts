import type { Random } from '../fuzz/random.ts'

/** Everybody and everything that decisions are asked about. */
export const NAMESPACES = ['decisions-a', 'decisions-b', 'decisions-c', 'decisions-d'] as const
export const USERS = [...Array.from({ length: 16 }, (_, i) => `user-${i}`), 'system:kube-proxy', 'Jane Doe', 'a"b'] as const
export const GROUPS = [
  ...Array.from({ length: 8 }, (_, i) => `group-${i}`),
  'system:authenticated',
  'system:serviceaccounts',
  'system:serviceaccounts:decisions-a',
  'system:nodes',
]
/** How often a binding is for a group, where that is not once: everybody is meant seldom. */
export const WEIGHTS: Readonly<Record<string, number>> = { 'system:authenticated': 0.2, 'system:nodes': 0.3 }
export const ACCOUNTS = ['default', 'builder', 'reader'] as const
export const NODES = ['decisions-0', 'decisions-1', 'decisions-2', 'decisions-3'] as const
export const NAMES = ['', 'a', 'b', 'c', 'd', 'e', ...NODES] as const
export const LABELS = ['decisions/one', 'decisions/two', 'decisions/three'] as const
export const labelOf = (random: Random): string => random.pick(['a', 'b', 'c'])

export const VERBS = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['impersonate', 'bind', 'escalate', 'use', 'approve'],
] as const

export interface Resource {
  readonly group: string
  readonly resource: string
  readonly subresource: string
}

const table: Readonly<Record<string, string>> = {
  '': 'pods pods/log pods/exec pods/status pods/eviction pods/ephemeralcontainers secrets configmaps services services/proxy nodes nodes/proxy nodes/status namespaces serviceaccounts serviceaccounts/token persistentvolumeclaims persistentvolumeclaims/status persistentvolumes events endpoints users groups',
  apps: 'deployments deployments/scale statefulsets statefulsets/scale replicasets',
  batch: 'jobs cronjobs',
  'rbac.authorization.k8s.io': 'roles rolebindings clusterroles clusterrolebindings',
  'coordination.k8s.io': 'leases',
  'storage.k8s.io': 'csinodes csinodes/status volumeattachments storageclasses',
  'resource.k8s.io': 'resourceslices resourceclaims resourceclaims/status',
  'certificates.k8s.io': 'certificatesigningrequests podcertificaterequests podcertificaterequests/status',
  'example.com': 'widgets widgets/scale',
}

export const RESOURCES: readonly Resource[] = Object.entries(table).flatMap(([group, list]) =>
  list.split(' ').map((full) => {
    const [resource = '', subresource = ''] = full.split('/')
    return { group, resource, subresource }
  }),
)

/** What a node may read or write because of what runs on it, and its own objects. */
export const OF_NODES: readonly Resource[] = RESOURCES.filter((r) =>
  [
    ...['pods', 'secrets', 'configmaps', 'nodes', 'serviceaccounts', 'persistentvolumeclaims', 'persistentvolumes', 'leases', 'csinodes'],
    ...['volumeattachments', 'resourceslices', 'resourceclaims', 'podcertificaterequests'],
  ].includes(r.resource),
)

export const PATHS = [
  '/',
  '/api',
  '/apis/apps',
  '/healthz',
  '/livez/ping',
  '/metrics',
  '/metrics/slis',
  '/version',
  '/logs/a',
  '/custom/a/b',
] as const
export const PATTERNS = [
  '*',
  '/metrics',
  '/metrics*',
  '/metrics/*',
  '/logs/*',
  '/logs/**',
  '/custom/*',
  '/custom/a',
  '/healthz',
  '/livez*',
] as const

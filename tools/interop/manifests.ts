/** What CoreDNS and metrics-server come with: their service accounts, and the rights that their own manifests give those. */
type Json = Record<string, unknown>

const RBAC = 'rbac.authorization.k8s.io'
const SYSTEM = 'kube-system'

const account = (name: string): Json => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: SYSTEM } })
const rule = (apiGroups: string, resources: string, verbs: string): Json => ({
  apiGroups: [apiGroups],
  resources: resources.split(' '),
  verbs: verbs.split(' '),
})
const clusterRole = (name: string, ...rules: Json[]): Json => ({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules })
const binding = (kind: string, name: string, role: string, to: string): Json => ({
  apiVersion: `${RBAC}/v1`,
  kind,
  metadata: { name, ...(kind === 'RoleBinding' ? { namespace: SYSTEM } : {}) },
  roleRef: { apiGroup: RBAC, kind: kind === 'RoleBinding' ? 'Role' : 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', name: to, namespace: SYSTEM }],
})

export const clients: readonly Json[] = [
  account('coredns'),
  clusterRole(
    'system:coredns',
    rule('', 'endpoints services pods namespaces', 'list watch'),
    rule('discovery.k8s.io', 'endpointslices', 'list watch'),
  ),
  binding('ClusterRoleBinding', 'system:coredns', 'system:coredns', 'coredns'),
  account('metrics-server'),
  clusterRole('system:metrics-server', rule('', 'nodes/metrics', 'get'), rule('', 'pods nodes', 'get list watch')),
  binding('ClusterRoleBinding', 'system:metrics-server', 'system:metrics-server', 'metrics-server'),
  binding('ClusterRoleBinding', 'metrics-server:system:auth-delegator', 'system:auth-delegator', 'metrics-server'),
  binding('RoleBinding', 'metrics-server-auth-reader', 'extension-apiserver-authentication-reader', 'metrics-server'),
]

/** For metrics-server's own account, which may not read what it serves. */
export const readsFigures: readonly Json[] = [
  clusterRole('figures', rule('metrics.k8s.io', 'nodes pods', 'list')),
  binding('ClusterRoleBinding', 'figures', 'figures', 'metrics-server'),
]

const selector = (node: string): Json => ({ 'kubernetes.io/hostname': node })
const template = (node: string, more: Json): Json => ({
  metadata: { labels: { app: node } },
  spec: { nodeSelector: selector(node), terminationGracePeriodSeconds: 1, ...more },
})

/** A deployment on each node; the pods of a real one show what their kubelet has fetched for them. */
export function workloads(nodes: readonly string[], real: string | undefined): Json[] {
  const container = {
    name: 'c',
    image: 'docker.io/library/busybox:1.37',
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', 'cat /s/key /c/key /var/run/secrets/kubernetes.io/serviceaccount/namespace; echo; sleep 3600'],
    volumeMounts: [
      { name: 's', mountPath: '/s' },
      { name: 'c', mountPath: '/c' },
    ],
  }
  const volumes = [
    { name: 's', secret: { secretName: 'given' } },
    { name: 'c', configMap: { name: 'given' } },
  ]
  const metadata = { name: 'given', namespace: 'default' }
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { key: 'secret ' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { key: 'configuration ' } },
    ...nodes.map((node) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: node, namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: node } },
        template: template(
          node,
          node === real ? { containers: [container], volumes } : { containers: [{ ...container, command: [] }], volumes },
        ),
      },
    })),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: nodes[0] }, ports: [{ port: 80 }] },
    },
  ]
}

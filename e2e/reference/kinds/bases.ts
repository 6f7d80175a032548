import { container, minimal, withPaths, type Json } from './cases.ts'

const term = { matchExpressions: [{ key: 'a', operator: 'Exists' }] }

/** Objects that are created for updates to start from. */
export const bases: Readonly<Record<string, Json>> = {
  pod: withPaths(minimal.Pod, { 'metadata.name': 'base' }),
  gated: withPaths(minimal.Pod, {
    'metadata.name': 'gated',
    'spec.schedulingGates': [{ name: 'x.io/g' }],
    'spec.nodeSelector': { disk: 'ssd' },
    'spec.activeDeadlineSeconds': 100,
    'spec.affinity': { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
  }),
  rich: withPaths(minimal.Pod, {
    'metadata.name': 'rich',
    'metadata.labels': { app: 'x' },
    'spec.volumes': [
      { name: 'v', emptyDir: {} },
      { name: 's', secret: { secretName: 'x' } },
    ],
    'spec.initContainers': [{ name: 'i', image: 'x:1' }],
    'spec.containers': [
      container({
        ports: [{ containerPort: 80 }],
        env: [
          { name: 'A', value: 'b' },
          { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        resources: { requests: { cpu: '100m' }, limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' } },
        livenessProbe: { httpGet: { port: 80 } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      }),
      { name: 'd', image: 'y' },
    ],
    'spec.affinity': {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', labelSelector: { matchLabels: { a: 'b' } } }],
      },
    },
    'spec.topologySpreadConstraints': [
      { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { a: 'b' } } },
    ],
  }),
  node: withPaths(minimal.Node, { 'metadata.name': 'base', 'spec.providerID': 'x://1', 'spec.podCIDR': '10.1.0.0/24' }),
  namespace: withPaths(minimal.Namespace, { 'metadata.name': 'base' }),
  deployment: withPaths(minimal.Deployment, { 'metadata.name': 'base' }),
  replicaset: withPaths(minimal.ReplicaSet, { 'metadata.name': 'base' }),
}

import { container, type Case, type Json } from './cases.ts'

/** Objects that are taken with warnings. */
const sets: Record<string, Json> = {
  'name that is no label': { 'metadata.name': 'a.b' },
  'deprecated node labels': {
    'spec.nodeSelector': { 'beta.kubernetes.io/os': 'linux' },
    'spec.affinity': {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'beta.kubernetes.io/arch', operator: 'Exists' }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'node-role.kubernetes.io/master', operator: 'In', values: ['a b'] }] } },
        ],
      },
    },
  },
  'null selectors': {
    'spec.topologySpreadConstraints': [
      { maxSkew: 1, topologyKey: 'failure-domain.beta.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
    ],
    'spec.affinity': {
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }] },
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'a' } }] },
    },
  },
  'deprecated annotations': {
    'metadata.annotations': {
      'scheduler.alpha.kubernetes.io/critical-pod': '',
      'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
      'container.seccomp.security.alpha.kubernetes.io/c': 'unconfined',
    },
  },
  'apparmor annotation': { 'metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' } },
  'apparmor annotation of a profile': { 'metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/c': 'localhost/x' } },
  'apparmor annotation that says what the pod says': {
    'metadata.annotations': { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' },
    'spec.securityContext': { appArmorProfile: { type: 'Unconfined' } },
  },
  'deprecated volumes': {
    'spec.volumes': [
      { name: 'a', gitRepo: { repository: 'x' } },
      { name: 'b', glusterfs: { endpoints: 'x', path: 'y' } },
      { name: 'c', cephfs: { monitors: ['x'] } },
      { name: 'd', storageos: { volumeName: 'x' } },
      { name: 'e', flocker: { datasetName: 'x' } },
      {
        name: 'f',
        ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } } } },
      },
    ],
  },
  'overlapping paths': {
    'spec.serviceAccountName': 'default',
    'spec.volumes': [
      {
        name: 'a',
        configMap: {
          name: 'x',
          items: [
            { key: 'a', path: 'p' },
            { key: 'b', path: 'p/q' },
            { key: 'c', path: 'pq' },
          ],
        },
      },
      {
        name: 'b',
        secret: {
          secretName: 'x',
          items: [
            { key: 'a', path: 'p' },
            { key: 'b', path: 'p' },
          ],
        },
      },
      {
        name: 'c',
        projected: { sources: [{}, { secret: { name: 's', items: [{ key: 'a', path: 'x' }] } }, { serviceAccountToken: { path: 'x/y' } }] },
      },
    ],
  },
  'names twice': {
    'spec.imagePullSecrets': [{ name: 'a' }, { name: 'a' }, {}],
    'spec.hostAliases': [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }],
  },
  fractions: {
    'spec.containers': [
      container({ resources: { requests: { memory: '1500m' }, limits: { memory: '2500m', 'ephemeral-storage': '100m' } } }),
    ],
  },
  'env twice': {
    'spec.containers': [
      container({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
          { name: 'A', value: '$(A):x' },
          { name: 'A', value: '$(A)' },
        ],
      }),
    ],
  },
  'ports clash': {
    'spec.containers': [
      container({
        ports: [
          { containerPort: 80, name: 'a' },
          { containerPort: 80 },
          { containerPort: 80, hostPort: 8080 },
          { containerPort: 80, hostIP: '1.1.1.1' },
          { containerPort: 81, hostPort: 81, hostIP: '1.1.1.1' },
          { containerPort: 81, hostPort: 81 },
        ],
      }),
      container({ name: 'd', ports: [{ containerPort: 90, name: 'a' }] }),
    ],
  },
  'addresses spelled otherwise': { 'spec.dnsConfig': { nameservers: ['FD00::0001'] }, 'spec.hostAliases': [{ ip: 'fd00:0::1' }] },
}

const inTemplate = (set: Json): Json =>
  Object.fromEntries(Object.entries(set).map(([path, value]) => [path === 'metadata.name' ? path : `spec.template.${path}`, value]))

export const warningCases: readonly Case[] = Object.entries(sets).flatMap(([name, set]): Case[] => [
  { name: `warned: ${name}`, kind: 'Pod', operation: 'create', set },
  { name: `warned: ${name}`, kind: 'Deployment', operation: 'create', set: inTemplate(set) },
])

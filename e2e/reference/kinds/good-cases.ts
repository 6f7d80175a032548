import { container, type Case, type Json, type Kind, type Operation } from './cases.ts'
import { warningCases } from './warning-cases.ts'

const good = (kind: Kind, sets: Record<string, Json>): Case[] =>
  Object.entries(sets).map(([name, set]) => ({ name, kind, operation: 'create', set }))

const one = (more: Json): Json => ({ 'spec.containers': [container(more)] })

const pods = good('Pod', {
  minimal: {},
  'tag given': one({ image: 'nginx:1.2' }),
  'tag latest': one({ image: 'reg.example.com:5000/a/b:latest' }),
  digest: one({ image: `nginx@sha256:${'a'.repeat(64)}` }),
  'tag and digest': one({ image: `nginx:latest@sha256:${'a'.repeat(64)}` }),
  'image that is no reference': one({ image: 'UPPER' }),
  'bare port of a registry': one({ image: 'localhost:5000/x' }),
  ports: one({ ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP', name: 'dns' }] }),
  'host network': { 'spec.hostNetwork': true, ...one({ ports: [{ containerPort: 80 }] }) },
  limits: one({ resources: { limits: { cpu: '0.5', memory: '1.5Gi' } } }),
  'limits and requests': one({ resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } } }),
  guaranteed: one({ resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } } }),
  'zero requests': one({ resources: { requests: { cpu: '0' } } }),
  'extended resource': one({ resources: { limits: { 'example.com/gpu': 2 } } }),
  'huge pages': one({ resources: { limits: { 'hugepages-2Mi': '4Mi', cpu: 1 } } }),
  'ephemeral storage only': one({ resources: { limits: { 'ephemeral-storage': '1G' } } }),
  'tiny cpu': one({ resources: { requests: { cpu: '0.0001' } } }),
  'env of all kinds': one({
    env: [
      { name: 'A', value: 'x' },
      { name: 'EMPTY' },
      { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi', containerName: 'c' } } },
      { name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      { name: 'F', valueFrom: { configMapKeyRef: { name: 's', key: 'k', optional: true } } },
    ],
    envFrom: [{ prefix: 'X_', configMapRef: { name: 'cm' } }, { secretRef: { name: 's' } }],
  }),
  'env from a file': {
    'spec.volumes': [{ name: 'v', emptyDir: {} }],
    ...one({ env: [{ name: 'A', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'p', key: 'k' } } }] }),
  },
  probes: one({
    livenessProbe: { httpGet: { port: 80 } },
    readinessProbe: { tcpSocket: { port: 'web' }, periodSeconds: 3 },
    startupProbe: { exec: { command: ['x'] }, failureThreshold: 30 },
  }),
  'grpc probe': one({ livenessProbe: { grpc: { port: 80 } } }),
  lifecycle: one({ lifecycle: { postStart: { httpGet: { port: 80, path: '/x' } }, preStop: { sleep: { seconds: 5 } } } }),
  'security context': {
    'spec.securityContext': { runAsUser: 1000, fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } },
    ...one({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true } }),
  },
  'volumes with defaults': {
    'spec.volumes': [
      { name: 'a', secret: { secretName: 's' } },
      { name: 'b', configMap: { name: 'c', defaultMode: 256 } },
      { name: 'c' },
      { name: 'd', hostPath: { path: '/x' } },
      { name: 'e', emptyDir: { medium: 'Memory', sizeLimit: '1.5Gi' } },
      { name: 'f', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'g', downwardAPI: { items: [{ path: 'l', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu' } }] } },
      { name: 'h', persistentVolumeClaim: { claimName: 'pvc' } },
      { name: 'i', nfs: { server: 'x', path: '/y' } },
      { name: 'j', iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:storage.disk2.sys1.xyz', lun: 0 } },
      { name: 'k', csi: { driver: 'x.y.z' } },
      { name: 'l', image: { reference: 'a:latest' } },
      { name: 'm', image: { reference: 'a:1' } },
    ],
  },
  'volumes of old': {
    'spec.volumes': [
      { name: 'a', rbd: { monitors: ['x'], image: 'i' } },
      { name: 'b', azureDisk: { diskName: 'x', diskURI: 'https://x.vhd' } },
      { name: 'c', scaleIO: { gateway: 'g', system: 's', volumeName: 'v', secretRef: { name: 'x' } } },
      { name: 'd', gitRepo: { repository: 'x' } },
      { name: 'e', cephfs: { monitors: ['m'] } },
      { name: 'f', glusterfs: { endpoints: 'x', path: 'y' } },
    ],
  },
  'projected volume': {
    'spec.serviceAccountName': 'default',
    'spec.volumes': [
      {
        name: 'a',
        projected: {
          sources: [
            { serviceAccountToken: { path: 't' } },
            { configMap: { name: 'x', items: [{ key: 'a', path: 'b' }] } },
            { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
            { secret: { name: 's' } },
          ],
        },
      },
    ],
  },
  'ephemeral volume': {
    'spec.volumes': [
      {
        name: 'a',
        ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
      },
    ],
  },
  'volume mounts': {
    'spec.volumes': [{ name: 'v', emptyDir: {} }],
    ...one({
      volumeMounts: [
        { name: 'v', mountPath: '/a' },
        { name: 'v', mountPath: '/b', subPath: 'x', readOnly: true },
      ],
    }),
  },
  'init containers': {
    'spec.initContainers': [
      { name: 'i', image: 'x:1' },
      { name: 's', image: 'y', restartPolicy: 'Always', livenessProbe: { exec: { command: ['a'] } } },
    ],
  },
  'init limits': { 'spec.initContainers': [{ name: 'i', image: 'x:1', resources: { limits: { cpu: '2' } } }] },
  'own tolerations': {
    'spec.tolerations': [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
  },
  'tolerates everything': { 'spec.tolerations': [{ operator: 'Exists' }] },
  'tolerates by key': { 'spec.tolerations': [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists' }] },
  'system priority': { 'spec.priorityClassName': 'system-node-critical' },
  'negative grace': { 'spec.terminationGracePeriodSeconds': -5 },
  'zero grace': { 'spec.terminationGracePeriodSeconds': 0 },
  'old service account': { 'spec.serviceAccount': 'default' },
  'scheduling gates': { 'spec.schedulingGates': [{ name: 'example.com/g' }] },
  'node selector': { 'spec.nodeSelector': { disk: 'ssd' }, 'spec.nodeName': 'node1' },
  affinity: {
    'spec.affinity': {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] } },
        ],
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', labelSelector: { matchLabels: { a: 'b' } } }],
      },
    },
  },
  'match label keys': {
    'metadata.labels': { hash: 'h1' },
    'spec.affinity': {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'k', labelSelector: { matchLabels: { a: 'b' } }, matchLabelKeys: ['hash'] },
        ],
      },
    },
    'spec.topologySpreadConstraints': [
      {
        maxSkew: 1,
        topologyKey: 'z',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { a: 'b' } },
        matchLabelKeys: ['hash'],
      },
    ],
  },
  'dns config': {
    'spec.dnsPolicy': 'None',
    'spec.dnsConfig': { nameservers: ['1.1.1.1'], searches: ['a.b'], options: [{ name: 'ndots', value: '2' }] },
  },
  'host aliases and gates': {
    'spec.hostAliases': [{ ip: '10.0.0.1', hostnames: ['a.b'] }],
    'spec.readinessGates': [{ conditionType: 'example.com/ready' }],
    'spec.hostname': 'h',
    'spec.subdomain': 's',
  },
  'pod-level resources': {
    'spec.resources': { requests: { cpu: '1' } },
    ...one({ resources: { requests: { cpu: '100m' }, limits: { memory: '1Gi' } } }),
  },
  'pod-level limits': { 'spec.resources': { limits: { cpu: '2', memory: '2Gi' } } },
  'never restarts': { 'spec.restartPolicy': 'Never', 'spec.activeDeadlineSeconds': 10 },
  'labels and annotations': { 'metadata.labels': { a: 'b' }, 'metadata.annotations': { c: 'd' } },
  linux: { 'spec.os': { name: 'linux' } },
  'host users': { 'spec.hostUsers': false, 'spec.shareProcessNamespace': true },
  'status is dropped': { status: { phase: 'Running', podIP: '1.2.3.4' } },
  'restart rules': one({
    restartPolicy: 'Never',
    restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
  }),
  'resize policy': one({ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] }),
})

const others: Case[] = [
  ...good('Node', {
    minimal: {},
    capacity: { status: { capacity: { cpu: '4', memory: '16Gi', pods: 110 } } },
    'capacity and allocatable': { status: { capacity: { cpu: '4' }, allocatable: { cpu: '3500m' } } },
    podCIDR: { 'spec.podCIDR': '10.1.0.0/24' },
    podCIDRs: { 'spec.podCIDRs': ['10.1.0.0/24', 'fd00::/64'] },
    'podCIDRs that differ': { 'spec.podCIDR': '10.1.0.0/24', 'spec.podCIDRs': ['10.2.0.0/24'] },
    taints: { 'spec.taints': [{ key: 'a', effect: 'NoExecute' }], 'spec.unschedulable': true },
    'not-ready already': { 'spec.taints': [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] },
    registered: {
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
        nodeInfo: { kubeletVersion: 'v1.37.2', architecture: 'amd64' },
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      },
    },
  }),
  ...good('Namespace', {
    minimal: {},
    'own finalizer': { 'spec.finalizers': ['example.com/x'] },
    'labels and status': { 'metadata.labels': { a: 'b' }, status: { phase: 'Terminating' } },
    'wrong name label': { 'metadata.labels': { 'kubernetes.io/metadata.name': 'other' } },
  }),
  ...good('Deployment', {
    minimal: {},
    recreate: { 'spec.strategy': { type: 'Recreate' } },
    'rolling counts': { 'spec.strategy': { rollingUpdate: { maxSurge: 2 } }, 'spec.replicas': 0 },
    'all given': { 'spec.revisionHistoryLimit': 3, 'spec.progressDeadlineSeconds': 100, 'spec.minReadySeconds': 5, 'spec.paused': true },
    'limits in the template': { 'spec.template.spec.containers': [container({ resources: { limits: { cpu: '0.5' } } })] },
    'host network': {
      'spec.template.spec.hostNetwork': true,
      'spec.template.spec.containers': [container({ ports: [{ containerPort: 80 }] })],
    },
    'status is dropped': { status: { replicas: 3 } },
  }),
  ...good('ReplicaSet', {
    minimal: {},
    'zero replicas': { 'spec.replicas': 0 },
    expressions: { 'spec.selector': { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'b'] }] } },
  }),
]

const updates = (kind: Kind, operation: Operation, base: string, sets: Record<string, Json>): Case[] =>
  Object.entries(sets).map(([name, set]) => ({ name, kind, operation, base, set }))

/** Updates that are taken, for what they leave and what they count. */
const goodUpdates: readonly Case[] = [
  ...updates('Pod', 'update', 'pod', {
    'nothing changed': {},
    image: { 'spec.containers.0.image': 'nginx:2' },
    labels: { 'metadata.labels': { a: 'b' }, 'metadata.annotations': { c: 'd' }, 'metadata.finalizers': ['example.com/x'] },
    'toleration added': { 'spec.tolerations.2': { key: 'a', operator: 'Exists' } },
    'toleration seconds': { 'spec.tolerations.0.tolerationSeconds': 5 },
    'tolerations dropped come back': { 'spec.tolerations': [] },
    deadline: { 'spec.activeDeadlineSeconds': 100 },
    'status is kept': { status: { phase: 'Failed' } },
    'priority left out': { 'spec.priority': undefined, 'spec.preemptionPolicy': undefined },
    'quantity spelled otherwise': { 'spec.containers.0.resources': {} },
  }),
  ...updates('Pod', 'update', 'gated', {
    'gate removed': { 'spec.schedulingGates': [] },
    'selector added': { 'spec.nodeSelector': { disk: 'ssd', zone: 'a' } },
    'affinity narrowed': {
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.1': {
        key: 'b',
        operator: 'Exists',
      },
    },
    'deadline lowered': { 'spec.activeDeadlineSeconds': 50 },
  }),
  ...updates('Pod', 'status', 'pod', {
    running: {
      status: {
        phase: 'Running',
        podIP: '10.0.0.1',
        hostIP: '10.1.0.1',
        hostIPs: [{ ip: '10.1.0.1' }],
        startTime: '2020-01-01T00:00:00Z',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [{ name: 'c', state: { running: {} }, ready: true, restartCount: 0, image: 'x', imageID: '' }],
      },
    },
    'terminated container': {
      'status.containerStatuses': [
        { name: 'c', state: { terminated: { exitCode: 1 } }, ready: false, restartCount: 1, image: 'x', imageID: '' },
      ],
    },
    'spec is kept': { 'spec.containers.0.image': 'other', 'metadata.labels': { a: 'b' } },
    'dual stack': { 'status.podIPs': [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] },
  }),
  ...updates('Pod', 'ephemeralcontainers', 'pod', {
    debug: { 'spec.ephemeralContainers': [{ name: 'e', image: 'busybox', targetContainerName: 'c', stdin: true, tty: true }] },
    'the rest is kept': {
      'spec.ephemeralContainers': [{ name: 'e', image: 'x' }],
      'spec.containers.0.image': 'other',
      'metadata.labels': { a: 'b' },
    },
  }),
  ...updates('Pod', 'resize', 'rich', {
    'more cpu': { 'spec.containers.0.resources.requests.cpu': '200m' },
    'more memory': { 'spec.containers.0.resources.limits.memory': '2Gi', 'spec.containers.0.resources.requests.memory': '2Gi' },
    'the rest is kept': { 'spec.containers.0.resources.limits.cpu': '2', 'spec.containers.0.image': 'other' },
  }),
  ...updates('Node', 'update', 'node', {
    unschedulable: { 'spec.unschedulable': true },
    'taints and labels': { 'spec.taints': [{ key: 'a', effect: 'NoSchedule' }], 'metadata.labels': { a: 'b' } },
    'status is kept': { status: { capacity: { cpu: '9' } } },
  }),
  ...updates('Node', 'status', 'node', { capacity: { 'status.capacity': { cpu: '9', pods: 10 }, 'spec.unschedulable': true } }),
  ...updates('Namespace', 'update', 'namespace', {
    labels: { 'metadata.labels': { a: 'b' } },
    'finalizers are kept': { 'spec.finalizers': ['x.io/y'], status: { phase: 'Terminating' } },
  }),
  ...updates('Namespace', 'status', 'namespace', { conditions: { 'status.conditions': [{ type: 'x', status: 'True' }] } }),
  ...updates('Namespace', 'finalize', 'namespace', { 'one more': { 'spec.finalizers': ['kubernetes', 'x.io/y'] } }),
  ...(['Deployment', 'ReplicaSet'] as const).flatMap((kind) => [
    ...updates(kind, 'update', kind.toLowerCase(), {
      replicas: { 'spec.replicas': 3 },
      annotations: { 'metadata.annotations': { a: 'b' } },
      labels: { 'metadata.labels': { a: 'b' } },
      'template image': { 'spec.template.spec.containers.0.image': 'x:2' },
      'replicas left out': { 'spec.replicas': undefined },
      'status is kept': { status: { replicas: 5 } },
    }),
    ...updates(kind, 'status', kind.toLowerCase(), {
      counts: {
        'status.replicas': 2,
        'status.readyReplicas': 1,
        'status.observedGeneration': 1,
        'spec.replicas': 7,
        'metadata.labels': { x: 'y' },
      },
    }),
  ]),
]

export const goodCases: readonly Case[] = [...pods, ...others, ...goodUpdates, ...warningCases]

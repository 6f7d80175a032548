import { container, type Case, type Json, type Kind, type Operation } from './cases.ts'

const cases = (kind: Kind, operation: Operation, base: string | undefined, sets: Record<string, Json>): Case[] =>
  Object.entries(sets).map(([name, set]) => ({ name, kind, operation, ...(base === undefined ? {} : { base }), set }))

/** Refused nodes, namespaces and workloads, and refused updates. */
export const badOthers: readonly Case[] = [
  ...cases('Node', 'create', undefined, {
    'bad name': { 'metadata.name': 'A' },
    'with namespace': { 'metadata.finalizers': ['x'] },
    taints: { 'spec.taints': [{ key: 'a b', value: 'c d', effect: 'x' }, { key: 'a' }] },
    'taint twice': {
      'spec.taints': [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'a', value: 'b', effect: 'NoSchedule' },
      ],
    },
    cidr: { 'spec.podCIDR': 'x' },
    'cidr bits': { 'spec.podCIDR': '10.0.0.1/24' },
    'cidr zeros': { 'spec.podCIDR': '010.0.0.0/24' },
    'cidr mapped': { 'spec.podCIDR': '::ffff:1.2.3.0/120' },
    cidrs: { 'spec.podCIDRs': ['10.0.0.0/24', '10.0.1.0/24'] },
    capacity: { status: { capacity: { pods: '1500m', cpu: '-1' } } },
    features: { status: { declaredFeatures: ['b', 'A', 'A'] } },
    swap: { status: { nodeInfo: { swap: { capacity: 0 } } } },
  }),
  ...cases('Node', 'update', 'node', {
    'provider changed': { 'spec.providerID': 'other' },
    'provider cleared': { 'spec.providerID': undefined },
    'cidr changed': { 'spec.podCIDR': '10.9.0.0/24', 'spec.podCIDRs': ['10.9.0.0/24'] },
    'cidr removed': { 'spec.podCIDR': undefined, 'spec.podCIDRs': undefined },
    taints: { 'spec.taints': [{ key: 'a b', effect: 'x' }] },
    'bad label': { 'metadata.labels': { 'a b': 'c' } },
    generation: { 'metadata.finalizers': ['x'] },
  }),
  ...cases('Node', 'status', 'node', {
    addresses: {
      'status.addresses': [
        { type: 'a', address: 'b' },
        { type: 'a', address: 'b' },
      ],
    },
    capacity: { 'status.capacity': { pods: '0.5' } },
  }),
  ...cases('Namespace', 'create', undefined, {
    'bad name': { 'metadata.name': 'a.b' },
    finalizers: { 'spec.finalizers': ['x', 'a b'] },
    'meta finalizers': { 'metadata.finalizers': ['x'] },
    'name and more': { 'metadata.name': 'A', 'metadata.labels': { 'a b': 'c' } },
  }),
  ...cases('Namespace', 'update', 'namespace', {
    'bad label': { 'metadata.labels': { 'a b': 'c' } },
    'meta finalizers': { 'metadata.finalizers': ['x'] },
  }),
  ...cases('Namespace', 'status', 'namespace', {
    'phase terminating': { 'status.phase': 'Terminating' },
    'phase unknown': { 'status.phase': 'x' },
  }),
  ...cases('Namespace', 'finalize', 'namespace', { 'bad finalizers': { 'spec.finalizers': ['x', 'a b/c'] } }),
  ...(['Deployment', 'ReplicaSet'] as const).flatMap((kind) =>
    cases(kind, 'create', undefined, {
      'bad name': { 'metadata.name': 'A' },
      'no selector': { 'spec.selector': undefined },
      'empty selector': { 'spec.selector': {} },
      'selector does not match': { 'spec.selector': { matchLabels: { app: 'b' } } },
      'no labels': { 'spec.template.metadata.labels': undefined },
      'bad selector': { 'spec.selector': { matchLabels: { app: 'a' }, matchExpressions: [{ key: 'a', operator: 'In' }] } },
      'bad selector operator': { 'spec.selector': { matchExpressions: [{ key: 'app', operator: 'x', values: ['a b'] }] } },
      'negative replicas': { 'spec.replicas': -1, 'spec.minReadySeconds': -1 },
      'restart policy': { 'spec.template.spec.restartPolicy': 'Never', 'spec.template.spec.activeDeadlineSeconds': 5 },
      'no containers': { 'spec.template.spec.containers': [] },
      'template container': { 'spec.template.spec.containers': [container({ image: '', name: 'A' })] },
      'template image spaces': {
        'spec.template.spec.containers': [container({ image: '' }), container({ name: 'd', resources: { limits: { x: 1 } } })],
      },
      'template metadata': { 'spec.template.metadata': { labels: { app: 'a', 'a b': 'c' }, annotations: { 'a b': 'c' } } },
      'template ephemeral': { 'spec.template.spec.ephemeralContainers': [{ name: 'e', image: 'x' }] },
      'host port without host network match': {
        'spec.template.spec.hostNetwork': true,
        'spec.template.spec.containers': [container({ ports: [{ containerPort: 80, hostPort: 81 }] })],
      },
    }),
  ),
  ...cases('Deployment', 'create', undefined, {
    'strategy type': { 'spec.strategy': { type: 'x' } },
    'strategy type and rolling': { 'spec.strategy': { type: 'x', rollingUpdate: { maxSurge: 1 } } },
    'recreate with rolling': { 'spec.strategy': { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } },
    'both zero': { 'spec.strategy': { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
    'not a percentage': { 'spec.strategy': { rollingUpdate: { maxSurge: 'x', maxUnavailable: '101%' } } },
    'negative count': { 'spec.strategy': { rollingUpdate: { maxSurge: -1, maxUnavailable: 1 } } },
    'deadline below ready': { 'spec.progressDeadlineSeconds': 5, 'spec.minReadySeconds': 10, 'spec.revisionHistoryLimit': -1 },
  }),
  ...(['Deployment', 'ReplicaSet'] as const).flatMap((kind) => [
    ...cases(kind, 'update', kind.toLowerCase(), {
      'selector changed': { 'spec.selector': { matchLabels: { app: 'b' } }, 'spec.template.metadata.labels': { app: 'b' } },
      'selector grown': { 'spec.selector.matchLabels': { app: 'a', z: '1' }, 'spec.template.metadata.labels': { app: 'a', z: '1' } },
      'bad label': { 'metadata.labels': { 'a b': 'c' } },
      'negative replicas': { 'spec.replicas': -1 },
    }),
    ...cases(kind, 'status', kind.toLowerCase(), {
      'more ready than there are': { 'status.replicas': 1, 'status.readyReplicas': 2, 'status.availableReplicas': 3 },
      negative: { 'status.replicas': -1, 'status.observedGeneration': -1 },
    }),
  ]),
  ...cases('Pod', 'update', 'pod', {
    'grace changed': { 'spec.terminationGracePeriodSeconds': 5 },
    'env changed': { 'spec.containers.0.env': [{ name: 'A', value: 'b' }] },
    'image and command': { 'spec.containers.0.image': 'other', 'spec.containers.0.command': ['x'] },
    'image emptied': { 'spec.containers.0.image': '' },
    'image with spaces': { 'spec.containers.0.image': ' x' },
    'container added': { 'spec.containers.1': container({ name: 'd' }) },
    'container renamed': { 'spec.containers.0.name': 'x' },
    'node name': { 'spec.nodeName': 'n' },
    'node selector': { 'spec.nodeSelector': { a: 'b' } },
    'deadline set wrong': { 'spec.activeDeadlineSeconds': -1 },
    'toleration removed': { 'spec.tolerations': [] },
    'toleration bad': { 'spec.tolerations.2': { key: 'a b', operator: 'Exists' } },
    'gate added': { 'spec.schedulingGates': [{ name: 'x.io/y' }] },
    'bad label': { 'metadata.labels': { 'a b': 'c' } },
    'mirror annotation': { 'metadata.annotations': { 'kubernetes.io/config.mirror': 'x' } },
    'volume added': { 'spec.volumes': [{ name: 'v', emptyDir: {} }] },
    'many things': {
      'spec.hostNetwork': true,
      'spec.dnsPolicy': 'Default',
      'spec.schedulerName': 'other',
      'spec.containers.0.resources': { limits: { cpu: '1' } },
    },
    'service account': { 'spec.serviceAccountName': 'other', 'spec.serviceAccount': 'other' },
    affinity: {
      'spec.affinity': {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] },
        },
      },
    },
    'ephemeral container': { 'spec.ephemeralContainers': [{ name: 'e', image: 'x' }] },
  }),
  ...cases('Pod', 'update', 'gated', {
    'selector replaced': { 'spec.nodeSelector': { other: 'x' } },
    'affinity replaced': {
      'spec.affinity': {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'b', operator: 'Exists' }] }] },
        },
      },
    },
    'affinity term added': {
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.1': {
        matchExpressions: [{ key: 'b', operator: 'Exists' }],
      },
    },
    'deadline grown': { 'spec.activeDeadlineSeconds': 200 },
    'deadline removed': { 'spec.activeDeadlineSeconds': undefined },
  }),
  ...cases('Pod', 'update', 'rich', {
    'probe changed': { 'spec.containers.0.livenessProbe.periodSeconds': 99 },
    'request changed': { 'spec.containers.0.resources.requests.cpu': '200m' },
    'host alias': { 'spec.hostAliases': [{ ip: '1.2.3.4', hostnames: ['x'] }], 'spec.hostname': 'x' },
  }),
  ...cases('Pod', 'status', 'pod', {
    qos: { 'status.qosClass': 'Guaranteed' },
    conditions: { 'status.conditions': [{ type: 'a b', status: 'True' }] },
    'pod ip': { 'status.podIP': 'x' },
    'pod ips': { 'status.podIP': '1.2.3.4', 'status.podIPs': [{ ip: '1.2.3.4' }, { ip: '1.2.3.5' }] },
    'host ips': { 'status.hostIP': '1.2.3.4', 'status.hostIPs': [{ ip: '1.2.3.5' }, { ip: 'fd00::1' }, { ip: '010.1.1.1' }] },
    'nominated node': { 'status.nominatedNodeName': 'A' },
    'claim status': { 'status.resourceClaimStatuses': [{ name: 'x', resourceClaimName: 'A' }] },
  }),
  ...cases('Pod', 'ephemeralcontainers', 'pod', {
    'with ports': {
      'spec.ephemeralContainers': [
        {
          name: 'e',
          image: 'x',
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: '1' } },
          livenessProbe: { exec: { command: ['a'] } },
        },
      ],
    },
    'same name': { 'spec.ephemeralContainers': [{ name: 'c', image: 'x', targetContainerName: 'z' }] },
    'no name': { 'spec.ephemeralContainers': [{ image: ' x' }] },
  }),
  ...cases('Pod', 'resize', 'rich', {
    'limit removed': { 'spec.containers.0.resources': { requests: { cpu: '100m' } } },
    'storage changed': { 'spec.containers.0.resources.limits.ephemeral-storage': '2Gi' },
    'becomes guaranteed': {
      'spec.containers.0.resources': {
        requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
        limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
      },
    },
    'resize policy': { 'spec.containers.0.resizePolicy': [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] },
    'container renamed': { 'spec.containers.0.name': 'x' },
    'request over limit': { 'spec.containers.0.resources.requests.cpu': '5' },
  }),
]

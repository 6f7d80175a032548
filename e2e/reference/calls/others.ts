import type { Json, ObjectCase } from './case.ts'
import { KINDS, type Kind } from './kinds.ts'

/** Kinds of which the server knows the defaults and the table. */
const of =
  (kind: Kind) =>
  (name: string, object: Json, status?: Json): ObjectCase => ({
    name,
    ...kind,
    object,
    ...(status === undefined ? {} : { patches: [{ subresource: 'status', patch: { status } }] }),
  })

const template = {
  metadata: { labels: { app: 'a' } },
  spec: {
    containers: [
      { name: 'c', image: 'nginx' },
      { name: 'd', image: 'e:1' },
    ],
  },
}
const jobTemplate = { spec: { template: { spec: { ...template.spec, restartPolicy: 'OnFailure' } } } }
const selector = { matchLabels: { app: 'a' } }
const storage = (size: string): Json => ({ requests: { storage: size } })

const rc = of(KINDS.replicationController)
const podTemplate = of(KINDS.podTemplate)
const statefulSet = of(KINDS.statefulSet)
const daemonSet = of(KINDS.daemonSet)
const revision = of(KINDS.controllerRevision)
const job = of(KINDS.job)
const cronJob = of(KINDS.cronJob)
const volume = of(KINDS.persistentVolume)
const claim = of(KINDS.persistentVolumeClaim)
const quota = of(KINDS.resourceQuota)
const limits = of(KINDS.limitRange)
const ingress = of(KINDS.ingress)
const ingressClass = of(KINDS.ingressClass)
const policy = of(KINDS.networkPolicy)
const hpa = of(KINDS.horizontalPodAutoscaler)
const hpa1 = of(KINDS.horizontalPodAutoscalerV1)
const pdb = of(KINDS.podDisruptionBudget)
const priority = of(KINDS.priorityClass)
const storageClass = of(KINDS.storageClass)
const csiDriver = of(KINDS.csiDriver)
const csiNode = of(KINDS.csiNode)
const attachment = of(KINDS.volumeAttachment)
const role = of(KINDS.role)
const clusterRole = of(KINDS.clusterRole)
const binding = of(KINDS.roleBinding)
const clusterBinding = of(KINDS.clusterRoleBinding)
const signing = of(KINDS.certificateSigningRequest)
const crd = of(KINDS.customResourceDefinition)
const runtimeClass = of(KINDS.runtimeClass)
const apiService = of(KINDS.apiService)
const validating = of(KINDS.validatingWebhookConfiguration)
const mutating = of(KINDS.mutatingWebhookConfiguration)
const admissionPolicy = of(KINDS.validatingAdmissionPolicy)
const flowSchema = of(KINDS.flowSchema)
const level = of(KINDS.priorityLevelConfiguration)
const address = of(KINDS.ipaddress)
const range = of(KINDS.serviceCIDR)

const hook = {
  name: 'a.b.c',
  clientConfig: { service: { namespace: 'n', name: 's' } },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
}
const backend = { service: { name: 's', port: { number: 80 } } }

export const otherCases: readonly ObjectCase[] = [
  rc('least', { spec: { template } }),
  rc('full', { spec: { replicas: 3, selector: { app: 'a' }, template } }, { replicas: 3, readyReplicas: 2, fullyLabeledReplicas: 3 }),
  podTemplate('least', { template }),
  statefulSet('least', { spec: { selector, template } }),
  statefulSet(
    'claims',
    {
      spec: {
        serviceName: 's',
        selector,
        template,
        volumeClaimTemplates: [{ metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], resources: storage('1Gi') } }],
        updateStrategy: { type: 'OnDelete' },
      },
    },
    { replicas: 1, readyReplicas: 1 },
  ),
  daemonSet('least', { spec: { selector, template } }),
  daemonSet(
    'on delete',
    { spec: { selector, template, updateStrategy: { type: 'OnDelete' } } },
    { currentNumberScheduled: 1, desiredNumberScheduled: 2, numberMisscheduled: 0, numberReady: 1 },
  ),
  revision('least', { revision: 3, data: { a: 'b' } }),
  revision('owned', {
    metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 's', uid: '1', controller: true }] },
    revision: 1,
    data: {},
  }),
  job('least', jobTemplate),
  job(
    'labelled',
    {
      spec: {
        completions: 3,
        backoffLimitPerIndex: 1,
        completionMode: 'Indexed',
        template: { metadata: { labels: { a: 'b' } }, spec: { ...template.spec, restartPolicy: 'Never' } },
      },
    },
    {
      startTime: '2026-01-01T00:00:00Z',
      active: 1,
      succeeded: 1,
      completedIndexes: '0',
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
    },
  ),
  cronJob('least', { spec: { schedule: '* * * * *', jobTemplate } }),
  cronJob('full', { spec: { schedule: '0 0 * * *', timeZone: 'UTC', suspend: true, concurrencyPolicy: 'Forbid', jobTemplate } }),
  volume('least', { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce', 'ReadOnlyMany'], hostPath: { path: '/x' } } }),
  volume('claimed', {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteMany'],
      nfs: { server: 's', path: '/x' },
      claimRef: { namespace: 'n', name: 'c' },
      storageClassName: 'fast',
      persistentVolumeReclaimPolicy: 'Delete',
    },
  }),
  claim('least', { spec: { accessModes: ['ReadWriteOnce'], resources: storage('1Gi') } }),
  claim(
    'bound',
    { spec: { accessModes: ['ReadWriteOnce'], resources: storage('1Gi'), volumeName: 'v', storageClassName: '' } },
    { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } },
  ),
  claim('with source', {
    spec: { accessModes: ['ReadWriteOnce'], resources: storage('1Gi'), dataSource: { kind: 'PersistentVolumeClaim', name: 'x' } },
  }),
  quota('least', { spec: { hard: { pods: '10', 'limits.cpu': '4', 'requests.cpu': '0.5' } } }),
  quota('used', { spec: { hard: { pods: '10' } } }, { hard: { pods: '10', 'limits.cpu': '4' }, used: { pods: '3' } }),
  limits('container', { spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' }, default: { memory: '5Mi' } }] } }),
  limits('pod', { spec: { limits: [{ type: 'Pod', max: { cpu: '0.5' } }] } }),
  ingress('least', { spec: { defaultBackend: backend } }),
  ingress(
    'rules',
    {
      spec: {
        ingressClassName: 'c',
        tls: [{ hosts: ['a.b'] }],
        rules: ['a.b', 'c.d', 'e.f', 'g.h'].map((host) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })),
      },
    },
    { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'x.y' }] } },
  ),
  ingressClass('least', { spec: { controller: 'a.b/c' } }),
  ingressClass('parameters', { spec: { controller: 'a.b/c', parameters: { apiGroup: 'g.h', kind: 'K', name: 'n' } } }),
  policy('least', { spec: { podSelector: {} } }),
  policy('ports', {
    spec: {
      podSelector: selector,
      ingress: [{ ports: [{ port: 80 }], from: [{ podSelector: {} }] }],
      egress: [{ ports: [{ protocol: 'UDP', port: 53 }] }],
    },
  }),
  hpa('least', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }, maxReplicas: 3 } }),
  hpa('behaviour', {
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
      minReplicas: 2,
      maxReplicas: 3,
      behavior: { scaleDown: { stabilizationWindowSeconds: 10 } },
      metrics: [
        { type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1' } } },
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '5Mi' } } },
        { type: 'External', external: { metric: { name: 'e' }, target: { type: 'Value', value: '7' } } },
      ],
    },
  }),
  hpa1('old version', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' }, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
  }),
  pdb('least', { spec: { selector } }),
  pdb('min', { spec: { minAvailable: '50%', selector } }),
  pdb('max', { spec: { maxUnavailable: 1, selector } }),
  priority('least', { value: 5 }),
  priority('full', { value: -5, globalDefault: false, preemptionPolicy: 'Never', description: 'd' }),
  storageClass('least', { provisioner: 'a.b/c' }),
  storageClass('default', {
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'a.b/c',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
    reclaimPolicy: 'Retain',
  }),
  csiDriver('least', { spec: {} }),
  csiDriver('tokens', { spec: { tokenRequests: [{ audience: 'a' }, { audience: 'b' }], volumeLifecycleModes: ['Ephemeral'] } }),
  csiNode('least', { spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: [] }] } }),
  attachment('least', { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } }),
  role('least', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  role('no rules', {}),
  clusterRole('least', { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] }),
  binding('least', {
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  }),
  clusterBinding('least', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
    subjects: [{ kind: 'User', name: 'u' }],
  }),
  crd('least', {
    metadata: { name: 'widgets.a.b' },
    spec: {
      group: 'a.b',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['w'] },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        { name: 'v2', served: false, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  }),
  signing('nothing', { spec: { request: '', signerName: '', usages: [] } }),
  runtimeClass('least', { handler: 'h' }),
  apiService('least', {
    metadata: { name: 'v1.a.b' },
    spec: {
      group: 'a.b',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 10,
      service: { namespace: 'n', name: 's' },
      insecureSkipTLSVerify: true,
    },
  }),
  validating('least', { webhooks: [hook] }),
  mutating('least', { webhooks: [hook] }),
  admissionPolicy('least', {
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }] },
      validations: [{ expression: 'true' }],
    },
  }),
  flowSchema('least', { spec: { priorityLevelConfiguration: { name: 'p' } } }),
  level('least', { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } }),
  level('reject', { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } }),
  address('free', { metadata: { name: '192.168.7.7' }, spec: { parentRef: { resource: 'services', namespace: 'n', name: 's' } } }),
  address('bad', { metadata: { name: '192.168.07.7' }, spec: { parentRef: { group: 'A', resource: 'a/b', namespace: '..' } } }),
  address('no parent', { metadata: { name: '2001:DB8::1' } }),
  range('one', { spec: { cidrs: ['192.168.8.0/24'] } }),
  range('none', { spec: { cidrs: [] } }),
  range('bad', { spec: { cidrs: ['x', '192.168.1.1/24'] } }),
  range('same family', { spec: { cidrs: ['192.168.1.0/24', '192.168.2.0/24'] } }),
  range('three', { spec: { cidrs: ['192.168.1.0/24', '192.168.2.0/24', 'fd00::/64'] } }),
]

import { ROOT } from '../../e2e/reference/kinds/root-certificate.ts'

/** A stored resource with the least object that the reference takes, and changes of it. */
export interface Sample {
  group: string
  version: string
  resource: string
  kind: string
  namespaced: boolean
  /** The object without apiVersion, kind, name and namespace. */
  object: Record<string, unknown>
  /** Names that the kind accepts, made from a plain one. */
  named?(plain: string): string
  /** A merge patch of `/status`, for kinds that have it. */
  status?: Record<string, unknown>
}

const labels = { app: 'x' }
const selector = { matchLabels: labels }
const container = { name: 'c', image: 'nginx:1.2' }
const template = { metadata: { labels }, spec: { containers: [container] } }
const jobTemplate = { spec: { containers: [container], restartPolicy: 'Never' } }
const condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Because',
  message: 'so',
  lastTransitionTime: '2020-01-01T00:00:00Z',
}

interface Options {
  named?(plain: string): string
  status?: Record<string, unknown>
}

const sample =
  (group: string, version: string, namespaced: boolean) =>
  (resource: string, kind: string, object: Record<string, unknown>, options: Options = {}): Sample => ({
    group,
    version,
    resource,
    kind,
    namespaced,
    object,
    ...options,
  })

const core = sample('', 'v1', true)
const coreCluster = sample('', 'v1', false)
const apps = sample('apps', 'v1', true)
const batch = sample('batch', 'v1', true)
const networking = sample('networking.k8s.io', 'v1', true)
const networkingCluster = sample('networking.k8s.io', 'v1', false)
const rbac = sample('rbac.authorization.k8s.io', 'v1', true)
const rbacCluster = sample('rbac.authorization.k8s.io', 'v1', false)
const storageCluster = sample('storage.k8s.io', 'v1', false)
const admission = sample('admissionregistration.k8s.io', 'v1', false)
const certificates = sample('certificates.k8s.io', 'v1', false)
const resourceCluster = sample('resource.k8s.io', 'v1', false)
const resource = sample('resource.k8s.io', 'v1', true)
const flow = sample('flowcontrol.apiserver.k8s.io', 'v1', false)

const role = { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }
const subjects = [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }]
const webhook = {
  name: 'a.example.com',
  clientConfig: { url: 'https://example.invalid/x' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  rules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothings'] }],
}
const constraints = {
  resourceRules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nothings'] }],
}

// Made for this file; their keys are gone.
const REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHFMG4CAQAwDDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BGl6FOGovCwnAjJagjx/xUiTJiOnDycQZ5b7DEEFYil9KgTcl5BYv0+pqBP1Hms+
Hp7JeGR933UDUkPulpjf39egADAKBggqhkjOPQQDAgNHADBEAiAlcLZwAbdaaDUW
XiNWV46udunLwbGtWe7OmRFh86q5/AIgWS3afuObAvI2UDFoktTBPcUeCGH+WZrg
AOUDW3U6pA4=
-----END CERTIFICATE REQUEST-----
`
export const samples: readonly Sample[] = [
  core('configmaps', 'ConfigMap', { data: { b: '2', a: '1' } }),
  core('endpoints', 'Endpoints', { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] }),
  core('events', 'Event', {
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'NAMESPACE' },
    reason: 'R',
    message: 'm',
    type: 'Normal',
  }),
  core('limitranges', 'LimitRange', { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } }),
  coreCluster('namespaces', 'Namespace', {}, { status: { conditions: [{ ...condition, type: 'NamespaceContentRemaining' }] } }),
  coreCluster('nodes', 'Node', {}, { status: { conditions: [{ ...condition, lastHeartbeatTime: '2020-01-01T00:00:00Z' }] } }),
  core(
    'persistentvolumeclaims',
    'PersistentVolumeClaim',
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    { status: { phase: 'Bound' } },
  ),
  coreCluster(
    'persistentvolumes',
    'PersistentVolume',
    { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } } },
    { status: { phase: 'Available' } },
  ),
  core(
    'pods',
    'Pod',
    { spec: { containers: [container] } },
    { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
  ),
  core('podtemplates', 'PodTemplate', { template }),
  core('replicationcontrollers', 'ReplicationController', { spec: { selector: labels, template } }, { status: { replicas: 1 } }),
  core(
    'resourcequotas',
    'ResourceQuota',
    { spec: { hard: { 'count/widgets.example.com': '2' } } },
    { status: { hard: { 'count/widgets.example.com': '2' } } },
  ),
  core('secrets', 'Secret', { stringData: { a: '1' } }),
  core('serviceaccounts', 'ServiceAccount', {}),
  core(
    'services',
    'Service',
    { spec: { selector: labels, ports: [{ port: 80 }], clusterIP: 'None' } },
    { status: { conditions: [condition] } },
  ),
  sample('apiregistration.k8s.io', 'v1', false)(
    'apiservices',
    'APIService',
    {
      spec: {
        group: 'PLURAL.example.com',
        version: 'v1',
        groupPriorityMinimum: 10,
        versionPriority: 10,
        service: { name: 's', namespace: 'default' },
        insecureSkipTLSVerify: true,
      },
    },
    { named: (p) => `v1.${p}.example.com` },
  ),
  apps('controllerrevisions', 'ControllerRevision', { revision: 1, data: { a: 1 } }),
  apps(
    'daemonsets',
    'DaemonSet',
    { spec: { selector, template } },
    { status: { currentNumberScheduled: 1, numberMisscheduled: 0, desiredNumberScheduled: 1, numberReady: 1 } },
  ),
  apps('deployments', 'Deployment', { spec: { selector, template } }, { status: { replicas: 1, updatedReplicas: 1 } }),
  apps('replicasets', 'ReplicaSet', { spec: { selector, template } }, { status: { replicas: 1 } }),
  apps('statefulsets', 'StatefulSet', { spec: { selector, template, serviceName: 's' } }, { status: { replicas: 1 } }),
  sample('events.k8s.io', 'v1', true)('events', 'Event', {
    regarding: { kind: 'Pod', name: 'p', namespace: 'NAMESPACE' },
    reason: 'R',
    note: 'm',
    type: 'Normal',
    action: 'A',
    reportingController: 'c.io/x',
    reportingInstance: 'i',
    eventTime: '2020-01-01T00:00:00.000000Z',
  }),
  sample('autoscaling', 'v2', true)(
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } } },
    { status: { currentReplicas: 1, desiredReplicas: 1 } },
  ),
  sample('autoscaling', 'v1', true)(
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    {
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        targetCPUUtilizationPercentage: 70,
      },
    },
    { status: { currentReplicas: 1, desiredReplicas: 1 } },
  ),
  batch(
    'cronjobs',
    'CronJob',
    { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: jobTemplate } } } },
    { status: { lastScheduleTime: '2020-01-01T00:00:00Z' } },
  ),
  batch('jobs', 'Job', { spec: { template: jobTemplate } }, { status: { active: 1, startTime: '2020-01-01T00:00:00Z' } }),
  certificates('certificatesigningrequests', 'CertificateSigningRequest', {
    spec: { request: Buffer.from(REQUEST).toString('base64'), signerName: 'example.com/x', usages: ['client auth'] },
  }),
  certificates('clustertrustbundles', 'ClusterTrustBundle', { spec: { trustBundle: ROOT } }),
  networkingCluster('ingressclasses', 'IngressClass', { spec: { controller: 'example.com/x' } }),
  networking(
    'ingresses',
    'Ingress',
    { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } },
    { status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } },
  ),
  networkingCluster(
    'ipaddresses',
    'IPAddress',
    { spec: { parentRef: { resource: 'services', namespace: 'default', name: 's' } } },
    { named: (p) => `10.99.${p.length}.7` },
  ),
  networking('networkpolicies', 'NetworkPolicy', { spec: { podSelector: {} } }),
  networkingCluster('servicecidrs', 'ServiceCIDR', { spec: { cidrs: ['10.98.0.0/16'] } }, { status: { conditions: [condition] } }),
  sample('policy', 'v1', true)(
    'poddisruptionbudgets',
    'PodDisruptionBudget',
    { spec: { minAvailable: 1, selector } },
    { status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 } },
  ),
  rbacCluster('clusterrolebindings', 'ClusterRoleBinding', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects,
  }),
  rbacCluster('clusterroles', 'ClusterRole', role),
  rbac('rolebindings', 'RoleBinding', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'view' }, subjects }),
  rbac('roles', 'Role', role),
  storageCluster('csidrivers', 'CSIDriver', { spec: {} }),
  storageCluster('csinodes', 'CSINode', { spec: { drivers: [] } }),
  sample('storage.k8s.io', 'v1', true)('csistoragecapacities', 'CSIStorageCapacity', { storageClassName: 'x', capacity: '1Gi' }),
  storageCluster('storageclasses', 'StorageClass', { provisioner: 'example.com/x' }),
  storageCluster(
    'volumeattachments',
    'VolumeAttachment',
    { spec: { attacher: 'example.com', nodeName: 'n', source: { persistentVolumeName: 'p' } } },
    { status: { attached: true } },
  ),
  storageCluster('volumeattributesclasses', 'VolumeAttributesClass', { driverName: 'example.com', parameters: { a: 'b' } }),
  admission('mutatingadmissionpolicies', 'MutatingAdmissionPolicy', {
    spec: {
      matchConstraints: constraints,
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
    },
  }),
  admission('mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding', { spec: { policyName: 'p' } }),
  admission('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', { webhooks: [webhook] }),
  admission(
    'validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints: constraints, validations: [{ expression: 'true' }] } },
    { status: { observedGeneration: 1 } },
  ),
  admission('validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', {
    spec: { policyName: 'p', validationActions: ['Deny'] },
  }),
  admission('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', { webhooks: [webhook] }),
  sample('scheduling.k8s.io', 'v1', false)('priorityclasses', 'PriorityClass', { value: 10 }),
  sample('coordination.k8s.io', 'v1', true)('leases', 'Lease', { spec: { holderIdentity: 'h' } }),
  sample('node.k8s.io', 'v1', false)('runtimeclasses', 'RuntimeClass', { handler: 'x' }),
  sample('discovery.k8s.io', 'v1', true)('endpointslices', 'EndpointSlice', {
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.2.3'] }],
    ports: [{ port: 80, name: 'a' }],
  }),
  resourceCluster('deviceclasses', 'DeviceClass', { spec: {} }),
  resourceCluster('devicetaintrules', 'DeviceTaintRule', { spec: { taint: { key: 'a', effect: 'NoSchedule' } } }),
  resource(
    'resourceclaims',
    'ResourceClaim',
    { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x' } }] } } },
    { status: {} },
  ),
  resource('resourceclaimtemplates', 'ResourceClaimTemplate', {
    spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x' } }] } } },
  }),
  resourceCluster('resourceslices', 'ResourceSlice', {
    spec: { driver: 'example.com', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
  }),
  flow(
    'flowschemas',
    'FlowSchema',
    { spec: { priorityLevelConfiguration: { name: 'global-default' }, matchingPrecedence: 1000 } },
    { status: { conditions: [{ type: 'Dangling', status: 'False', lastTransitionTime: '2020-01-01T00:00:00Z' }] } },
  ),
  flow(
    'prioritylevelconfigurations',
    'PriorityLevelConfiguration',
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } } } },
    { status: { conditions: [{ type: 'x', status: 'False', lastTransitionTime: '2020-01-01T00:00:00Z' }] } },
  ),
  sample('storagemigration.k8s.io', 'v1', false)(
    'storageversionmigrations',
    'StorageVersionMigration',
    { spec: { resource: { group: 'apps', resource: 'deployments' } } },
    { status: { conditions: [{ ...condition, type: 'Running' }] } },
  ),
  sample('apiextensions.k8s.io', 'v1', false)(
    'customresourcedefinitions',
    'CustomResourceDefinition',
    {
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'PLURAL', kind: 'Thing' },
        versions: [{ name: 'v1', served: false, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
    { named: (p) => `${p.replaceAll('-', '')}.example.com` },
  ),
]

export const apiVersionOf = (s: Sample): string => (s.group === '' ? s.version : `${s.group}/${s.version}`)

/** The path of a sample's collection. */
export function collection(s: Sample, namespace: string): string {
  const root = s.group === '' ? `/api/${s.version}` : `/apis/${s.group}/${s.version}`
  return s.namespaced ? `${root}/namespaces/${namespace}/${s.resource}` : `${root}/${s.resource}`
}

/** A sample's object under a name, with the label that lists of this run select by. */
export function make(
  s: Sample,
  plain: string,
  run: string,
  namespace = '',
): { apiVersion: string; kind: string; metadata: { name: string; labels: Record<string, string> } } {
  const name = s.named?.(plain) ?? plain
  const text = JSON.stringify(s.object)
    .replace('PLURAL', name.split('.').at(s.kind === 'APIService' ? 1 : 0)!)
    .replace('NAMESPACE', namespace)
  return {
    apiVersion: apiVersionOf(s),
    kind: s.kind,
    metadata: { name, labels: { run, plain: plain.slice(0, 60) } },
    ...(JSON.parse(text) as object),
  }
}

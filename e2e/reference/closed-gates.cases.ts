import type { Request } from './play.ts'

/**
 * Fields and kinds of features that are on from the start in 1.37, on servers with their gates closed: what is new loses the fields, and what
 * has them keeps them.
 */
type Json = Record<string, unknown>

/** With what needs them. */
export const CLOSED = [
  ...['ClusterTrustBundle', 'ClusterTrustBundleProjection', 'ContainerRestartRules', 'RestartAllContainersOnContainerExits'],
  ...['CRDObservedGenerationTracking', 'DRAConsumableCapacity', 'DRADeviceBindingConditions', 'DRADeviceTaintRules', 'DRADeviceTaints'],
  ...['DRAPartitionableDevices', 'EnvFiles', 'InPlacePodLevelResourcesVerticalScaling', 'MatchLabelKeysInPodTopologySpread'],
  ...['MatchLabelKeysInPodTopologySpreadSelectorMerge', 'MaxUnavailableStatefulSet', 'PodCertificateRequest', 'PodLevelResources'],
  ...['PodLevelResourcesFixDefaulting', 'PodLevelResourcesFixKubeletQOSClass', 'ResourceHealthStatus', 'ResourceHealthStatusMessage'],
  ...['StorageVersionMigrator', 'VolumeLimitScaling'],
]

const MERGE = 'application/merge-patch+json'
const core = '/api/v1/namespaces/{ns}'
const devices = '/apis/resource.k8s.io/v1'
const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles'

const post = (name: string, path: string, body: Json): Request => ({ name, method: 'POST', path, body })
const get = (path: string): Request => ({ name: path, method: 'GET', path })
const metadata = (name: string): Json => ({ metadata: { name, labels: { a: 'b', v: '1' } } })

const image = { name: 'c', image: 'i' }
const spec = {
  automountServiceAccountToken: false,
  resources: { requests: { cpu: '1' }, limits: { cpu: '2' } },
  initContainers: [
    { name: 'i', image: 'i', restartPolicy: 'Always' },
    { name: 'j', image: 'i', restartPolicy: 'Never' },
  ],
  containers: [
    {
      ...image,
      restartPolicy: 'Never',
      restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [3] } }],
    },
  ],
  topologySpreadConstraints: [
    {
      ...{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['v'] },
      labelSelector: { matchLabels: { a: 'b' } },
    },
  ],
}
const selector = { matchLabels: { a: 'b' } }
const template = { metadata: { labels: { a: 'b' } }, spec }
const oneShot = { ...template, spec: { ...spec, restartPolicy: 'Never', initContainers: [spec.initContainers[0]] } }
const projected = (source: Json): Json => ({
  spec: { automountServiceAccountToken: false, containers: [image], volumes: [{ name: 'p', projected: { sources: [source] } }] },
})

const part = { deviceClassName: 'x', capacity: { requests: { m: '1' } }, tolerations: [{ key: 'k', operator: 'Exists' }] }
const claim = {
  requests: [
    { name: 'a', exactly: part },
    { name: 'b', firstAvailable: [{ ...part, name: 'q' }] },
  ],
  constraints: [{ requests: ['a'], matchAttribute: 'x.y/z' }],
}
const share = { driver: 'd.x.y', pool: 'p', device: 'a', shareID: '9b0f1f5c-6b2c-4f0e-9f3b-1a2b3c4d5e6f' }
const result = { ...share, request: 'a', consumedCapacity: { m: '1' }, bindingConditions: ['a'], bindingFailureConditions: ['b'] }

export const closedGates: readonly Request[] = [
  post('pod', `${core}/pods`, { ...metadata('a'), spec }),
  post('variable from a file', `${core}/pods`, {
    ...metadata('b'),
    spec: { containers: [{ ...image, env: [{ name: 'E', valueFrom: { fileKeyRef: { volumeName: 'p', path: 'x', key: 'K' } } }] }] },
  }),
  post('bundle', `${core}/pods`, { ...metadata('c'), ...projected({ clusterTrustBundle: { name: 'x', path: 'y' } }) }),
  post('certificate', `${core}/pods`, {
    ...metadata('d'),
    ...projected({ podCertificate: { signerName: 'a.b/c', keyType: 'ED25519', credentialBundlePath: 'y' } }),
  }),
  post('deployment', '/apis/apps/v1/namespaces/{ns}/deployments', {
    ...metadata('d'),
    spec: { selector, template: { ...template, spec: { ...spec, containers: [image], initContainers: [spec.initContainers[0]] } } },
  }),
  post('cron job', '/apis/batch/v1/namespaces/{ns}/cronjobs', {
    ...metadata('d'),
    spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: oneShot } } },
  }),
  post('stateful set', '/apis/apps/v1/namespaces/{ns}/statefulsets', {
    ...metadata('d'),
    spec: { serviceName: 's', selector, template, updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } },
  }),
  post('stateful set with defaults', '/apis/apps/v1/namespaces/{ns}/statefulsets', {
    ...metadata('e'),
    spec: { serviceName: 's', selector, template: { ...template, spec: { containers: [image] } } },
  }),
  post('driver', '/apis/storage.k8s.io/v1/csidrivers', { ...metadata('d.x.y'), spec: { preventPodSchedulingIfMissing: true } }),
  post('driver with defaults', '/apis/storage.k8s.io/v1/csidrivers', { ...metadata('e.x.y'), spec: {} }),
  {
    ...{ name: 'status of a pod', method: 'PATCH', path: `${core}/pods/a/status`, type: MERGE },
    body: {
      status: {
        ...{ resources: { limits: { cpu: '1' } }, allocatedResources: { cpu: '1' } },
        containerStatuses: [
          {
            ...{ ...image, imageID: '', ready: false, restartCount: 0 },
            allocatedResourcesStatus: [{ name: 'claim:a', resources: [{ resourceID: 'x', health: 'Healthy', message: 'm' }] }],
          },
        ],
      },
    },
  },
  post('slice', `${devices}/resourceslices`, {
    ...metadata('s'),
    spec: {
      ...{ driver: 'd.x.y', nodeName: 'n', pool: { name: 'p', resourceSliceCount: 1, generation: 1 } },
      devices: [
        {
          ...{ name: 'a', taints: [{ key: 'k', effect: 'NoSchedule' }], allowMultipleAllocations: true, bindsToNode: true },
          capacity: { m: { value: '4', requestPolicy: { default: '1', validValues: ['1', '2'] } } },
          ...{ bindingConditions: ['a'], bindingFailureConditions: ['b'] },
        },
      ],
    },
  }),
  post('slice of parts', `${devices}/resourceslices`, {
    ...metadata('t'),
    spec: {
      ...{ driver: 'd.x.y', perDeviceNodeSelection: true, pool: { name: 'p', resourceSliceCount: 2, generation: 1 } },
      devices: [{ name: 'a', nodeName: 'n', consumesCounters: [{ counterSet: 'c', counters: { x: { value: '1' } } }] }],
    },
  }),
  post('claim', `${devices}/namespaces/{ns}/resourceclaims`, { ...metadata('c'), spec: { devices: claim } }),
  post('template of claims', `${devices}/namespaces/{ns}/resourceclaimtemplates`, {
    ...metadata('c'),
    spec: { spec: { devices: claim } },
  }),
  {
    ...{ name: 'status of a claim', method: 'PATCH', path: `${devices}/namespaces/{ns}/resourceclaims/c/status`, type: MERGE },
    body: { status: { allocation: { devices: { results: [result] } }, devices: [share] } },
  },
  ...[
    'apis/certificates.k8s.io/v1',
    'apis/certificates.k8s.io/v1/clustertrustbundles',
    'apis/certificates.k8s.io/v1/podcertificaterequests',
  ]
    .concat(['apis/storagemigration.k8s.io/v1/storageversionmigrations', 'apis/resource.k8s.io/v1/devicetaintrules'])
    .map((path) => get(`/${path}`)),
  get(`${roles}/system:controller:device-taint-eviction-controller`),
  get(`${roles}/system:controller:storage-version-migrator-controller`),
  get(`${roles}/system:controller:podcertificaterequestcleaner`),
  get(`${roles}/system:cluster-trust-bundle-discovery`),
]

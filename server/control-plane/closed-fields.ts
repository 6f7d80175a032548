import { disabledFields, type DisabledFields } from '../apis/meta/v1/disabled-fields.ts'
import { objectAt } from '../machinery/json-walk.ts'
import type { AskedGate } from '../options/feature-gates.ts'
import type { Strategy } from '../registry/generic/strategy.ts'

/** Where kinds have a pod's metadata and spec, by resource. */
const PODS: Readonly<Record<string, string>> = {
  pods: '',
  podtemplates: 'template.',
  ...Object.fromEntries(
    ['replicationcontrollers', 'replicasets', 'deployments', 'daemonsets', 'statefulsets', 'jobs'].map((resource) => [
      resource,
      'spec.template.',
    ]),
  ),
  cronjobs: 'spec.jobTemplate.spec.template.',
}
const PODS_GROUPS: ReadonlySet<string> = new Set(['', 'apps', 'batch'])

/** Where a pod is in such a kind, with a dot behind; undefined in others. */
export const podIn = ({ group, resource }: { group: string; resource: string }): string | undefined =>
  PODS_GROUPS.has(group) ? PODS[resource] : undefined

const CONTAINERS = ['containers[]', 'initContainers[]', 'ephemeralContainers[]']
const STATUSES = ['containerStatuses[]', 'initContainerStatuses[]', 'ephemeralContainerStatuses[]']
const below = (lists: readonly string[], path: string): string[] => lists.map((list) => `${list}.${path}`)
const parts = (path: string): string[] => [`devices.requests[].exactly.${path}`, `devices.requests[].firstAvailable[].${path}`]

type Fields = Partial<Record<AskedGate, readonly string[]>>

/** Fields that go when their gate is closed, unless the object has some of the same already: of a pod's spec (kubernetes `pkg/api/pod/util.go`). */
const OF_POD_SPEC: Fields = {
  ClusterTrustBundleProjection: ['volumes[].projected.sources[].clusterTrustBundle'],
  ContainerRestartRules: [
    ...['containers[].restartPolicy', 'ephemeralContainers[].restartPolicy', 'initContainers[].restartPolicy!Always'],
    ...below(CONTAINERS, 'restartPolicyRules'),
  ],
  EnvFiles: below(CONTAINERS, 'env[].valueFrom.fileKeyRef'),
  MatchLabelKeysInPodTopologySpread: ['topologySpreadConstraints[].matchLabelKeys'],
  PodCertificateRequest: ['volumes[].projected.sources[].podCertificate'],
  PodLevelResources: ['resources'],
}

const OF_POD_STATUS: Fields = {
  InPlacePodLevelResourcesVerticalScaling: ['resources', 'allocatedResources'],
  ResourceHealthStatus: below(STATUSES, 'allocatedResourcesStatus'),
  ResourceHealthStatusMessage: below(STATUSES, 'allocatedResourcesStatus[].resources[].message'),
}

/** Of a claim of devices, and of what templates of claims have (kubernetes `pkg/api/resourceclaimspec`). */
const OF_CLAIM_SPEC: Fields = {
  DRAConsumableCapacity: ['devices.constraints[].distinctAttribute', ...parts('capacity')],
  DRADeviceTaints: parts('tolerations'),
}

/** By group and resource (their `strategy.go`). */
const OF_KINDS: Readonly<Record<string, Fields>> = {
  'apiextensions.k8s.io/customresourcedefinitions': {
    CRDObservedGenerationTracking: ['status.observedGeneration', 'status.conditions[].observedGeneration'],
  },
  'apps/deployments': { DeploymentReplicaSetTerminatingReplicas: ['status.terminatingReplicas'] },
  'apps/replicasets': { DeploymentReplicaSetTerminatingReplicas: ['status.terminatingReplicas'] },
  'apps/statefulsets': { MaxUnavailableStatefulSet: ['spec.updateStrategy.rollingUpdate.maxUnavailable'] },
  'resource.k8s.io/resourceclaims': {
    DRAConsumableCapacity: [
      ...['status.allocation.devices.results[].shareID', 'status.allocation.devices.results[].consumedCapacity'],
      'status.devices[].shareID',
    ],
    DRADeviceBindingConditions: ['bindingConditions', 'bindingFailureConditions'].map(
      (field) => `status.allocation.devices.results[].${field}`,
    ),
  },
  'resource.k8s.io/resourceslices': {
    DRAConsumableCapacity: ['spec.devices[].allowMultipleAllocations', 'spec.devices[].capacity{}.requestPolicy'],
    DRADeviceBindingConditions: ['bindingConditions', 'bindingFailureConditions', 'bindsToNode'].map((field) => `spec.devices[].${field}`),
    DRADeviceTaints: ['spec.devices[].taints'],
    DRAPartitionableDevices: [
      ...['spec.sharedCounters', 'spec.perDeviceNodeSelection'],
      ...['consumesCounters', 'nodeName', 'nodeSelector', 'allNodes'].map((field) => `spec.devices[].${field}`),
    ],
  },
  'storage.k8s.io/csidrivers': { VolumeLimitScaling: ['spec.preventPodSchedulingIfMissing'] },
}

/** Which of these have a default, by group and resource: holder and name. */
const DEFAULTED: Readonly<Record<string, Partial<Record<AskedGate, readonly [holder: string, key: string]>>>> = {
  'apps/statefulsets': { MaxUnavailableStatefulSet: ['spec.updateStrategy.rollingUpdate', 'maxUnavailable'] },
  'storage.k8s.io/csidrivers': { VolumeLimitScaling: ['spec', 'preventPodSchedulingIfMissing'] },
}

/** A kind's defaults without those of closed gates. */
export function closedDefaults(
  { group, resource }: { group: string; resource: string },
  isClosed: (gate: AskedGate) => boolean,
  fill: NonNullable<Strategy['default']>,
): NonNullable<Strategy['default']> {
  const fields = Object.entries(DEFAULTED[`${group}/${resource}`] ?? {}).flatMap(([gate, field]) =>
    isClosed(gate as AskedGate) ? [field] : [],
  )
  if (fields.length === 0) return fill
  return (obj, now) => {
    const absent = fields.filter(([holder, key]) => objectAt(obj, holder)?.[key] === undefined)
    fill(obj, now)
    for (const [holder, key] of absent) delete objectAt(obj, holder)?.[key]
  }
}

const CLAIMS: Readonly<Record<string, string>> = { resourceclaims: 'spec.', resourceclaimtemplates: 'spec.spec.' }

/** What takes these fields out of a kind's objects; undefined where no closed gate has any. */
export function dropClosed(
  kind: { group: string; resource: string },
  isClosed: (gate: AskedGate) => boolean,
): ReturnType<typeof disabledFields> | undefined {
  const rows = (fields: Fields, path = ''): DisabledFields[] =>
    (Object.entries(fields) as [AskedGate, readonly string[]][])
      .filter(([gate]) => isClosed(gate))
      .map(([gate, paths]) => ({ gate, paths: paths.map((one) => path + one) }))
  const pod = podIn(kind)
  const claim = kind.group === 'resource.k8s.io' ? CLAIMS[kind.resource] : undefined
  const table = [
    ...rows(OF_KINDS[`${kind.group}/${kind.resource}`] ?? {}),
    ...(pod === undefined ? [] : rows(OF_POD_SPEC, `${pod}spec.`)),
    ...(pod === '' ? rows(OF_POD_STATUS, 'status.') : []),
    ...(claim === undefined ? [] : rows(OF_CLAIM_SPEC, claim)),
  ]
  return table.length === 0 ? undefined : disabledFields(table)
}

import { disabledFields, type DisabledFields } from '../../meta/v1/disabled-fields.ts'

const CONTAINERS = ['containers[]', 'initContainers[]', 'ephemeralContainers[]']
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe']
const HANDLERS = ['lifecycle.postStart', 'lifecycle.preStop']
/** What makes files of keys, each of which may have a user. */
const FILES = ['secret', 'configMap', 'downwardAPI']
const TOKENS = ['serviceAccountToken', 'clusterTrustBundle', 'podCertificate']

const inContainers = (...paths: readonly string[]): string[] => CONTAINERS.flatMap((list) => paths.map((path) => `${list}.${path}`))

/** In a pod's spec (kubernetes `pkg/api/pod/util.go`, dropDisabledFields, and 1.37's gates). */
const OF_SPEC: readonly DisabledFields[] = [
  { gate: 'GenericWorkload', paths: ['schedulingGroup'] },
  { gate: 'EvictionRequestAPI', paths: ['evictionResponders'] },
  {
    gate: 'AtomicWriteVolumeUserFields',
    paths: [
      ...FILES.flatMap((source) => [`volumes[].${source}.defaultUser`, `volumes[].${source}.items[].user`]),
      'volumes[].projected.defaultUser',
      ...FILES.map((source) => `volumes[].projected.sources[].${source}.items[].user`),
      ...TOKENS.map((source) => `volumes[].projected.sources[].${source}.user`),
    ],
  },
  { gate: 'GRPCContainerProbeTLS', paths: inContainers(...PROBES.map((probe) => `${probe}.grpc.mode`)) },
  { gate: 'H2CContainerProbe', paths: inContainers(...[...PROBES, ...HANDLERS].map((probe) => `${probe}.httpGet.protocol`)) },
  { gate: 'EmptyDirVolumeMode', paths: ['volumes[].emptyDir.mode'] },
  { gate: 'VolumeBindMountOptions', paths: inContainers('volumeMounts[].bindMountOptions') },
  { gate: 'ContainerStopSignals', paths: inContainers('lifecycle.stopSignal'), emptied: true },
]

const STATUSES = ['containerStatuses[]', 'initContainerStatuses[]', 'ephemeralContainerStatuses[]']

const OF_STATUS: readonly DisabledFields[] = [
  { gate: 'ImageVolumeWithDigest', paths: STATUSES.map((list) => `${list}.volumeMounts[].volumeStatus`) },
  { gate: 'DRANodeAllocatableResources', paths: ['nodeAllocatableResourceClaimStatuses'] },
  { gate: 'CSIVolumeHealth', paths: ['volumeHealth'] },
]

const at = (path: string, table: readonly DisabledFields[]): DisabledFields[] =>
  table.map((fields) => ({ ...fields, paths: fields.paths.map((below) => `${path}.${below}`) }))

export const dropDisabledOfPod = disabledFields([...at('spec', OF_SPEC), ...at('status', OF_STATUS)])

/** Of a kind that has a pod's template: `path` is that of the template. */
export const dropDisabledOfTemplate = (path: string, others: readonly DisabledFields[] = []): ReturnType<typeof disabledFields> =>
  disabledFields([...at(`${path}.spec`, OF_SPEC), ...others])

export const dropDisabledOfNode = disabledFields([
  { gate: 'InPlacePodVerticalScalingSchedulerPreemption', paths: ['spec.podPreemptionPolicy'] },
])

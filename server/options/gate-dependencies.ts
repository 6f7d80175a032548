const needs = (gate: string, names: string): [string, readonly string[]][] => names.split(' ').map((name) => [name, [gate]])

/** What gates of kube-apiserver 1.37.2 ask of others that are not locked: none is open while one of these is closed. */
export const DEPENDENCIES: ReadonlyMap<string, readonly string[]> = new Map([
  ...needs('APIServerIdentity', 'StorageVersionAPI UnknownVersionInteroperabilityProxy'),
  ...needs(
    'AtomicFIFO',
    'NodeControllerLeaseCircuitBreaker StaleControllerConsistencyDaemonSet StaleControllerConsistencyHPA StaleControllerConsistencyJob StaleControllerConsistencyReplicaSet StaleControllerConsistencyStatefulSet',
  ),
  ...needs('ClusterTrustBundle', 'ClusterTrustBundleProjection'),
  ...needs('ContainerRestartRules', 'RestartAllContainersOnContainerExits'),
  ...needs('DRAConsumableCapacity', 'DRAFractionalCapacityRange'),
  ...needs('DRADeviceTaints', 'DRADeviceTaintRules'),
  ...needs('DRAPartitionableDevices', 'DRADeviceCompatibilityGroups'),
  ...needs('GenericWorkload', 'DRAWorkloadResourceClaims PodGroupPreemptionPolicy TopologyAwareWorkloadScheduling WorkloadWithJob'),
  ...needs('GracefulNodeShutdown', 'GracefulNodeShutdownBasedOnPodPriority WindowsGracefulNodeShutdown'),
  ...needs('MatchLabelKeysInPodTopologySpread', 'MatchLabelKeysInPodTopologySpreadSelectorMerge'),
  ...needs(
    'PodLevelResources',
    'InPlacePodLevelResourcesVerticalScaling PodLevelResourceManagers PodLevelResourcesFixDefaulting PodLevelResourcesFixKubeletQOSClass',
  ),
  ...needs('ResourceHealthStatus', 'ResourceHealthStatusMessage'),
  ['CompositePodGroup', ['GenericWorkload', 'TopologyAwareWorkloadScheduling']],
  ['DRAPartitionableDevicesType', ['DRAPartitionableDevices', 'DRAResourcePoolStatus']],
])

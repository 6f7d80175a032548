/** Which of its stages a feature is in: '' is the last one, general availability. */
export type Stage = 'ALPHA' | 'BETA' | '' | 'DEPRECATED'

export interface Gate {
  readonly stage: Stage
  /** Unless it is said otherwise, which it cannot be of one that is locked. */
  readonly isOpen: boolean
  readonly isLocked: boolean
}

const gates = (stage: Stage, isOpen: boolean, isLocked: boolean, names: string): [string, Gate][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, { stage, isOpen, isLocked }])

/** The feature gates of kube-apiserver 1.37.2, as its `kubernetes_feature_enabled` and its refusals have them. */
export const GATES: ReadonlyMap<string, Gate> = new Map(
  [
    gates(
      'ALPHA',
      false,
      false,
      `
      APIServerWebhookAuthenticationToken APIServingWithRoutine AtomicWriteVolumeUserFields CBORServingAndStorage
      CPUManagerPolicyAlphaOptions CRIListStreaming CSIVolumeHealth ClientsAllowCBOR ClientsPreferCBOR
      CloudControllerManagerWatchBasedRoutesReconciliation CloudControllerManagerWebhook CompositePodGroup
      ConsistentListFromCacheSkipTimeoutFallback ContainerStopSignals ControllerManagerReleaseLeaderElectionLockOnExit
      CrossNamespaceVolumeDataSource DRADerivedAttributes DRADeviceCompatibilityGroups DRAListTypeAttributes DRANodeAllocatableResources
      DRAOptionalNodeOperations DRAPartitionableDevicesType DRAResourcePoolStatus DefaultPodSysctls EmptyDirVolumeMode EventedPLEG
      EvictionRequestAPI GRPCContainerProbeTLS H2CContainerProbe ImageVolumeWithDigest InPlacePodVerticalScalingExclusiveCPUs
      InPlacePodVerticalScalingExclusiveMemory InPlacePodVerticalScalingMemoryBackedVolumes InPlacePodVerticalScalingSchedulerPreemption
      InterPodAffinityHostnameFastPath KubeProxyNFTablesLocalhostNodePorts KubeletAllocatedPodsEndpoint LoggingAlphaOptions
      MutablePVNodeAffinity NodeLifecycleConditions PodGroupPreemptionPolicy PodLogsQuerySplitStreams QOSReserved
      ReduceDefaultCrashLoopBackOffDecay RuntimeClassInImageCriApi SchedulerPreQueueingHints ShardedListAndWatch
      StatefulSetRecreateStrategy StorageVersionAPI TaintTolerationComparisonOperators TopologyAwareWorkloadScheduling
      TopologyManagerPolicyAlphaOptions UserNamespacesHostNetworkSupport VolumeBindMountOptions WindowsCPUAndMemoryAffinity
      WorkloadWithJob
    `,
    ),
    gates(
      'BETA',
      true,
      false,
      `
      APIResponseCompression APIServerIdentity AllowParsingUserUIDFromCertAuth AllowUnsafeMalformedObjectDeletion AtomicFIFO
      AuthorizePodWebsocketUpgradeCreatePermission CPUManagerPolicyBetaOptions CRDObservedGenerationTracking
      ClearingNominatedNodeNameAfterBinding ClientsAllowCARotation ClientsAllowTLSCacheGC ComponentFlagz ComponentStatusz
      ConcurrentWatchObjectDecode ConstrainedImpersonation ContainerCheckpoint ContainerRestartRules ContextualLogging
      DRAConsumableCapacity DRADeviceBindingConditions DRAPartitionableDevices DRAResourceClaimGranularStatusAuthorization
      DRASchedulerFilterTimeout DeclarativeValidationBeta DeploymentReplicaSetTerminatingReplicas DetectCacheInconsistency EnvFiles
      EtcdRangeStream ExcludeAdmissionWebhookVirtualResources ExtendWebSocketsToKubelet GracefulNodeShutdown
      GracefulNodeShutdownBasedOnPodPriority HPAGeneration HPAOptimizedSelectorStore HPAScaleToZero HugepageAwareEviction
      InOrderInformersBatchProcess InPlacePodLevelResourcesVerticalScaling KubeletCrashLoopBackOffMax KubeletEnsureSecretPulledImages
      KubeletInUserNamespace KubeletSeparateDiskGC KubeletServiceAccountTokenForCredentialProviders ListFromCacheSnapshot
      LoggingBetaOptions ManifestBasedAdmissionControlConfig MatchLabelKeysInPodTopologySpread
      MatchLabelKeysInPodTopologySpreadSelectorMerge MaxUnavailableStatefulSet MemoryQoS MutablePodResourcesForSuspendedJobs
      MutableSchedulingDirectivesForSuspendedJobs NFTablesNetlink NativeHistograms NodeControllerLeaseCircuitBreaker
      NominatedNodeNameForExpectation OpenAPIEnums OpportunisticBatching PersistentVolumeClaimUnusedSinceTime PodDeletionCost
      PodLevelResources PodLevelResourcesFixDefaulting PodLevelResourcesFixKubeletQOSClass PodTopologyLabelsAdmission PodsAPI
      PortForwardWebsockets ReloadKubeletClientCAFile ReloadKubeletServerCertificateFile RemoteRequestHeaderUID ResourceHealthStatus
      ResourceHealthStatusMessage RestartAllContainersOnContainerExits RotateKubeletServerCertificate SchedulerAsyncPreemption
      SchedulerPopFromBackoffQ ServiceAccountNodeAudienceRestriction SizeBasedListCostEstimate StaleControllerConsistencyDaemonSet
      StaleControllerConsistencyHPA StaleControllerConsistencyJob StaleControllerConsistencyReplicaSet
      StaleControllerConsistencyStatefulSet StatefulSetSemanticRevisionComparison StorageCapacityScoring StorageVersionHash
      StrictIPCIDRValidation StructuredAuthenticationConfigurationEgressSelector StructuredAuthenticationConfigurationJWKSMetrics
      TokenRequestServiceAccountUIDValidation TopologyManagerPolicyBetaOptions TranslateStreamCloseWebsocketRequests
      UnauthenticatedHTTP2DOSMitigation UnknownVersionInteroperabilityProxy UnlockWhileProcessingFIFO VolumeLimitScaling WatchList
      WatchListClient WatchListCompression WebhookRoundTripLoadBalancing WindowsGracefulNodeShutdown
    `,
    ),
    gates(
      'BETA',
      false,
      false,
      `
      CoordinatedLeaderElection DRAFractionalCapacityRange DRAWorkloadResourceClaims GenericWorkload
      LocalStorageCapacityIsolationFSQuotaMonitoring PodAndContainerStatsFromCRI PodLevelResourceManagers SchedulerAsyncAPICalls
    `,
    ),
    gates(
      '',
      true,
      false,
      `
      AllowServiceExternalIPs ClusterTrustBundle ClusterTrustBundleProjection CustomCPUCFSQuotaPeriod DRADeviceTaintRules DRADeviceTaints
      InformerResourceVersion MutatingAdmissionPolicy PodCertificateRequest SELinuxMount StorageVersionMigrator
    `,
    ),
    gates(
      '',
      true,
      true,
      `
      CPUManagerPolicyOptions CRDValidationRatcheting CSIServiceAccountTokenSecrets CustomResourceFieldSelectors DRAAdminAccess
      DRAExtendedResource DRAPrioritizedList DRAResourceClaimDeviceStatus DeclarativeValidation DisableAllocatorDualWrite
      DynamicResourceAllocation ExecProbeTimeout ExternalServiceAccountTokenSigner HPAConfigurableTolerance HostnameOverride
      ImageMaximumGCAge ImageVolume InOrderInformers InPlacePodVerticalScaling InPlacePodVerticalScalingInitContainers JobManagedBy
      KubeletCgroupDriverFromCRI KubeletFineGrainedAuthz KubeletPSI KubeletPodResourcesDynamicResources KubeletPodResourcesGet
      KubeletTracing MatchLabelKeysInPodAffinity MultiCIDRServiceAllocator MutableCSINodeAllocatableCount NFTablesProxyMode
      NodeDeclaredFeatures NodeInclusionPolicyInPodTopologySpread NodeLogQuery NodeSwap PLEGOnDemandRelist PodObservedGenerationTracking
      PodReadyToStartContainersCondition PodSchedulingReadiness PreferSameTrafficDistribution ProcMountType RecoverVolumeExpansionFailure
      RecursiveReadOnlyMounts RelaxedEnvironmentVariableValidation RelaxedServiceNameValidation SELinuxChangePolicy
      SELinuxMountReadWriteOncePod SeparateTaintEvictionController ServiceAccountTokenJTI ServiceAccountTokenNodeBinding
      ServiceAccountTokenNodeBindingValidation ServiceAccountTokenPodNodeInfo SupplementalGroupsPolicy SystemdWatchdog
      TopologyManagerPolicyOptions UserNamespacesSupport VolumeAttributesClass WatchCacheInitializationPostStartHook WinDSR WinOverlay
    `,
    ),
    gates(
      'DEPRECATED',
      true,
      false,
      `
      KubeProxyIPVS KubeletPodResourcesListUseActivePods ServiceCIDRStatusFieldWiping StorageNamespaceIndex
    `,
    ),
    gates(
      'DEPRECATED',
      false,
      false,
      `
      AllowDNSOnlyNodeCSR AllowInsecureKubeletCertificateSigningRequests ChangeContainerStatusOnKubeletRestart KMSv1
      KubeletRegistrationGetOnExistsOnly WindowsHostNetwork
    `,
    ),
    gates(
      'DEPRECATED',
      true,
      true,
      `
      AggregatedDiscoveryRemoveBetaType DisableCPUQuotaWithExclusiveCPUs DisableNodeKubeProxyVersion
    `,
    ),
    gates(
      'DEPRECATED',
      false,
      true,
      `
      AllowOverwriteTerminationGracePeriodSeconds DeclarativeValidationTakeover GitRepoVolumeDriver SeparateCacheWatchRPC
    `,
    ),
  ].flat(),
)

/** The gates that are asked here, and what each lets be done. Others have no effect. */
export const ASKED = {
  AllowParsingUserUIDFromCertAuth: "a client's certificate name its user's UID",
  APIResponseCompression: 'large answers be compressed',
  APIServerIdentity: 'the server keep a Lease that says that it runs',
  CBORServingAndStorage: 'clients speak CBOR',
  ClusterTrustBundle: 'ClusterTrustBundles be served',
  ClusterTrustBundleProjection: 'volumes have the certificates of ClusterTrustBundles',
  ComponentFlagz: 'it show its flags at /flagz',
  ComponentStatusz: 'it show what it is at /statusz',
  ConstrainedImpersonation: 'the right to act as somebody be tied to what is done as him',
  ContainerRestartRules: 'a container have a restart policy and rules of its own',
  CRDObservedGenerationTracking: 'the status of a CustomResourceDefinition tell which generation it is of',
  DeploymentReplicaSetTerminatingReplicas: 'the status of ReplicaSets and Deployments count pods that are ending',
  DRAConsumableCapacity: 'claims share the capacity of a device',
  DRADeviceBindingConditions: 'devices have conditions that a pod waits for',
  DRADeviceTaints: 'devices have taints',
  DRAPartitionableDevices: 'devices share counters',
  EnvFiles: 'a variable come from a file',
  InPlacePodLevelResourcesVerticalScaling: 'the status of a pod tell resources of the whole pod',
  MatchLabelKeysInPodTopologySpread: "spreading count by values of the pod's own labels",
  MaxUnavailableStatefulSet: 'several pods of a StatefulSet be unavailable at once',
  OpenAPIEnums: 'OpenAPI documents list the values that a field may have',
  PodCertificateRequest: 'PodCertificateRequests be served, and volumes have such certificates',
  PodDeletionCost: 'an annotation of a pod say how dear it is when a ReplicaSet or a ReplicationController becomes smaller',
  PodLevelResources: 'a pod have resources as a whole',
  PodTopologyLabelsAdmission: "pods have their node's topology labels",
  RemoteRequestHeaderUID: "front proxies tell a user's UID, and extension servers be told it",
  ResourceHealthStatus: 'the status of a pod tell how its devices are',
  ResourceHealthStatusMessage: 'it say so in words',
  ServiceAccountNodeAudienceRestriction: 'nodes ask for tokens of some audiences only',
  StorageVersionHash: 'discovery tell a hash of the version that is stored',
  StorageVersionMigrator: 'StorageVersionMigrations be served',
  TokenRequestServiceAccountUIDValidation: 'the UID in a token request be compared',
  VolumeLimitScaling: 'a CSIDriver keep pods from nodes without it',
  WatchList: 'a watch begin with a list and tell where that ends',
  WatchListCompression: 'such a watch be compressed',
} as const

export type AskedGate = keyof typeof ASKED

import type { ObjectMeta } from '../../../machinery/types.ts'
import type { LabelSelector } from '../../meta/v1/validation.ts'

/**
 * Pod, Node, Namespace and Binding in their v1 JSON form, as far as this server looks inside. Everything is optional, because
 * validation is what finds out; the schema has checked the JSON types before any of this code runs.
 */
export type ResourceList = Record<string, string>
export type IntOrString = number | string

export interface LocalObjectReference {
  name?: string
}

export interface ResourceRequirements {
  limits?: ResourceList
  requests?: ResourceList
  claims?: { name?: string; request?: string }[]
}

export interface HttpGetAction {
  path?: string
  port?: IntOrString
  host?: string
  scheme?: string
  httpHeaders?: { name?: string; value?: string }[]
}

/** A probe's or a lifecycle hook's handler. */
export interface Handler {
  exec?: { command?: string[] }
  httpGet?: HttpGetAction
  tcpSocket?: { port?: IntOrString; host?: string }
  grpc?: { port?: number; service?: string | null }
  sleep?: { seconds?: number }
}

export interface Probe extends Handler {
  initialDelaySeconds?: number
  timeoutSeconds?: number
  periodSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}

export interface Lifecycle {
  postStart?: Handler
  preStop?: Handler
  stopSignal?: string
}

export interface SeccompProfile {
  type?: string
  localhostProfile?: string
}

export interface WindowsOptions {
  gmsaCredentialSpecName?: string
  gmsaCredentialSpec?: string
  runAsUserName?: string
  hostProcess?: boolean
}

export interface SecurityContext {
  capabilities?: { add?: string[]; drop?: string[] }
  privileged?: boolean
  seLinuxOptions?: Record<string, string>
  windowsOptions?: WindowsOptions
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  readOnlyRootFilesystem?: boolean
  allowPrivilegeEscalation?: boolean
  procMount?: string
  seccompProfile?: SeccompProfile
  appArmorProfile?: SeccompProfile
}

export interface PodSecurityContext {
  seLinuxOptions?: Record<string, string>
  windowsOptions?: WindowsOptions
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  supplementalGroups?: number[]
  supplementalGroupsPolicy?: string
  fsGroup?: number
  sysctls?: { name?: string; value?: string }[]
  fsGroupChangePolicy?: string
  seccompProfile?: SeccompProfile
  appArmorProfile?: SeccompProfile
  seLinuxChangePolicy?: string
}

export interface ContainerPort {
  name?: string
  hostPort?: number
  containerPort?: number
  protocol?: string
  hostIP?: string
}

export interface ObjectFieldSelector {
  apiVersion?: string
  fieldPath?: string
}

export interface ResourceFieldSelector {
  containerName?: string
  resource?: string
  divisor?: string
}

export interface KeySelector {
  name?: string
  key?: string
  optional?: boolean
}

export interface FileKeySelector {
  volumeName?: string
  path?: string
  key?: string
  optional?: boolean
}

export interface EnvVar {
  name?: string
  value?: string
  valueFrom?: {
    fieldRef?: ObjectFieldSelector
    resourceFieldRef?: ResourceFieldSelector
    configMapKeyRef?: KeySelector
    secretKeyRef?: KeySelector
    fileKeyRef?: FileKeySelector
  }
}

export interface EnvFromSource {
  prefix?: string
  configMapRef?: { name?: string; optional?: boolean }
  secretRef?: { name?: string; optional?: boolean }
}

export interface VolumeMount {
  name?: string
  readOnly?: boolean
  recursiveReadOnly?: string
  mountPath?: string
  subPath?: string
  mountPropagation?: string
  subPathExpr?: string
}

export interface ContainerRestartRule {
  action?: string
  exitCodes?: { operator?: string; values?: number[] }
}

export interface Container {
  name?: string
  image?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  ports?: ContainerPort[]
  envFrom?: EnvFromSource[]
  env?: EnvVar[]
  resources?: ResourceRequirements
  resizePolicy?: { resourceName?: string; restartPolicy?: string }[]
  restartPolicy?: string
  restartPolicyRules?: ContainerRestartRule[]
  volumeMounts?: VolumeMount[]
  volumeDevices?: { name?: string; devicePath?: string }[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: Lifecycle
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  imagePullPolicy?: string
  securityContext?: SecurityContext
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
}

export interface EphemeralContainer extends Container {
  targetContainerName?: string
}

export interface KeyToPath {
  key?: string
  path?: string
  mode?: number
}

export interface DownwardApiFile {
  path?: string
  fieldRef?: ObjectFieldSelector
  resourceFieldRef?: ResourceFieldSelector
  mode?: number
}

export interface ProjectedSource {
  secret?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  configMap?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  downwardAPI?: { items?: DownwardApiFile[] }
  serviceAccountToken?: { audience?: string; expirationSeconds?: number; path?: string }
  clusterTrustBundle?: { name?: string; signerName?: string; labelSelector?: LabelSelector; path?: string; optional?: boolean }
  podCertificate?: {
    signerName?: string
    keyType?: string
    maxExpirationSeconds?: number
    credentialBundlePath?: string
    keyPath?: string
    certificateChainPath?: string
    userAnnotations?: Record<string, string>
  }
}

export interface TypedReference {
  apiGroup?: string | null
  kind?: string
  name?: string
  namespace?: string
}

export interface ClaimSpec {
  accessModes?: string[]
  selector?: LabelSelector
  resources?: ResourceRequirements
  volumeName?: string
  storageClassName?: string
  volumeMode?: string
  dataSource?: TypedReference
  dataSourceRef?: TypedReference
  volumeAttributesClassName?: string
}

export interface IscsiSource {
  targetPortal?: string
  iqn?: string
  lun?: number
  iscsiInterface?: string
  chapAuthDiscovery?: boolean
  chapAuthSession?: boolean
  secretRef?: LocalObjectReference
  initiatorName?: string
}

export interface AzureDiskSource {
  diskName?: string
  diskURI?: string
  cachingMode?: string
  fsType?: string
  readOnly?: boolean
  kind?: string
}

export interface VolumeSource {
  emptyDir?: { medium?: string; sizeLimit?: string }
  hostPath?: { path?: string; type?: string }
  gitRepo?: { repository?: string; revision?: string; directory?: string }
  gcePersistentDisk?: { pdName?: string; partition?: number }
  awsElasticBlockStore?: { volumeID?: string; partition?: number }
  secret?: { secretName?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  nfs?: { server?: string; path?: string }
  iscsi?: IscsiSource
  glusterfs?: { endpoints?: string; path?: string }
  flocker?: { datasetName?: string; datasetUUID?: string }
  persistentVolumeClaim?: { claimName?: string; readOnly?: boolean }
  rbd?: { monitors?: string[]; image?: string; pool?: string; user?: string; keyring?: string }
  cinder?: { volumeID?: string; secretRef?: LocalObjectReference }
  cephfs?: { monitors?: string[] }
  quobyte?: { registry?: string; volume?: string; tenant?: string }
  downwardAPI?: { items?: DownwardApiFile[]; defaultMode?: number }
  fc?: { targetWWNs?: string[]; lun?: number; wwids?: string[] }
  flexVolume?: { driver?: string; options?: Record<string, string> }
  configMap?: { name?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  azureFile?: { secretName?: string; shareName?: string }
  vsphereVolume?: { volumePath?: string }
  photonPersistentDisk?: { pdID?: string }
  portworxVolume?: { volumeID?: string }
  azureDisk?: AzureDiskSource
  storageos?: { volumeName?: string; volumeNamespace?: string; secretRef?: LocalObjectReference }
  projected?: { sources?: ProjectedSource[]; defaultMode?: number }
  scaleIO?: { gateway?: string; system?: string; volumeName?: string; storageMode?: string; fsType?: string }
  csi?: { driver?: string; nodePublishSecretRef?: LocalObjectReference }
  ephemeral?: { volumeClaimTemplate?: { metadata?: ObjectMeta; spec?: ClaimSpec } }
  image?: { reference?: string; pullPolicy?: string }
}

export interface Volume extends VolumeSource {
  name?: string
}

export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}

export interface NodeSelectorRequirement {
  key?: string
  operator?: string
  values?: string[]
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[]
  matchFields?: NodeSelectorRequirement[]
}

export interface NodeAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: NodeSelectorTerm[] }
  preferredDuringSchedulingIgnoredDuringExecution?: { weight?: number; preference?: NodeSelectorTerm }[]
}

export interface PodAffinityTerm {
  labelSelector?: LabelSelector
  namespaces?: string[]
  topologyKey?: string
  namespaceSelector?: LabelSelector
  matchLabelKeys?: string[]
  mismatchLabelKeys?: string[]
}

export interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  preferredDuringSchedulingIgnoredDuringExecution?: { weight?: number; podAffinityTerm?: PodAffinityTerm }[]
}

export interface Affinity {
  nodeAffinity?: NodeAffinity
  podAffinity?: PodAffinity
  podAntiAffinity?: PodAffinity
}

export interface TopologySpreadConstraint {
  maxSkew?: number
  topologyKey?: string
  whenUnsatisfiable?: string
  labelSelector?: LabelSelector
  minDomains?: number
  nodeAffinityPolicy?: string
  nodeTaintsPolicy?: string
  matchLabelKeys?: string[]
}

export interface PodResourceClaim {
  name?: string
  resourceClaimName?: string
  resourceClaimTemplateName?: string
}

export interface PodSpec {
  volumes?: Volume[]
  initContainers?: Container[]
  containers?: Container[]
  ephemeralContainers?: EphemeralContainer[]
  restartPolicy?: string
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  dnsPolicy?: string
  nodeSelector?: Record<string, string>
  serviceAccountName?: string
  serviceAccount?: string
  automountServiceAccountToken?: boolean
  nodeName?: string
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
  shareProcessNamespace?: boolean
  securityContext?: PodSecurityContext
  imagePullSecrets?: LocalObjectReference[]
  hostname?: string
  subdomain?: string
  affinity?: Affinity
  schedulerName?: string
  tolerations?: Toleration[]
  hostAliases?: { ip?: string; hostnames?: string[] }[]
  priorityClassName?: string
  priority?: number
  dnsConfig?: { nameservers?: string[]; searches?: string[]; options?: { name?: string; value?: string }[] }
  readinessGates?: { conditionType?: string }[]
  runtimeClassName?: string
  enableServiceLinks?: boolean
  preemptionPolicy?: string
  overhead?: ResourceList
  topologySpreadConstraints?: TopologySpreadConstraint[]
  setHostnameAsFQDN?: boolean
  os?: { name?: string }
  hostUsers?: boolean
  schedulingGates?: { name?: string }[]
  resourceClaims?: PodResourceClaim[]
  resources?: ResourceRequirements
  hostnameOverride?: string
}

export interface PodCondition {
  type?: string
  status?: string
  observedGeneration?: number
  lastProbeTime?: string | null
  lastTransitionTime?: string | null
  reason?: string
  message?: string
}

export interface TerminatedState {
  exitCode?: number
  signal?: number
  reason?: string
  message?: string
  startedAt?: string | null
  finishedAt?: string | null
  containerID?: string
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt?: string | null }
  terminated?: TerminatedState
}

export interface ContainerStatus {
  name?: string
  state?: ContainerState
  lastState?: ContainerState
  ready?: boolean
  restartCount?: number
  image?: string
  imageID?: string
  containerID?: string
  started?: boolean
  allocatedResources?: ResourceList
  resources?: ResourceRequirements
  user?: { linux?: { uid?: number; gid?: number; supplementalGroups?: number[] } }
  allocatedResourcesStatus?: { name?: string; resources?: { resourceID?: string; health?: string; message?: string }[] }[]
}

export interface PodStatus {
  observedGeneration?: number
  phase?: string
  conditions?: PodCondition[]
  message?: string
  reason?: string
  nominatedNodeName?: string
  hostIP?: string
  hostIPs?: { ip?: string }[]
  podIP?: string
  podIPs?: { ip?: string }[]
  startTime?: string
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
  ephemeralContainerStatuses?: ContainerStatus[]
  qosClass?: string
  resize?: string
  resourceClaimStatuses?: { name?: string; resourceClaimName?: string }[]
  extendedResourceClaimStatus?: {
    resourceClaimName?: string
    requestMappings?: { containerName?: string; resourceName?: string; requestName?: string }[]
  }
}

export interface Pod {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  spec: PodSpec
  status?: PodStatus
  [field: string]: unknown
}

export interface PodTemplateSpec {
  metadata?: ObjectMeta
  spec?: PodSpec
}

export interface Taint {
  key?: string
  value?: string
  effect?: string
  timeAdded?: string
}

export interface NodeStatus {
  capacity?: ResourceList
  allocatable?: ResourceList
  phase?: string
  conditions?: {
    type?: string
    status?: string
    reason?: string
    message?: string
    lastHeartbeatTime?: string | null
    lastTransitionTime?: string | null
  }[]
  addresses?: { type?: string; address?: string }[]
  daemonEndpoints?: { kubeletEndpoint?: { Port?: number } }
  nodeInfo?: {
    machineID?: string
    systemUUID?: string
    bootID?: string
    kernelVersion?: string
    osImage?: string
    containerRuntimeVersion?: string
    kubeletVersion?: string
    kubeProxyVersion?: string
    operatingSystem?: string
    architecture?: string
    swap?: { capacity?: number }
  }
  declaredFeatures?: string[]
  config?: unknown
}

export interface Node {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  spec: {
    podCIDR?: string
    podCIDRs?: string[]
    providerID?: string
    unschedulable?: boolean
    taints?: Taint[]
    configSource?: unknown
    externalID?: string
  }
  status?: NodeStatus
  [field: string]: unknown
}

export interface Namespace {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  spec?: { finalizers?: string[] }
  status?: { phase?: string; conditions?: PodCondition[] }
  [field: string]: unknown
}

export interface Binding {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  target?: { kind?: string; name?: string; namespace?: string; apiVersion?: string; uid?: string }
  [field: string]: unknown
}

/** Containers as they stand in a pod's spec. */
import type { Int64 } from '../../../machinery/numbers.ts'

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
  terminationGracePeriodSeconds?: Int64
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
  runAsUser?: Int64
  runAsGroup?: Int64
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
  runAsUser?: Int64
  runAsGroup?: Int64
  runAsNonRoot?: boolean
  supplementalGroups?: Int64[]
  supplementalGroupsPolicy?: string
  fsGroup?: Int64
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

import type { NodeAffinity, TopologySpreadConstraint } from '../../client/objects.ts'

/** KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) with its defaults filled in. Durations are in milliseconds. */
export interface SchedulerConfiguration {
  percentageOfNodesToScore: number
  podInitialBackoffSeconds: number
  podMaxBackoffSeconds: number
  parallelism: number
  profiles: readonly ProfileConfiguration[]
  extenders: readonly ExtenderConfiguration[]
  leaderElection: LeaderElectionConfiguration
  clientConnection: { qps?: number; burst?: number }
}

export interface ProfileConfiguration {
  schedulerName: string
  /** Absent: the configuration's. */
  percentageOfNodesToScore?: number
  plugins: Plugins
  pluginConfig: readonly { name: string; args: PluginArguments[keyof PluginArguments] | Record<string, unknown> | undefined }[]
}

/** Extension points in the order in which their plugins are put together (framework/runtime getExtensionPoints). */
export const POINTS = [
  'preFilter',
  'filter',
  'postFilter',
  'reserve',
  'preScore',
  'score',
  'preBind',
  'bind',
  'postBind',
  'permit',
  'preEnqueue',
  'queueSort',
] as const
export type Point = (typeof POINTS)[number]

export interface PluginEntry {
  name: string
  weight?: number
}

export interface PluginSet {
  enabled: readonly PluginEntry[]
  disabled: readonly PluginEntry[]
}

export type Plugins = Record<Point | 'multiPoint', PluginSet>

interface ResourceSpec {
  name: string
  weight: number
}

/** Utilization in %, score from 0 to 10. */
export interface ShapePoint {
  utilization: number
  score: number
}

/** What each plugin of ours can be told. */
export interface PluginArguments {
  DefaultPreemption: { minCandidateNodesPercentage: number; minCandidateNodesAbsolute: number }
  DynamicResources: { filterTimeout: number; bindingTimeout: number }
  InterPodAffinity: { hardPodAffinityWeight: number; ignorePreferredTermsOfExistingPods?: boolean }
  NodeAffinity: { addedAffinity?: NodeAffinity }
  NodeResourcesBalancedAllocation: { resources: readonly ResourceSpec[] }
  NodeResourcesFit: {
    ignoredResources?: readonly string[]
    ignoredResourceGroups?: readonly string[]
    scoringStrategy: {
      type: string
      resources: readonly ResourceSpec[]
      requestedToCapacityRatio?: { shape?: readonly ShapePoint[] }
    }
  }
  PodTopologySpread: { defaultConstraints?: readonly TopologySpreadConstraint[]; defaultingType: string }
  VolumeBinding: { bindTimeoutSeconds: number; shape?: readonly ShapePoint[] }
}

export interface ExtenderConfiguration {
  urlPrefix: string
  filterVerb?: string
  preemptVerb?: string
  prioritizeVerb?: string
  weight?: number
  bindVerb?: string
  enableHTTPS?: boolean
  tlsConfig?: {
    insecure?: boolean
    serverName?: string
    certFile?: string
    keyFile?: string
    caFile?: string
    certData?: string
    keyData?: string
    caData?: string
  }
  httpTimeout?: number
  nodeCacheCapable?: boolean
  managedResources?: readonly { name: string; ignoredByScheduler?: boolean }[]
  ignorable?: boolean
}

export interface LeaderElectionConfiguration {
  leaderElect: boolean
  leaseDuration: number
  renewDeadline: number
  retryPeriod: number
  resourceLock: string
  resourceName: string
  resourceNamespace: string
}

import { parseDuration } from '../../machinery/go-duration.ts'
import { jsonKind, literalOf } from '../../machinery/numbers.ts'

/** What a field is in Go, for its decoder's words. A name of STRUCTS is a struct. */
type Kind =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'duration'
  | 'raw'
  | 'args'
  | readonly [element: string]
  | { map: string }
  | (string & {})

interface Struct {
  go: string
  fields: Readonly<Record<string, Kind>>
}

const points = (kind: Kind): Record<string, Kind> =>
  Object.fromEntries(
    [
      'preEnqueue',
      'queueSort',
      'preFilter',
      'filter',
      'postFilter',
      'preScore',
      'score',
      'reserve',
      'permit',
      'preBind',
      'bind',
      'postBind',
    ]
      .concat(['multiPoint', 'placementGenerate', 'placementScore', 'podGroupPostFilter'])
      .map((point) => [point, kind]),
  )

const TYPE_META: Record<string, Kind> = { apiVersion: 'string', kind: 'string' }

/** The fields of kubescheduler.config.k8s.io/v1 (k8s.io/kube-scheduler config/v1). What is not looked into is `raw`. */
export const STRUCTS: Readonly<Record<string, Struct>> = {
  KubeSchedulerConfiguration: {
    go: 'v1.KubeSchedulerConfiguration',
    fields: {
      ...TYPE_META,
      parallelism: 'int32',
      leaderElection: 'LeaderElectionConfiguration',
      clientConnection: 'ClientConnectionConfiguration',
      enableProfiling: 'bool',
      enableContentionProfiling: 'bool',
      percentageOfNodesToScore: 'int32',
      podInitialBackoffSeconds: 'int64',
      podMaxBackoffSeconds: 'int64',
      profiles: ['KubeSchedulerProfile'],
      extenders: ['Extender'],
      delayCacheUntilActive: 'bool',
    },
  },
  LeaderElectionConfiguration: {
    go: 'v1alpha1.LeaderElectionConfiguration',
    fields: {
      ...{ leaderElect: 'bool', leaseDuration: 'duration', renewDeadline: 'duration', retryPeriod: 'duration' },
      ...{ resourceLock: 'string', resourceName: 'string', resourceNamespace: 'string' },
    },
  },
  ClientConnectionConfiguration: {
    go: 'v1alpha1.ClientConnectionConfiguration',
    fields: { kubeconfig: 'string', acceptContentTypes: 'string', contentType: 'string', qps: 'float32', burst: 'int32' },
  },
  KubeSchedulerProfile: {
    go: 'v1.KubeSchedulerProfile',
    fields: { schedulerName: 'string', percentageOfNodesToScore: 'int32', plugins: 'Plugins', pluginConfig: ['PluginConfig'] },
  },
  Plugins: { go: 'v1.Plugins', fields: points('PluginSet') },
  PluginSet: { go: 'v1.PluginSet', fields: { enabled: ['Plugin'], disabled: ['Plugin'] } },
  Plugin: { go: 'v1.Plugin', fields: { name: 'string', weight: 'int32' } },
  PluginConfig: { go: 'v1.PluginConfig', fields: { name: 'string', args: 'args' } },
  Extender: {
    go: 'v1.Extender',
    fields: {
      ...{ urlPrefix: 'string', filterVerb: 'string', preemptVerb: 'string', prioritizeVerb: 'string', bindVerb: 'string' },
      ...{ weight: 'int64', enableHTTPS: 'bool', tlsConfig: 'ExtenderTLSConfig', httpTimeout: 'duration', nodeCacheCapable: 'bool' },
      ...{ managedResources: ['ExtenderManagedResource'], ignorable: 'bool' },
    },
  },
  ExtenderTLSConfig: {
    go: 'v1.ExtenderTLSConfig',
    fields: {
      ...{ insecure: 'bool', serverName: 'string', certFile: 'string', keyFile: 'string', caFile: 'string' },
      ...{ certData: 'string', keyData: 'string', caData: 'string' },
    },
  },
  ExtenderManagedResource: { go: 'v1.ExtenderManagedResource', fields: { name: 'string', ignoredByScheduler: 'bool' } },
  DefaultPreemptionArgs: {
    go: 'v1.DefaultPreemptionArgs',
    fields: { ...TYPE_META, minCandidateNodesPercentage: 'int32', minCandidateNodesAbsolute: 'int32' },
  },
  DynamicResourcesArgs: {
    go: 'v1.DynamicResourcesArgs',
    fields: { ...TYPE_META, filterTimeout: 'duration', bindingTimeout: 'duration' },
  },
  InterPodAffinityArgs: {
    go: 'v1.InterPodAffinityArgs',
    fields: { ...TYPE_META, hardPodAffinityWeight: 'int32', ignorePreferredTermsOfExistingPods: 'bool' },
  },
  NodeAffinityArgs: { go: 'v1.NodeAffinityArgs', fields: { ...TYPE_META, addedAffinity: 'raw' } },
  NodeResourcesBalancedAllocationArgs: {
    go: 'v1.NodeResourcesBalancedAllocationArgs',
    fields: { ...TYPE_META, resources: ['ResourceSpec'] },
  },
  NodeResourcesFitArgs: {
    go: 'v1.NodeResourcesFitArgs',
    fields: { ...TYPE_META, ignoredResources: ['string'], ignoredResourceGroups: ['string'], scoringStrategy: 'ScoringStrategy' },
  },
  ScoringStrategy: {
    go: 'v1.ScoringStrategy',
    fields: { type: 'string', resources: ['ResourceSpec'], requestedToCapacityRatio: 'RequestedToCapacityRatioParam' },
  },
  RequestedToCapacityRatioParam: { go: 'v1.RequestedToCapacityRatioParam', fields: { shape: ['UtilizationShapePoint'] } },
  UtilizationShapePoint: { go: 'v1.UtilizationShapePoint', fields: { utilization: 'int32', score: 'int32' } },
  ResourceSpec: { go: 'v1.ResourceSpec', fields: { name: 'string', weight: 'int64' } },
  PodTopologySpreadArgs: {
    go: 'v1.PodTopologySpreadArgs',
    fields: { ...TYPE_META, defaultConstraints: ['TopologySpreadConstraint'], defaultingType: 'string' },
  },
  TopologySpreadConstraint: {
    go: 'v1.TopologySpreadConstraint',
    fields: {
      ...{ maxSkew: 'int32', topologyKey: 'string', whenUnsatisfiable: 'string', labelSelector: 'raw', minDomains: 'int32' },
      ...{ nodeAffinityPolicy: 'string', nodeTaintsPolicy: 'string', matchLabelKeys: ['string'] },
    },
  },
  VolumeBindingArgs: {
    go: 'v1.VolumeBindingArgs',
    fields: { ...TYPE_META, bindTimeoutSeconds: 'int64', shape: ['UtilizationShapePoint'] },
  },
}

/** The text is no configuration; the message is what the original's decoder says. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
}

export interface Decoded {
  value: Record<string, unknown>
  /** Paths of fields that there are none of. */
  unknown: string[]
}

/** Reads a struct as encoding/json would: durations become milliseconds. @throws ConfigurationError */
export function decodeStruct(name: string, value: unknown): Decoded {
  const unknown: string[] = []
  return { value: struct(name, value, { root: name, go: [], path: '', unknown }), unknown }
}

interface Place {
  /** The struct that decoding began with, the fields from there as Go tells of them, and as strict decoding does. */
  root: string
  go: readonly string[]
  path: string
  unknown: string[]
}

function struct(name: string, value: unknown, at: Place): Record<string, unknown> {
  const { go, fields } = STRUCTS[name]!
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(value, go, at)
  const out: Record<string, unknown> = {}
  for (const [key, v] of Object.entries(value)) {
    const kind = Object.hasOwn(fields, key) ? fields[key] : undefined
    const path = at.path === '' ? key : `${at.path}.${key}`
    if (kind === undefined) at.unknown.push(path)
    else if (v !== null) out[key] = field(kind, v, { ...at, go: [...at.go, key], path })
  }
  return out
}

function field(kind: Kind, value: unknown, at: Place): unknown {
  if (kind === 'raw' || kind === 'args') return value
  if (typeof kind === 'object') {
    const [element = ''] = kind as readonly [string]
    if (!Array.isArray(value)) throw mismatch(value, `[]${STRUCTS[element]?.go ?? element}`, at)
    return value.map((v, i) => field(element, v, { ...at, path: `${at.path}[${i}]` }))
  }
  if (Object.hasOwn(STRUCTS, kind)) return struct(kind, value, at)
  return scalar(kind, value, at)
}

const LIMITS: Readonly<Record<string, bigint>> = { int32: 2n ** 31n, int64: 2n ** 63n }

function scalar(kind: string, value: unknown, at: Place): unknown {
  const literal = literalOf(value)
  if (kind === 'string' || kind === 'bool') {
    if (typeof value !== (kind === 'bool' ? 'boolean' : kind)) throw mismatch(value, kind, at)
    return value
  }
  if (kind === 'duration') {
    if (typeof value !== 'string') throw new ConfigurationError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type string`)
    try {
      return Number(parseDuration(value)) / 1e6
    } catch (e) {
      throw new ConfigurationError(e instanceof Error ? e.message : String(e), { cause: e })
    }
  }
  if (literal === undefined) throw mismatch(value, kind, at)
  const limit = LIMITS[kind]
  if (limit !== undefined) {
    const whole = /^-?\d+$/.test(literal) ? BigInt(literal) : undefined
    if (whole === undefined || whole >= limit || whole < -limit) throw mismatch(value, kind, at)
  }
  return Number(literal)
}

function mismatch(value: unknown, type: string, { root, go }: Place): ConfigurationError {
  const literal = literalOf(value)
  const what = literal === undefined || !/^(int|float)/.test(type) ? jsonKind(value) : `number ${literal}`
  if (go.length === 0) return new ConfigurationError(`json: cannot unmarshal ${what} into Go value of type ${type}`)
  // Go names the struct that holds the field, and the path from the root.
  return new ConfigurationError(`json: cannot unmarshal ${what} into Go struct field ${holder(root, go)}.${go.join('.')} of type ${type}`)
}

function holder(root: string, go: readonly string[]): string {
  let name = root
  for (const key of go.slice(0, -1)) {
    const kind = STRUCTS[name]!.fields[key]!
    name = typeof kind === 'object' ? (kind as readonly [string])[0] : kind
  }
  return name
}

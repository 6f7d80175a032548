import { POINTS, type PluginEntry, type PluginSet, type Plugins } from './types.ts'

/** In the order in which filters run: the first refusal is the one that the message names (config/v1 default_plugins.go). */
const DEFAULT_PLUGINS: readonly PluginEntry[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeName' },
  { name: 'NodeUnschedulable' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources', weight: 2 },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
  { name: 'NodeDeclaredFeatures' },
]

const NOTHING: PluginSet = { enabled: [], disabled: [] }

export type PartialPlugins = Partial<Record<keyof Plugins, Partial<PluginSet>>>

/** The default plugins, each changed, put behind or taken out as the profile says. */
export function mergePlugins(custom: PartialPlugins = {}): Plugins {
  const merged = { multiPoint: mergeSet({ enabled: DEFAULT_PLUGINS, disabled: [] }, custom.multiPoint) } as Plugins
  for (const point of POINTS) merged[point] = mergeSet(NOTHING, custom[point])
  return merged
}

function mergeSet(defaults: PluginSet, { enabled = [], disabled = [] }: Partial<PluginSet> = {}): PluginSet {
  const off = new Set(disabled.map((p) => p.name))
  const replaced = new Set<number>()
  const kept = off.has('*')
    ? []
    : defaults.enabled
        .filter((p) => !off.has(p.name))
        .map((p) => {
          // Of several that say something of it the last counts; the others stay, and are refused as doubles.
          const index = enabled.findLastIndex((c) => c.name === p.name)
          if (index < 0) return p
          replaced.add(index)
          return enabled[index]!
        })
  return { enabled: [...kept, ...enabled.filter((_, i) => !replaced.has(i))], disabled: disabled.map(({ name }) => ({ name })) }
}

const TWO_RESOURCES = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
]

type Raw = Record<string, unknown>

const weighted = (resources: unknown): Raw[] => {
  const list = (resources ?? []) as Raw[]
  return list.length === 0 ? TWO_RESOURCES : list.map((r) => ({ ...r, weight: r.weight === undefined || r.weight === 0 ? 1 : r.weight }))
}

const LESS_USED_IS_BETTER = [
  { utilization: 0, score: 10 },
  { utilization: 100, score: 0 },
]

/** Arguments of a plugin with what they leave out, by the plugin's name (config/v1 defaults.go). */
export const ARGUMENT_DEFAULTS: Readonly<Record<string, (args: Raw) => Raw>> = {
  DefaultPreemption: (args) => ({ minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100, ...args }),
  DynamicResources: (args) => ({ filterTimeout: 10_000, bindingTimeout: 600_000, ...args }),
  InterPodAffinity: (args) => ({ hardPodAffinityWeight: 1, ...args }),
  NodeAffinity: (args) => args,
  NodeResourcesBalancedAllocation: (args) => ({ ...args, resources: weighted(args.resources) }),
  NodeResourcesFit(args) {
    const strategy = (args.scoringStrategy ?? { type: 'LeastAllocated' }) as Raw
    return { ...args, scoringStrategy: { type: '', ...strategy, resources: weighted(strategy.resources) } }
  },
  PodTopologySpread: (args) => ({
    ...args,
    defaultingType: args.defaultingType === undefined || args.defaultingType === '' ? 'System' : args.defaultingType,
  }),
  VolumeBinding: ({ shape, ...args }) => ({
    bindTimeoutSeconds: 600,
    ...args,
    shape: Array.isArray(shape) && shape.length > 0 ? shape : LESS_USED_IS_BETTER,
  }),
}

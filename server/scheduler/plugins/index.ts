import type { PluginArguments, Point } from '../config/types.ts'
import type { Plugin, PluginFactory } from '../framework.ts'
import { defaultBinder } from './default-binder/default-binder.ts'
import { defaultPreemption } from './default-preemption/default-preemption.ts'
import { dynamicResources } from './dynamic-resources/dynamic-resources.ts'
import { imageLocality } from './image-locality/image-locality.ts'
import { interPodAffinity } from './inter-pod-affinity/inter-pod-affinity.ts'
import { nodeAffinity } from './node-affinity/node-affinity.ts'
import { nodeDeclaredFeatures } from './node-declared-features/node-declared-features.ts'
import { nodeName } from './node-name/node-name.ts'
import { nodePorts } from './node-ports/node-ports.ts'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './node-resources-fit/node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable/node-unschedulable.ts'
import { nodeVolumeLimits } from './node-volume-limits/node-volume-limits.ts'
import { podTopologySpread } from './pod-topology-spread/pod-topology-spread.ts'
import { prioritySort } from './priority-sort/priority-sort.ts'
import { schedulingGates } from './scheduling-gates/scheduling-gates.ts'
import { taintToleration } from './taint-toleration/taint-toleration.ts'
import { volumeBinding } from './volume-binding/volume-binding.ts'
import { volumeRestrictions } from './volume-restrictions/volume-restrictions.ts'
import { volumeZone } from './volume-zone/volume-zone.ts'

export interface RegisteredPlugin {
  make: PluginFactory<never>
  /** Where it may be enabled: the points of the original's plugin of this name, some of which are one step here. */
  points: readonly Point[]
}

const always =
  (plugin: Plugin): PluginFactory<never> =>
  () =>
    plugin

type Row = readonly [name: string, make: PluginFactory<never>, points: readonly Point[]]

const configured = <K extends keyof PluginArguments>(name: K, make: PluginFactory<PluginArguments[K]>, points: readonly Point[]): Row => [
  name,
  make,
  points,
]

const ROWS: readonly Row[] = [
  ['SchedulingGates', always(schedulingGates), ['preEnqueue']],
  ['PrioritySort', always(prioritySort), ['queueSort']],
  ['NodeName', always(nodeName), ['preFilter', 'filter']],
  ['NodeUnschedulable', always(nodeUnschedulable), ['preFilter', 'filter']],
  ['TaintToleration', always(taintToleration), ['preFilter', 'filter', 'preScore', 'score']],
  configured('NodeAffinity', nodeAffinity, ['preFilter', 'filter', 'preScore', 'score']),
  ['NodePorts', always(nodePorts), ['preFilter', 'filter']],
  configured('NodeResourcesFit', nodeResourcesFit, ['preFilter', 'filter', 'preScore', 'score']),
  ['VolumeRestrictions', volumeRestrictions, ['preFilter', 'filter']],
  ['NodeVolumeLimits', nodeVolumeLimits, ['preFilter', 'filter']],
  configured('VolumeBinding', volumeBinding, ['preFilter', 'filter', 'reserve', 'preBind', 'preScore', 'score']),
  ['VolumeZone', volumeZone, ['preFilter', 'filter']],
  configured('PodTopologySpread', podTopologySpread, ['preFilter', 'filter', 'preScore', 'score']),
  configured('InterPodAffinity', interPodAffinity, ['preFilter', 'filter', 'preScore', 'score']),
  configured('DynamicResources', dynamicResources, ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'score', 'reserve', 'preBind']),
  configured('DefaultPreemption', defaultPreemption, ['preEnqueue', 'postFilter']),
  configured('NodeResourcesBalancedAllocation', nodeResourcesBalancedAllocation, ['preScore', 'score']),
  ['ImageLocality', imageLocality, ['score']],
  ['DefaultBinder', always(defaultBinder), ['bind']],
  ['NodeDeclaredFeatures', always(nodeDeclaredFeatures), ['preFilter', 'filter']],
]

/** The plugins that there are, by the original's names. */
export const registry: ReadonlyMap<string, RegisteredPlugin> = new Map(ROWS.map(([name, make, points]) => [name, { make, points }]))

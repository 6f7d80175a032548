import type { Handle, Plugin, PluginFactory } from '../framework.ts'
import { defaultBinder } from './default-binder/default-binder.ts'
import { defaultPreemption } from './default-preemption/default-preemption.ts'
import { imageLocality } from './image-locality/image-locality.ts'
import { interPodAffinity } from './inter-pod-affinity/inter-pod-affinity.ts'
import { nodeAffinity } from './node-affinity/node-affinity.ts'
import { nodeName } from './node-name/node-name.ts'
import { nodePorts } from './node-ports/node-ports.ts'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './node-resources-fit/node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable/node-unschedulable.ts'
import { nodeVolumeLimits } from './node-volume-limits/node-volume-limits.ts'
import { podTopologySpread } from './pod-topology-spread/pod-topology-spread.ts'
import { schedulingGates } from './scheduling-gates/scheduling-gates.ts'
import { taintToleration } from './taint-toleration/taint-toleration.ts'
import { volumeBinding } from './volume-binding/volume-binding.ts'
import { volumeRestrictions } from './volume-restrictions/volume-restrictions.ts'
import { volumeZone } from './volume-zone/volume-zone.ts'

export interface ConfiguredPlugin {
  make: PluginFactory
  /** Of its score; 1 where it does not matter. */
  weight: number
}

export interface EnabledPlugin {
  plugin: Plugin
  weight: number
}

const always =
  (plugin: Plugin): PluginFactory =>
  () =>
    plugin

/** In the order in which filters run; the first refusal is the one that the message names. Weights as upstream's defaults. */
export const defaultPlugins: readonly ConfiguredPlugin[] = [
  { make: always(schedulingGates), weight: 1 },
  { make: always(nodeName), weight: 1 },
  { make: always(nodeUnschedulable), weight: 1 },
  { make: always(taintToleration), weight: 3 },
  { make: always(nodeAffinity), weight: 2 },
  { make: always(nodePorts), weight: 1 },
  { make: always(nodeResourcesFit), weight: 1 },
  { make: volumeRestrictions, weight: 1 },
  { make: nodeVolumeLimits, weight: 1 },
  { make: volumeBinding, weight: 1 },
  { make: volumeZone, weight: 1 },
  { make: podTopologySpread, weight: 2 },
  { make: interPodAffinity, weight: 2 },
  { make: defaultPreemption, weight: 1 },
  { make: always(nodeResourcesBalancedAllocation), weight: 1 },
  { make: imageLocality, weight: 1 },
  { make: always(defaultBinder), weight: 1 },
]

export const makePlugins = (configured: readonly ConfiguredPlugin[], handle: Handle): EnabledPlugin[] =>
  configured.map(({ make, weight }) => ({ plugin: make(handle), weight }))

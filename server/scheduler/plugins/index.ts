import type { Plugin } from '../framework.ts'
import { defaultBinder } from './default-binder/default-binder.ts'
import { defaultPreemption } from './default-preemption/default-preemption.ts'
import { nodeAffinity } from './node-affinity/node-affinity.ts'
import { nodeName } from './node-name/node-name.ts'
import { nodePorts } from './node-ports/node-ports.ts'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './node-resources-fit/node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable/node-unschedulable.ts'
import { schedulingGates } from './scheduling-gates/scheduling-gates.ts'
import { taintToleration } from './taint-toleration/taint-toleration.ts'

export interface EnabledPlugin {
  plugin: Plugin
  /** Of its score; 1 where it does not matter. */
  weight: number
}

/** In the order in which filters run; the first refusal is the one that the message names. Weights as upstream's defaults. */
export const defaultPlugins: readonly EnabledPlugin[] = [
  { plugin: schedulingGates, weight: 1 },
  { plugin: nodeName, weight: 1 },
  { plugin: nodeUnschedulable, weight: 1 },
  { plugin: taintToleration, weight: 3 },
  { plugin: nodeAffinity, weight: 2 },
  { plugin: nodePorts, weight: 1 },
  { plugin: nodeResourcesFit, weight: 1 },
  { plugin: defaultPreemption, weight: 1 },
  { plugin: nodeResourcesBalancedAllocation, weight: 1 },
  { plugin: defaultBinder, weight: 1 },
]

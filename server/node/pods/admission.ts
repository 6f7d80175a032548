import type { Node, Pod } from '../types.ts'
import { podRequests, quantity } from './resources.ts'

export interface Rejection {
  reason: string
  message: string
}

/** Reasons of the kubelet's predicate handler; any other resource is `OutOf` + its name. */
const OUT_OF: Readonly<Record<string, string>> = {
  pods: 'OutOfpods',
  cpu: 'OutOfcpu',
  memory: 'OutOfmemory',
  'ephemeral-storage': 'OutOfephemeral-storage',
}

/** The scheduler's view of an amount: CPU in milli, everything else as it is. */
const scaled = (name: string, amount: number): number => (name === 'cpu' ? Math.round(amount * 1000) : Math.ceil(amount))

/** Why this node refuses a pod bound to it, beside those it has taken already; undefined when it fits. */
export function admit(pod: Pod, accepted: Iterable<Pod>, node: Node): Rejection | undefined {
  const allocatable = node.status?.allocatable ?? {}
  const requests = podRequests(pod)
  const used: Record<string, number> = { pods: 0 }
  for (const other of accepted) {
    used.pods!++
    for (const [name, amount] of Object.entries(podRequests(other))) used[name] = (used[name] ?? 0) + amount
  }
  const checks = [['pods', 1] as const, ...Object.entries(requests).filter(([name, amount]) => amount > 0 && name in allocatable)]
  for (const [name, amount] of checks) {
    const [requested, inUse, capacity] = [scaled(name, amount), scaled(name, used[name] ?? 0), scaled(name, quantity(allocatable[name]))]
    if (requested + inUse <= capacity) continue
    return {
      reason: OUT_OF[name] ?? `OutOf${name}`,
      message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${inUse}, capacity: ${capacity}`,
    }
  }
  const labels = node.metadata.labels ?? {}
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) {
    if (labels[key] === value) continue
    return { reason: 'NodeAffinity', message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" }
  }
  return undefined
}

import { MAX_NODE_SCORE, type Plugin } from '../../framework.ts'

/** 100 when cpu and memory are used to the same degree, less the further apart they are. */
function balance(cpu: number, cpuCapacity: number, memory: number, memoryCapacity: number): number {
  if (cpuCapacity === 0 || memoryCapacity === 0) return MAX_NODE_SCORE
  const a = Math.min(cpu / cpuCapacity, 1)
  const b = Math.min(memory / memoryCapacity, 1)
  return Math.trunc((1 - Math.abs((a - b) / 2)) * MAX_NODE_SCORE)
}

/** Prefers nodes that the pod makes more evenly used: 75 for no difference, up to 100 better, down to 50 worse. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  // Pods without requests would all flow to the same node.
  preScore: (pod) => (pod.requests.milliCpu === 0 && pod.requests.memory === 0 ? 'skip' : undefined),
  score(pod, node) {
    const { requested, allocatable } = node
    const { milliCpu, memory } = pod.requests
    const after = balance(requested.milliCpu + milliCpu, allocatable.milliCpu, requested.memory + memory, allocatable.memory)
    const before = balance(requested.milliCpu, allocatable.milliCpu, requested.memory, allocatable.memory)
    return MAX_NODE_SCORE / 2 + Math.trunc((MAX_NODE_SCORE / 2 + after - before) / 2)
  },
}

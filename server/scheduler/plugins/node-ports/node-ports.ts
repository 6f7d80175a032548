import { unschedulable, type Plugin } from '../../framework.ts'
import { UsedPorts } from '../../pod-info.ts'

const REFUSED = unschedulable("node(s) didn't have free ports for the requested pod ports")

/** A host port belongs to one pod of a node. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  events: [
    { on: ['NodeAdd'] },
    {
      on: ['AssignedPodDelete'],
      helps: (pod, e) => {
        if (e.type !== 'AssignedPodDelete' || e.pod.hostPorts.length === 0) return false
        const freed = new UsedPorts()
        for (const p of e.pod.hostPorts) freed.add(p)
        return pod.hostPorts.some((p) => freed.conflicts(p))
      },
    },
  ],
  sign: ({ hostPorts }) => (hostPorts.length === 0 ? '' : JSON.stringify(hostPorts)),
  preFilter: (pod) => (pod.hostPorts.length === 0 ? 'skip' : undefined),
  filter: (pod, node) => (pod.hostPorts.some((p) => node.usedPorts.conflicts(p)) ? REFUSED : undefined),
}

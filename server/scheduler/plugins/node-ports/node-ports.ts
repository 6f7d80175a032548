import { unschedulable, type Plugin } from '../../framework.ts'

const REFUSED = unschedulable("node(s) didn't have free ports for the requested pod ports")

/** A host port belongs to one pod of a node. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  events: [
    { on: ['NodeAdd'] },
    { on: ['NodeUpdate'], helps: (_, e) => e.type === 'NodeUpdate' },
    {
      on: ['AssignedPodDelete'],
      helps: (pod, e) =>
        e.type === 'AssignedPodDelete' &&
        e.pod.hostPorts.some((used) => pod.hostPorts.some((p) => p.port === used.port && p.protocol === used.protocol)),
    },
  ],
  preFilter: (pod) => (pod.hostPorts.length === 0 ? 'skip' : undefined),
  filter: (pod, node) => (pod.hostPorts.some((p) => node.usedPorts.conflicts(p)) ? REFUSED : undefined),
}

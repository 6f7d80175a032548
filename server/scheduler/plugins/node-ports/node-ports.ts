import { unschedulable, type Plugin } from '../../framework.ts'

const REFUSED = unschedulable("node(s) didn't have free ports for the requested pod ports")

const placeOf = ({ port, protocol }: { port: number; protocol: string }): string => `${port}/${protocol}`

/** A host port belongs to one pod of a node. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  events: [
    { on: ['NodeAdd'] },
    { on: ['NodeUpdate'], helps: (_, e) => e.type === 'NodeUpdate' },
    {
      on: ['AssignedPodDelete'],
      helps: (pod, e) => {
        if (e.type !== 'AssignedPodDelete' || e.pod.hostPorts.length === 0) return false
        const freed = new Set(e.pod.hostPorts.map(placeOf))
        return pod.hostPorts.some((p) => freed.has(placeOf(p)))
      },
    },
  ],
  sign: ({ hostPorts }) => (hostPorts.length === 0 ? '' : JSON.stringify(hostPorts)),
  preFilter: (pod) => (pod.hostPorts.length === 0 ? 'skip' : undefined),
  filter: (pod, node) => (pod.hostPorts.some((p) => node.usedPorts.conflicts(p)) ? REFUSED : undefined),
}

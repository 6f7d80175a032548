import { unresolvable, type Plugin } from '../../framework.ts'

/** A pod with scheduling gates waits outside the queue until they are gone (KEP-3521). */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  events: [{ on: ['PodUpdate'], changes: ['gates'] }],
  preEnqueue(pod) {
    const gates = (pod.spec?.schedulingGates ?? []).map((g) => g.name)
    return gates.length === 0 ? undefined : unresolvable(`waiting for scheduling gates: [${gates.join(' ')}]`)
  },
}

import { unresolvable, type Plugin } from '../../framework.ts'
import { tolerates } from '../../../client/tolerations.ts'

const REFUSED = unresolvable('node(s) were unschedulable')
const CORDONED = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** Cordoned nodes take only pods that tolerate the taint which stands for that. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  events: [
    {
      on: ['NodeAdd', 'NodeUpdate'],
      helps: (_, e) =>
        (e.type === 'NodeAdd' && e.node.node?.spec?.unschedulable !== true) ||
        (e.type === 'NodeUpdate' && e.old.spec?.unschedulable === true && e.node.node?.spec?.unschedulable !== true),
    },
    { on: ['PodUpdate'], changes: ['tolerations'], helps: (pod) => tolerates(pod.pod.spec?.tolerations, CORDONED) },
  ],
  sign: ({ pod }) => String(tolerates(pod.spec?.tolerations, CORDONED)),
  filter(pod, node) {
    if (node.node?.spec?.unschedulable !== true) return undefined
    return tolerates(pod.pod.spec?.tolerations, CORDONED) ? undefined : REFUSED
  },
}

import { unresolvable, type Plugin } from '../../framework.ts'

const REFUSED = unresolvable("node(s) didn't match the requested node name")

/** A pod that names its node goes nowhere else. */
export const nodeName: Plugin = {
  name: 'NodeName',
  events: [{ on: ['NodeAdd'], helps: (pod, e) => e.type === 'NodeAdd' && e.node.name === pod.pod.spec?.nodeName }],
  sign: ({ pod }) => pod.spec?.nodeName ?? '',
  filter(pod, node) {
    const wanted = pod.pod.spec?.nodeName
    return wanted === undefined || wanted === '' || wanted === node.name ? undefined : REFUSED
  },
}

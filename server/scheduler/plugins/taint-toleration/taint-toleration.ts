import type { Toleration } from '../../../client/objects.ts'
import { stateKey, unresolvable, type Plugin } from '../../framework.ts'
import { normalizeByMax } from '../normalize.ts'
import { tolerates, untolerated } from '../../../client/tolerations.ts'

const REFUSED = unresolvable('node(s) had untolerated taint(s)')
const relevant = stateKey<readonly Toleration[]>('TaintToleration')

/** Taints keep pods off that do not tolerate them; PreferNoSchedule taints make a node less liked. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  events: [
    {
      on: ['NodeAdd', 'NodeUpdate'],
      changes: ['taints'],
      helps(pod, e) {
        const { tolerations } = pod.pod.spec ?? {}
        if (e.type !== 'NodeAdd' && e.type !== 'NodeUpdate') return false
        if (untolerated(e.node.node?.spec?.taints, tolerations) !== undefined) return false
        return e.type === 'NodeAdd' || untolerated(e.old.spec?.taints, tolerations) !== undefined
      },
    },
    { on: ['PodUpdate'], changes: ['tolerations'] },
  ],
  sign: ({ pod }) => JSON.stringify(pod.spec?.tolerations ?? []),
  filter(pod, node) {
    const taints = node.node?.spec?.taints
    if (taints === undefined || taints.length === 0) return undefined
    return untolerated(taints, pod.pod.spec?.tolerations) === undefined ? undefined : REFUSED
  },
  preScore(pod, state) {
    state.write(
      relevant,
      (pod.pod.spec?.tolerations ?? []).filter((t) => (t.effect ?? '') === '' || t.effect === 'PreferNoSchedule'),
    )
    return undefined
  },
  score(_pod, node, state) {
    const taints = node.node?.spec?.taints
    if (taints === undefined || taints === null) return 0
    let count = 0
    for (const t of taints) {
      if (t.effect === 'PreferNoSchedule' && !tolerates(state.read(relevant), t)) count++
    }
    return count
  },
  normalize: (scores) => normalizeByMax(scores, true),
}

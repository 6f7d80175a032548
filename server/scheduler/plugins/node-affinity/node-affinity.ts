import { stateKey, unresolvable, type Plugin } from '../../framework.ts'
import { normalizeByMax } from '../normalize.ts'
import { matchesRequired, matchesTerm, pinnedNodes, requiredAffinity, type RequiredAffinity } from '../../../client/node-selector.ts'

const REFUSED = unresolvable("node(s) didn't match Pod's node affinity/selector")
const CONFLICT = unresolvable('pod affinity terms conflict')
const requiredKey = stateKey<RequiredAffinity>('NodeAffinity')

/** nodeSelector and required node affinity as a filter, preferred node affinity as a score. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  events: [
    {
      on: ['NodeAdd', 'NodeUpdate'],
      helps(pod, e) {
        const required = requiredAffinity(pod.pod.spec)
        if (required === undefined) return true
        if ((e.type !== 'NodeAdd' && e.type !== 'NodeUpdate') || e.node.node === undefined) return false
        return matchesRequired(required, e.node.node) && (e.type === 'NodeAdd' || !matchesRequired(required, e.old))
      },
    },
    { on: ['PodUpdate'] },
  ],
  preFilter(pod, state) {
    const required = requiredAffinity(pod.pod.spec)
    if (required === undefined) return 'skip'
    state.write(requiredKey, required)
    const pinned = pinnedNodes(required.terms)
    if (pinned === undefined) return undefined
    return pinned.size === 0 ? { reject: CONFLICT } : { nodeNames: pinned }
  },
  filter(_pod, node, state) {
    const required = state.read(requiredKey)
    return required === undefined || matchesRequired(required, node.node!) ? undefined : REFUSED
  },
  preScore: (pod) => (preferred(pod.pod.spec).length === 0 ? 'skip' : undefined),
  score(pod, node) {
    let sum = 0
    for (const p of preferred(pod.pod.spec)) if (p.weight !== 0 && matchesTerm(p.preference, node.node!)) sum += p.weight
    return sum
  },
  normalize: (scores) => normalizeByMax(scores, false),
}

type Spec = Parameters<typeof requiredAffinity>[0]

function preferred(spec: Spec) {
  return spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
}

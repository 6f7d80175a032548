import type { NodeAffinity } from '../../../client/objects.ts'
import type { PluginArguments } from '../../config/types.ts'
import { stateKey, unresolvable, type PluginFactory } from '../../framework.ts'
import { normalizeByMax } from '../normalize.ts'
import { matchesRequired, matchesTerm, pinnedNodes, requiredAffinity, type RequiredAffinity } from '../../../client/node-selector.ts'

const REFUSED = unresolvable("node(s) didn't match Pod's node affinity/selector")
const ENFORCED = unresolvable("node(s) didn't match scheduler-enforced node affinity")
const CONFLICT = unresolvable('pod affinity terms conflict')
const requiredKey = stateKey<RequiredAffinity>('NodeAffinity')

/** nodeSelector and required node affinity as a filter, preferred node affinity as a score; the profile may add to every pod's. */
export const nodeAffinity: PluginFactory<PluginArguments['NodeAffinity']> = (_handle, { addedAffinity }) => {
  const added = requiredAffinity(addedAffinity === undefined ? undefined : { affinity: { nodeAffinity: addedAffinity } })
  const enforces = (node: Parameters<typeof matchesRequired>[1]): boolean => added === undefined || matchesRequired(added, node)
  const wishes = (spec: Spec): Preferred => [...preferred(spec?.affinity?.nodeAffinity), ...preferred(addedAffinity)]
  return {
    name: 'NodeAffinity',
    events: [
      {
        on: ['NodeAdd', 'NodeUpdate'],
        changes: ['labels'],
        helps(pod, e) {
          const required = requiredAffinity(pod.pod.spec)
          if (required === undefined && added === undefined) return true
          if ((e.type !== 'NodeAdd' && e.type !== 'NodeUpdate') || e.node.node === undefined) return false
          const suits = (node: typeof e.node.node): boolean =>
            enforces(node!) && (required === undefined || matchesRequired(required, node!))
          return suits(e.node.node) && (e.type === 'NodeAdd' || !suits(e.old))
        },
      },
    ],
    sign: ({ pod: { spec } }) => JSON.stringify([spec?.nodeSelector ?? null, spec?.affinity?.nodeAffinity ?? null]),
    preFilter(pod, state) {
      const required = requiredAffinity(pod.pod.spec)
      if (required === undefined) return added === undefined ? 'skip' : undefined
      state.write(requiredKey, required)
      const pinned = pinnedNodes(required.terms)
      if (pinned === undefined) return undefined
      return pinned.size === 0 ? { reject: CONFLICT } : { nodeNames: pinned }
    },
    filter(_pod, node, state) {
      if (!enforces(node.node!)) return ENFORCED
      const required = state.read(requiredKey)
      return required === undefined || matchesRequired(required, node.node!) ? undefined : REFUSED
    },
    preScore: (pod) => (wishes(pod.pod.spec).length === 0 ? 'skip' : undefined),
    score(pod, node) {
      let sum = 0
      for (const p of wishes(pod.pod.spec)) if (p.weight !== 0 && matchesTerm(p.preference, node.node!)) sum += p.weight
      return sum
    },
    normalize: (scores) => normalizeByMax(scores, false),
  }
}

type Spec = Parameters<typeof requiredAffinity>[0]
type Preferred = NonNullable<NodeAffinity['preferredDuringSchedulingIgnoredDuringExecution']>

const preferred = (affinity: NodeAffinity | undefined): Preferred => affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []

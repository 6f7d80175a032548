import type { AdmissionPlugin } from './contract.ts'

interface Taint {
  key: string
  effect: string
}

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

/** A new node takes no pods until the node lifecycle controller has seen it ready (plugin/pkg/admission/nodetaint). */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  mutate(a) {
    if (a.operation !== 'CREATE' || a.subresource !== '' || a.resource.resource !== 'nodes' || a.resource.group !== '') return
    const spec = (a.object!.spec ??= {}) as { taints?: Taint[] | null }
    if (spec.taints?.some((t) => t.key === NOT_READY.key && t.effect === NOT_READY.effect)) return
    spec.taints = [...(spec.taints ?? []), { ...NOT_READY }]
  },
}

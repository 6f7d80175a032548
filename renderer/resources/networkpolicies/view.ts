import type { Beside } from '../../kube/columns.ts'
import { type LabelSelector, labelSelectorText, selects } from '../../kube/label-selector.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { directionsOf, type Rule } from './peers.ts'

export interface Policy extends KubeObject {
  spec?: { podSelector?: LabelSelector; policyTypes?: string[]; ingress?: Rule[]; egress?: Rule[] }
}

/** One of a list, with how many pods it is for. */
interface ListedPolicy extends Policy {
  pods?: number
}

/** One that is for no pod keeps nobody out: mostly its selector has a label that is spelled otherwise. */
export function policyStatus({ pods }: ListedPolicy): StatusWord | undefined {
  if (pods === undefined) return undefined
  return pods === 0 ? { text: 'SelectsNothing', tone: 'warn' } : { text: 'Selects', tone: 'ok' }
}

const beside: Beside<ListedPolicy> = {
  resource: { group: '', version: 'v1', plural: 'pods', namespaced: true },
  metadataOnly: true,
  trim: ({ metadata: { name, namespace, uid, resourceVersion, labels } }) => ({
    metadata: { name, namespace, uid, resourceVersion, labels },
  }),
  join(others) {
    const labelsIn = new Map<string, (Record<string, string> | undefined)[]>()
    for (const { metadata } of others) {
      const inside = labelsIn.get(metadata.namespace ?? '')
      if (inside) inside.push(metadata.labels)
      else labelsIn.set(metadata.namespace ?? '', [metadata.labels])
    }
    return (policy) => {
      const selector = policy.spec?.podSelector ?? {}
      const pods = (labelsIn.get(policy.metadata.namespace ?? '') ?? []).filter((labels) => selects(selector, labels)).length
      return policy.pods === pods ? policy : { ...policy, pods }
    }
  },
}

export const networkPolicyView = viewOf<ListedPolicy>({
  namespaced: true,
  status: policyStatus,
  columns: [
    { id: 'pods', label: 'pods', type: 'number', width: 80, cell: ({ pods }) => pods ?? null },
    { id: 'selector', label: 'selector', type: 'text', width: 240, cell: ({ spec }) => labelSelectorText(spec?.podSelector ?? {}) || '*' },
    { id: 'directions', label: 'directions', type: 'text', width: 140, cell: ({ spec }) => directionsOf(spec).join(', ') },
  ],
  beside,
})

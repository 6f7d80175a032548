import { type LabelSelector, labelSelectorText, selects } from '../../kube/label-selector.ts'

export interface Peer {
  podSelector?: LabelSelector
  namespaceSelector?: LabelSelector
  ipBlock?: { cidr?: string; except?: string[] }
}

export interface PolicyPort {
  protocol?: string
  port?: number | string
  endPort?: number
}

export interface Rule {
  from?: Peer[]
  to?: Peer[]
  ports?: PolicyPort[]
}

/** A peer by what it selects: which words, and the selector or block that goes with them. An empty selector selects everything. */
export function peerOf({ podSelector, namespaceSelector, ipBlock }: Peer): {
  word: 'pods' | 'allPods' | 'namespaces' | 'everywhere' | 'both' | 'block'
  values: Record<string, string>
} {
  if (ipBlock) {
    const except = ipBlock.except?.length ? ` − ${ipBlock.except.join(', ')}` : ''
    return { word: 'block', values: { block: `${ipBlock.cidr ?? ''}${except}` } }
  }
  const pods = podSelector ? labelSelectorText(podSelector) : ''
  const namespaces = namespaceSelector ? labelSelectorText(namespaceSelector) : ''
  if (!namespaceSelector) return pods ? { word: 'pods', values: { pods } } : { word: 'allPods', values: {} }
  if (pods) return { word: 'both', values: { pods, namespaces: namespaces || '*' } }
  return namespaces ? { word: 'namespaces', values: { namespaces } } : { word: 'everywhere', values: {} }
}

/**
 * Where the pods of a peer are listed: their namespaces, '' for all, and the filter; undefined for addresses, and where no namespace is
 * selected now. A peer without a namespaceSelector is of the policy's own namespace.
 */
export function podsOf(
  { podSelector, namespaceSelector, ipBlock }: Peer,
  own: string,
  namespaces: readonly { name: string; labels?: Record<string, string> }[],
): { namespace: string; filter: string } | undefined {
  if (ipBlock) return undefined
  const pods = podSelector ? labelSelectorText(podSelector) : ''
  const filter = pods === '' ? '' : `label="${pods}"`
  if (!namespaceSelector) return { namespace: own, filter }
  if (labelSelectorText(namespaceSelector) === '') return { namespace: '', filter }
  const names = namespaces.filter(({ labels }) => selects(namespaceSelector, labels)).map(({ name }) => name)
  return names.length === 0 ? undefined : { namespace: names.join(','), filter }
}

/** `TCP 80-90`; TCP is what the API takes when nothing is said. */
export const portText = ({ protocol = 'TCP', port, endPort }: PolicyPort): string =>
  [protocol, port === undefined ? '*' : endPort === undefined ? String(port) : `${port}-${endPort}`].join(' ')

/** The directions that a policy speaks of (spec.policyTypes, and as the API defaults it). */
export function directionsOf(spec: { policyTypes?: string[]; egress?: Rule[] } | undefined): ('Ingress' | 'Egress')[] {
  const types = spec?.policyTypes ?? ['Ingress', ...(spec?.egress?.length ? ['Egress'] : [])]
  return (['Ingress', 'Egress'] as const).filter((type) => types.includes(type))
}

import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Rule } from './rule.ts'

/** A node's own object: it may not steer work to itself by labels or taints. */

/** Labels of Kubernetes that a kubelet says of its node (kubelet `pkg/apis/well_known_labels.go`). */
const OWN_LABELS = new Set([
  ...['kubernetes.io/hostname', 'kubernetes.io/os', 'kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/arch'],
  ...['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'],
  ...['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region'],
  ...['node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'],
])
const OWN_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io']
const KUBERNETES = ['kubernetes.io', 'k8s.io']
const RESTRICTED = ['node-restriction.kubernetes.io']

const isIn = (domain: string, of: readonly string[]): boolean => of.some((d) => domain === d || domain.endsWith(`.${d}`))

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/')
  const domain = slash < 0 ? '' : label.slice(0, slash)
  if (isIn(domain, RESTRICTED)) return true
  return isIn(domain, KUBERNETES) && !OWN_LABELS.has(label) && !isIn(domain, OWN_DOMAINS)
}

/** Labels that a change adds, removes or sets otherwise and that are not the node's to change, in order. */
function forbiddenLabels({ metadata: { labels: now = {} } }: KubeObject, before: Readonly<Record<string, string>> = {}): string {
  const changed = Object.keys({ ...now, ...before }).filter((key) => now[key] !== before[key])
  return changed.filter(isForbidden).sort().join(', ')
}

interface NodeSpec {
  configSource?: object | null
  taints?: unknown
}

export const node: Rule = ({ a, node: own }) => {
  const quoted = goQuote(own)
  if (a.name !== own) return `node ${quoted} is not allowed to modify node ${goQuote(a.name)}`
  const spec = (a.object?.spec ?? {}) as NodeSpec
  if (a.operation === 'CREATE') {
    if (spec.configSource != null) return `node ${quoted} is not allowed to create pods with a non-nil configSource`
    const labels = forbiddenLabels(a.object!)
    return labels === '' ? undefined : `node ${quoted} is not allowed to set the following labels: ${labels}`
  }
  if (a.operation !== 'UPDATE') return undefined
  const old = a.oldObject!
  const before = (old.spec ?? {}) as NodeSpec
  // An old kubelet may leave out what it does not know.
  if (spec.configSource != null && !semanticEqual(spec.configSource, before.configSource)) {
    return `node ${quoted} is not allowed to update configSource to a new non-nil configSource`
  }
  if (!semanticEqual(spec.taints, before.taints)) return `node ${quoted} is not allowed to modify taints`
  if (!semanticEqual(a.object!.metadata.ownerReferences, old.metadata.ownerReferences)) {
    return `node ${quoted} is not allowed to modify ownerReferences`
  }
  const labels = forbiddenLabels(a.object!, old.metadata.labels)
  return labels === '' ? undefined : `is not allowed to modify labels: ${labels}`
}

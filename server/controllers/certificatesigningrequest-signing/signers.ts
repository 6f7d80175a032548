import type { CertificationRequest } from '../../machinery/x509/certification-request.ts'

export const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet'
const MAYBE_ENCIPHERMENT = ['digital signature', 'key encipherment']

const sameUsages = (usages: readonly string[], auth: string): boolean => {
  const set = new Set(usages)
  const rest = [...set].filter((u) => !MAYBE_ENCIPHERMENT.includes(u))
  return set.has('digital signature') && rest.length === 1 && rest[0] === auth
}

/** What is wrong with a request of a node, but for the names it wants. */
function nodeSubject({ subject }: CertificationRequest): string | undefined {
  const { organizations } = subject
  return organizations.length === 1 && organizations[0] === 'system:nodes' ? undefined : 'subject organization is not system:nodes'
}

const nodeName = ({ subject }: CertificationRequest): string | undefined =>
  subject.commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:'

const usagesOf = (usages: readonly string[], auth: string): string | undefined =>
  sameUsages(usages, auth) ? undefined : `usages did not match [${[auth, ...MAYBE_ENCIPHERMENT].sort().join(' ')}]`

const notAllowed = (r: CertificationRequest, kinds: readonly (keyof CertificationRequest['counts'])[]): string | undefined => {
  const words = { dns: 'DNS', email: 'Email', ip: 'IP', uri: 'URI' }
  const kind = kinds.find((k) => r.counts[k] > 0)
  return kind === undefined ? undefined : `${words[kind]} subjectAltNames are not allowed`
}

function clientUsages(usages: readonly string[]): string | undefined {
  const other = usages.find((u) => u !== 'client auth' && !MAYBE_ENCIPHERMENT.includes(u))
  if (other !== undefined) return `invalid usage for client certificate: ${other}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

/** What each signer refuses to sign, in the words of its Failed condition; undefined when it signs. The first complaint counts. */
export const signers: Readonly<Record<string, (r: CertificationRequest, usages: readonly string[]) => string | undefined>> = {
  'kubernetes.io/kube-apiserver-client': (_, usages) => clientUsages(usages),
  [KUBELET_CLIENT]: (r, usages) =>
    nodeSubject(r) ?? notAllowed(r, ['dns', 'email', 'ip', 'uri']) ?? nodeName(r) ?? usagesOf(usages, 'client auth'),
  'kubernetes.io/kubelet-serving': (r, usages) =>
    nodeSubject(r) ??
    (r.counts.dns + r.counts.ip === 0 ? 'DNS or IP subjectAltName is required' : undefined) ??
    notAllowed(r, ['email', 'uri']) ??
    usagesOf(usages, 'server auth') ??
    nodeName(r),
  // Only of v1beta1, which the API server does not serve; requests of it may have been stored.
  'kubernetes.io/legacy-unknown': () => undefined,
}

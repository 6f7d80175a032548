import { internalValue } from '../../apis/core/v1/internal-form.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import { goJsonText } from '../../machinery/field-errors.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { textAt } from '../../machinery/json-walk.ts'
import { unifiedDiff } from '../../machinery/unified-diff.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { parseCertificateRequest } from '../../machinery/x509/certification-request.ts'
import type { UserInfo } from '../../authn/contract.ts'
import type { AdmissionPlugin } from '../contract.ts'
import { refusal } from '../refusal.ts'
import { node } from './nodes.ts'
import { pod } from './pods.ts'
import { nodeRequest, type NodeRequest, type NodeRestrictionDependencies, type Rule } from './rule.ts'
import { podCertificateRequest, serviceAccount } from './tokens.ts'

const PREFIX = 'system:node:'
const GROUP = 'system:nodes'
const LEASES = 'kube-node-lease'

/** What a node says of a claim that it grows. */
const OWN_STATUS = ['capacity', 'conditions', 'allocatedResources', 'allocatedResourceStatuses']

/** A claim without what its node says of it, and without what every write changes. */
function withoutOwn({ metadata, status, ...rest }: KubeObject): KubeObject {
  const [kept, others] = [{ ...metadata }, { ...(status as Record<string, unknown>) }]
  delete kept.resourceVersion
  delete kept.managedFields
  for (const field of OWN_STATUS) delete others[field]
  return { ...rest, metadata: kept, status: others }
}

/** As Go prints the internal type: metadata's members stand among the object's own. */
const shown = ({ metadata, spec, status }: KubeObject): string =>
  goJsonText(
    { ...metadata, Spec: internalValue('PersistentVolumeClaimSpec', spec), Status: internalValue('PersistentVolumeClaimStatus', status) },
    1,
  )

function claimStatus({ a, node: own }: NodeRequest): string | undefined {
  if (a.subresource !== 'status') return 'may only update PVC status'
  if (a.operation !== 'UPDATE') return `unexpected operation ${goQuote(a.operation)}`
  const [old, next] = [withoutOwn(a.oldObject!), withoutOwn(a.object!)]
  if (semanticEqual(old, next)) return undefined
  const what = 'fields other than status.quantity and status.conditions'
  return `node ${goQuote(own)} is not allowed to update ${what}: ${unifiedDiff(shown(old), shown(next))}`
}

/** What a node makes is called in its object, the rest in the request. */
const nameOf = ({ a }: NodeRequest): string => (a.operation === 'CREATE' ? (a.object?.metadata.name ?? '') : a.name)

const lease: Rule = (request) => {
  if (request.a.namespace !== LEASES) return `can only access leases in the ${goQuote(LEASES)} system namespace`
  return nameOf(request) === request.node ? undefined : 'can only access node lease with the same name as the requesting node'
}

const csiNode: Rule = (request) =>
  nameOf(request) === request.node ? undefined : 'can only access CSINode with the same name as the requesting node'

/** The authorizer cannot see what is created, nor each of a collection that is deleted. */
const resourceSlice: Rule = ({ a, node: own }) => {
  if (a.operation !== 'CREATE' && a.operation !== 'DELETE') return undefined
  const slice = a.operation === 'CREATE' ? a.object : a.oldObject
  if (textAt(slice, 'spec.nodeName') === own) return undefined
  return `can only ${a.operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`
}

const KUBELET_SIGNERS = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']

const signingRequest: Rule = ({ a, node: own }) => {
  if (a.operation !== 'CREATE' || !KUBELET_SIGNERS.includes(textAt(a.object, 'spec.signerName'))) return undefined
  let commonName: string
  try {
    ;({ commonName } = parseCertificateRequest(Buffer.from(textAt(a.object, 'spec.request'), 'base64').toString('latin1')).subject)
  } catch (e) {
    return `unable to parse csr: ${e instanceof Error ? e.message : String(e)}`
  }
  return commonName === PREFIX + own ? undefined : `can only create a node CSR with CN=${PREFIX}${own}`
}

const rules: ReadonlyMap<string, Rule> = new Map([
  ['pods.', pod],
  ['nodes.', node],
  ['persistentvolumeclaims.', claimStatus],
  ['serviceaccounts.', serviceAccount],
  ['podcertificaterequests.certificates.k8s.io', podCertificateRequest],
  ['leases.coordination.k8s.io', lease],
  ['csinodes.storage.k8s.io', csiNode],
  ['resourceslices.resource.k8s.io', resourceSlice],
  ['certificatesigningrequests.certificates.k8s.io', signingRequest],
])

/** The node that a user is; undefined for one who is none. */
const nodeOf = ({ name, groups }: UserInfo): string | undefined =>
  name.startsWith(PREFIX) && groups.includes(GROUP) ? name.slice(PREFIX.length) : undefined

/**
 * What a kubelet may write of what it may write at all: its own node, and the pods that it runs (plugin/pkg/admission/noderestriction).
 * The node authorizer says which objects it may touch, this plugin what may stand in them.
 */
export function nodeRestriction(deps: NodeRestrictionDependencies): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    mutate(a) {
      if (a.operation === 'CONNECT') return
      const own = nodeOf(a.user)
      if (own === undefined) return
      if (own === '') throw refusal(a, `could not determine node from user ${goQuote(a.user.name)}`)
      const rule = rules.get(`${a.resource.resource}.${a.resource.group}`)
      if (rule === undefined) return
      const found = rule(nodeRequest(deps, a, own))
      if (found instanceof Promise) {
        return found.then((why) => {
          if (why !== undefined) throw refusal(a, why)
        })
      }
      if (found !== undefined) throw refusal(a, found)
    },
  }
}

import type { UserInfo } from '../../authn/contract.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { allow, noOpinion, type Attributes, type Authorizer, type Decision } from '../contract.ts'
import { fieldRequirements } from '../selectors.ts'
import { ruleAllows, type PolicyRule } from '../rbac/rules.ts'
import type { NodeGraph, NodeObject } from './graph.ts'

const PREFIX = 'system:node:'
const GROUP = 'system:nodes'
const LEASES = 'kube-node-lease'

/**
 * `--authorization-mode=Node` (plugin/pkg/auth/authorizer/node): a kubelet may read what its pods need, write its own node, lease and CSI
 * node, and whatever else all nodes may. What an object may say that a node creates is the NodeRestriction plugin's to check.
 */
export function nodeAuthorizer(graph: Pick<NodeGraph, 'reaches'>, rules: readonly PolicyRule[]): Authorizer {
  return {
    name: 'node',
    authorize(user, a) {
      const node = nodeOf(user)
      if (node === undefined) return noOpinion
      if (node === '') return not(`unknown node for user ${goQuote(user.name)}`)
      const own = a.isResourceRequest ? resources[a.apiGroup === '' ? a.resource : `${a.resource}.${a.apiGroup}`] : undefined
      if (own !== undefined) return own({ graph, node, a })
      return rules.some((rule) => ruleAllows(rule, a)) ? allow : noOpinion
    },
    rulesFor: (user) => ({
      resourceRules: [],
      nonResourceRules: [],
      ...(nodeOf(user) === undefined ? {} : { incomplete: true, errors: ['node authorizer does not support user rule resolution'] }),
    }),
  }
}

function nodeOf({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(PREFIX) && groups.includes(GROUP) ? name.slice(PREFIX.length) : undefined
}

interface Question {
  readonly graph: Pick<NodeGraph, 'reaches'>
  readonly node: string
  readonly a: Attributes
}

const not = (reason: string): Decision => ({ decision: 'no-opinion', reason })

const resources: Readonly<Record<string, ((q: Question) => Decision) | undefined>> = Object.assign(Object.create(null), {
  secrets: (q) => read(q, 'secret'),
  configmaps: (q) => read(q, 'configmap'),
  persistentvolumeclaims: (q) => (q.a.subresource === 'status' ? claimStatus(q) : get(q, 'persistentvolumeclaim')),
  persistentvolumes: (q) => get(q, 'persistentvolume'),
  'resourceclaims.resource.k8s.io': (q) => get(q, 'resourceclaim'),
  'volumeattachments.storage.k8s.io': (q) => get(q, 'volumeattachment'),
  serviceaccounts: serviceAccount,
  'leases.coordination.k8s.io': lease,
  'csinodes.storage.k8s.io': csiNode,
  'resourceslices.resource.k8s.io': resourceSlice,
  nodes: nodeObject,
  pods: pod,
  'podcertificaterequests.certificates.k8s.io': podCertificateRequest,
} satisfies Record<string, (q: Question) => Decision>) as Readonly<Record<string, (q: Question) => Decision>>

function related({ graph, node, a }: Question, kind: NodeObject): Decision {
  if (a.name === '') return not('No Object name found')
  return reached({ graph, node, a }, kind)
}

const reached = ({ graph, node, a }: Question, kind: NodeObject): Decision =>
  graph.reaches(node, kind, a.namespace, a.name) ? allow : not(`no relationship found between node '${node}' and this object`)

function get(q: Question, kind: NodeObject): Decision {
  if (q.a.verb !== 'get') return not('can only get individual resources of this type')
  if (q.a.subresource !== '') return not('cannot get subresource')
  return related(q, kind)
}

function read(q: Question, kind: NodeObject): Decision {
  if (!['get', 'list', 'watch'].includes(q.a.verb)) return not('can only read resources of this type')
  if (q.a.subresource !== '') return not('cannot read subresource')
  if (q.a.namespace === '') return not('can only read namespaced object of this type')
  return related(q, kind)
}

function claimStatus(q: Question): Decision {
  if (q.a.verb !== 'update' && q.a.verb !== 'patch') return not('can only get/update/patch this type')
  return related(q, 'persistentvolumeclaim')
}

function serviceAccount(q: Question): Decision {
  const { verb, subresource, name } = q.a
  if (verb === 'get' && subresource === '') return read(q, 'serviceaccount')
  if (verb !== 'create' || name === '') return not('can only create tokens for individual service accounts')
  if (subresource !== 'token') return not('can only create token subresource of serviceaccount')
  return reached(q, 'serviceaccount')
}

const OWN_VERBS = ['get', 'create', 'update', 'patch', 'delete']

function lease({ node, a: { verb, namespace, name } }: Question): Decision {
  if (!OWN_VERBS.includes(verb)) return not('can only get, create, update, patch, or delete a node lease')
  if (namespace !== LEASES) return not(`can only access leases in the "${LEASES}" system namespace`)
  if (verb !== 'create' && name !== node) return not('can only access node lease with the same name as the requesting node')
  return allow
}

function csiNode({ node, a: { verb, subresource, name } }: Question): Decision {
  if (subresource === 'status') return not('CSINode status access requires CSIVolumeHealth feature')
  if (subresource !== '') return not('cannot authorize CSINode subresources')
  if (!OWN_VERBS.includes(verb)) return not('can only get, create, update, patch, or delete a CSINode')
  if (verb !== 'create' && name !== node) return not('can only access CSINode with the same name as the requesting node')
  return allow
}

function resourceSlice(q: Question): Decision {
  const { verb, subresource } = q.a
  if (subresource !== '') return not('cannot authorize ResourceSlice subresources')
  if (verb === 'create') return allow
  if (['get', 'update', 'patch', 'delete'].includes(verb)) return related(q, 'resourceslice')
  if (!['watch', 'list', 'deletecollection'].includes(verb))
    return not(
      'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    )
  return selects(q, 'spec.nodeName') ? allow : not('can only list/watch/deletecollection resourceslices with nodeName field selector')
}

function nodeObject({ node, a: { verb, subresource, name } }: Question): Decision {
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allow : noOpinion
  if (subresource !== '') return noOpinion
  if (['create', 'update', 'patch'].includes(verb)) return allow
  if (!['get', 'list', 'watch'].includes(verb)) return noOpinion
  if (name === node) return allow
  if (name === '') return not(`node '${node}' cannot read all nodes, only its own Node object`)
  return not(`node '${node}' cannot read '${name}', only its own Node object`)
}

function pod(q: Question): Decision {
  const { verb, subresource, name } = q.a
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allow : noOpinion
  if (subresource === 'eviction') return verb === 'create' ? allow : noOpinion
  if (subresource !== '') return noOpinion
  if (verb === 'get') return get(q, 'pod')
  if (verb === 'create' || verb === 'delete') return allow
  if (verb !== 'list' && verb !== 'watch') return noOpinion
  if (selects(q, 'spec.nodeName')) return allow
  return name === '' ? not('can only list/watch pods with spec.nodeName field selector') : related(q, 'pod')
}

function podCertificateRequest(q: Question): Decision {
  const { verb, subresource } = q.a
  if (subresource !== '') return not('nodes may not access the status subresource of PodCertificateRequests')
  if (verb === 'create') return allow
  if (verb === 'get') return related(q, 'podcertificaterequest')
  if (verb !== 'list' && verb !== 'watch') return not(`nodes may not ${verb} podcertificaterequests`)
  return selects(q, 'spec.nodeName') ? allow : not('can only list/watch podcertificaterequests with nodeName field selector')
}

/** Whether the request asks for objects of its own node alone. */
const selects = ({ node, a }: Question, field: string): boolean =>
  fieldRequirements(a).some((r) => r.field === field && r.operator === '=' && r.value === node)

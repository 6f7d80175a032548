import { humanDuration } from '../../machinery/duration.ts'
import type { TableDefinition } from '../generic/strategy.ts'
import { age, at, labels, listAt, name, table, text, textAt, type Cell } from './cells.ts'

/** Tables of roles, bindings and certificates (printers/internalversion). */
const subjects =
  (kind: string): Cell =>
  (o) =>
    listAt(o, 'subjects')
      .filter((s) => textAt(s, 'kind') === kind)
      .map((s) => (kind === 'ServiceAccount' ? `${textAt(s, 'namespace')}/${textAt(s, 'name')}` : textAt(s, 'name')))
      .join(', ')

const bindings = table(
  'Name|Role|Age|*Users|*Groups|*ServiceAccounts',
  name,
  (o) => `${textAt(o, 'roleRef.kind')}/${textAt(o, 'roleRef.name')}`,
  age,
  subjects('User'),
  subjects('Group'),
  subjects('ServiceAccount'),
)

/** Kinds that upstream never gave columns: the default of its REST storage. */
export const createdAt = table('Name|Created At:date', name, (o) => o.metadata.creationTimestamp ?? '<unknown>')

const requestStatus: Cell = (o) => {
  const types = listAt(o, 'status.conditions').map((c) => textAt(c, 'type'))
  const decided = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending'
  return `${decided}${types.includes('Failed') ? ',Failed' : ''}${textAt(o, 'status.certificate') === '' ? '' : ',Issued'}`
}

const requestedDuration: Cell = (o) => {
  const seconds = at(o, 'spec.expirationSeconds')
  return typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>'
}

const podRequestState: Cell = (o) =>
  listAt(o, 'status.conditions')
    .map((c) => textAt(c, 'type'))
    .findLast((t) => t === 'Issued' || t === 'Denied' || t === 'Failed') ?? 'Pending'

export const accessTables: Readonly<Record<string, TableDefinition>> = {
  'roles.rbac.authorization.k8s.io': createdAt,
  'clusterroles.rbac.authorization.k8s.io': createdAt,
  'rolebindings.rbac.authorization.k8s.io': bindings,
  'clusterrolebindings.rbac.authorization.k8s.io': bindings,
  'certificatesigningrequests.certificates.k8s.io': table(
    'Name|Age|SignerName|Requestor|RequestedDuration|Condition',
    name,
    age,
    (o) => textAt(o, 'spec.signerName') || '<none>',
    text('spec.username'),
    requestedDuration,
    requestStatus,
  ),
  'clustertrustbundles.certificates.k8s.io': table('Name|SignerName', name, (o) => textAt(o, 'spec.signerName') || '<none>'),
  'podcertificaterequests.certificates.k8s.io': table(
    'Name|PodName|ServiceAccountName|NodeName|SignerName|State|UnverifiedUserAnnotations',
    name,
    text('spec.podName'),
    text('spec.serviceAccountName'),
    text('spec.nodeName'),
    text('spec.signerName'),
    podRequestState,
    labels('spec.unverifiedUserAnnotations'),
  ),
}

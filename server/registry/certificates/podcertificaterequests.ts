import { listAt, textAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { labels, name, table, text, type Cell } from '../generic/table-cells.ts'

const podRequestState: Cell = (o) =>
  listAt(o, 'status.conditions')
    .map((c) => textAt(c, 'type'))
    .findLast((t) => t === 'Issued' || t === 'Denied' || t === 'Failed') ?? 'Pending'

export const podcertificaterequests: BuiltInKind = {
  group: 'certificates.k8s.io',
  resource: 'podcertificaterequests',
  strategy: {
    allowUnconditionalUpdate: false,
    resetMetadataForStatus: true,
  },
  selectableFields: {
    'spec.signerName': (o) => textAt(o, 'spec.signerName'),
    'spec.podName': (o) => textAt(o, 'spec.podName'),
    'spec.nodeName': (o) => textAt(o, 'spec.nodeName'),
  },
  table: table(
    'Name|PodName|ServiceAccountName|NodeName|SignerName|State|UnverifiedUserAnnotations',
    name,
    text('spec.podName'),
    text('spec.serviceAccountName'),
    text('spec.nodeName'),
    text('spec.signerName'),
    podRequestState,
    labels('spec.unverifiedUserAnnotations'),
  ),
  storage: { version: 'v1beta1' },
}

import { validatePodCertificateRequestStatus } from '../../apis/certificates/v1/podcertificaterequest-status.ts'
import { validatePodCertificateRequest, validatePodCertificateRequestUpdate } from '../../apis/certificates/v1/podcertificaterequest.ts'
import { fillUnset, listAt, objectAt, textAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { labels, name, table, text, type Cell } from '../generic/table-cells.ts'

const podRequestState: Cell = (o) =>
  listAt(o, 'status.conditions')
    .map((c) => textAt(c, 'type'))
    .findLast((t) => t === 'Issued' || t === 'Denied' || t === 'Failed') ?? 'Pending'

const DEFAULT_SECONDS = 86_400

const strategy: Strategy = {
  default(obj) {
    fillUnset(objectAt(obj, 'spec'), { maxExpirationSeconds: DEFAULT_SECONDS })
  },
  allowUnconditionalUpdate: false,
  resetMetadataForStatus: true,
  validate: validatePodCertificateRequest,
  validateUpdate: validatePodCertificateRequestUpdate,
  validateStatusUpdate: (obj, old, { clock }) => validatePodCertificateRequestStatus(obj, old, clock.now()),
}

export const podcertificaterequests: BuiltInKind = {
  group: 'certificates.k8s.io',
  resource: 'podcertificaterequests',
  strategy,
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

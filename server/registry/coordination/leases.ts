import { dropCoordination, leaseOf, validateLease, validateLeaseUpdate } from '../../apis/coordination/v1/lease.ts'
import { since } from '../../machinery/duration.ts'
import type { BuiltInKind } from '../definition.ts'
import { columns } from '../generic/table-columns.ts'

export const leases: BuiltInKind = {
  group: 'coordination.k8s.io',
  resource: 'leases',
  strategy: {
    anyFinalizer: true,
    nameOnCreateOnly: true,
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
    default: (obj) => void (obj.spec ??= {}),
    prepareForCreate: (obj) => dropCoordination(leaseOf(obj), undefined),
    prepareForUpdate: (obj, old) => dropCoordination(leaseOf(obj), leaseOf(old)),
    validate: (obj) => validateLease(leaseOf(obj)),
    validateUpdate: (obj, old) => validateLeaseUpdate(leaseOf(obj), leaseOf(old)),
  },
  table: {
    columns: columns('Name|Holder|Age'),
    cells: (o, now) => [o.metadata.name ?? '', leaseOf(o).spec.holderIdentity ?? '', since(o.metadata.creationTimestamp, now)],
  },
}

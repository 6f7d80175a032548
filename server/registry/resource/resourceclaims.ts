import { ofClaim, withDeclared } from '../../apis/resource/v1/declared-rules.ts'
import { claimExpressions } from '../../apis/resource/v1/device-expressions.ts'
import { defaultResourceClaim, dropDisabledOfClaim, validateResourceClaim } from '../../apis/resource/v1/resourceclaim.ts'
import { validateResourceClaimStatus } from '../../apis/resource/v1/resourceclaim-status.ts'
import { listAt, valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, table, type Cell } from '../generic/table-cells.ts'

const claimState: Cell = (o) => {
  const deleted = o.metadata.deletionTimestamp ? ['deleted'] : []
  if (valueAt(o, 'status.allocation') === undefined) return (deleted.length > 0 ? deleted : ['pending']).join(',')
  return [...deleted, 'allocated', ...(listAt(o, 'status.reservedFor').length > 0 ? ['reserved'] : [])].join(',')
}

export const resourceclaims: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'resourceclaims',
  strategy: {
    returnDeletedObject: true,
    resetMetadataForStatus: true,
    default: defaultResourceClaim,
    prepareForCreate: (obj) => dropDisabledOfClaim(obj),
    prepareForUpdate: dropDisabledOfClaim,
    ...validateWith(validateResourceClaim),
    validateStatusUpdate: validateResourceClaimStatus,
    validateRules: withDeclared(ofClaim, claimExpressions),
  },
  table: table('Name|State|Age', name, claimState, age),
}

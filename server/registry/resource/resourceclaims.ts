import { ofClaim, withDeclared } from '../../apis/resource/v1/declared-rules.ts'
import { claimExpressions } from '../../apis/resource/v1/device-expressions.ts'
import { defaultResourceClaim, dropDisabledOfClaim, validateResourceClaim } from '../../apis/resource/v1/resourceclaim.ts'
import { dropDeallocatedDevices, validateResourceClaimStatus } from '../../apis/resource/v1/resourceclaim-status.ts'
import { addErrors } from '../../machinery/field-errors.ts'
import { listAt, objectsAt, valueAt } from '../../machinery/json-walk.ts'
import type { BuiltInKind } from '../definition.ts'
import { keepAllButStatus } from '../generic/update-rules.ts'
import { age, name, table, type Cell } from '../generic/table-cells.ts'
import { adminAccessErrors, statusRightsErrors, type ClaimDependencies } from './claim-rights.ts'

const claimState: Cell = (o) => {
  const deleted = o.metadata.deletionTimestamp ? ['deleted'] : []
  if (valueAt(o, 'status.allocation') === undefined) return (deleted.length > 0 ? deleted : ['pending']).join(',')
  return [...deleted, 'allocated', ...(listAt(o, 'status.reservedFor').length > 0 ? ['reserved'] : [])].join(',')
}

export const resourceclaims = (deps: ClaimDependencies): BuiltInKind => ({
  group: 'resource.k8s.io',
  resource: 'resourceclaims',
  strategy: {
    returnDeletedObject: true,
    resetMetadataForStatus: true,
    default: defaultResourceClaim,
    dropDisabled: dropDisabledOfClaim,
    prepareForStatusUpdate(obj, old) {
      keepAllButStatus(obj, old, true)
      dropDeallocatedDevices(obj, old)
    },
    *validating(obj, old) {
      const { namespace = '' } = obj.metadata
      // What a claim asks for does not change.
      const errors = old === undefined ? yield* adminAccessErrors(objectsAt(obj, 'spec.devices.requests'), namespace, deps) : []
      addErrors(errors, validateResourceClaim(obj, old))
      return errors
    },
    *validatingStatus(obj, old, ctx) {
      const errors = yield* statusRightsErrors(obj, old, ctx, deps)
      addErrors(errors, validateResourceClaimStatus(obj, old))
      return errors
    },
    validateRules: withDeclared(ofClaim, claimExpressions),
  },
  statusTable: false,
  table: table('Name|State|Age', name, claimState, age),
})

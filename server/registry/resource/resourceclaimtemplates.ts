import { ofTemplate, withDeclared } from '../../apis/resource/v1/declared-rules.ts'
import { templateExpressions } from '../../apis/resource/v1/device-expressions.ts'
import {
  defaultResourceClaimTemplate,
  dropDisabledOfTemplate,
  validateResourceClaimTemplate,
} from '../../apis/resource/v1/resourceclaim.ts'
import type { BuiltInKind } from '../definition.ts'
import { addErrors } from '../../machinery/field-errors.ts'
import { objectsAt } from '../../machinery/json-walk.ts'
import { adminAccessErrors, type ClaimDependencies } from './claim-rights.ts'

export const resourceclaimtemplates = (deps: ClaimDependencies): BuiltInKind => ({
  group: 'resource.k8s.io',
  resource: 'resourceclaimtemplates',
  strategy: {
    returnDeletedObject: true,
    default: defaultResourceClaimTemplate,
    dropDisabled: dropDisabledOfTemplate,
    *validating(obj, old) {
      const { namespace = '' } = obj.metadata
      const errors = old === undefined ? yield* adminAccessErrors(objectsAt(obj, 'spec.spec.devices.requests'), namespace, deps) : []
      addErrors(errors, validateResourceClaimTemplate(obj, old))
      return errors
    },
    validateRules: withDeclared(ofTemplate, templateExpressions),
  },
})

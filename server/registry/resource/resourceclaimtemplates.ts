import { ofTemplate, withDeclared } from '../../apis/resource/v1/declared-rules.ts'
import { templateExpressions } from '../../apis/resource/v1/device-expressions.ts'
import {
  defaultResourceClaimTemplate,
  dropDisabledOfTemplate,
  validateResourceClaimTemplate,
} from '../../apis/resource/v1/resourceclaim.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'

export const resourceclaimtemplates: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'resourceclaimtemplates',
  strategy: {
    returnDeletedObject: true,
    default: defaultResourceClaimTemplate,
    prepareForCreate: (obj) => dropDisabledOfTemplate(obj),
    prepareForUpdate: dropDisabledOfTemplate,
    ...validateWith(validateResourceClaimTemplate),
    validateRules: withDeclared(ofTemplate, templateExpressions),
  },
}

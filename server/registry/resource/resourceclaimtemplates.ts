import { defaultResourceClaimTemplate } from '../../apis/resource/v1/resourceclaim.ts'
import type { BuiltInKind } from '../definition.ts'

export const resourceclaimtemplates: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'resourceclaimtemplates',
  strategy: {
    returnDeletedObject: true,
    default: defaultResourceClaimTemplate,
  },
}

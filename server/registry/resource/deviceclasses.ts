import type { BuiltInKind } from '../definition.ts'

export const deviceclasses: BuiltInKind = {
  group: 'resource.k8s.io',
  resource: 'deviceclasses',
  strategy: {
    generation: true,
    returnDeletedObject: true,
  },
}

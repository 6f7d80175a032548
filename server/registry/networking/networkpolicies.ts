import { defaultNetworkPolicy, validateNetworkPolicy } from '../../apis/networking/v1/networkpolicy.ts'
import type { BuiltInKind } from '../definition.ts'
import { countingEmpty } from '../generic/metadata.ts'
import { validateWith } from '../generic/strategy.ts'
import { age, name, selector, table } from '../generic/table-cells.ts'

export const networkpolicies: BuiltInKind = {
  group: 'networking.k8s.io',
  resource: 'networkpolicies',
  strategy: {
    nameOnCreateOnly: true,
    generation: true,
    prepareForUpdate: countingEmpty('spec'),
    default: defaultNetworkPolicy,
    ...validateWith(validateNetworkPolicy),
  },
  table: table('Name|Pod-Selector|Age', name, selector('spec.podSelector'), age),
}

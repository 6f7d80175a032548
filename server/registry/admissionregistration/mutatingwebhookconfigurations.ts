import { defaultMutatingWebhooks, validateWebhooks, webhookWarnings } from '../../apis/admissionregistration/v1/webhookconfiguration.ts'
import type { BuiltInKind } from '../definition.ts'
import { validateWith } from '../generic/strategy.ts'
import { webhookTable } from './tables.ts'

export const mutatingwebhookconfigurations: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingwebhookconfigurations',
  strategy: {
    anyFinalizer: true,
    generation: true,
    allowUnconditionalUpdate: false,
    default: defaultMutatingWebhooks,
    ...validateWith(validateWebhooks, webhookWarnings),
  },
  table: webhookTable,
}

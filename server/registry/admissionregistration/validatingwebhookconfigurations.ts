import { defaultValidatingWebhooks, validateWebhooks, webhookWarnings } from '../../apis/admissionregistration/v1/webhookconfiguration.ts'
import type { BuiltInKind } from '../definition.ts'
import { countingEmpty } from '../generic/metadata.ts'
import { validateWith } from '../generic/strategy.ts'
import { webhookTable } from './tables.ts'

export const validatingwebhookconfigurations: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'validatingwebhookconfigurations',
  strategy: {
    anyFinalizer: true,
    generation: true,
    prepareForUpdate: countingEmpty('webhooks'),
    allowUnconditionalUpdate: false,
    default: defaultValidatingWebhooks,
    ...validateWith(validateWebhooks, webhookWarnings),
  },
  table: webhookTable,
}

import { defaultMutatingWebhooks, validateWebhooks, webhookWarnings } from '../../apis/admissionregistration/v1/webhookconfiguration.ts'
import type { BuiltInKind } from '../definition.ts'
import { countingEmpty } from '../generic/metadata.ts'
import { validateWith } from '../generic/strategy.ts'
import { webhookTable } from './tables.ts'

export const mutatingwebhookconfigurations: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingwebhookconfigurations',
  strategy: {
    anyFinalizer: true,
    generation: true,
    prepareForUpdate: countingEmpty('webhooks'),
    allowUnconditionalUpdate: false,
    default: defaultMutatingWebhooks,
    ...validateWith(validateWebhooks, webhookWarnings),
  },
  table: webhookTable,
}

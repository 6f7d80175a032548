import type { AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

/** Does nothing, and is there to be named (plugin/pkg/admission/admit). */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit' }

/** Refuses whatever others have let pass (plugin/pkg/admission/deny); what the server makes at its start is not asked about. */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  mutate(a) {
    if (!a.internal) throw refusal(a, 'admission control is denying all modifications')
  },
}
